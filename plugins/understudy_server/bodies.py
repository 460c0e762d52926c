"""Request bodies: read with care, then checked against a model that knows every field."""

from __future__ import annotations

import json
import math
from typing import Any, Final, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import Request

from understudy_server.failures import Refused

B = TypeVar("B", bound=BaseModel)
_MAX_DEPTH: Final = 100
_CODES: Final = {
    "missing": "missing_required_parameter",
    "extra_forbidden": "unknown_parameter",
    "string_too_long": "string_above_max_length",
    "string_too_short": "string_below_min_length",
    "too_long": "array_above_max_length",
    "less_than_equal": "integer_above_max_value",
    "greater_than_equal": "integer_below_min_value",
}


async def read_body(request: Request, model: type[B], *, optional: bool = False) -> B:
    """The body of a request. Raises `Refused`. `optional`: no body at all is an empty one."""
    data = await request.body()
    if not data and optional:
        return check(model, {})
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused("Send a body of the content type application/json.", status=415)
    return check(model, read_json(data))


def read_json(data: bytes) -> dict[str, Any]:
    """A JSON object. Raises `Refused` for anything that cannot be stored and sent again."""
    try:
        value = json.loads(
            data.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite
        )
        if b"\\u" in data:  # half of a surrogate pair is JSON, and no text
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Refused("We could not parse the JSON body of your request.") from None
    if not isinstance(value, dict):
        raise Refused("The JSON body of your request must be an object.")
    if _depth(value) > _MAX_DEPTH:
        raise Refused("The JSON body of your request is nested too deeply.")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level:
        depth += 1
        level = [item for parent in level for item in _items(parent)]
    return depth


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def check(model: type[B], value: dict[str, Any]) -> B:
    """The value as that model. Raises `Refused`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise refusal(error, value) from None


def refusal(error: ValidationError, value: Any) -> Refused:
    """The first thing that is wrong with a value, in OpenAI's words as far as they are known."""
    first = _most_telling(error.errors(include_url=False, include_input=False), value)
    param = ".".join(_fields(first, value))
    code = _CODES.get(first["type"], "invalid_value")
    if first["type"] == "missing":
        message = f"Missing required parameter: '{param}'."
    elif first["type"] == "extra_forbidden":
        message = f"Unknown parameter: '{param}'."
    else:
        subject = f"Invalid '{param}'" if param else "Invalid request"
        message = f"{subject}: {first['msg'].removeprefix('Value error, ')}."
    return Refused(message, param=param or None, code=code)


def _most_telling(errors: list[ErrorDetails], value: Any) -> ErrorDetails:
    """The first error; where something may be of several kinds, of the kind that fits best."""
    begin = _fields(errors[0], value)
    same = [each for each in errors if _fields(each, value)[: len(begin)] == begin]
    return max(same, key=lambda each: (len(_fields(each, value)), not _is_of_kind(each)))


def _is_of_kind(error: ErrorDetails) -> bool:
    """Whether it says only that a value is of another kind."""
    return error["type"].endswith(("_type", "_parsing"))


def _fields(error: ErrorDetails, value: Any) -> list[str]:
    """The way to what is wrong, without the branches of unions that pydantic names, too."""
    found: list[str] = []
    for step in error["loc"]:
        is_key = isinstance(value, dict) and step in value
        if is_key or (isinstance(value, list) and step in range(len(value))):
            value = value[step]
            found.append(str(step))
    return [*found, str(error["loc"][-1])] if error["type"] == "missing" else found
