"""Files in vector stores: added, listed, changed, taken out, over the official client."""

from __future__ import annotations

import openai
import pytest

from understudy.testing.documents import docx, pdf


def test_an_uploaded_file_becomes_searchable(client, shelf):
    store = client.vector_stores.create()
    done = client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id,
        file=("lease.md", b"# Lease\n\nThe rent is 900 euros."),
        attributes={"year": 2024, "signed": True, "city": "Rome"},
    )
    assert (done.status, done.last_error, done.object) == ("completed", None, "vector_store.file")
    assert done.usage_bytes > 0
    assert done.attributes == {"year": 2024, "signed": True, "city": "Rome"}
    assert done.chunking_strategy.static.max_chunk_size_tokens == 800
    assert done.chunking_strategy.static.chunk_overlap_tokens == 400
    assert client.vector_stores.files.retrieve(done.id, vector_store_id=store.id) == done
    assert shelf.found(store.id, "how much is the rent?") == ["lease.md"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"The heron stands in the water."),
        ("a.md", b"# Birds\n\nThe heron stands in the water."),
        ("a.html", b"<html><body><p>The <b>heron</b> stands</p><script>x</script></body></html>"),
        ("a.json", b'{"bird": "heron", "place": "water"}'),
        ("a.py", b"def heron():\n    return 'water'\n"),
        ("a.txt", "The heron stands in the water.".encode("utf-16")),
        ("a.csv", b"bird,place\nheron,water\n"),
        ("a.txt", "Das Wetter: der heron fr\xf6hlich".encode("latin-1")),
        ("a.pdf", pdf("The heron stands in the water.")),
        ("a.docx", docx("# Birds", "The heron stands in the water.")),
    ],
    ids=["txt", "md", "html", "json", "py", "utf-16", "csv", "latin-1", "pdf", "docx"],
)
def test_the_usual_formats_can_be_searched(client, shelf, name, content):
    store_id, _ = shelf.fill({name: content})
    assert shelf.found(store_id, "heron") == [name]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported_file"),
        ("a.txt", bytes(range(256)) * 20, "unsupported_file"),
        ("a.pdf", b"%PDF-1.7 and nothing else", "invalid_file"),
        ("a.docx", b"PK\x03\x04 and nothing else", "invalid_file"),
    ],
)
def test_a_file_that_cannot_be_read_fails_alone(client, shelf, name, content, code):
    store_id, _ = shelf.fill()
    failed = client.vector_stores.files.create_and_poll(
        shelf.upload(name, content), vector_store_id=store_id
    )
    assert (failed.status, failed.last_error.code) == ("failed", code)
    assert failed.last_error.message.endswith(".")
    counts = client.vector_stores.retrieve(store_id).file_counts
    assert (counts.completed, counts.failed, counts.total) == (2, 1, 3)
    assert shelf.found(store_id, "boiler")[0] == "boiler.txt"
    with pytest.raises(openai.BadRequestError, match=r"cannot be read|not text|damaged"):
        client.vector_stores.files.content(failed.id, vector_store_id=store_id)


def test_an_empty_file_is_searchable_and_never_found(client, shelf):
    store_id, ids = shelf.fill({"empty.txt": b""})
    assert shelf.found(store_id, "anything") == []
    page = client.vector_stores.files.content(ids["empty.txt"], vector_store_id=store_id)
    assert [part.text for part in page.data] == [""]


def test_the_content_is_the_text_as_it_is_searched(client, shelf):
    store_id, ids = shelf.fill({"a.html": b"<p>One</p><script>hidden()</script><p>Two</p>"})
    page = client.vector_stores.files.content(ids["a.html"], vector_store_id=store_id)
    assert page.data[0].type == "text"
    assert page.data[0].text.split() == ["One", "Two"]


def test_files_are_listed_in_the_order_they_were_added_in(client, shelf):
    ids = [shelf.upload(f"{n}.txt", f"text {n}") for n in range(5)]
    store = client.vector_stores.create()
    added = [ids[2], ids[0], ids[4], ids[1], ids[3]]
    for file_id in added:
        client.vector_stores.files.create_and_poll(file_id, vector_store_id=store.id)
    files = client.vector_stores.files
    assert [f.id for f in files.list(store.id, order="asc", limit=2)] == added
    newest = files.list(store.id, limit=3)
    assert [f.id for f in newest.data] == added[:1:-1]
    assert newest.has_more
    assert not files.list(store.id, limit=5).has_more
    between = files.list(store.id, order="asc", after=added[0], before=added[3])
    assert [f.id for f in between.data] == added[1:3]
    before = files.list(store.id, order="asc", before=added[4], limit=2)
    assert [f.id for f in before.data] == added[2:4]


def test_files_are_listed_by_their_state(client, shelf):
    store_id, ids = shelf.fill()
    bad = shelf.upload("a.png", b"\x89PNG")
    client.vector_stores.files.create_and_poll(bad, vector_store_id=store_id)
    files = client.vector_stores.files
    assert {f.id for f in files.list(store_id, filter="completed")} == set(ids.values())
    assert [f.id for f in files.list(store_id, filter="failed")] == [bad]
    assert files.list(store_id, filter="in_progress").data == []


