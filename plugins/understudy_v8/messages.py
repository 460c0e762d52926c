"""What the kernel says: the outbox of a turn, as JSON. A script may have had a hand in it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)  # built once, in the union below


class JSError(_Message):
    """What was thrown. `origin` is the id of the request whose failure it is, if it is one."""

    name: str
    message: str
    stack: str
    origin: int | None = None


class Result(_Message):
    """A call returned."""

    type: Literal["result"]
    call: int
    value: Any


class Failure(_Message):
    """A call threw."""

    type: Literal["failure"]
    call: int
    error: JSError


class PartYielded(_Message):
    """`invoke` yielded."""

    type: Literal["part"]
    call: int
    value: str | dict[str, Any]


class End(_Message):
    """`invoke` is done."""

    type: Literal["end"]
    call: int


class Stopped(_Message):
    """A call that was stopped has cleaned up."""

    type: Literal["stopped"]
    call: int


class Request(_Message):
    """A call asks for an effect."""

    type: Literal["request"]
    call: int
    id: int
    kind: str
    payload: dict[str, Any]


class Pull(_Message):
    """A call asks for the next item of a stream. The first pull opens it and says of what kind."""

    type: Literal["pull"]
    call: int
    id: int
    stream: int
    kind: str
    payload: dict[str, Any] | None


class Shut(_Message):
    """A call needs no more of a stream."""

    type: Literal["shut"]
    call: int
    id: int
    stream: int


class Push(_Message):
    """A piece of what a stream sends, in base64; its end, if there is none; or why it broke off."""

    type: Literal["push"]
    call: int
    id: int
    stream: int
    chunk: str | None
    error: str | None


class Timer(_Message):
    """Post `fire` after `delay` milliseconds."""

    type: Literal["timer"]
    id: int
    delay: float


class Clear(_Message):
    """Forget a timer."""

    type: Literal["clear"]
    id: int


class Log(_Message):
    """A line for the log."""

    type: Literal["log"]
    level: Literal["debug", "info", "warning", "error"]
    text: str


CallMessage = Result | Failure | PartYielded | End | Stopped | Request | Pull | Shut | Push
Message = CallMessage | Timer | Clear | Log
_OUTBOX: TypeAdapter[list[Message]] = TypeAdapter(
    list[Annotated[Message, Field(discriminator="type")]]
)

# Half of a surrogate pair: no text in UTF-8 can hold it. Whole pairs come unescaped.
_HALF = re.compile(r"(?<!\\)((?:\\\\)*)\\ud[0-9a-f]{3}")


def read_outbox(text: str) -> list[Message]:
    """The messages of a turn. Raises `pydantic.ValidationError`."""
    if "\\ud" in text:
        text = _HALF.sub(r"\1\\ufffd", text)
    return _OUTBOX.validate_json(text)


class ToolDescription(_Message):
    """One exported tool."""

    name: str
    description: str
    parameters: dict[str, Any]
    strict: bool | None
    idempotent: bool


class Exports(_Message):
    """What the assistant's main module exports."""

    exports: frozenset[str]
    tools: list[ToolDescription]


class ProceedRequest(BaseModel):
    """What `toolCall` hands to `next`: the call, perhaps changed."""

    name: str
    arguments: dict[str, Any] = {}
