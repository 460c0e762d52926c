"""The API's first version, `OpenAI-Beta: assistants=v1`: its requests in, its objects out.

Behind this layer there is one version only, the second. The first has `retrieval` where that has
`file_search`, and `file_ids` where it has attachments and tool resources.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from understudy import Host
from understudy_server.bodies import check, read_json
from understudy_server.failures import Refused
from understudy_server.routes.v1_files import AssistantFiles
from understudy_server.v1_answer import Answer

JSON = dict[str, Any]
Show = Callable[[JSON], Awaitable[JSON]]
_TRANSLATED: Final = re.compile(r"/v1/(assistants|threads)(/|$)")
_ASSISTANT: Final = re.compile(r"/v1/assistants(/[^/]+)?/?")
_SEARCH: Final = {"type": "file_search"}
_RETRIEVAL: Final = {"type": "retrieval"}
_MESSAGE_TOOLS: Final = [_SEARCH, {"type": "code_interpreter"}]
_LATER: Final = ("tool_resources", "attachments")
_LATER_IN_ASSISTANTS: Final = frozenset(
    {"tool_resources", "temperature", "top_p", "response_format", "reasoning_effort"}
)
_LATER_IN_RUNS: Final = frozenset({"parallel_tool_calls", "top_p", "reasoning_effort"})


class V1:
    """An ASGI layer: translates requests that ask for the first version.

    `app` answers what has been translated: it has a few routes more than for the second.
    """

    def __init__(self, app: ASGIApp, host: Host) -> None:
        self._app = app
        self._files = AssistantFiles(host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the first version."""
        show: Show = self.show
        if scope["method"] == "POST" and _TRANSLATED.match(_path(scope)):
            body = await Request(scope, receive).body()
            receive, show = await self._take(scope, receive, body)
        await self._app(scope, receive, Answer(send, show))

    async def _take(self, scope: Scope, receive: Receive, body: bytes) -> tuple[Receive, Show]:
        """The request in the second version, and how its answer is shown."""
        if not body:
            return _replayed(b"", receive), self.show
        value = read_json(body)
        if not _ASSISTANT.fullmatch(_path(scope)):
            return _replayed(_dumped(asked(value)), receive), self.show
        file_ids = check(AssistantFileIds, {"file_ids": value.pop("file_ids", None)}).file_ids
        await self._files.check(file_ids or ())

        async def show(assistant: JSON) -> JSON:
            await self._files.attach(assistant["id"], file_ids)
            return await self.show(assistant)

        return _replayed(_dumped(asked(value)), receive), show

    async def show(self, value: JSON) -> JSON:
        """An object of the second version, as the first shows it."""
        kind = value.get("object", "")
        if kind == "list":
            return value | {"data": [await self.show(item) for item in value["data"]]}
        shape = _SHAPES.get(kind)
        return shape(value, await self._file_ids(value)) if shape else value

    async def _file_ids(self, value: JSON) -> list[str]:
        match value["object"]:
            case "assistant":
                return await self._files.of(value["id"])
            case "thread.run":  # one of the first version holds what the assistant had
                noted: list[str] | None = value.get("file_ids")
                return await self._files.of(value["assistant_id"]) if noted is None else noted
            case "thread.message":
                attached = [each["file_id"] for each in value["attachments"] or ()]
                return await self._files.existing(attached)
        return []


# -- requests


class AssistantFileIds(BaseModel):
    """The files of an assistant."""

    file_ids: Annotated[list[str], Field(max_length=20)] | None = None


class MessageFileIds(BaseModel):
    """The files of a message."""

    model_config = ConfigDict(extra="ignore")
    file_ids: Annotated[list[str], Field(max_length=10)] | None = None


def asked(value: JSON) -> JSON:
    """A request of the first version, as the second has it. Raises `Refused`."""
    for name in _LATER:
        if name in value:
            message = f"Unknown parameter: '{name}'."
            raise Refused(message, param=name, code="unknown_parameter")
    changed = dict(value)
    if isinstance(value.get("tools"), list):
        changed["tools"] = [_asked_tool(tool) for tool in value["tools"]]
    if value.get("tool_choice") == _RETRIEVAL:
        changed["tool_choice"] = _SEARCH
    if isinstance(value.get("thread"), dict):
        changed["thread"] = asked(value["thread"])
    for name in ("messages", "additional_messages"):
        if isinstance(value.get(name), list):
            changed[name] = [asked(m) if isinstance(m, dict) else m for m in value[name]]
    return _asked_message(changed) if "file_ids" in value and "role" in value else changed


