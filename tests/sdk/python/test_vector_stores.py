"""client.vector_stores: the helpers that upload and wait, sync and async."""

from __future__ import annotations

import asyncio

import openai
import pytest

FILES = [(f"{name}.txt", f"The {name} opens at nine.".encode()) for name in ("library", "museum")]


def test_a_file_is_uploaded_and_awaited(client):
    store = client.vector_stores.create()
    file = client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=FILES[0], poll_interval_ms=20, attributes={"year": 2026}
    )
    assert (file.status, file.attributes) == ("completed", {"year": 2026})
    [found] = client.vector_stores.search(store.id, query="When does the library open?").data
    assert (found.filename, found.file_id) == ("library.txt", file.id)
    text = client.vector_stores.files.content(file.id, vector_store_id=store.id).data[0].text
    assert text == "The library opens at nine."


def test_a_batch_of_files_is_uploaded_and_awaited(client):
    store = client.vector_stores.create()
    known = client.files.create(file=("cafe.txt", b"The cafe opens at ten."), purpose="assistants")
    batch = client.vector_stores.file_batches.upload_and_poll(
        store.id, files=FILES, file_ids=[known.id], poll_interval_ms=20
    )
    assert (batch.status, batch.file_counts.completed, batch.file_counts.total) == (
        "completed",
        3,
        3,
    )
    assert client.vector_stores.retrieve(store.id).file_counts.completed == 3


def test_an_unreadable_file_of_a_batch_fails_alone(client):
    store = client.vector_stores.create()
    broken = ("broken.pdf", b"%PDF-1.7 no more than this")
    batch = client.vector_stores.file_batches.upload_and_poll(
        store.id, files=[*FILES, broken], poll_interval_ms=20
    )
    assert (batch.file_counts.completed, batch.file_counts.failed) == (2, 1)
    [failed] = client.vector_stores.file_batches.list_files(
        batch.id, vector_store_id=store.id, filter="failed"
    ).data
    assert failed.last_error.code in ("invalid_file", "unsupported_file")


@pytest.mark.parametrize("helper", ["upload_and_poll", "create_and_poll"])
def test_the_async_helpers_wait_too(server, connect, helper):
    async def main():
        async with connect(server, openai.AsyncOpenAI) as client:
            store = await client.vector_stores.create()
            given = {"files": FILES}
            if helper == "create_and_poll":
                made = [await client.files.create(file=f, purpose="assistants") for f in FILES]
                given = {"file_ids": [file.id for file in made]}
            wait = getattr(client.vector_stores.file_batches, helper)
            batch = await wait(store.id, poll_interval_ms=20, **given)
            listed = client.vector_stores.files.list(store.id, limit=1)
            return batch, [file.status async for file in listed]

    batch, statuses = asyncio.run(main())
    assert batch.file_counts.completed == 2
    assert statuses == ["completed", "completed"]
