"""Workers forked from a zygote, which is started at the first need."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from asyncio import Future
from dataclasses import dataclass

from understudy.errors import ScriptError
from understudy_v8.interpreter import no_process
from understudy_v8.jail.orders import FAILED, FORK, KILL, ORDER, READY, REPORT
from understudy_v8.jail.processes import KILLED, started

_START_SECONDS = 20.0
_END_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class ForkedProcess:
    """See `Process`."""

    connection: socket.socket
    exit: Future[int]
    number: int
    zygote: ZygoteLink

    def kill(self) -> None:
        """End it at once."""
        self.zygote.order(KILL, self.number)


class ForkedProcesses:
    """See `ProcessSource`."""

    def __init__(self) -> None:
        self._zygote: ZygoteLink | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> ForkedProcess:
        """A new worker. Raises `ScriptError` when there can be no zygote."""
        async with self._starting:
            if self._zygote is None or not self._zygote.alive:
                await self.close()
                self._zygote = await _start_zygote()
        return self._zygote.fork()

    async def close(self) -> None:
        """End the zygote, and the workers with it."""
        if self._zygote is not None:
            zygote, self._zygote = self._zygote, None
            await zygote.close()


class ZygoteLink:
    """A running zygote."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process = process
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._workers: dict[int, ForkedProcess] = {}
        self._last = 0
        self._received = b""
        self.ready: Future[bool] = self._loop.create_future()
        self.alive = True
        control.setblocking(False)
        self._loop.add_reader(control, self._read)

    def fork(self) -> ForkedProcess:
        """Ask for a worker; `exit` tells if it never came to life."""
        ours, theirs = socket.socketpair()
        self._last += 1
        worker = ForkedProcess(ours, self._loop.create_future(), self._last, self)
        self._workers[worker.number] = worker
        with theirs:
            self.order(FORK, worker.number, theirs)
        return worker

    def order(self, kind: bytes, number: int, end: socket.socket | None = None) -> None:
        """Send an order."""
        if self.alive:
            try:
                descriptors = [] if end is None else [end.fileno()]
                socket.send_fds(self._control, [ORDER.pack(kind, number)], descriptors)
            except OSError:
                self._lose()
        if not self.alive:
            self._bury(number, KILLED)

    async def close(self) -> None:
        """Hang up; the zygote then ends its workers and itself."""
        self._lose()
        try:
            await asyncio.to_thread(self._process.wait, _END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _read(self) -> None:
        try:
            data = self._control.recv(4096)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            return self._lose()
        self._received += data
        while len(self._received) >= REPORT.size:
            report, self._received = self._received[: REPORT.size], self._received[REPORT.size :]
            self._receive(*REPORT.unpack(report))
        return None

    def _receive(self, kind: bytes, number: int, code: int) -> None:
        if kind == READY:
            self.ready.set_result(True)
        else:
            self._bury(number, no_process(os.strerror(code)) if kind == FAILED else code)

    def _bury(self, number: int, end: int | ScriptError) -> None:
        worker = self._workers.pop(number, None)
        if worker is None or worker.exit.done():
            return
        if isinstance(end, ScriptError):
            worker.exit.set_exception(end)
        else:
            worker.exit.set_result(end)

    def _lose(self) -> None:
        if not self.alive:
            return
        self.alive = False
        self._loop.remove_reader(self._control)
        self._control.close()
        if not self.ready.done():
            self.ready.set_result(False)
        for number in list(self._workers):
            self._bury(number, KILLED)


async def _start_zygote() -> ZygoteLink:
    process, ours = await started("zygote")
    zygote = ZygoteLink(process, ours)
    try:
        async with asyncio.timeout(_START_SECONDS):
            ready = await zygote.ready
    except BaseException:
        await zygote.close()
        raise
    if not ready:
        await zygote.close()
        raise no_process(f"the one that makes them has ended with {process.returncode}")
    return zygote
