"""The objects of vector stores, over the official client."""

from __future__ import annotations

import openai
import pytest


def test_a_store_keeps_what_it_was_made_with(client):
    made = client.vector_stores.create(
        name="Leases",
        metadata={"city": "Hamburg"},
        expires_after={"anchor": "last_active_at", "days": 3},
    )
    assert made.id.startswith("vs_")
    assert (made.name, made.metadata, made.status) == ("Leases", {"city": "Hamburg"}, "completed")
    assert made.expires_at == made.last_active_at + 3 * 86_400
    assert made.file_counts.total == made.usage_bytes == 0
    assert client.vector_stores.retrieve(made.id) == made


def test_a_store_needs_no_fields_at_all(server):
    made = server.post("/vector_stores", {}).json()
    assert (made["name"], made["metadata"], made["expires_after"]) == ("", {}, None)
    assert made["object"] == "vector_store"


def test_only_what_is_sent_changes(client):
    made = client.vector_stores.create(name="old", metadata={"a": "1"})
    changed = client.vector_stores.update(made.id, name="new")
    assert (changed.name, changed.metadata) == ("new", {"a": "1"})
    changed = client.vector_stores.update(made.id, metadata={"b": "2"})
    assert (changed.name, changed.metadata) == ("new", {"b": "2"})


def test_stores_are_listed_in_pages_in_both_directions(client):
    made = [client.vector_stores.create(name=str(number)).id for number in range(5)]
    newest = client.vector_stores.list(limit=2)
    assert [store.id for store in newest.data] == [made[4], made[3]]
    assert newest.has_more
    listed = [store.id for store in client.vector_stores.list(limit=2, order="asc")]
    assert [id_ for id_ in listed if id_ in made] == made
    before = client.vector_stores.list(before=made[2], limit=2)
    assert [store.id for store in before.data] == [made[4], made[3]]


def test_a_deleted_store_is_gone_and_its_files_are_not(client, shelf):
    store_id, ids = shelf.fill()
    gone = client.vector_stores.delete(store_id)
    assert (gone.id, gone.deleted, gone.object) == (store_id, True, "vector_store.deleted")
    for ask in (client.vector_stores.retrieve, client.vector_stores.delete):
        with pytest.raises(openai.NotFoundError, match=store_id):
            ask(store_id)
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.search(store_id, query="rent")
    assert client.files.retrieve(ids["lease.md"]).id == ids["lease.md"]


def test_a_store_that_is_deleted_while_files_are_processed_leaves_nothing(client, server, shelf):
    file_ids = [shelf.upload(f"{n}.txt", "words " * 50_000) for n in range(3)]
    store = client.vector_stores.create(file_ids=file_ids)
    client.vector_stores.delete(store.id)
    assert not (server.root / "vector_stores" / store.id).exists()


def test_a_store_made_with_files_makes_them_searchable(client, shelf):
    file_ids = [shelf.upload("a.txt", "The rent is due."), shelf.upload("b.txt", "No dogs.")]
    store = client.vector_stores.create(
        file_ids=file_ids,
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50},
        },
    )
    assert store.file_counts.total == 2
    for file_id in file_ids:
        done = client.vector_stores.files.poll(file_id, vector_store_id=store.id)
        assert done.chunking_strategy.static.max_chunk_size_tokens == 200
    ready = client.vector_stores.retrieve(store.id)
    assert (ready.status, ready.file_counts.completed) == ("completed", 2)
    assert ready.usage_bytes > 0


def test_a_store_with_a_file_that_does_not_exist_is_not_made(client):
    before = [store.id for store in client.vector_stores.list(limit=100)]
    with pytest.raises(openai.NotFoundError, match="file-nothing"):
        client.vector_stores.create(file_ids=["file-nothing"])
    assert [store.id for store in client.vector_stores.list(limit=100)] == before


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": 5}, "name"),
        ({"colour": "red"}, "colour"),
        ({"metadata": {"k": "v" * 513}}, "metadata.k"),
        ({"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
        ({"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ({"file_ids": ["file-1"] * 501}, "file_ids"),
        ({"chunking_strategy": {"type": "semantic"}}, "chunking_strategy"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(server, body, param):
    answer = server.post("/vector_stores", body)
    assert answer.status == 400
    assert answer.error["type"] == "invalid_request_error"
    assert answer.error["param"].startswith(param)


@pytest.mark.parametrize(
    ("size", "overlap"), [(99, 0), (4097, 100), (100, 51), (100, -1), ("many", 1)]
)
def test_chunk_sizes_out_of_range_are_refused(server, size, overlap):
    sizes = {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}
    body = {"chunking_strategy": {"type": "static", "static": sizes}}
    assert server.post("/vector_stores", body).status == 400


@pytest.mark.parametrize("store_id", ["undefined", "vs_nothing", "..", "%2e%2e%2fetc", "x" * 300])
def test_an_unknown_store_is_not_found(server, store_id):
    for answer in (
        server.get(f"/vector_stores/{store_id}"),
        server.post(f"/vector_stores/{store_id}/search", {"query": "a"}),
        server.get(f"/vector_stores/{store_id}/files"),
        server.get(f"/vector_stores/{store_id}/file_batches/vsfb_1"),
    ):
        assert answer.status in (400, 404)
        assert answer.error["type"] == "invalid_request_error"


def test_a_store_without_a_name_has_an_empty_one_as_the_client_s_types_ask(client):
    """The document allows null there, the client's type is text: only this satisfies both."""
    made = client.vector_stores.create()
    named = client.vector_stores.update(made.id, name="Hours")
    assert (made.name, named.name) == ("", "Hours")
    assert client.vector_stores.update(made.id, name=None).name == ""
    assert client.vector_stores.retrieve(made.id).name == ""
    assert made.id in [each.id for each in client.vector_stores.list(limit=100)]
