"""What strace wrote of a server, read as a book of debts: what is written and not yet synced."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TRACED = (
    "trace=write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,"
    "rename,renameat,renameat2,mkdir,mkdirat,ftruncate"
)
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. (?P<name>\w+) resumed>")
_DESCRIPTOR = re.compile(r"^\d+<(?P<path>[^>]*)>")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_UNFINISHED = "<unfinished ...>"


@dataclass(frozen=True)
class Sent:
    """Bytes that left by a socket, and what was not on the disk when they did."""

    text: str
    debts: frozenset[str]


@dataclass
class Book:
    """The files and folders below `root` that have changed since they were synced."""

    root: str
    debts: set[str] = field(default_factory=set)
    _syncing: dict[str, str] = field(default_factory=dict)

    def sent(self, lines: list[str]) -> Iterator[Sent]:
        """Follow the calls; yields what was sent, in order."""
        for line in lines:
            if resumed := _RESUMED.match(line):
                self.debts.discard(self._syncing.pop(resumed["pid"], ""))
            elif call := _CALL.match(line):
                yield from self._follow(call["pid"], call["name"], call["rest"])

    def _follow(self, pid: str, name: str, rest: str) -> Iterator[Sent]:
        descriptor = _DESCRIPTOR.match(rest)
        path = descriptor["path"] if descriptor else ""
        if path.startswith(("socket:", "TCP:")):
            yield Sent(rest, frozenset(self.debts))
        elif name in ("fsync", "fdatasync"):
            self._sync(pid, path, is_done=_UNFINISHED not in rest)
        elif name.startswith(("rename", "mkdir")):
            self._name(name, _QUOTED.findall(rest))
        elif path:
            self._owe(path)

    def _sync(self, pid: str, path: str, *, is_done: bool) -> None:
        if is_done:
            self.debts.discard(path)
        else:
            self._syncing[pid] = path

    def _name(self, name: str, paths: list[str]) -> None:
        """A new name is in its folder; a renamed file owes what it owed under the old name."""
        self._owe(os.path.dirname(paths[-1]))
        if name.startswith("rename") and paths[0] in self.debts:
            self.debts.discard(paths[0])
            self._owe(paths[-1])

    def _owe(self, path: str) -> None:
        is_derived = f"{self.root}/.understudy" in path or ".sqlite" in path
        if path.startswith(self.root) and not is_derived:
            self.debts.add(path)
