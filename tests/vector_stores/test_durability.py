"""What was answered survives: killed servers, and indexes that are lost or damaged."""

from __future__ import annotations

import pytest


@pytest.fixture
def own(start_server, connect):
    server = start_server()
    return server, connect(server)


def again(server, connect):
    server.kill()
    server.start()
    return connect(server)


def fill(client, count=3, text="The number {} is here."):
    store = client.vector_stores.create(name="kept", metadata={"a": "b"})
    ids = [
        client.files.create(file=(f"{n}.txt", text.format(n).encode()), purpose="assistants").id
        for n in range(count)
    ]
    return store.id, ids


def found(client, store_id, query):
    return [result.filename for result in client.vector_stores.search(store_id, query=query).data]


def test_all_of_a_store_survives_a_kill(own, connect):
    server, client = own
    store_id, ids = fill(client)
    batch = client.vector_stores.file_batches.create_and_poll(
        store_id, file_ids=ids, attributes={"n": 1}
    )
    client.vector_stores.files.delete(ids[0], vector_store_id=store_id)
    before = client.vector_stores.retrieve(store_id)
    files = client.vector_stores.files.list(store_id).data
    client = again(server, connect)
    after = client.vector_stores.retrieve(store_id)
    assert after.model_copy(update={"last_active_at": None}) == before.model_copy(
        update={"last_active_at": None}
    )
    assert client.vector_stores.files.list(store_id).data == files
    kept = client.vector_stores.file_batches.retrieve(batch.id, vector_store_id=store_id)
    assert kept.file_counts.completed == 2
    assert found(client, store_id, "number 2")[0] == "2.txt"
    assert "0.txt" not in found(client, store_id, "number")


def test_what_was_being_processed_is_taken_up_again(own, connect):
    server, client = own
    store_id, ids = fill(client, 6, "The number {} is here. " + "many words follow it " * 20_000)
    client.vector_stores.file_batches.create(store_id, file_ids=ids)
    client = again(server, connect)
    for file_id in ids:
        done = client.vector_stores.files.poll(
            file_id, vector_store_id=store_id, poll_interval_ms=20
        )
        assert done.status == "completed"
    assert set(found(client, store_id, "number")) <= {f"{n}.txt" for n in range(6)}
    assert client.vector_stores.retrieve(store_id).file_counts.completed == 6


@pytest.mark.parametrize("damage", ["deleted", "overwritten", "cut", "emptied"])
def test_an_index_that_is_lost_is_made_again(own, connect, damage):
    server, client = own
    store_id, ids = fill(client)
    client.vector_stores.file_batches.create_and_poll(store_id, file_ids=ids)
    server.stop()
    index = server.root / "vector_stores" / store_id / "index.sqlite3"
    data = index.read_bytes()
    for extra in index.parent.glob("index.sqlite3-*"):
        extra.unlink()
    if damage == "deleted":
        index.unlink()
    else:
        index.write_bytes(
            {"overwritten": b"not a database" * 500, "cut": data[: len(data) // 3], "emptied": b""}[
                damage
            ]
        )
    server.start()
    client = connect(server)
    for file_id in ids:
        done = client.vector_stores.files.poll(
            file_id, vector_store_id=store_id, poll_interval_ms=20
        )
        assert done.status == "completed"
    assert set(found(client, store_id, "number")) == {"0.txt", "1.txt", "2.txt"}


def test_an_index_that_is_damaged_under_the_server_is_made_again(own):
    server, client = own
    store_id, ids = fill(client)
    client.vector_stores.file_batches.create_and_poll(store_id, file_ids=ids)
    index = server.root / "vector_stores" / store_id / "index.sqlite3"
    index.write_bytes(b"not a database" * 500)
    assert set(found(client, store_id, "number")) == {"0.txt", "1.txt", "2.txt"}


def test_the_server_stops_at_once_while_files_are_processed(own, connect):
    server, client = own
    store_id, ids = fill(client, 4, "{} " + "many words follow it " * 50_000)
    client.vector_stores.file_batches.create(store_id, file_ids=ids)
    assert server.stop() == 0
    server.start()
    client = connect(server)
    done = client.vector_stores.files.poll(ids[-1], vector_store_id=store_id, poll_interval_ms=20)
    assert done.status == "completed"
