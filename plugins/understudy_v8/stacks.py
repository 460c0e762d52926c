"""Errors of JavaScript, as the author wrote the code: our frames, columns and names taken out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.errors import ScriptError
from understudy_v8.kernel import OURS
from understudy_v8.messages import JSError
from understudy_v8.modules.graph import Graph
from understudy_v8.modules.packages import BUNDLE, owner
from understudy_v8.places import error_at
from understudy_v8.web import hint_for

_FRAME = re.compile(
    r"^    at (?:(?P<name>.*) \()?(?P<file>[^()]+?):(?P<line>\d+):(?P<column>\d+)\)?$"
)
_STEP = re.compile(
    r"^    at (?:async )?(?:Async)?Generator\.(?:next|return|throw) \(<anonymous>\)$"
)
# `(0 , __u1.name)` and `__u1.name` stand where the author wrote `name`; see `modules.rewrite`.
_CALLED = re.compile(r"\(0 ?, ?__u_*\d+\.([\w$]+)\)")
_CALLERS = 3
_READ = re.compile(r"\b__u_*\d+\.")
_DEFAULT = re.compile(r"\b__u_*default\b")


@dataclass(frozen=True, slots=True)
class _Frame:
    name: str
    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"    at {self.name} ({place})" if self.name else f"    at {place}"


def restore(text: str) -> str:
    """A message of the engine, with the author's names."""
    return _DEFAULT.sub("default", _READ.sub("", _CALLED.sub(r"\1", text)))


def script_error(error: JSError, graph: Graph, where: str) -> ScriptError:
    """What a script threw. `where` is the export that was called."""
    message = restore(error.message)
    if error.name != "Error":
        message = f"{error.name}: {message}" if message else error.name
    frames = _frames(error.stack, graph)
    own = next((frame for frame in frames if frame.file in graph.modules), None)
    shown = "\n".join([message, *map(str, frames)])
    if own is None:
        what = "Loading" if where == "load" and frames == [] else f"`{where}`"
        return ScriptError(f"{what} failed: {message}", file=graph.main, stack=shown)
    message += _way(own, frames, graph)
    hint = hint_for(message)
    return error_at(own.file, own.line, own.column, message, hint=hint, stack=shown)


def _way(place: _Frame, frames: list[_Frame], graph: Graph) -> str:
    """How the author's code got there: not all that shows an error can show its stack."""
    own = [f"{frame.file}:{frame.line}" for frame in frames if frame.file in graph.modules]
    places = [shown for shown in dict.fromkeys(own) if shown != f"{place.file}:{place.line}"]
    return f" (called from {', '.join(places[:_CALLERS])})" if places else ""


def _frames(stack: str, graph: Graph) -> list[_Frame]:
    found = []
    for line in stack.splitlines():
        match = _FRAME.match(line)
        if match is None or _STEP.match(line) or match["file"].startswith(OURS):
            continue
        found.append(_frame(match, graph))
    return found


def _frame(match: re.Match[str], graph: Graph) -> _Frame:
    file, line, column = match["file"], int(match["line"]), int(match["column"])
    name = restore(match["name"] or "")
    if file.startswith("async "):
        file, name = file.removeprefix("async "), "async"
    module = graph.modules.get(file)
    if file == BUNDLE and (package := owner(graph.packages.text or "", line)) is not None:
        return _Frame(name, package)
    if module is not None:
        column = module.rewritten.original_column(line, column)
    return _Frame(name, file, line, column)
