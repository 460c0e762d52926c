"""Batches of files, over the official client."""

from __future__ import annotations

import openai
import pytest


def test_a_batch_is_polled_to_its_end(client, shelf):
    store = client.vector_stores.create()
    ids = [shelf.upload(f"{n}.txt", f"The number {n} is here.") for n in range(5)]
    batch = client.vector_stores.file_batches.create_and_poll(store.id, file_ids=ids)
    assert (batch.object, batch.status) == ("vector_store.files_batch", "completed")
    assert batch.id.startswith("vsfb_")
    counts = batch.file_counts
    assert (counts.completed, counts.in_progress, counts.failed, counts.total) == (5, 0, 0, 5)
    assert client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store.id) == batch
    assert client.vector_stores.retrieve(store.id).file_counts.completed == 5


def test_files_can_be_uploaded_and_added_in_one_go(client, shelf):
    store = client.vector_stores.create()
    batch = client.vector_stores.file_batches.upload_and_poll(
        store.id, files=[("a.txt", b"The heron."), ("b.txt", b"The crane.")]
    )
    assert batch.file_counts.completed == 2
    assert shelf.found(store.id, "crane") == ["b.txt"]


def test_one_bad_file_does_not_spoil_the_batch(client, shelf):
    store = client.vector_stores.create()
    ids = [shelf.upload("a.txt", "fine"), shelf.upload("b.png", b"\x89PNG")]
    batch = client.vector_stores.file_batches.create_and_poll(store.id, file_ids=ids)
    assert (batch.status, batch.file_counts.completed, batch.file_counts.failed) == (
        "completed",
        1,
        1,
    )


def test_the_files_of_a_batch_are_listed_alone(client, shelf):
    store_id, _ = shelf.fill()
    ids = [shelf.upload(f"{n}.txt", f"text {n}") for n in range(3)]
    bad = shelf.upload("bad.png", b"\x89PNG")
    batches = client.vector_stores.file_batches
    batch = batches.create_and_poll(store_id, file_ids=[*ids, bad])
    listed = batches.list_files(batch.id, vector_store_id=store_id, order="asc", limit=2)
    assert [file.id for file in listed] == [*ids, bad]
    failed = batches.list_files(batch.id, vector_store_id=store_id, filter="failed")
    assert [file.id for file in failed] == [bad]


def test_each_file_of_a_batch_can_have_its_own_settings(client, shelf):
    store = client.vector_stores.create()
    ids = [shelf.upload(f"{n}.txt", f"text {n}") for n in range(2)]
    sizes = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    chunking = {"type": "static", "static": sizes}
    files = [
        {"file_id": ids[0], "attributes": {"n": 0}},
        {"file_id": ids[1], "attributes": {"n": 1}, "chunking_strategy": chunking},
    ]
    client.vector_stores.file_batches.create_and_poll(store.id, files=files)
    first, second = client.vector_stores.files.list(store.id, order="asc").data
    assert (first.attributes, second.attributes) == ({"n": 0}, {"n": 1})
    assert second.chunking_strategy.static.max_chunk_size_tokens == 100


def test_a_batch_can_be_cancelled(client, shelf):
    store = client.vector_stores.create()
    ids = [shelf.upload(f"{n}.txt", "many words here " * 50_000) for n in range(12)]
    batches = client.vector_stores.file_batches
    batch = batches.create(store.id, file_ids=ids)
    cancelled = batches.cancel(batch.id, vector_store_id=store.id)
    assert cancelled.status == "cancelled"
    assert cancelled.file_counts.in_progress == 0
    assert cancelled.file_counts.cancelled > 0
    states = {file.status for file in client.vector_stores.files.list(store.id)}
    assert states <= {"cancelled", "completed"}
    with pytest.raises(openai.BadRequestError, match="Cannot cancel"):
        batches.cancel(batch.id, vector_store_id=store.id)


def test_a_batch_of_two_thousand_is_taken(server, shelf):
    ids = [shelf.upload(f"{n}.txt", f"text {n}") for n in range(20)]
    store_id = server.post("/vector_stores", {}).json()["id"]
    path = f"/vector_stores/{store_id}/file_batches"
    batch = server.post(path, {"file_ids": ids * 100}).json()
    assert batch["file_counts"]["total"] == 20
    assert server.post(path, {"file_ids": ids * 101}).error["param"] == "file_ids"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"file_ids": []}, 400),
        ({"file_ids": ["file-1"], "files": [{"file_id": "file-1"}]}, 400),
        ({"file_ids": ["file-nothing"]}, 404),
        ({"file_ids": [5]}, 400),
        ({"files": [{"file_id": "file-1", "colour": "red"}]}, 400),
    ],
)
def test_a_wrong_batch_is_refused_and_adds_nothing(server, body, status):
    store_id = server.post("/vector_stores", {}).json()["id"]
    answer = server.post(f"/vector_stores/{store_id}/file_batches", body)
    assert answer.status == status
    assert answer.error["message"]
    assert server.get(f"/vector_stores/{store_id}").json()["file_counts"]["total"] == 0


def test_an_unknown_batch_is_not_found(server):
    store_id = server.post("/vector_stores", {}).json()["id"]
    for batch_id in ("vsfb_nothing", "...", "x" * 200):
        path = f"/vector_stores/{store_id}/file_batches/{batch_id}"
        assert server.get(path).status == 404
        assert server.post(f"{path}/cancel").status == 404
        assert server.get(f"{path}/files").status == 404
