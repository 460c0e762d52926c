"""API keys: named, revocable, kept in a file that only its owner can read.

`.understudy/keys.json` in the data root, mode 0600: `{"default": "sk-…", "laptop": "sk-…"}`.
`UNDERSTUDY_API_KEY` counts besides those in the file.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from understudy import Conflict, Invalid, NotFound

DEFAULT: Final = "default"


class Keys:
    """The keys that open the door."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(key.encode() for key in keys if key)

    def accepts(self, key: str) -> bool:
        """Whether a key is one of them. Takes the same time for every wrong key."""
        given = key.encode()
        return sum(hmac.compare_digest(given, known) for known in self._keys) > 0


class KeyFile:
    """The keys of one data root."""

    def __init__(self, root: Path) -> None:
        self._path = root / ".understudy" / "keys.json"

    def read(self) -> dict[str, str]:
        """The keys by name. Raises `Invalid` if the file is malformed."""
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            value = None
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value.values()):
            raise Invalid(
                f"The file of API keys is malformed: {self._path}.",
                hint="Mend it, or delete it: `understudy key` then makes a new key.",
            )
        return value

    def add(self, name: str) -> str:
        """Make a key. Raises `Conflict` if the name is taken."""
        keys = self.read()
        if name in keys:
            raise Conflict(f"There is a key `{name}` already.", hint="Revoke it first.")
        keys[name] = f"sk-{secrets.token_urlsafe(32)}"
        self._write(keys)
        return keys[name]

    def revoke(self, name: str) -> None:
        """Forget a key. Raises `NotFound`."""
        keys = self.read()
        if keys.pop(name, None) is None:
            raise NotFound(f"There is no key `{name}`.", hint="`understudy key` lists them.")
        self._write(keys)

    def ensure(self) -> dict[str, str]:
        """The keys; if there is none yet, the first is made."""
        keys = self.read()
        return keys or {DEFAULT: self.add(DEFAULT)}

    def _write(self, keys: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".keys.{secrets.token_hex(6)}.tmp")
        opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(json.dumps(keys, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