def test_attributes_are_replaced_and_filters_see_the_new_ones(client, shelf):
    store_id, ids = shelf.fill()
    changed = client.vector_stores.files.update(
        ids["lease.md"], vector_store_id=store_id, attributes={"kind": "contract"}
    )
    assert changed.attributes == {"kind": "contract"}
    wanted = {"type": "eq", "key": "kind", "value": "contract"}
    assert shelf.found(store_id, "rent boiler", filters=wanted) == ["lease.md"]
    again = client.vector_stores.files.update(
        ids["lease.md"], vector_store_id=store_id, attributes={}
    )
    assert again.attributes == {}


def test_a_file_that_is_taken_out_is_not_found_any_more(client, shelf):
    store_id, ids = shelf.fill()
    gone = client.vector_stores.files.delete(ids["lease.md"], vector_store_id=store_id)
    assert (gone.deleted, gone.object) == (True, "vector_store.file.deleted")
    assert shelf.found(store_id, "rent") == []
    with pytest.raises(openai.NotFoundError, match=ids["lease.md"]):
        client.vector_stores.files.retrieve(ids["lease.md"], vector_store_id=store_id)
    assert client.files.retrieve(ids["lease.md"]).filename == "lease.md"


def test_a_file_can_come_back(client, shelf):
    store_id, ids = shelf.fill()
    client.vector_stores.files.delete(ids["lease.md"], vector_store_id=store_id)
    client.vector_stores.files.create_and_poll(ids["lease.md"], vector_store_id=store_id)
    assert shelf.found(store_id, "rent") == ["lease.md"]


def test_adding_a_file_again_keeps_one_of_it(client, shelf):
    store_id, ids = shelf.fill()
    client.vector_stores.files.create_and_poll(
        ids["lease.md"], vector_store_id=store_id, attributes={"again": True}
    )
    assert client.vector_stores.retrieve(store_id).file_counts.total == 2
    page = client.vector_stores.search(store_id, query="rent")
    assert [result.attributes for result in page.data] == [{"again": True}]


def test_a_deleted_file_leaves_every_store(client, shelf):
    first, ids = shelf.fill()
    second = client.vector_stores.create().id
    client.vector_stores.files.create_and_poll(ids["lease.md"], vector_store_id=second)
    client.files.delete(ids["lease.md"])
    for store_id in (first, second):
        assert shelf.found(store_id, "rent") == []
        assert ids["lease.md"] not in [f.id for f in client.vector_stores.files.list(store_id)]


def test_what_does_not_exist_cannot_be_added(client, shelf):
    store_id, _ = shelf.fill()
    with pytest.raises(openai.NotFoundError, match="file-nothing"):
        client.vector_stores.files.create(store_id, file_id="file-nothing")
    assert client.vector_stores.retrieve(store_id).file_counts.total == 2


@pytest.mark.parametrize(
    "attributes",
    [
        {"k": "v" * 513},
        {"k" * 65: "v"},
        {f"k{n}": n for n in range(17)},
        {"k": None},
        {"k": ["list"]},
        {"k": {"object": 1}},
    ],
)
def test_attributes_have_limits(server, shelf, attributes):
    store_id, ids = shelf.fill()
    path = f"/vector_stores/{store_id}/files/{ids['lease.md']}"
    answer = server.post(path, {"attributes": attributes})
    assert answer.status == 400
    assert answer.error["param"].startswith("attributes")


def test_a_wrong_cursor_or_state_is_refused(server, shelf):
    store_id, _ = shelf.fill()
    path = f"/vector_stores/{store_id}/files"
    assert server.get(f"{path}?after=file-nothing").status == 404
    assert server.get(f"{path}?filter=lost").error["param"] == "filter"
    assert server.get(f"{path}?limit=0").status == 400
    assert server.get(f"{path}?order=random").status == 400


@pytest.mark.parametrize(
    ("body", "param", "reason"),
    [
        ({"attributes": {"k": "x" * 513}}, "attributes.k", "at most 512 characters"),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0},
                }
            },
            "chunking_strategy.static.max_chunk_size_tokens",
            "greater than or equal to 100",
        ),
        (
            {"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": "x"}}},
            "chunking_strategy.static.max_chunk_size_tokens",
            "valid integer",
        ),
        ({"chunking_strategy": {"type": "other"}}, "chunking_strategy", "'static', 'auto'"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_in_the_request(server, shelf, body, param, reason):
    file_id = shelf.upload("a.txt", "text")
    store_id = server.post("/vector_stores", {}).json()["id"]
    answer = server.post(f"/vector_stores/{store_id}/files", {"file_id": file_id, **body})
    assert answer.status == 400
    assert answer.error["param"] == param
    assert reason in answer.error["message"]
