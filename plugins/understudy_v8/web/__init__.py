"""The Web APIs of scripts, in parts that are linked from npm packages when the wheel is built.

A script is given the parts that have a global which its text names, and those that they need.
Each is evaluated when the script first uses it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from understudy_v8.own_model import ENVIRONMENT as OWN_MODEL

_WORD = re.compile(r"\w")
_WITHHELD = frozenset({"WebAssembly", "SharedArrayBuffer", "Atomics"})


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the layer: the globals it brings, and the parts that it needs."""

    name: str
    globals: tuple[str, ...]
    needs: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its name among the modules of an isolate, and in stacks."""
        return f"understudy:web/{self.name}"

    def text(self) -> str:
        """As `Isolate.define` takes it.

        The parentheses have V8 compile the function at once: else it would parse it twice.
        """
        return f"{{const factory=((web,host)=>{{{_read(self.name)}\nreturn part}})"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one script is given. `environment` is what its `process.env` holds."""

    parts: tuple[Part, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)

    def message(self) -> dict[str, Any]:
        """What tells the kernel of it."""
        parts = [{"name": part.name, "globals": part.globals} for part in self.parts]
        return {"type": "web", "parts": parts, "env": self.environment}


def choose(texts: Iterable[str], variables: Iterable[str] = ()) -> Layer:
    """The layer for a script of these modules, which may see these environment variables."""
    named = {name for text in texts for name in all_globals() if _names(text, name)}
    known = _parts()
    wanted = [part for part in known.values() if not named.isdisjoint(part.globals)]
    chosen: dict[str, Part] = {}
    while wanted:
        part = wanted.pop()
        if part.name not in chosen:
            chosen[part.name] = part
            wanted += [known[name] for name in part.needs]
    return Layer(tuple(part for part in known.values() if part.name in chosen), _env(variables))


def _env(variables: Iterable[str]) -> dict[str, str]:
    # Who is given a key of OpenAI's is not meant to send it to the assistant's own model.
    granted = {name: os.environ[name] for name in variables if name in os.environ}
    return granted if granted.keys() & OWN_MODEL.keys() else {**OWN_MODEL, **granted}


def hint_for(message: str) -> str | None:
    """What to do about `X is not defined`, if it is known."""
    match = re.match(r"ReferenceError: (\w+) is not defined", message)
    if match is not None and match[1] in _WITHHELD:
        return (
            f"Assistants' code has no {match[1]}, since its memory escapes the limits. What needs "
            "it can run in process.js, in deno (docs/process.md)."
        )
    if _parts() or match is None or match[1] not in all_globals():
        return None
    return (
        "This Understudy was installed without Web APIs (UNDERSTUDY_NO_WEB=1); "
        "install it again without that to have them."
    )


def _names(text: str, name: str) -> bool:
    # Names in strings and comments count too: `globalThis["fetch"]`. Not by a regular expression:
    # a bundle of packages may have 16 MB.
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not _WORD.search(text[max(at - 1, 0) : at] + text[end : end + 1]):
            return True
        at = text.find(name, end)
    return False


@cache
def all_globals() -> list[str]:
    """Every name that the layer can bring."""
    listed: dict[str, list[str]] = json.loads(_file("parts.json").read_text("utf-8"))
    return [name for names in listed.values() for name in names]


def all_parts() -> tuple[Part, ...]:
    """Every part; none if the layer was not built."""
    return tuple(_parts().values())


@cache
def _parts() -> Mapping[str, Part]:
    """By name; none if the layer was not built."""
    manifest = _file("built/parts.json")
    if not manifest.is_file():
        return {}
    listed: dict[str, Any] = json.loads(manifest.read_text("utf-8"))
    return {
        name: Part(name, tuple(part["names"]), tuple(part["needs"]))
        for name, part in listed.items()
    }


@cache
def _read(name: str) -> str:
    return _file(f"built/{name}.js").read_text("utf-8")


def _file(path: str) -> Traversable:
    return resources.files(__name__).joinpath(path)
