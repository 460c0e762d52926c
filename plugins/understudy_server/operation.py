"""What an operation takes and gives, for the document at /openapi.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

JSON = dict[str, Any]
Model = type[BaseModel]


@dataclass(frozen=True, slots=True)
class Operation:
    """The models of one operation.

    `body` is what is sent, as JSON, or as a form if `uploads`, or JSON lines if
    `lines`. `answer` is what comes back; without it, bytes of the types in `media`. `query` are
    further parameters, `streams` that the answer can be server-sent events.
    """

    body: Model | None = None
    answer: Model | None = None
    query: tuple[Model, ...] = ()
    needs_body: bool = True
    uploads: bool = False
    lines: bool = False
    streams: bool = False
    media: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> list[JSON]:
        """The parameters in the query."""
        return [parameter for model in self.query for parameter in _parameters(model)]

    def request_body(self, ref: Any) -> JSON | None:
        """The body; `ref` gives a model's place in the document."""
        if self.lines:
            return {"required": True, "content": {"application/jsonl": {"schema": _TEXT}}}
        if self.body is None:
            return None
        if self.uploads:
            form = {"schema": ref(self.body, "validation")}
            return {"required": True, "content": {"multipart/form-data": form}}
        content: JSON = {"schema": ref(self.body, "validation")}
        if self.example:
            content["example"] = dict(self.example)
        return {"required": self.needs_body, "content": {"application/json": content}}

    def success(self, ref: Any) -> JSON:
        """The answer with status 200."""
        content: JSON = {}
        if self.answer is not None:
            content["application/json"] = {"schema": ref(self.answer, "serialization")}
        if self.streams:
            content["text/event-stream"] = {"schema": _EVENT}
        content |= {media: {"schema": _TEXT} for media in self.media}
        return {"description": "Done.", "content": content}


_TEXT: JSON = {"type": "string"}
_EVENT: JSON = {
    "type": "object",
    "description": "One server-sent event; `data` is JSON, or [DONE].",
    "required": ["data"],
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string"},
    },
}


def _parameters(model: Model) -> Iterator[JSON]:
    schema = model.model_json_schema()
    required = schema.get("required", ())
    for name, value in schema["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(value),
        }


def _without_null(schema: JSON) -> JSON:
    """A parameter is there or not; it is never null."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if not options:
        return schema
    rest: JSON = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return rest | (options[0] if len(options) == 1 else {"anyOf": options})
