"""Wrong fields of a JSON file, in words, pointing at the value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from understudy.folder.files import JSONFile, spell
from understudy.folder.problems import Problem

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]
_KINDS = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
_WANTED = {
    **dict.fromkeys(("string_type", "string_sub_type"), "a text"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "an object"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    "list_type": "a list",
}
_SPECIAL = {
    "response_format": '"auto" or an object',
    "base_url": 'an address such as "http://localhost:8080/v1"',
    "api_key": 'a text, {"$env": "NAME"} or {"$file": "path"}',
}
"""Fields for which pydantic's words do not help."""


def field_problems(error: ValidationError, file: JSONFile, within: Loc = ()) -> list[Problem]:
    """One problem for each field that is wrong; `within` is where the object is in the file."""
    found: dict[Loc, Problem] = {}
    for detail in error.errors(include_url=False):
        path = _path_in(file.value, within, detail["loc"])
        if path not in found:
            found[path] = _problem(file, path, detail)
    return list(found.values())


def _path_in(value: Any, within: Loc, loc: Loc) -> Loc:
    """The part of pydantic's location that is in the file; it also names the union's member.

    A field may have been moved: out of `parameters`, or into `settings` or `parameters`.
    """
    candidates = (loc, ("parameters", *loc), loc[1:])
    paths = (_existing(value, (*within, *candidate)) for candidate in candidates)
    return max(paths, key=len)


def _existing(value: Any, loc: Loc) -> Loc:
    path: Loc = ()
    for step in loc:
        inside = step in value if isinstance(value, dict) else _has_index(value, step)
        if not inside:
            break
        value, path = value[step], (*path, step)
    return path


def _has_index(value: Any, step: str | int) -> bool:
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _problem(file: JSONFile, path: Loc, detail: ErrorDetails) -> Problem:
    missing = detail["type"] == "missing"
    named = (*path, detail["loc"][-1]) if missing or not path else path
    message = f'"{spell(named)}" {"is missing" if missing else _complaint(path, detail)}'
    return file.problem("bad-field", path, message, hint=_hint(path, detail))


def _complaint(path: Loc, detail: ErrorDetails) -> str:
    if path and path[-1] in _SPECIAL:
        return f"must be {_SPECIAL[str(path[-1])]}"
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_shown(detail['input'])}"
    say = _SAY.get(kind)
    return say(context, detail["input"]) if say else f"is not right: {detail['msg'].lower()}"


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"' if value and len(value) <= 20 else "a text"
    if value is None:
        return "null"
    return "true or false" if isinstance(value, bool) else _KINDS.get(type(value), "an object")


def _too_long(context: Mapping[str, Any], value: Any) -> str:
    return f"may have {context['max_length']} characters; it has {len(value)}"


def _too_many(context: Mapping[str, Any], value: Any) -> str:
    return f"may have {context['max_length']} entries; it has {len(value)}"


def _own_words(context: Mapping[str, Any], value: Any) -> str:
    return f"is not right: {context['error']}"


_SAY: dict[str, Callable[[Mapping[str, Any], Any], str]] = {
    "string_too_long": _too_long,
    "string_too_short": lambda context, value: "may not be empty",
    "too_long": _too_many,
    "less_than_equal": lambda context, value: f"may be at most {context['le']:g}, not {value}",
    "greater_than_equal": lambda context, value: f"must be at least {context['ge']:g}, not {value}",
    "greater_than": lambda context, value: f"must be more than {context['gt']:g}, not {value}",
    "literal_error": lambda context, value: f"must be {context['expected']}, not {_shown(value)}",
    # The only pattern is that of a function's name.
    "string_pattern_mismatch": lambda context, value: (
        f'may hold letters, digits, "_" and "-" only, 1 to 64 of them, not {_shown(value)}'
    ),
    "value_error": _own_words,
}


def _hint(path: Loc, detail: ErrorDetails) -> str | None:
    value = detail["input"]
    if path[:1] == ("tools",) and isinstance(value, str) and len(path) <= 2:
        entry = f'{{"type": "{value[:40]}"}}'
        return f'Write "tools": [{entry}].' if len(path) == 1 else f"Write {entry}."
    if path[:1] == ("metadata",) and len(path) > 1:
        return "Metadata holds texts: 16 pairs, keys of 64 and values of 512 characters."
    return None


def misspelt(file: JSONFile, known: Iterable[str]) -> list[Problem]:
    """A warning for each field that we do not know, and that looks like one we know."""
    names = sorted(known)
    odd = [key for key in file.value if key not in names]
    guesses = {key: get_close_matches(key.lower(), names, 1, 0.8) for key in odd}
    return [
        file.problem(
            "unknown-field",
            (key,),
            f'"{key}" means nothing here',
            hint=f'Did you mean "{guess[0]}"?',
            severity="warning",
        )
        for key, guess in guesses.items()
        if guess and guess[0] not in file.value
    ]
