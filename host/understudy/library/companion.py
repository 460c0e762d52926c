"""The process.js of a loaded assistant, opened when somebody first asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from understudy.errors import NotFound
from understudy.folder import AssistantFolder
from understudy.network.access import Network
from understudy.permissions.standing import Standing
from understudy.processes import Process, ProcessSource
from understudy.providers import Providers
from understudy.runtimes import Program, Source

_MAIN: Final = Path("src/index.js")


class Companion:
    """Opens and keeps it: all runs of the assistant use the same."""

    def __init__(
        self,
        folder: AssistantFolder,
        standing: Standing,
        network: Network,
        providers: Providers,
    ) -> None:
        self._folder = folder
        self._standing = standing
        self._network = network
        self._providers = providers
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The process. Raises `NotAllowed`; `NotFound` or `PluginError` if nothing can run it."""
        self._standing.require_process()
        if self._process is None:
            self._process = self._providers.process(self._source())
        return self._process

    def _source(self) -> ProcessSource:
        folder = self._folder
        if folder.path is None:
            raise NotFound(f"assistant `{folder.id}` lies in no folder, so it has no process.js")
        main = folder.main or _MAIN
        return ProcessSource(
            folder.id,
            folder.path,
            main,
            folder.package,
            grant=self._standing.grant,
            open=self._open,
            fetch=self._network.fetch,
        )

    async def _open(self, source: Source) -> Program:
        return await self._providers.process_runtime().open(source)

    async def close(self) -> None:
        """End it, if it was opened."""
        process, self._process = self._process, None
        if process is not None:
            await process.close()
