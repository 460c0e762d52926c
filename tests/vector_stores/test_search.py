"""Searching a vector store, over the official client."""

from __future__ import annotations

import json
import time

import pytest

NOTHING = {"embedding_weight": 0, "text_weight": 0}
CITIES = {"rome.txt": 2001, "oslo.txt": 2010, "bern.txt": 2020}


@pytest.fixture(scope="module")
def cities(shared_server):
    """A store with one file for each city, with attributes."""
    post = shared_server.post
    store_id = post("/vector_stores", {}).json()["id"]
    files = [
        {
            "file_id": upload(shared_server, name, f"The town of {name[:4]} has a river."),
            "attributes": {"year": year, "city": name[:4], "north": name == "oslo.txt"},
        }
        for name, year in CITIES.items()
    ]
    batch = post(f"/vector_stores/{store_id}/file_batches", {"files": files}).json()
    deadline = time.monotonic() + 90
    while batch["status"] == "in_progress" and time.monotonic() < deadline:
        batch = shared_server.get(f"/vector_stores/{store_id}/file_batches/{batch['id']}").json()
    assert batch["file_counts"]["completed"] == 3
    return store_id


def upload(server, name, text):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n%b\r\n--b--\r\n'
    ) % (name.encode(), text.encode())
    answer = server.post("/files", body, **{"Content-Type": "multipart/form-data; boundary=b"})
    return answer.json()["id"]


def test_the_best_passage_comes_first(client, shelf):
    store_id, ids = shelf.fill()
    page = client.vector_stores.search(store_id, query="Who serviced the boiler?")
    best = page.data[0]
    assert (best.filename, best.file_id) == ("boiler.txt", ids["boiler.txt"])
    assert best.content[0].text == "The boiler was serviced in October by Mrs Hansen."
    assert all(0 <= result.score <= 1 for result in page.data)
    assert [r.score for r in page.data] == sorted((r.score for r in page.data), reverse=True)


def test_the_page_has_the_documented_shape(server, shelf):
    store_id, _ = shelf.fill()
    page = server.post(f"/vector_stores/{store_id}/search", {"query": ["rent", "boiler"]}).json()
    assert page["object"] == "vector_store.search_results.page"
    assert page["search_query"] == ["rent", "boiler"]
    assert (page["has_more"], page["next_page"]) == (False, None)
    assert {result["filename"] for result in page["data"]} == {"lease.md", "boiler.txt"}


def test_words_are_found_in_their_other_forms(shelf):
    store_id, _ = shelf.fill()
    assert shelf.found(store_id, "renting") == ["lease.md"]
    assert shelf.found(store_id, "service of boilers") == ["boiler.txt"]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("これは日本語の文章です。家賃は毎月払います。", "家賃"),
        ("Die Müllabfuhr kommt am Dienstag.", "mullabfuhr"),
        ("Le café est fermé le lundi.", "CAFE FERME"),
        ("Аренда составляет 900 евро.", "аренда"),
    ],
)
def test_other_languages_are_found(shelf, text, query):
    store_id, _ = shelf.fill({"text.txt": text, "other.txt": "Something else."})
    assert shelf.found(store_id, query) == ["text.txt"]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"type": "eq", "key": "city", "value": "rome"}, {"rome"}),
        ({"type": "ne", "key": "city", "value": "rome"}, {"oslo", "bern"}),
        ({"type": "eq", "key": "north", "value": True}, {"oslo"}),
        ({"type": "eq", "key": "north", "value": 1}, set()),
        ({"type": "gt", "key": "year", "value": 2010}, {"bern"}),
        ({"type": "gte", "key": "year", "value": 2010}, {"oslo", "bern"}),
        ({"type": "lt", "key": "year", "value": 2010}, {"rome"}),
        ({"type": "lte", "key": "year", "value": 2010.0}, {"rome", "oslo"}),
        ({"type": "gt", "key": "city", "value": "n"}, {"rome", "oslo"}),
        ({"type": "gt", "key": "year", "value": "2000"}, set()),
        ({"type": "in", "key": "city", "value": ["rome", "bern"]}, {"rome", "bern"}),
        ({"type": "nin", "key": "year", "value": [2001, 2020]}, {"oslo"}),
        ({"type": "eq", "key": "missing", "value": "x"}, set()),
        (
            {
                "type": "and",
                "filters": [
                    {"type": "gte", "key": "year", "value": 2010},
                    {
                        "type": "or",
                        "filters": [
                            {"type": "eq", "key": "north", "value": True},
                            {"type": "eq", "key": "city", "value": "rome"},
                        ],
                    },
                ],
            },
            {"oslo"},
        ),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_filters_choose_by_attributes(shelf, cities, filters, wanted):
    found = shelf.found(cities, "river", filters=filters)
    assert {name.removesuffix(".txt") for name in found} == wanted


