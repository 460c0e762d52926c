"""permissions.json in the data root: what the user has decided, about which content.

It counts only if nobody else could have written it, and where it was written: one that came with a
copied data root would let that root's author decide.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from understudy.errors import Invalid, StoreError
from understudy.permissions.grant import FilesGrant, Grant

FILE: Final = "permissions.json"
_MAX_BYTES: Final = 64 * 2**20
_log = logging.getLogger("understudy.permissions")


class Allowed(BaseModel):
    """A grant, as it is stored."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    net: tuple[str, ...] = ()
    files: FilesGrant = ""
    process: bool = False
    env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, grant: Grant) -> Allowed:
        """A grant's permissions."""
        return cls(
            net=grant.net,
            files=grant.files,
            process=grant.process,
            env=grant.env,
            secrets=grant.secrets,
        )

    def grant(self, *, trusted: bool = False) -> Grant:
        """The grant."""
        return Grant(trusted, self.net, self.files, self.process, self.env, self.secrets)


class Decision(BaseModel):
    """What was decided about one assistant.

    `own`: it was made here; `folder` is its folder's inode, so that another folder which takes its
    name is not. The others are tied to `content`, digests of files (`permissions.digests`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    state: Literal["own", "trusted", "allowed", "denied"]
    folder: int = 0
    permissions: Allowed = Field(default_factory=Allowed)
    content: dict[str, str] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)

    root: int
    assistants: dict[str, Decision] = {}


class Ledger:
    """Reads and writes the file."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.path = root / FILE
        self._complaints: set[str] = set()

    @property
    def mark(self) -> tuple[int, ...] | None:
        """Something that changes when the file does."""
        try:
            found = self.path.lstat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino

    def decisions(self) -> dict[str, Decision]:
        """All decisions; none, and a line in the log, if the file is not to be believed."""
        try:
            return self._read().assistants
        except Invalid as error:
            if str(error) not in self._complaints:
                self._complaints.add(str(error))
                _log.warning("%s %s", error, error.hint)
            return {}

    def change(self, work: Callable[[dict[str, Decision]], None]) -> None:
        """Change decisions; the caller holds a lock. Raises `Invalid`, `StoreError`."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            file = self._read()
            work(file.assistants)
            self._write(file)
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written: {error.strerror}.") from None

    def _read(self) -> _File:
        empty = _File(root=inode(self._root))
        try:
            found = _File.model_validate_json(self._text())
        except (FileNotFoundError, NotADirectoryError):
            return empty
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise Invalid(f"{self.path} is damaged: {first['msg']}.", hint=_DELETE) from None
        except OSError as error:
            raise Invalid(f"{self.path} cannot be read: {error.strerror}.", hint=_DELETE) from None
        # A copy of a data root has decided nothing here: it is begun anew.
        return found if found.root == empty.root else empty

    def _text(self) -> bytes:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(self.path, flags), "rb") as file:
            _require_private(self.path, os.fstat(file.fileno()))
            return file.read(_MAX_BYTES)

    def _write(self, file: _File) -> None:
        data = json.dumps(file.model_dump(), indent=1).encode()
        temporary = self.path.with_name(f".{FILE}.{secrets.token_hex(6)}.tmp")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(fd, "wb") as opened:
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


_DELETE: Final = (
    "Until it is repaired or deleted, nothing is allowed. Then `understudy trust` asks anew."
)


def _require_private(path: Path, found: os.stat_result) -> None:
    """Raise `Invalid` if somebody else may have written the file."""
    if not stat.S_ISREG(found.st_mode):
        raise Invalid(f"{path} is not a file.", hint=_DELETE)
    if os.name == "nt":  # access is not in the mode there
        return
    if found.st_uid not in (os.geteuid(), 0) or found.st_mode & 0o022:
        hint = f"If it is yours, `chmod 600 {path}`. Until then, nothing is allowed."
        raise Invalid(f"{path} can be written by others.", hint=hint)


def inode(folder: Path) -> int:
    """What tells a folder from another of its name; 0 if there is none."""
    try:
        return folder.stat().st_ino
    except OSError:
        return 0
