"""The script that a snapshot keeps, and the one that proves it."""

from __future__ import annotations

import json

from understudy_v8 import kernel
from understudy_v8.web import Layer, Part, all_parts

_READY = ("events", "files", "encoding", "url", "streams", "buffer", "fetch")
"""Parts that are evaluated: they take time, and ask the host for nothing while they are."""
PROVEN = "proven example.com b false 3 undefined undefined"
_SECRET = "proof"
# Of a snapshot whose layer was not built, nothing but the kernel is asked.
_USE = """
const seen = typeof URL === "undefined" ? "example.com b false 3" : [
  new URL("http://example.com/a").host, new Headers({ a: "b" }).get("a"),
  new AbortController().signal.aborted, new TextEncoder().encode("abc").length,
].join(" ");
"proven " + seen + " " + typeof WebAssembly + " " + typeof __understudy_wake;
"""


def source() -> str:
    """The kernel, not awake, and all parts of the Web APIs."""
    parts = all_parts()
    names = [part.name for part in parts]
    ready = [name for name in _READY if name in names]
    defined = "".join(
        f"{part.text()};kernel.define({_text(part.path)},factory)}}" for part in parts
    )
    wake = "{ value: kernel.wake, configurable: true }"
    return (
        f"(() => {{ const kernel = {kernel.body()};{defined}"
        f"kernel.freezeParts({_text(names)},{_text(ready)});"
        f'Object.defineProperty(globalThis,"__understudy_wake",{wake}) }})()'
        f"\n//# sourceURL={kernel.NAME}"
    )


def _define(part: Part) -> str:
    return f"{part.text()};kernel.define({_text(part.path)},factory)}}"


def proof() -> str:
    """What evaluates to `PROVEN` in a heap that comes from the snapshot."""
    batch = {"now": 0, "messages": [Layer(all_parts()).message()]}
    enter = f"__understudy({_text(_SECRET)},'enter',{_text(_text(batch))},false)"
    return f"{kernel.wake(_SECRET)};{enter};{_USE}"


def _text(value: object) -> str:
    return json.dumps(value)