def test_results_are_bounded_in_number_and_by_score(shelf, cities):
    assert len(shelf.found(cities, "river town rome")) == 3
    assert shelf.found(cities, "river town rome", max_num_results=1) == ["rome.txt"]
    strict = {"ranker": "auto", "score_threshold": 0.9}
    assert shelf.found(cities, "river town rome", ranking_options=strict) == ["rome.txt"]


def test_a_query_of_odd_characters_finds_what_it_can(shelf, cities):
    assert shelf.found(cities, 'rome" OR (NEAR * ^ {a} : -') == ["rome.txt"]
    assert shelf.found(cities, "?!") == []
    assert len(shelf.found(cities, "the")) == 3
    assert shelf.found(cities, "rome " * 1_500)[0] == "rome.txt"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "query"),
        ({"query": ""}, "query"),
        ({"query": []}, "query"),
        ({"query": 5}, "query"),
        ({"query": "a", "max_num_results": 0}, "max_num_results"),
        ({"query": "a", "max_num_results": 51}, "max_num_results"),
        ({"query": "a", "ranking_options": {"score_threshold": 2}}, "ranking_options"),
        ({"query": "a", "ranking_options": {"ranker": "best"}}, "ranking_options"),
        ({"query": "a", "ranking_options": {"hybrid_search": NOTHING}}, "ranking_options"),
        ({"query": "a", "ranking_options": {"hybrid_search": {}}}, "ranking_options"),
        ({"query": "a", "filters": {"type": "like", "key": "k", "value": "v"}}, "filters"),
        ({"query": "a", "filters": {"type": "in", "key": "k", "value": "v"}}, "filters"),
        ({"query": "a", "filters": {"type": "eq", "key": "k", "value": ["v"]}}, "filters"),
        ({"query": "a", "filters": {"type": "eq", "key": "k"}}, "filters"),
        ({"query": "a", "filters": {"type": "and", "filters": [{}]}}, "filters"),
    ],
)
def test_a_wrong_search_is_refused_by_the_field(server, cities, body, param):
    answer = server.post(f"/vector_stores/{cities}/search", body)
    assert answer.status == 400
    assert answer.error["param"].startswith(param)


@pytest.mark.parametrize("ranker", ["none", "auto", "default-2024-11-15"])
def test_every_ranker_and_weight_of_openais_is_taken(shelf, cities, ranker):
    hybrid = {"embedding_weight": 0.7, "text_weight": 0.3}
    options = {"ranker": ranker, "score_threshold": 0, "hybrid_search": hybrid}
    found = shelf.found(cities, "rome", ranking_options=options, rewrite_query=True)
    assert found == ["rome.txt"]


def test_a_store_that_names_an_unknown_maker_of_vectors_is_refused(server):
    metadata = {"understudy_embeddings": "opnai/small"}
    answer = server.post("/vector_stores", {"metadata": metadata})
    assert (answer.status, answer.error["param"]) == (400, "metadata.understudy_embeddings")
    assert "`opnai`" in answer.error["message"]
    store_id = server.post("/vector_stores", {}).json()["id"]
    assert server.post(f"/vector_stores/{store_id}", {"metadata": metadata}).status == 400


def test_what_is_meant_is_found_over_http(start_server, connect, root, embedding_server):
    root.mkdir()
    config = {"model": "openai/m", "settings": {"base_url": embedding_server.base_url}}
    (root / "embeddings.json").write_text(json.dumps(config))
    client = connect(start_server())
    file = client.files.create(file=("pets.txt", b"A hound and a puppy."), purpose="assistants")
    store = client.vector_stores.create()
    client.vector_stores.files.create_and_poll(
        file.id, vector_store_id=store.id, poll_interval_ms=20
    )
    deadline, found = time.monotonic() + 90, []
    while not found and time.monotonic() < deadline:  # its vector is made in the background
        found = client.vector_stores.search(store.id, query="animal").data
    assert [result.filename for result in found] == ["pets.txt"]


def test_a_store_that_expired_says_so(client, server, shelf):
    store_id, _ = shelf.fill(expires_after={"anchor": "last_active_at", "days": 1})
    document = server.root / "vector_stores" / store_id / "vector_store.json"
    value = json.loads(document.read_text())
    document.write_text(json.dumps(value | {"last_active_at": int(time.time()) - 86_401}))
    assert client.vector_stores.retrieve(store_id).status == "expired"
    answer = server.post(f"/vector_stores/{store_id}/search", {"query": "rent"})
    assert answer.status == 400
    assert "expired" in answer.error["message"]
