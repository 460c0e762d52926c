"""The clock of a script. It goes on with the host's answers, so that a run can be played again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from understudy.runs.run import Run

_TICK_SECONDS: Final = 50e-6


class Clock:
    """The time of the run that the script works for; without one, the host's own."""

    def __init__(self, host: Callable[[], float]) -> None:
        self._host = host
        self._run: Run | None = None
        self._answered = 0.0
        self._ticks = 0
        self._shown = 0.0

    def attend(self, run: Run | None) -> None:
        """Show the time of this run."""
        self._run = run
        self._answered = self._shown = 0.0
        self._ticks = 0

    def tick(self) -> None:
        """The script is asked to go on, without news: else one that waits would see no time go."""
        self._ticks += 1

    def read(self) -> float:
        """Seconds since 1970."""
        if self._run is None:
            return self._host()
        now = self._run.now
        if now != self._answered:
            self._answered, self._ticks = now, 0
        self._shown = max(self._shown, now + self._ticks * _TICK_SECONDS)
        return self._shown
