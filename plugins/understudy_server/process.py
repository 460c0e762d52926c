"""The server process: when it is ready, and how it stops."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, cast

import uvicorn

from understudy import Host
from understudy_server.protocol import Protocol

_STOP_SECONDS: Final = 5
_RESUME_SECONDS: Final = 2.0
"""How soon the runs of another server that has died are taken up."""
_COLLECT_AFTER: Final = 20_000
"""Objects."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """uvicorn, which stops the host's runs so that every stream gets its last event."""

    def __init__(self, app: Any, host: Host, ready: Callable[[], None], *, patience: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=cast("type[Protocol]", partial(Protocol, patience=patience)),
                ws="none",
                lifespan="off",
                access_log=False,
                log_level="error",
                server_header=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._host = host
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections, and say so."""
        await super().startup(sockets)
        _settle_memory()
        self._ready()
        self._resuming = asyncio.create_task(self._host.resume(every=_RESUME_SECONDS))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, end the runs and with them their streams, let requests finish."""
        self._resuming.cancel()
        await asyncio.gather(super().shutdown(sockets), self._host.stop())

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at the first signal, die of the second.

        uvicorn's own raises the signal again at the end: the host would not be closed.
        """
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop, number)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self, number: int) -> None:
        if self.should_exit:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.should_exit = True


def _settle_memory() -> None:
    """Let the collector pass over what stays for good, and look less often at what streams make.

    A stream's events are kept to its end: by its own defaults the collector would search all of
    them again every few hundred words.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
