"""The process.js of a loaded assistant, opened when somebody first asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from understudy.errors import NotFound
from understudy.folder import AssistantFolder
from understudy.permissions.standing import Standing
from understudy.processes import Process
from understudy.providers import Providers
from understudy.runtimes import Source

_MAIN: Final = Path("src/index.js")


class Companion:
    """Opens and keeps it: all runs of the assistant use the same."""

    def __init__(self, folder: AssistantFolder, standing: Standing, providers: Providers) -> None:
        self._folder = folder
        self._standing = standing
        self._providers = providers
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The process. Raises `NotAllowed`; `NotFound` or `PluginError` if nothing can run it."""
        self._standing.require_process()
        if self._process is None:
            self._process = self._providers.process(self._source())
        return self._process

    def _source(self) -> Source:
        folder = self._folder
        if folder.path is None:
            raise NotFound(f"assistant `{folder.id}` lies in no folder, so it has no process.js")
        main = folder.main or _MAIN
        return Source(folder.id, folder.path, main, folder.package, grant=self._standing.grant)

    async def close(self) -> None:
        """End it, if it was opened."""
        process, self._process = self._process, None
        if process is not None:
            await process.close()
