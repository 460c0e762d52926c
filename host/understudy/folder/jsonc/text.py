"""The text of a JSONC document: blanking what JSON does not have, positions, members."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Possessive throughout, and open ends are accepted: a hostile file must cost linear time.
_STRING = r'"(?:[^"\\\r\n]++|\\.)*+"?'
_COMMENT = re.compile(rf"{_STRING}|(?P<blank>//[^\r\n]*+|/\*.*?(?:\*/|\Z))", re.DOTALL)
_COMMA = re.compile(rf"{_STRING}|[\[{{,:]\s*+,|(?P<blank>,)(?=\s*+[\]}}])", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode

BOM = "\ufeff"


def without_comments(text: str) -> str:
    """The text with comments (and a byte order mark) as spaces; every position is kept."""
    if text.startswith(BOM):
        text = " " + text[1:]
    return _COMMENT.sub(_blank, text)


def without_trailing_commas(text: str) -> str:
    """Text without comments, trailing commas as spaces. `[,]` stays the mistake that it is."""
    return _COMMA.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    return found if match["blank"] is None else " " * len(found)


def place(text: str, position: int) -> tuple[int, int]:
    """Line and column of a position, both from 1."""
    start = text.rfind("\n", 0, position) + 1
    if start == 0 and text.startswith(BOM):
        start = 1
    return text.count("\n", 0, position) + 1, max(position - start, 0) + 1


@dataclass(frozen=True, slots=True)
class Member:
    """A value inside an object or a list: its key or index, and where both stand."""

    key: str | int
    key_start: int
    start: int
    end: int


def members(plain: str, start: int) -> Iterator[Member]:
    """The values inside the object or list at `start` of plain JSON; none in a scalar."""
    is_object = plain[start] == "{"
    position = skip_space(plain, start + 1)
    index = 0
    while plain[start] in "{[" and plain[position] not in "}]":
        key, value_start = _key(plain, position) if is_object else (index, position)
        end: int = _decode(plain, value_start)[1]
        yield Member(key, position, value_start, end)
        position = skip_space(plain, end)
        position = skip_space(plain, position + 1) if plain[position] == "," else position
        index += 1


def _key(plain: str, position: int) -> tuple[str, int]:
    key: Any
    key, end = _decode(plain, position)
    return key, skip_space(plain, skip_space(plain, end) + 1)


def skip_space(text: str, position: int) -> int:
    """The first position from here on that is not white space."""
    match = _SPACE.match(text, position)
    return match.end() if match else position
