import json

import pytest

from understudy.errors import ToolError

NOTES = "# House\n\nThe boiler is serviced every October.\n\nThe roof is from 1961."


def test_a_passage_comes_with_its_file_place_and_marker(searcher, thread):
    result = searcher.search("When was the boiler serviced?", thread({"notes.md": NOTES.encode()}))
    assert result == {
        "chunks": [
            {
                "marker": "【1:0†source】",
                "text": NOTES,
                "file": "notes.md",
                "file_id": "file-notes.md",
                "page": None,
                "line": 1,
                "heading": "House",
                "start": 0,
                "end": len(NOTES),
                "score": 1.0,
            }
        ],
        "skipped": [],
        "searched": 1,
    }


def test_the_result_is_json(searcher, thread):
    result = searcher.search("boiler", thread({"a.md": NOTES.encode(), "b.png": b"\x89PNG"}))
    assert json.loads(json.dumps(result)) == result


def test_files_beside_the_assistant_are_searched_too(searcher, thread):
    searcher.write("deep/manual.txt", "Bleed the radiator first.")
    result = searcher.search("radiator boiler", thread({"notes.md": NOTES.encode()}))
    assert [(hit["file"], hit["file_id"]) for hit in result["chunks"]] == [
        ("deep/manual.txt", None),
        ("notes.md", "file-notes.md"),
    ]
    assert result["searched"] == 2


def test_without_files_nothing_is_searched(searcher):
    assert searcher.search("boiler") == {"chunks": [], "skipped": [], "searched": 0}


def test_a_file_that_cannot_be_read_hides_no_other(searcher, thread):
    files = {"scan.png": b"\x89PNG", "gone.txt": None, "notes.md": NOTES.encode()}
    result = searcher.search("boiler", thread(files))
    assert [hit["file"] for hit in result["chunks"]] == ["notes.md"]
    image, gone = result["skipped"]
    assert image["file"] == "scan.png"
    assert gone == {
        "file": "gone.txt",
        "reason": "It could not be read: No file found with id 'file-gone.txt'.",
    }


def test_many_unreadable_files_are_counted_not_listed(searcher, thread):
    files = {f"{n}.png": b"\x89PNG" for n in range(50)}
    skipped = searcher.search("boiler", thread(files))["skipped"]
    assert len(skipped) == 21
    assert skipped[-1]["file"] == "30 more"


def test_no_two_searches_of_a_run_share_a_marker(searcher, thread):
    run = thread({"notes.md": NOTES.encode()})
    markers = [searcher.search("boiler", run)["chunks"][0]["marker"] for _ in range(3)]
    assert len(set(markers)) == 3


def test_runs_at_the_same_time_count_for_themselves(searcher, thread):
    files = {"notes.md": NOTES.encode()}
    first, later = thread(files), thread(files, id="run_2", messages=("q", "a", "q"))
    found = [searcher.search("boiler", run) for run in (first, later, first, later)]
    markers = [result["chunks"][0]["marker"] for result in found]
    assert markers == ["【1:0†source】", "【3:0†source】", "【2:0†source】", "【4:0†source】"]


def test_top_k_of_the_call_goes_before_that_of_the_settings(searcher, thread):
    run = thread({f"{n}.txt": b"the boiler" for n in range(9)})
    searcher.open(top_k=2)
    assert len(searcher.search("boiler", run)["chunks"]) == 2
    assert len(searcher.search("boiler", run, top_k=7)["chunks"]) == 7


def test_a_template_is_filled_with_passages_and_question(searcher, thread):
    searcher.open(retrieval_template="Use:\n{CONTEXT}\nto answer: {QUESTION}")
    run = thread({"notes.txt": b"The boiler, {QUESTION}."})
    assert searcher.search("boiler", run)["context"] == (
        "Use:\nThe boiler, {QUESTION}. 【1:0†source】\nto answer: boiler"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"query": "  "}, "`rag`: argument `query`: String should have at least 1 character."),
        ({"query": None}, "`rag`: argument `query`: Input should be a valid string."),
        ({"query": "x", "top_k": 0}, "`rag`: argument `top_k`: Input should be greater than or"),
        ({"query": "x" * 10_001}, "`rag`: argument `query`: String should have at most 10000"),
    ],
)
def test_wrong_arguments_are_explained_to_the_model(searcher, arguments, message):
    with pytest.raises(ToolError) as caught:
        searcher.search(**arguments)
    assert str(caught.value).startswith(message)
