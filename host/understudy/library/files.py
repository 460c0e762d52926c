"""Files: uploads, as objects with their bytes beside them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterable, AsyncIterator
from functools import partial
from typing import Any

from understudy.errors import Invalid, NotFound
from understudy.library.filtering import filtered
from understudy.library.readable import readable_page
from understudy.objects import File, new_id
from understudy.objects.file import kept_purpose
from understudy.store import NAME, Order, Page, Path, Store

COLLECTION: Path = ("files",)
_PIECE_BYTES = 2**20


class Files:
    """The files of a data root: `files/ID/file.json` and `files/ID/content`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(
        self,
        filename: str,
        content: bytes | AsyncIterable[bytes],
        *,
        purpose: str = "assistants",
        expires_after: int | None = None,
    ) -> File:
        """Store an upload, to be kept for that many seconds, or for good.

        The object exists only when all bytes have arrived.
        """
        now = int(time.time())
        file_id = new_id("file")
        chunks = _once(content) if isinstance(content, bytes) else content
        size = await self._store.write_blob((*COLLECTION, file_id, "content"), chunks)
        file = File.read(
            {
                "id": file_id,
                "bytes": size,
                "created_at": now,
                "filename": filename,
                "purpose": purpose,
                "expires_at": now + expires_after if expires_after is not None else None,
            }
        )
        await self._store.put((*COLLECTION, file_id), file.wire(), expect=None)
        return file

    async def get(self, file_id: str) -> File:
        """Read a file's object. Raises `NotFound`."""
        is_name = NAME.fullmatch(file_id)
        document = await self._store.get((*COLLECTION, file_id)) if is_name else None
        file = File.read(document.value) if document else None
        if file is None or not await self._lives(file):
            raise NotFound(f"No such File object: {file_id}")
        return file

    async def find(self, file_id: str) -> File | None:
        """As `get`, but None where there is none: attachments may outlive their files."""
        try:
            return await self.get(file_id)
        except NotFound:
            return None

    async def content(self, file_id: str) -> AsyncIterator[bytes]:
        """A file's bytes, in pieces. Raises `NotFound`."""
        await self.get(file_id)
        async for chunk in self._store.read_blob((*COLLECTION, file_id, "content")):
            yield chunk

    async def page(
        self,
        *,
        limit: int = 10_000,
        order: Order = "desc",
        after: str | None = None,
        before: str | None = None,
        purpose: str | None = None,
    ) -> Page[File]:
        """List the files, or those of one purpose; what cannot be read is left out and said."""
        if purpose is not None:
            cursors = {"after": after, "before": before}
            wanted = partial(_is_for, kept_purpose(purpose))
            return await filtered(self.page, wanted, limit=limit, order=order, **cursors)
        window: dict[str, Any] = {"limit": limit, "order": order, "after": after, "before": before}
        fetch = partial(self._store.page, COLLECTION)
        page = await readable_page(fetch, lambda item: File.read(item.value), **window)
        return Page(tuple([file for file in page.items if await self._lives(file)]), page.has_more)

    async def _lives(self, file: File) -> bool:
        """Whether a file is not past its time. One that is goes away when it is next seen."""
        if file.expires_at is None or file.expires_at > time.time():
            return True
        await self._store.delete((*COLLECTION, file.id))
        return False

    async def delete(self, file_id: str) -> None:
        """Remove a file and its bytes. Raises `NotFound`."""
        await self.get(file_id)
        await self._store.delete((*COLLECTION, file_id))


def _is_for(purpose: str, file: File) -> bool:
    return file.purpose == purpose


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def local_bytes(file: str | os.PathLike[str]) -> AsyncIterator[bytes]:
    """A local file's bytes, read off the event loop. Raises `Invalid`."""
    try:
        with await asyncio.to_thread(open, file, "rb") as opened:
            while piece := await asyncio.to_thread(opened.read, _PIECE_BYTES):
                yield piece
    except OSError as error:
        message = f"The file {os.fspath(file)} cannot be read: {error.strerror}."
        raise Invalid(message, param="files") from None
