"""The line on a terminal that says for how long nothing has come."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import click

from understudy.cli.output import styled, visible

_PATIENCE_SECONDS = 1.0
_TICK_SECONDS = 0.25
_ABOUT = "waiting for the answer"


class Waiting:
    """Shows the line after a second of silence, and takes it away before anything is printed.

    If it is not wanted, or stderr is no terminal, it does nothing.
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self._is_wanted = wanted and sys.stderr.isatty()
        self._about = _ABOUT
        self._since = time.monotonic()
        self._is_hidden = False
        self._is_drawn = False

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Show the line when it is due, for as long as the block runs."""
        if not self._is_wanted:
            yield
            return
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            self._clear()

    def reset(self, about: str | None = None, *, hidden: bool = False) -> None:
        """Something came. `about` is what is waited for now; `hidden`: a line is half printed."""
        self._clear()
        self._about = about or _ABOUT
        self._since = time.monotonic()
        self._is_hidden = hidden

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            seconds = time.monotonic() - self._since
            if seconds >= _PATIENCE_SECONDS and not self._is_hidden:
                self._draw(f"{self._about} … {seconds:.0f} s")

    def _draw(self, text: str) -> None:
        click.echo(f"\r{styled(visible(text), dim=True)}\033[K", err=True, nl=False)
        self._is_drawn = True

    def _clear(self) -> None:
        if self._is_drawn:
            click.echo("\r\033[K", err=True, nl=False)
            self._is_drawn = False
