"""The zygote: one thread, V8 initialised, no heap in it. Forks a worker when told to.

It runs no foreign code, so it always answers. When the host hangs up, for whatever reason, it ends
its workers and itself.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from ctypes import CDLL

from understudy_v8.jail.confinement import belong_to, confine
from understudy_v8.jail.library import load
from understudy_v8.jail.orders import DIED, FAILED, FORK, KILL, ORDER, READY, REPORT
from understudy_v8.jail.worker import work
from understudy_v8.snapshot.blob import install_from


class Zygote:
    """The workers by number, and who they are."""

    def __init__(self, library: CDLL, control: socket.socket) -> None:
        self._library = library
        self._control = control
        self._workers: dict[int, int] = {}
        self._wake, self._waker = socket.socketpair()

    def serve(self) -> None:
        """Follow orders until the host is gone."""
        self._watch_children()
        self._report(READY)
        sources = [self._control, self._wake]
        while True:
            ready, _, _ = select.select(sources, [], [])
            if self._wake in ready:
                self._wake.recv(4096)
                self._reap()
            if self._control in ready and not self._obey():
                return

    def end(self) -> None:
        """End all workers."""
        for pid in self._workers.values():
            os.kill(pid, signal.SIGKILL)

    def _watch_children(self) -> None:
        for end in (self._wake, self._waker):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def _obey(self) -> bool:
        order, descriptors, _, _ = socket.recv_fds(self._control, ORDER.size, 1)
        if len(order) < ORDER.size:
            return False
        kind, worker = ORDER.unpack(order)
        if kind == FORK:
            self._fork(worker, descriptors[0])
        elif kind == KILL and worker in self._workers:
            os.kill(self._workers[worker], signal.SIGKILL)
        return True

    def _fork(self, worker: int, descriptor: int) -> None:
        own = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._report(FAILED, worker, error.errno or 0)
        else:
            if pid == 0:
                self._become_worker(own, descriptor)
            self._workers[worker] = pid
        os.close(descriptor)

    def _become_worker(self, parent: int, descriptor: int) -> None:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for end in (self._control, self._wake, self._waker):
                end.close()
            belong_to(parent)
            confine()
            work(self._library, socket.socket(fileno=descriptor))
        finally:
            os._exit(1)

    def _reap(self) -> None:
        while self._workers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            worker = next(number for number, known in self._workers.items() if known == pid)
            del self._workers[worker]
            self._report(DIED, worker, os.waitstatus_to_exitcode(status))

    def _report(self, kind: bytes, worker: int = 0, code: int = 0) -> None:
        self._control.sendall(REPORT.pack(kind, worker, code))


def main() -> None:
    """Arguments: the control socket's number, mini-racer's folder, V8's flags, the snapshot."""
    descriptor, folder, flags, snapshot = sys.argv[1:]
    control = socket.socket(fileno=int(descriptor))
    library = load(folder, flags)
    install_from(library, snapshot)
    zygote = Zygote(library, control)
    gc.freeze()  # what a collection in a worker touches is no longer shared
    try:
        zygote.serve()
    finally:
        zygote.end()
