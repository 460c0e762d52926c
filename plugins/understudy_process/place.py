"""Where one life of process.js is led: in an engine's process, or in the host's jail."""

from __future__ import annotations

from typing import Protocol

from understudy.errors import UnderstudyError
from understudy_process.channel import Channel
from understudy_process.logs import Logs


class Place(Protocol):
    """Somewhere to run process.js, once."""

    @property
    def is_started(self) -> bool:
        """Whether there is something whose end is to be waited for."""
        ...

    @property
    def pid(self) -> int | None:
        """The id of the process, if it is this process that started it."""
        ...

    async def start(self, channel: Channel, logs: Logs) -> None:
        """Start it: it speaks through the channel and prints to the logs. Raises `ScriptError`."""
        ...

    def kill(self) -> None:
        """End it at once. The channel is told when it is gone."""
        ...

    async def ended(self, patience: float) -> UnderstudyError:
        """Wait for its end, after so many seconds by force, and say how it came."""
        ...
