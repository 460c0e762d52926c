"""An engine as a child process: deno, or Node."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from contextlib import suppress
from typing import Final

from understudy.errors import UnderstudyError
from understudy_process import failures
from understudy_process.channel import Channel
from understudy_process.engines import Command
from understudy_process.launch import launch, reap
from understudy_process.logs import Logs, Output
from understudy_process.site import Site

_PRINTED_SECONDS: Final = 1.0


class Child:
    """See `Place`."""

    def __init__(self, site: Site, command: Command) -> None:
        self._site = site
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._outputs: list[Output] = []
        self._logs = Logs(site.assistant_id)

    @property
    def is_started(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid if self._process is not None else None

    async def start(self, channel: Channel, logs: Logs) -> None:
        """Start the process. Raises `ScriptError`."""
        loop = asyncio.get_running_loop()
        self._logs = logs
        launched = launch(self._command, self._site.folder)
        self._process = launched.process
        stdout, stderr = Output(logs, "info"), Output(logs, "warning")
        self._outputs = [stdout, stderr]
        await loop.create_connection(lambda: channel, sock=launched.channel)
        await loop.connect_read_pipe(lambda: stdout, launched.stdout)
        await loop.connect_read_pipe(lambda: stderr, launched.stderr)

    def kill(self) -> None:
        """Kill the process and its children."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def ended(self, patience: float) -> UnderstudyError:
        """Wait for its end, and for what it has printed."""
        assert self._process is not None
        code = await asyncio.to_thread(reap, self._process, patience)
        printed = [output.ended for output in self._outputs]
        await asyncio.wait(printed, timeout=_PRINTED_SECONDS)
        for output in self._outputs:
            output.close()
        return failures.ended(self._site, code, self._logs.tail)
