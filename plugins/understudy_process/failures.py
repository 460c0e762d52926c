"""What goes wrong with process.js, in words for its author."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from understudy.errors import NotAllowed, NotFound, ScriptError, UnderstudyError
from understudy_process.engines import DRIVER
from understudy_process.messages import Thrown
from understudy_process.site import Site

_WHERE = re.compile(
    r"(?<![\w./@-])(?P<file>[\w@][\w./@-]*\.(?:js|mjs|cjs|ts)):(?P<line>\d+)(?::(?P<column>\d+))?"
)
_OURS = f"{DRIVER.parent.name}/"
_SIGNALS = {-9: "was killed", -24: "used too much CPU time", -5: "ran out of memory"}
_ABORTED = (-6, 133, 134)
"""How V8 ends a process: it has run out of memory, more often than not."""


def not_granted(assistant_id: str) -> NotAllowed:
    """The user has not allowed it."""
    return NotAllowed(
        f"The assistant `{assistant_id}` may not run src/process.js: it has not been allowed to. "
        f'package.json asks for it by "understudy": {{"permissions": {{"process": true}}}}; '
        f"`understudy trust {assistant_id}` allows it."
    )


def no_export(site: Site, name: str, exports: Iterable[str]) -> NotFound:
    """It has no such function."""
    names = sorted(exports)
    close = get_close_matches(name, names, 1)
    rest = f"It exports: {', '.join(names)}." if names else "It exports no function."
    what = f"{site.name} exports no function `{name}`."
    meant = f"Did you mean `{close[0]}`?" if close else rest
    return NotFound(f"{what} {meant}", hint=rest)


def thrown(site: Site, error: Thrown, what: str) -> UnderstudyError:
    """It threw, in a call or while it was loaded."""
    message = _relative(site, error.message)
    if error.name == "NotCapable" or error.code == "ERR_ACCESS_DENIED":  # deno, Node
        return _refused(site, message)
    told = message.startswith((error.name, "SyntaxError"))  # deno's are TypeErrors
    if error.name not in ("Error", "") and not told:
        message = f"{error.name}: {message}"
    stack = _relative(site, error.stack)
    place = _WHERE.search(stack) or _WHERE.search(message)
    place = place if place is not None and (site.folder / place["file"]).is_file() else None
    return ScriptError(
        f"{_place(site, place)}: {what}: {message}",
        kind="syntax" if "SyntaxError" in message else "error",
        file=place["file"] if place else site.name,
        line=int(place["line"]) if place else None,
        column=int(place["column"]) if place and place["column"] else None,
        stack=stack or None,
    )


def ended(site: Site, code: int, tail: str) -> ScriptError:
    """It is gone, with the exit code that `Popen` gives."""
    how = _SIGNALS.get(code)
    if how is None:
        out = code in _ABORTED or "out of memory" in tail.lower()
        how = "ran out of memory" if out else f"exited with code {code}"
    if code == 0:
        how = "exited"
    last = _relative(site, tail.strip())[-1500:]
    return ScriptError(
        f"{site.name} {how}" + (f"; it had printed:\n{last}" if last else ""),
        kind="memory" if "memory" in how else "time" if "CPU" in how else "error",
        file=site.name,
        hint="The next call starts it again.",
    )


def broke_off(site: Site, error: UnderstudyError) -> ScriptError:
    """The jail has ended it."""
    return ScriptError(
        f"{site.name} was ended: {error}",
        kind=error.kind if isinstance(error, ScriptError) else "error",
        file=site.name,
        hint="The next call starts it again.",
    )


def too_late(site: Site, what: str, seconds: float) -> ScriptError:
    """It has not answered in time."""
    return ScriptError(
        f"{site.name}: {what} has not answered within {seconds:g} s",
        kind="time",
        file=site.name,
        hint='More time: package.json, "understudy": {"process": {"call_seconds": 300}}.',
    )


def deaf(site: Site) -> ScriptError:
    """It does not even hear that a call is over."""
    return ScriptError(
        f"{site.name} was ended: it was busy and did not hear that a call was over",
        kind="time",
        file=site.name,
        hint="Look for a loop that does not end.",
    )


def _refused(site: Site, message: str) -> NotAllowed:
    return NotAllowed(
        f"{site.name} may not do this: {message.partition(', run again')[0]}. package.json asks "
        'for more by "understudy": {"permissions": {"net": […], "files": "read", "env": […]}}; '
        f"`understudy trust {site.assistant_id}` allows it."
    )


def _relative(site: Site, text: str) -> str:
    for prefix in (f"file://{site.folder}/", f"{site.folder}/"):
        text = text.replace(prefix, "")
    return "\n".join(line for line in text.split("\n") if _OURS not in line)


def _place(site: Site, place: re.Match[str] | None) -> str:
    if place is None:
        return site.name
    return ":".join(filter(None, (place["file"], place["line"], place["column"])))
