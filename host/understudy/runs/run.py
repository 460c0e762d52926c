"""What hooks, tools and an assistant's code see of a run, and the one way they act on the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from understudy.objects import Assistant, File, Message, Thread

Part = str | dict[str, Any]
"""What `invoke` yields: text, or a content part (`{"type": "text", …}`)."""


class Run(Protocol):
    """One run of an assistant over a thread.

    Everything it does to the world goes through `effect` and `stream`, where it is checked,
    journalled and shown as events. The kinds of effect:

    | kind | payload | result | stream yields |
    | --- | --- | --- | --- |
    | `model` | `{"messages"?, "tools"?, "model"?, parameters …}` | the whole message | chunks |
    | `model.available` | `{}` | whether a model answers | |
    | `embed` | `{"input", "model"?, "dimensions"?, "purpose"?}` | `{"model", "vectors"}` | |
    | `tool` | `{"name", "arguments"}` | what the tool returned | |
    | `next` | `{"instructions"?, "additional_instructions"?, "model"? …}` | | parts |
    | `search` | `{"query", "max_num_results"? …}` | `{"results": […]}` of the vector stores | |
    | `fetch` | `{"url", "method"?, "headers"?, "body"? …}` | the answer | its head, its pieces |
    | `timer` | `{"seconds"}` | None, after that time | |
    | `log` | `{"level", "text"}` | None | |
    | `process` | `{"name", "args"}` | what an export of process.js returned | |
    | `process.stream` | `{"name", "args"}` | a list of all | what it yields |
    | `process.send` | `{"message"}` | None | |
    | `process.messages` | `{}` | | what process.js sends |

    A model chunk is an object with some of `text`, `reasoning`, `refusal`, `tool_calls` (deltas
    with an `index`), `finish_reason`, `usage`. The whole message has `text`, `refusal`,
    `tool_calls` (`{id, name, arguments}`), `finish_reason`, `usage`.

    The `body` of a `fetch` is text in base64, or an async iterable of bytes that is sent as it
    comes; then `length` is its size in bytes, if it is known.
    """

    id: str
    assistant: Assistant
    thread: Thread
    messages: Sequence[Message]
    """Oldest first: what the thread held when the run began."""

    @property
    def now(self) -> float:
        """The time that the run's code sees, in seconds since 1970.

        It is that of the newest answer, and only while an answer comes bit by bit the present: so
        code sees the same when the run is taken up by another process.
        """
        ...

    @property
    def seed(self) -> bytes:
        """32 bytes for the code's chance: unforeseeable, and the same when the run is taken up."""
        ...

    @property
    def last_message(self) -> Message | None:
        """The newest message of the user."""
        ...

    @property
    def files(self) -> Sequence[File]:
        """The files attached to the thread's messages."""
        ...

    def open_file(self, file_id: str) -> AsyncIterator[bytes]:
        """The bytes of one of `files`."""
        ...

    def view(self) -> dict[str, Any]:
        """The run as JSON, for code in another place.

        Keys: `id`, `assistant`, `thread`, `messages` (each with its joined `text`, oldest first),
        `last_message`, `files`, `tools` (the functions that can be called).
        """
        ...

    async def effect(self, kind: str, payload: dict[str, Any]) -> Any:
        """Do something outside and return the result, a JSON value."""
        ...

    def stream(self, kind: str, payload: dict[str, Any]) -> AsyncIterator[Any]:
        """Do something outside that answers bit by bit. Close the iterator to stop it."""
        ...
