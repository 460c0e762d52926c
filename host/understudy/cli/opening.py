"""How commands open the host, and run their async work on it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

from understudy.cli.group import Options
from understudy.errors import StoreError
from understudy.host import Host
from understudy.store import Durability

T = TypeVar("T")
_EXIT_TERMINATED = 143  # 128 + SIGTERM, as shells count


def with_host(
    options: Options,
    work: Callable[[Host], Awaitable[T]],
    *,
    durability: Durability | None = None,
) -> T:
    """Open the data root, do the work, close it. Ctrl-C and SIGTERM stop the work first."""

    async def main() -> T:
        _cancel_when_terminated()
        async with Host(options.root, durability=durability, resume="leave") as host:
            try:
                return await work(host)
            except StoreError as error:
                error.hint = " ".join([error.hint or "", f"The data root is {host.root}."]).strip()
                raise

    log_briefly(options)
    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        raise SystemExit(_EXIT_TERMINATED) from None


def _cancel_when_terminated() -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def log_briefly(options: Options) -> None:
    """Show warnings and progress as lines; tracebacks are for those who ask for them (`-v`)."""
    log = logging.getLogger("understudy")
    logging.getLogger("understudy.progress").setLevel(logging.INFO)
    if not options.verbose and not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(_Brief("%(message)s"))
        log.addHandler(handler)


class _Brief(logging.Formatter):
    """Says what happened, without the traceback."""

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """Nothing."""
        return ""
