"""What the driver says: one JSON object a line. The code that it runs may have had a hand in it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)  # built once, in the union below


class Thrown(_Message):
    """What was thrown. `code` is Node's, or empty."""

    name: str
    message: str
    stack: str
    code: str


class Ready(_Message):
    """The file has been loaded."""

    type: Literal["ready"]
    exports: frozenset[str]


class Broken(_Message):
    """The file could not be loaded."""

    type: Literal["broken"]
    error: Thrown


class Result(_Message):
    """A call returned."""

    type: Literal["result"]
    call: int
    value: Any = None


class Item(_Message):
    """A streamed call yielded."""

    type: Literal["item"]
    call: int
    value: Any = None


class End(_Message):
    """A streamed call is done."""

    type: Literal["end"]
    call: int


class Failure(_Message):
    """A call threw."""

    type: Literal["failure"]
    call: int
    error: Thrown


class Stopped(_Message):
    """The driver knows that a call's result is not wanted any more."""

    type: Literal["stopped"]
    call: int


class Sent(_Message):
    """`process.send()`. `run` is the run in whose context it was called, if any."""

    type: Literal["message"]
    run: str | None
    value: Any = None


class Log(_Message):
    """A line of `console`."""

    type: Literal["log"]
    run: str | None
    level: Literal["debug", "info", "warning", "error"]
    text: str


CallMessage = Result | Item | End | Failure
Message = Ready | Broken | CallMessage | Stopped | Sent | Log
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])

# Half of a surrogate pair: no text in UTF-8 can hold it. Whole pairs come unescaped.
_HALF = re.compile(rb"(?<!\\)((?:\\\\)*)\\ud[0-9a-f]{3}")


def read_message(line: bytes) -> Message:
    """Read a line. Raises `pydantic.ValidationError`."""
    if b"\\ud" in line:
        line = _HALF.sub(rb"\1\\ufffd", line)
    return _MESSAGE.validate_json(line)
