"""What an assistant's code has been allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

FilesGrant = Literal["", "read", "write"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What code may do besides computing. The empty one is what code has by itself: nothing.

    `trusted`: built in, made here by `understudy new`, or trusted by the user: the code may run
    in the host's own process. `net` are patterns of hosts (`api.example.com`, `*.example.org`,
    `localhost:8080`), `files` is about the assistant's own folder (`write` includes reading),
    `process` its src/process.js, `env` the names of environment variables. `secrets` are those
    that its settings name, each with where it goes: the host sends them, code never sees them.
    """

    trusted: bool = False
    net: tuple[str, ...] = ()
    files: FilesGrant = ""
    process: bool = False
    env: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it allows nothing; where code runs does not matter."""
        return replace(self, trusted=False) == NOTHING


NOTHING: Final = Grant()
