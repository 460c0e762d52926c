"""process.js in the jail that the host has for index.js: for what needs nothing of Node."""

from __future__ import annotations

import asyncio
import json
from asyncio import Task
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from understudy.errors import UnderstudyError
from understudy.processes import ProcessSource
from understudy.runtimes import Limits, Program, Source
from understudy.streams import closing
from understudy_process import failures
from understudy_process.channel import Channel
from understudy_process.jail_run import JailRun
from understudy_process.logs import Logs
from understudy_process.pipe import Pipe
from understudy_process.settings import Settings
from understudy_process.site import Site

_HERE: Final = Path(__file__).parent
_MAIN: Final = f"{_HERE.name}/driver.mjs"
_CALLS: Final = f"{_HERE.name}/calls.mjs"
_SPARE_SECONDS: Final = 2.0
"""A loop without end is first found by whoever waits for the call, then by the jail."""


class Jailed:
    """See `Place`."""

    def __init__(self, site: Site, source: ProcessSource, settings: Settings) -> None:
        self._site = site
        self._source = source
        self._settings = settings
        self._pipe = Pipe(self.kill)
        self._program: Program | None = None
        self._talking: Task[UnderstudyError] | None = None
        self._closing: Task[None] | None = None

    @property
    def is_started(self) -> bool:
        """Whether the driver runs."""
        return self._talking is not None

    @property
    def pid(self) -> int | None:
        """The jail's own affair."""
        return None

    async def start(self, channel: Channel, logs: Logs) -> None:
        """Open the driver and process.js, and invoke it. Raises `ScriptError`."""
        assert self._source.open is not None
        self._program = program = await self._source.open(self._code())
        channel.connection_made(self._pipe)
        run = JailRun(self._source, self._pipe, channel, logs)
        talk = self._talk(program, run, channel, logs)
        self._talking = asyncio.get_running_loop().create_task(talk)

    def kill(self) -> None:
        """Close the program: whatever it does, it is gone within a second."""
        if self._program is not None and self._closing is None:
            closing_ = self._program.close()
            self._closing = asyncio.get_running_loop().create_task(_closed(closing_))

    async def ended(self, patience: float) -> UnderstudyError:
        """Wait for its end. `patience` is not needed: who has ended here is gone."""
        assert self._talking is not None
        return await self._talking

    def _code(self) -> Source:
        settings, source = self._settings, self._source
        seconds = min(settings.call_seconds + _SPARE_SECONDS, settings.cpu_seconds)
        limits = Limits(seconds, int(settings.memory_mb * 2**20))
        driver = (_HERE / "jailed.mjs").read_text("utf-8")
        added = {
            _MAIN: driver.replace('"PROCESS"', json.dumps(f"/{self._site.name}")),
            _CALLS: (_HERE / "calls.mjs").read_text("utf-8"),
        }
        return Source(
            source.assistant_id,
            self._site.folder,
            Path(_MAIN),
            source.package,
            limits,
            replace(source.grant, trusted=False),
            added,
        )

    async def _talk(
        self, program: Program, run: JailRun, channel: Channel, logs: Logs
    ) -> UnderstudyError:
        why: UnderstudyError | None = None
        try:
            async with closing(program.invoke(run)) as said:
                async for lines in said:
                    channel.data_received(str(lines).encode())
        except UnderstudyError as error:
            why = failures.broke_off(self._site, error)
        finally:
            self.kill()
            assert self._closing is not None
            await self._closing
            channel.connection_lost(None)
        return why or failures.ended(self._site, 0, logs.tail)


async def _closed(closing_: Any) -> None:
    await closing_
