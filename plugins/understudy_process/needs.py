"""What process.js needs that only Node or deno have: the jail does for whatever needs nothing.

It is read off the text, so that nothing runs to find out. A word in a comment counts, too: an
engine that was not needed does no harm, one that is missing does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from understudy_process.site import Site

_IMPORT: Final = re.compile(
    r"""(?:\bfrom|\bimport|\b(?:import|require)\s*\()\s*(["'])(?P<name>[^"'\n]+)\1"""
)
_MADE_UP: Final = re.compile(r"""\b(?P<how>import|require)\s*\(\s*(?!["'])""")
_GLOBAL: Final = re.compile(
    r"(?<![\w$.])(Deno|global|setImmediate|clearImmediate|Worker|WebSocket|WebAssembly"
    r"|SharedArrayBuffer|Atomics|BroadcastChannel|EventSource|localStorage|caches)\b"
)
_MEMBER: Final = re.compile(r"\bprocess\s*\??\.\s*(\w+)")
_MEMBERS: Final = frozenset(
    (
        "on", "once", "off", "addListener", "removeListener", "emit", "listenerCount", "send",
        "connected", "disconnect", "exit", "env", "nextTick", "hrtime", "uptime", "emitWarning",
        "stdout", "stderr", "js", "mjs", "cjs", "ts",
    )
)  # fmt: skip
"""What the jail's `process` has, and the ends of file names."""
_ENDINGS: Final = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", "/index.js", "/index.ts")


def engine_need(site: Site) -> str | None:
    """Why it needs an engine, in words with their place; None if it needs none. Reads files."""
    seen: set[Path] = set()
    waiting = [site.file]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        text = file.read_text("utf-8", errors="replace")
        what = next(_needs(text), None)
        if what is not None:
            return f"{file.relative_to(site.folder).as_posix()} {what}"
        waiting += _imported(site, file, text)
    return None


def _needs(text: str) -> Iterator[str]:
    for found in _IMPORT.finditer(text):
        if not _is_file(found["name"]):
            yield f"imports `{found['name']}`"
    if (made := _MADE_UP.search(text)) is not None:
        yield f"has a `{made['how']}` whose name is made up as it runs"
    if (named := _GLOBAL.search(text)) is not None:
        yield f"uses `{named[1]}`"
    for member in _MEMBER.finditer(text):
        if member[1] not in _MEMBERS:
            yield f"uses `process.{member[1]}`"


def _is_file(name: str) -> bool:
    return name.startswith(("./", "../"))


def _imported(site: Site, file: Path, text: str) -> Iterator[Path]:
    for found in _IMPORT.finditer(text):
        wanted = str(file.parent / found["name"])
        paths = (Path(wanted + ending).resolve() for ending in _ENDINGS)
        path = next((path for path in paths if path.is_file()), None)
        # Of what is missing or outside, whoever runs it tells.
        if path is not None and path.is_relative_to(site.folder) and path.suffix != ".json":
            yield path
