"""Changing a JSONC text: only what changed is rewritten; comments, order and layout stay."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from understudy.folder.jsonc.mistakes import JSONCError
from understudy.folder.jsonc.read import loads, plain_json
from understudy.folder.jsonc.text import members, skip_space, without_comments

_LINE_BREAK = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class _Line:
    """A member of the outermost object, with the comments and white space that belong to it."""

    key: str
    lead: str
    name: str
    value: str
    gap: str
    after: str


@dataclass(frozen=True, slots=True)
class _Document:
    head: str
    lines: list[_Line]
    trailing_comma: bool
    tail: str


@dataclass(frozen=True, slots=True)
class _Style:
    """How the document is laid out: `newline` is empty if all is on one line."""

    newline: str
    indent: str

    @classmethod
    def of(cls, document: _Document) -> _Style:
        lead = document.lines[0].lead if document.lines else "\n  "
        newline = "\r\n" if "\r\n" in lead + document.tail else "\n"
        return cls(newline, lead.rpartition("\n")[2]) if "\n" in lead else cls("", " ")

    def value(self, value: Any) -> str:
        step = (self.indent or 2) if self.newline else None
        text = json.dumps(value, indent=step, ensure_ascii=False, allow_nan=False)
        return text.replace("\n", self.newline + self.indent)

    def line(self, key: str, value: Any) -> _Line:
        name = json.dumps(key, ensure_ascii=False) + ": "
        return _Line(key, self.newline + self.indent, name, self.value(value), "", "")


def dumps(value: Any) -> str:
    """JSON as we write it to files: two spaces, one line per value, a final line break."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def update(text: str, value: dict[str, Any]) -> str:
    """The text changed so that it reads as `value`.

    Only values of the outermost object that differ are rewritten; new keys come last. Raises
    `JSONCError` if the text is not a JSON object: it may hold what somebody wants to mend.
    """
    old = loads(text)
    if not isinstance(old, dict):
        raise JSONCError("the file must hold an object: { … }", text, 0)
    changed = _render(_change(_parse(text), old, value))
    return changed if _reads_as(changed, value) else dumps(value)


def _reads_as(text: str, value: dict[str, Any]) -> bool:
    try:
        return _same(loads(text), value)
    except JSONCError:
        return False


def _same(left: Any, right: Any) -> bool:
    # Compared as text, since 1, 1.0 and True are equal in Python.
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _parse(text: str) -> _Document:
    plain, bare = plain_json(text), without_comments(text)
    start = skip_space(plain, 0)
    found = list(members(plain, start))
    stops = [*(member.key_start for member in found[1:]), plain.rstrip().rfind("}")]
    lines: list[_Line] = []
    position, comma = start + 1, -1
    for member, stop in zip(found, stops, strict=bool(found)):
        comma = bare.find(",", member.end, stop)
        split = max(comma, member.end)
        after = comma + 1 if comma >= 0 else split
        # A comment behind the comma, on the same line, is about the value before it.
        line_break = _LINE_BREAK.search(bare, after, stop)
        end = line_break.start() if line_break else after
        lines.append(
            _Line(
                key=str(member.key),
                lead=text[position : member.key_start],
                name=text[member.key_start : member.start],
                value=text[member.start : member.end],
                gap=text[member.end : split],
                after=text[after:end],
            )
        )
        position = end
    tail = text[position:]
    if not lines and "\n" not in text[position : stops[-1]]:
        tail = "\n" + tail.lstrip()
    return _Document(text[: start + 1], lines, comma >= 0, tail)


def _change(document: _Document, old: dict[str, Any], new: dict[str, Any]) -> _Document:
    style = _Style.of(document)
    last = {line.key: line for line in document.lines}
    kept = [line for line in document.lines if line.key in new and line is last[line.key]]
    lines = [
        line
        if _same(old[line.key], new[line.key])
        else replace(line, value=style.value(new[line.key]))
        for line in kept
    ]
    lines += [style.line(key, new[key]) for key in new if key not in old]
    return replace(document, lines=lines)


def _render(document: _Document) -> str:
    text, after = document.head, ""
    for line in document.lines:
        comma = "," if line is not document.lines[-1] or document.trailing_comma else ""
        text += _below(after, line.lead) + line.name + line.value + line.gap + comma + line.after
        after = line.after
    return text + _below(after, document.tail)


def _below(after: str, lead: str) -> str:
    """What follows a comment must not become part of it."""
    return lead if not after or _LINE_BREAK.match(lead) else "\n" + lead
