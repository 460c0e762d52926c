"""How commands open the host, and run their async work on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from understudy.cli.group import Options
from understudy.errors import StoreError
from understudy.host import Host

T = TypeVar("T")


def with_host(options: Options, work: Callable[[Host], Awaitable[T]]) -> T:
    """Open the data root, do the work, close it. Ctrl-C stops the work, and closes it, too."""

    async def main() -> T:
        async with Host(options.root) as host:
            try:
                return await work(host)
            except StoreError as error:
                error.hint = " ".join([error.hint or "", f"The data root is {host.root}."]).strip()
                raise

    return asyncio.run(main())
