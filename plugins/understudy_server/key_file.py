"""API keys: named, revocable, kept in a file that only its owner can read.

`.understudy/keys.json` in the data root, mode 0600: `{"default": "sk-…", "laptop": "sk-…"}`.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from understudy import Conflict, Invalid, NotFound, StoreError

DEFAULT: Final = "default"


class KeyFile:
    """The keys of one data root. Several processes may change them at the same time."""

    def __init__(self, root: Path) -> None:
        self._path = root / ".understudy" / "keys.json"

    def mark(self) -> object:
        """Something that changes with the file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self) -> dict[str, str]:
        """The keys by name. Raises `Invalid` if the file cannot be used."""
        try:
            value = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or not all(map(_is_key, value.values())):
            raise Invalid(
                f"The file of API keys cannot be read, or is malformed: {self._path}.",
                hint="Mend it, or delete it: `understudy key` then makes a new key.",
            )
        return value

    def add(self, name: str) -> str:
        """Make a key. Raises `Conflict` if the name is taken."""
        with self._locked():
            keys = self.read()
            if name in keys:
                raise Conflict(
                    f"There is a key `{name}` already.",
                    hint=f"`understudy key --revoke {name}` makes room.",
                )
            return self._write_new(keys, name)

    def revoke(self, name: str) -> None:
        """Forget a key. Raises `NotFound`."""
        with self._locked():
            keys = self.read()
            if keys.pop(name, None) is None:
                hint = "`understudy key --list` lists them."
                raise NotFound(f"There is no key `{name}`.", hint=hint)
            self._write(keys)

    def ensure(self) -> dict[str, str]:
        """The keys; if there is none yet, the first is made."""
        keys = self.read()
        if keys:
            return keys
        with self._locked():  # somebody else may have made it meanwhile
            keys = self.read()
            if not keys:
                self._write_new(keys, DEFAULT)
            return keys

    def _write_new(self, keys: dict[str, str], name: str) -> str:
        keys[name] = f"sk-{secrets.token_urlsafe(32)}"
        self._write(keys)
        return keys[name]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the keys. Raises `StoreError` if the folder cannot be used."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name("keys.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = f"The API keys cannot be kept in {self._path.parent}: {error.strerror}."
            raise StoreError(message, hint="Choose another folder with --root.") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, keys: dict[str, str]) -> None:
        temporary = self._path.with_name(f".keys.{secrets.token_hex(6)}.tmp")
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(json.dumps(keys, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)


def _is_key(value: object) -> bool:
    return isinstance(value, str) and len(value) > 0