def _asked_tool(tool: Any) -> Any:
    if isinstance(tool, dict) and tool.get("type") == _SEARCH["type"]:
        message = "Invalid 'tools': file_search came with assistants=v2; here it is retrieval."
        raise Refused(message, param="tools", code="invalid_value")
    return _SEARCH if tool == _RETRIEVAL else tool


def _asked_message(value: JSON) -> JSON:
    file_ids = check(MessageFileIds, value).file_ids or []
    attachments = [{"file_id": file_id, "tools": _MESSAGE_TOOLS} for file_id in file_ids]
    return _without(value, "file_ids") | {"attachments": attachments}


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _dumped(value: JSON) -> bytes:
    return json.dumps(value).encode()


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more; after it, whatever the client does next."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


# -- objects


def _assistant(value: JSON, file_ids: list[str]) -> JSON:
    shown = {"file_ids": file_ids, "tools": _tools(value["tools"])}
    return _without(value, *_LATER_IN_ASSISTANTS) | shown


def _run(value: JSON, file_ids: list[str]) -> JSON:
    choice = _RETRIEVAL if value["tool_choice"] == _SEARCH else value["tool_choice"]
    form = _format(value["response_format"])
    shown = {"file_ids": file_ids, "tools": _tools(value["tools"]), "tool_choice": choice}
    return _without(value, *_LATER_IN_RUNS) | shown | {"response_format": form}


def _format(value: Any) -> Any:
    """A schema came later; without it, it is JSON."""
    has_schema = isinstance(value, dict) and value.get("type") == "json_schema"
    return {"type": "json_object"} if has_schema else value


def _message(value: JSON, file_ids: list[str]) -> JSON:
    return _without(value, "attachments") | _content(value) | {"file_ids": file_ids}


def _thread(value: JSON, _file_ids: list[str]) -> JSON:
    return _without(value, "tool_resources")


def _message_delta(value: JSON, _file_ids: list[str]) -> JSON:
    return value | {"delta": value["delta"] | _content(value["delta"])}


def _step(value: JSON, _file_ids: list[str]) -> JSON:
    return value | {"step_details": _details(value["step_details"])}


def _step_delta(value: JSON, _file_ids: list[str]) -> JSON:
    return value | {"delta": {"step_details": _details(value["delta"]["step_details"])}}


_SHAPES: Final = {
    "assistant": _assistant,
    "thread": _thread,
    "thread.message": _message,
    "thread.message.delta": _message_delta,
    "thread.run": _run,
    "thread.run.step": _step,
    "thread.run.step.delta": _step_delta,
}


def _tools(tools: list[JSON]) -> list[JSON]:
    return [_RETRIEVAL if tool["type"] == _SEARCH["type"] else tool for tool in tools]


def _content(value: JSON) -> JSON:
    """The content; its citations have a `quote`, also those written before it was kept."""
    if "content" not in value:
        return {}
    return {"content": [_part(part) for part in value["content"]]}


def _part(part: JSON) -> JSON:
    """A part; there was only text, and uploaded images."""
    match part["type"]:
        case "refusal":
            return _as_text(part, part["refusal"])
        case "image_url":
            return _as_text(part, part["image_url"]["url"])
        case "text" if cited := part["text"].get("annotations"):
            return part | {
                "text": part["text"] | {"annotations": [_quoted(each) for each in cited]}
            }
    return part


def _as_text(part: JSON, text: str) -> JSON:
    return _without(part, part["type"]) | {
        "type": "text",
        "text": {"value": text, "annotations": []},
    }


def _quoted(annotation: JSON) -> JSON:
    if annotation.get("type") != "file_citation":
        return annotation
    return annotation | {"file_citation": {"quote": "", **annotation["file_citation"]}}


def _details(details: JSON) -> JSON:
    if "tool_calls" not in details:
        return details
    return details | {"tool_calls": [_call(call) for call in details["tool_calls"]]}


def _call(call: JSON) -> JSON:
    if call.get("type") != _SEARCH["type"]:
        return call
    return _without(call, "file_search") | _RETRIEVAL | {"retrieval": {}}


def _without(value: JSON, *names: str) -> JSON:
    return {key: item for key, item in value.items() if key not in names}
