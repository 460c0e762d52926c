"""Reading JSONC: the value, and where each part of it stands."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from understudy.folder.jsonc.mistakes import JSONCError, explain
from understudy.folder.jsonc.text import (
    members,
    place,
    skip_space,
    without_comments,
    without_trailing_commas,
)

MAX_DEPTH: Final = 200
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _UnusableNumber(Exception):
    """A number that no other program could read back."""


def _refuse(number: str) -> NoReturn:
    raise _UnusableNumber(number)


def _finite(number: str) -> float:
    value = float(number)
    return value if abs(value) != float("inf") else _refuse(number)


def _integer(number: str) -> int:
    # Python refuses to read integers of more than 4300 digits.
    return int(number) if len(number) <= 1000 else _refuse(number)


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, parse_int=_integer)


def loads(text: str) -> Any:
    """The value of a JSONC text. Raises `JSONCError`. Of a key given twice, the last counts."""
    try:
        value = _decoder.decode(text)
    except (ValueError, _UnusableNumber, RecursionError):
        value = _loads_plain(plain_json(text), text)
    _check(value, text)
    return value


def _loads_plain(plain: str, text: str) -> Any:
    try:
        return _decoder.decode(plain)
    except json.JSONDecodeError as error:
        raise explain(error, text) from None
    except RecursionError:
        raise _too_deep(text) from None
    except _UnusableNumber as error:
        number = str(error)
        shown = number if len(number) <= 20 else f"{number[:20]}…"
        message = f"`{shown}` is not a number that JSON can hold"
        raise JSONCError(message, text, _find_outside_strings(plain, number)) from None


def plain_json(text: str) -> str:
    """The text as plain JSON, every position kept. Raises `JSONCError` for an open comment."""
    plain = without_comments(text)
    start = text.rfind("/*")
    if start >= 0 and plain[start] == " " and "*/" not in text[start + 2 :]:
        raise JSONCError("this comment is never closed with */", text, start)
    return without_trailing_commas(plain)


def _check(value: Any, text: str) -> None:
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deep(value):
        raise _too_deep(text)
    surrogate = _SURROGATE.search(text)
    if surrogate and not _is_unicode(value):
        message = r"a \uD8… escape must be one of a pair; better write the character itself"
        raise JSONCError(message, text, surrogate.start())


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        parts = (part.values() if isinstance(part, dict) else part for part in level)
        level = [child for part in parts for child in part if isinstance(child, (dict, list))]
    return bool(level)


def _is_unicode(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep(text: str) -> JSONCError:
    depth = 0
    for bracket in _BRACKET.finditer(without_comments(text)):
        depth += (bracket["open"] is not None) - (bracket["close"] is not None)
        if depth > MAX_DEPTH:
            break
    message = f"brackets may not be nested more than {MAX_DEPTH} deep"
    return JSONCError(message, text, bracket.start())


def _find_outside_strings(plain: str, word: str) -> int:
    token = re.compile(rf'"(?:[^"\\]++|\\.)*+"?|(?P<word>{re.escape(word)})', re.DOTALL)
    return next((found.start() for found in token.finditer(plain) if found["word"]), 0)


def locate(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the value at a path, or of the nearest thing around it that exists."""
    plain = plain_json(text)
    position = skip_space(plain, 0)
    for step in path:
        found = [member for member in members(plain, position) if member.key == step]
        if not found:
            break
        position = found[-1].start
    return place(text, position)


def duplicates(text: str) -> list[tuple[str, int, int]]:
    """Keys that the outermost object has twice: key, line and column of each earlier one."""
    plain = plain_json(text)
    seen: dict[str | int, int] = {}
    lost: list[tuple[str, int, int]] = []
    for member in members(plain, skip_space(plain, 0)):
        if member.key in seen:
            lost.append((str(member.key), *place(text, seen[member.key])))
        seen[member.key] = member.key_start
    return lost
