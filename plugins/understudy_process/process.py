"""process.js of one assistant: started when it is first used, and again when it has died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from understudy.errors import ScriptError, UnderstudyError
from understudy.processes import Caller, ProcessSource
from understudy.streams import closing
from understudy_process import failures
from understudy_process.places import choose
from understudy_process.settings import Settings
from understudy_process.site import Site
from understudy_process.worker import Worker

_FIRST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 5.0
_SOUND_SECONDS: Final = 10.0
"""Who lives longer than this is not thought to die at once again."""


class ProcessJS:
    """See `understudy.processes.Process`. Belongs to the event loop that first uses it."""

    def __init__(self, source: ProcessSource) -> None:
        self._source = source
        self._starting = asyncio.Lock()
        self._worker: Worker | None = None
        self._failure: UnderstudyError | None = None
        self._born = 0.0
        self._deaths = 0
        self._not_before = 0.0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The id of the process, if it runs."""
        worker = self._worker
        return worker.pid if worker is not None and not worker.is_over else None

    async def call(self, caller: Caller, name: str, args: Sequence[Any]) -> Any:
        """Call an export and wait for the result."""
        return await (await self._running(caller)).call(caller, name, args)

    async def stream(self, caller: Caller, name: str, args: Sequence[Any]) -> AsyncIterator[Any]:
        """Call an export; what it yields."""
        worker = await self._running(caller)
        async with closing(worker.stream(caller, name, args)) as items:
            async for item in items:
                yield item

    async def send(self, caller: Caller, message: Any) -> None:
        """Hand over a message."""
        (await self._running(caller)).send(caller, message)

    async def messages(self, caller: Caller) -> AsyncIterator[Any]:
        """What it sends."""
        worker = await self._running(caller)
        async with closing(worker.messages(caller)) as items:
            async for item in items:
                yield item

    async def close(self) -> None:
        """End the process."""
        self._closed = True
        if self._worker is not None:  # one that is still being loaded fails its start
            await self._worker.close()
        async with self._starting:
            worker, self._worker = self._worker, None
            if worker is not None:
                await worker.close()

    async def _running(self, caller: Caller) -> Worker:
        if not self._source.grant.process:
            raise failures.not_granted(self._source.assistant_id)
        worker = self._worker
        if worker is not None and worker.is_listening:
            return worker
        async with self._starting:
            if self._worker is not None:
                await self._worker.heard()
                if not self._worker.is_over:
                    return self._worker
            await self._bury()
            return await self._started(caller)

    async def _bury(self) -> None:
        """Let go of one that has died; the next waits longer each time, if it did not live long."""
        if self._worker is None:
            return
        worker, self._worker = self._worker, None
        await worker.close()
        self._count_death()

    async def _started(self, caller: Caller) -> Worker:
        self._require_open()
        delay = self._not_before - time.monotonic()
        if delay > 0 and self._failure is not None:  # it would fail the same way
            raise self._failure
        await asyncio.sleep(max(0.0, delay))
        self._born = time.monotonic()
        try:
            worker = await self._start(caller)
        except UnderstudyError as error:
            self._failure = error
            self._count_death()
            raise
        self._failure = None
        return worker

    async def _start(self, caller: Caller) -> Worker:
        settings = Settings.read(self._source.package)
        site = await asyncio.to_thread(Site.of, self._source)
        place = await asyncio.to_thread(choose, site, self._source, settings)
        self._require_open()
        self._worker = worker = Worker(site, place, settings.call_seconds)
        try:
            await worker.start(caller)
        except BaseException:
            self._worker = None
            raise
        return worker

    def _require_open(self) -> None:
        if self._closed:
            raise ScriptError("the assistant was closed", kind="cancelled")

    def _count_death(self) -> None:
        now = time.monotonic()
        self._deaths = 1 if now - self._born > _SOUND_SECONDS else self._deaths + 1
        delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** min(self._deaths - 1, 10))
        self._not_before = now + delay
