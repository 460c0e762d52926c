"""Makes isolates that live in processes of their own."""

from __future__ import annotations

import asyncio
import os

from understudy_v8.jail.forking import ForkedProcesses
from understudy_v8.jail.jailed import JailedEngine
from understudy_v8.jail.processes import Process, ProcessSource
from understudy_v8.jail.spawning import SpawnedProcesses
from understudy_v8.kernel_isolate import KernelIsolate, start


class Jail:
    """Starts nothing before the first isolate is wanted. Belongs to one event loop."""

    def __init__(self, processes: ProcessSource | None = None) -> None:
        self._processes = processes or (
            ForkedProcesses() if hasattr(os, "fork") else SpawnedProcesses()
        )

    async def make(self) -> KernelIsolate:
        """A new isolate. Raises `ScriptError` when the system does not allow its process."""
        return await start(await _connect(await self._processes.start()))

    async def close(self) -> None:
        """End every process."""
        await self._processes.close()


async def _connect(process: Process) -> JailedEngine:
    loop = asyncio.get_running_loop()
    engine = JailedEngine(process)
    connection = process.connection
    connection.setblocking(False)
    try:
        if hasattr(os, "fork"):
            await loop.create_unix_connection(lambda: engine, sock=connection)
        else:
            await loop.create_connection(lambda: engine, sock=connection)
    except BaseException:
        process.kill()
        connection.close()
        raise
    return engine
