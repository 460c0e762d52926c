"""JSON as it is stored: strict when written, with comments and trailing commas when read."""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from typing import Any, Final

from pydantic_core import to_json

from understudy.errors import Invalid
from understudy.store import Record

MAX_BYTES: Final = 16 * 2**20
"""The largest document or record."""

_HINT = "Correct the file, or restore an older copy of it."


def dump(value: Record, *, indent: int | None = None) -> str:
    """A record as JSON. Raises `Invalid` for what JSON cannot hold."""
    if not isinstance(value, dict):
        raise Invalid(f"A record must be an object, not {type(value).__name__}.")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        size = len(text.encode())
        if indent is not None:  # in `json` that is ten times slower
            text = to_json(json.loads(text), indent=indent).decode()
    except UnicodeEncodeError as error:
        raise Invalid("The value has half a surrogate pair, which is no character.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(f"The value cannot be stored as JSON: {error}.") from error
    if size > MAX_BYTES:
        raise Invalid(f"The value is larger than {MAX_BYTES >> 20} MB.")
    return text


def load_strict(data: bytes) -> Record:
    """A JSON object. Raises `ValueError` for anything else, `JSONDecodeError` with its place."""
    try:
        text = data.removeprefix(BOM_UTF8).decode()
        value = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a surrogate pair, which is no character") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def load(data: bytes, name: str) -> tuple[Record, bool]:
    """The object in a file, and whether it is strict JSON. Raises `Invalid` with the place."""
    try:
        return load_strict(data), True
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        message = f"`{name}` line {line}, column {column}: this is not UTF-8."
        raise Invalid(message, hint="Save the file with the encoding UTF-8.") from error
    except ValueError:
        return load_commented(data, name), False


def load_commented(data: bytes, name: str) -> Record:
    """The object in a file with comments. Raises `Invalid` with the place."""
    from understudy.folder import jsonc

    try:
        text = json.dumps(jsonc.loads(data.decode("utf-8-sig")))
        return load_strict(text.encode())
    except jsonc.JSONCError as error:
        message = f"`{name}` line {error.line}, column {error.column}: {error.message}"
        raise Invalid(f"{message.rstrip('.')}.", hint=_HINT) from error
    except (ValueError, RecursionError) as error:
        raise Invalid(f"`{name}`: {error}.", hint=_HINT) from error


def rewritten(old: bytes, value: Record) -> str | None:
    """A text with comments, changed to hold `value`; None if they cannot be kept."""
    from understudy.folder import jsonc

    try:
        text = jsonc.update(old.decode("utf-8-sig"), value)
        return text if jsonc.loads(text) == value else None
    except (ValueError, RecursionError):
        return None


def _place(data: bytes, offset: int) -> tuple[int, int]:
    lines = data[:offset].split(b"\n")
    return len(lines), len(lines[-1].decode("utf-8", "replace")) + 1


def _finite(text: str) -> float:
    if math.isfinite(number := float(text)):
        return number
    raise ValueError(f"the number {text[:40]} is too large")


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a JSON number")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)
