import pytest

from understudy.errors import Invalid
from understudy_rag.tools.settings import read_settings


def test_the_settings_of_jan_are_honoured():
    settings = read_settings("a", {"top_k": 2, "chunk_size": 1024, "chunk_overlap": 64})
    assert (settings.top_k, settings.chunk_size, settings.overlap) == (2, 1024, 64)


def test_the_overlap_follows_the_size_unless_it_is_set():
    overlaps = [read_settings("a", {"chunk_size": size}).overlap for size in (400, 1600, 8000)]
    assert overlaps == [50, 200, 200]


KNOWN = (
    "The settings are `top_k`, `chunk_size`, `chunk_overlap`, `retrieval_template`, `embeddings`."
)


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        (
            {"topk": 3},
            "assistant `mine`: tool `rag`: settings.topk: there is no such setting",
            "Did you mean `top_k`?",
        ),
        (
            {"zzz": 3},
            "assistant `mine`: tool `rag`: settings.zzz: there is no such setting",
            KNOWN,
        ),
        (
            {"chunk_size": 400, "chunk_overlap": 201},
            "assistant `mine`: tool `rag`: settings: "
            "chunk_overlap may be at most half of chunk_size",
            KNOWN,
        ),
        (
            {"top_k": "many"},
            "assistant `mine`: tool `rag`: settings.top_k: Input should be a valid integer, "
            "unable to parse string as an integer",
            KNOWN,
        ),
    ],
)
def test_a_wrong_setting_is_named(settings, message, hint):
    with pytest.raises(Invalid) as caught:
        read_settings("mine", settings)
    assert (str(caught.value), caught.value.hint) == (message, hint)
