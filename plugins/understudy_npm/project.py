"""An assistant's folder, as npm sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from understudy import Invalid
from understudy.bundles import DEPENDENCIES, LOCK, lock_digest
from understudy.folder import AssistantFolder

_NAMED: Final = ("name", "version", "private", *DEPENDENCIES)
_LOCAL: Final = ("file:", "link:", "portal:", "workspace:", "./", "../", "/", "~/")


@dataclass(frozen=True, slots=True)
class Project:
    """What to install, for which code. `own`: it is the user's, so a lock may be put into it."""

    id: str
    path: Path
    main: Path | None
    own: bool
    package: dict[str, Any] = field(hash=False)

    @classmethod
    def of(cls, folder: AssistantFolder, *, own: bool) -> Project:
        """Raises `Invalid` for a folder whose package.json cannot be used."""
        if folder.path is None:
            raise Invalid(f"The assistant `{folder.id}` has no folder, so no package.json either")
        wrong = [problem for problem in folder.errors if problem.file == "package.json"]
        if wrong:
            raise Invalid(f"{folder.id}: {wrong[0]}", hint=wrong[0].hint)
        project = cls(folder.id, folder.path.resolve(), folder.main, own, folder.package)
        project._check()
        return project

    @property
    def digest(self) -> str:
        """What identifies the packages, as package.json and the lock are now."""
        return lock_digest(self.path, self.package)

    @property
    def lock(self) -> Path:
        """Where the lock file lies, or will."""
        return self.path / LOCK

    @property
    def wants_packages(self) -> bool:
        """Whether package.json names any."""
        return any(True for _ in self._dependencies())

    def manifest(self) -> str:
        """The package.json to install from: without scripts, tools and settings."""
        named = {name: self.package[name] for name in _NAMED if name in self.package}
        kept = {"name": self.id, **named}  # npm would take that of the folder, which is random
        return json.dumps(kept, indent=2) + "\n"

    def _dependencies(self) -> Iterator[tuple[str, Any]]:
        for name in ("dependencies", "optionalDependencies"):
            listed = self.package.get(name) or {}
            if not isinstance(listed, dict):
                raise Invalid(f'{self.id}: package.json: "{name}" must be an object')
            yield from listed.items()

    def _check(self) -> None:
        for name, version in self._dependencies():
            if not isinstance(version, str):
                raise Invalid(f'{self.id}: package.json: the version of "{name}" must be text')
            if version.startswith(_LOCAL):
                raise Invalid(
                    f'{self.id}: package.json: "{name}" is a folder ("{version}"); an assistant '
                    "is installed from a registry only",
                    hint="Copy its files into src/ and import them as ./name.js.",
                )
