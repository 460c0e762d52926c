"""What is wrong with a JSON text, in words for the person who wrote it."""

from __future__ import annotations

import json
import re

from understudy.folder.jsonc.text import place

_WORD = re.compile(r"[^\s,:\[\]{}\"']+")
_PYTHON = {"True": "true", "False": "false", "None": "null", "undefined": "null", "nil": "null"}

_AS_FOUND = {
    "Unterminated string": "this text has no closing double quote",
    "Invalid control character": r"a line break or tab in a text must be written as \n or \t",
    "Invalid \\": r"write \\ for a backslash: only \" \\ \/ \b \f \n \r \t \uXXXX may follow one",
    "Extra data": "there is something after the end of the JSON value",
}


class JSONCError(ValueError):
    """The text is not JSON. `line` and `column` count from 1."""

    def __init__(self, message: str, text: str, position: int) -> None:
        self.message = message
        self.line, self.column = place(text, position)
        super().__init__(f"line {self.line}, column {self.column}: {message}")


def explain(error: json.JSONDecodeError, text: str) -> JSONCError:
    """A friendly error for one of the standard library's; `text` is the original."""
    return JSONCError(_message(error.msg, error.doc, error.pos), text, _position(error))


def _position(error: json.JSONDecodeError) -> int:
    """Where to point: at the last thing written, if the text just ends."""
    at_end = not error.doc[error.pos :].strip()
    return max(len(error.doc.rstrip()) - 1, 0) if at_end else error.pos


def _message(found: str, doc: str, position: int) -> str:
    for start, message in _AS_FOUND.items():
        if found.startswith(start):
            return message
    rest = doc[position : position + 80]
    if not rest.strip():
        return _ends_early(doc)
    if rest[0] == "'":
        return "use double quotes, not single quotes"
    if "delimiter" in found:
        return _delimiter(found, doc, position)
    return _name(rest) if "property name" in found else _value(rest)


def _ends_early(doc: str) -> str:
    return 'the file ends here: a "}" or "]" is missing' if doc.strip() else "the file is empty"


def _delimiter(found: str, doc: str, position: int) -> str:
    before = doc[position - 1]
    if before.isdigit() and doc[position] in "0123456789.eExX_":
        return "this is not a JSON number"
    if "':'" in found:
        return 'a ":" is missing between the name and its value'
    return 'a "," is missing before this'


def _name(rest: str) -> str:
    word = _WORD.match(rest)
    return f"the name `{word.group()}` must be in double quotes" if word else "a name is missing"


def _value(rest: str) -> str:
    word = _WORD.match(rest)
    if word is None:
        return "a value is missing"
    written = word.group()
    if not written.isprintable():
        return "this is not JSON, and not even text"
    if written in _PYTHON:
        return f"write `{_PYTHON[written]}`, not `{written}`"
    return f"`{written}` is not a JSON value; a text must be in double quotes"
