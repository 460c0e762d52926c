"""Messages: a thread's messages.jsonl, as objects."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from understudy.errors import Invalid, NotFound
from understudy.jan import message_from_jan
from understudy.library.filtering import filtered
from understudy.library.readable import readable, readable_page
from understudy.objects import Message, new_id
from understudy.store import Document, Order, Page, Path, Record, Store

MAX_TEXT = 256_000
Content = str | Sequence[Mapping[str, Any]]


class Messages:
    """The messages of one thread. They are appended, and never rewritten in place."""

    def __init__(self, store: Store, thread: Path) -> None:
        self._store = store
        self._log: Path = (*thread, "messages")
        self._thread_id = thread[-1]

    async def create(self, content: Content, **fields: Any) -> Message:
        """Add a finished message. The arguments are those of `draft`."""
        message = self.draft(content, **fields)
        await self.append(message)
        return message

    def draft(
        self,
        content: Content,
        *,
        role: str = "user",
        attachments: Sequence[Mapping[str, Any]] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> Message:
        """A finished message that is not stored yet. Raises `Invalid`.

        `content` is text, or OpenAI's content parts.
        """
        now = int(time.time())
        return Message.read(
            {
                "id": new_id("message"),
                "created_at": now,
                "completed_at": now,
                "thread_id": self._thread_id,
                "role": role,
                "content": _parts(content),
                "attachments": list(attachments),
                "metadata": metadata or {},
            }
        )

    async def adopt(self, records: Sequence[Record]) -> None:
        """Take in messages that were kept elsewhere, unless there are some already."""
        if records and not await self._store.read(self._log):
            await self._store.append(self._log, records)

    async def append(self, message: Message, *, durable: bool = True) -> None:
        """Store a message, or its newest state."""
        await self._store.append(self._log, [message.wire()], durable=durable)

    async def sync(self) -> None:
        """Wait until all that was appended is on the disk."""
        await self._store.append(self._log, [])

    async def page(
        self,
        *,
        limit: int = 20,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
        run_id: str | None = None,
    ) -> Page[Message]:
        """List the messages, or those of one run; what is no message is left out and said."""
        if run_id is not None:
            cursors = {"after": after, "before": before}
            wanted = partial(_is_of, run_id)
            return await filtered(self.page, wanted, limit=limit, order=order, **cursors)
        window: dict[str, Any] = {"limit": limit, "order": order, "after": after, "before": before}
        return await readable_page(self._page, self._read, **window)

    async def _page(self, **window: Any) -> Page[Document]:
        page = await self._store.page_records(self._log, **window)
        return Page(tuple(map(self._document, page.items)), page.has_more)

    def _document(self, record: Record) -> Document:
        return Document((*self._log, record["id"]), record, "", 0.0)

    def _read(self, document: Document) -> Message:
        """Raises `Invalid`."""
        value = message_from_jan(document.value, self._thread_id, 0)
        if value is None:
            raise Invalid("It is no message.")
        return Message.read(value)

    async def all(self) -> list[Message]:
        """All messages, oldest first."""
        found: list[Message] = []
        after: str | None = None
        while True:
            page = await self._store.page_records(self._log, limit=1000, order="asc", after=after)
            found += readable(map(self._document, page.items), self._read)
            if not page.has_more:
                return found
            after = page.items[-1]["id"]

    async def newest(self, count: int) -> list[Message]:
        """The last `count` messages, oldest first."""
        page = await self.page(limit=count)
        return list(reversed(page.items))

    async def get(self, message_id: str) -> Message:
        """Read one message. Raises `NotFound`."""
        record = await self._store.get_record(self._log, message_id)
        message = self._message(record) if record else None
        if message is None:
            raise NotFound(f"No message found with id '{message_id}'.")
        return message

    async def modify(self, message_id: str, metadata: Mapping[str, str]) -> Message:
        """Replace a message's metadata."""
        message = await self.get(message_id)
        changed = Message.read(message.wire() | {"metadata": dict(metadata)})
        await self.append(changed)
        return changed

    async def delete(self, message_id: str) -> None:
        """Remove a message: nobody sees it from now on, the model neither."""
        await self.get(message_id)
        gone = {"id": message_id, "object": "thread.message.deleted", "deleted": True}
        await self._store.append(self._log, [gone])

    def _message(self, record: Record) -> Message | None:
        found = readable([self._document(record)], self._read)
        return found[0] if found else None


def _is_of(run_id: str, message: Message) -> bool:
    return message.run_id == run_id


def _parts(content: Content) -> list[dict[str, Any]]:
    if isinstance(content, str):
        return [_text(content)]
    if not content:
        raise Invalid("A message needs content: text, or a list of parts.", param="content")
    return [
        _text(part["text"])
        if part.get("type") == "text" and isinstance(part.get("text"), str)
        else dict(part)
        for part in content
    ]


def _text(text: str) -> dict[str, Any]:
    if not text:
        raise Invalid("A message needs text; this one is empty.", param="content")
    if len(text) > MAX_TEXT:
        raise Invalid(
            f"A message holds at most {MAX_TEXT} characters; this one has {len(text)}.",
            param="content",
            hint="Attach long texts as files.",
        )
    return {"type": "text", "text": {"value": text, "annotations": []}}
