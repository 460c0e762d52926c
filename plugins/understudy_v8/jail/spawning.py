"""Workers started one by one, where a process cannot be forked."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from asyncio import Future
from dataclasses import dataclass
from threading import Thread

from understudy_v8.jail.processes import started


@dataclass(slots=True, eq=False)
class SpawnedProcess:
    """See `Process`."""

    connection: socket.socket
    exit: Future[int]
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()


class SpawnedProcesses:
    """See `ProcessSource`. Each takes a tenth of a second."""

    async def start(self) -> SpawnedProcess:
        """A new worker. Raises `ScriptError` when the system does not allow one."""
        loop = asyncio.get_running_loop()
        process, ours = await started("spawned")
        worker = SpawnedProcess(ours, loop.create_future(), process)
        Thread(target=_watch, args=(worker, loop), daemon=True).start()
        return worker

    async def close(self) -> None:
        """Nothing is left: whoever has a worker ends it."""


def _watch(worker: SpawnedProcess, loop: asyncio.AbstractEventLoop) -> None:
    code = worker.process.wait()
    if not loop.is_closed():
        loop.call_soon_threadsafe(_tell, worker.exit, code)


def _tell(exited: Future[int], code: int) -> None:
    if not exited.done():
        exited.set_result(code)
