"""What a script writes with `console` and `run.log`: into its run, or into Python's log."""

from __future__ import annotations

import asyncio
import logging
from asyncio import Task

from understudy.runs.run import Run
from understudy_v8.messages import Log

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_log = logging.getLogger("understudy.v8")


class Logbook:
    """Writes lines. `run` is the one that the script is working for, if any."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self._writing: set[Task[None]] = set()

    def write(self, line: Log) -> None:
        """Write a line, in the background if it goes to a run."""
        if self.run is None:
            _log.log(_LEVELS[line.level], "%s", line.text)
            return
        task = asyncio.get_running_loop().create_task(_write(self.run, line))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        """Wait until the lines are written; the next ones belong to no run."""
        self.run = None
        if self._writing:
            await asyncio.wait(self._writing)


async def _write(run: Run, line: Log) -> None:
    try:
        await run.effect("log", {"level": line.level, "text": line.text})
    except Exception:
        _log.exception("a line of the log could not be kept")
