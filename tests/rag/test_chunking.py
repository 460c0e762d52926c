import random
from dataclasses import replace
from itertools import pairwise

import pytest

from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.headings import written_headings


def texts(text, **sizes):
    return [chunk.text for chunk in split(Document(text), **sizes)]


def marked(text):
    return Document(text, written_headings(text))


def test_a_short_text_is_one_chunk():
    (chunk,) = split(Document("\n\nOne.\nTwo.\n\nThree.\n\n"), size=200, overlap=20)
    assert (chunk.text, chunk.line, chunk.end_line) == ("One.\nTwo.\n\nThree.", 3, 6)


@pytest.mark.parametrize("text", ["", "\n", "  \n\n\t\n"])
def test_a_text_without_words_has_no_chunk(text):
    assert texts(text, size=200, overlap=20) == []


def test_chunks_end_at_paragraphs_where_they_can():
    paragraphs = [f"{letter * 39}.\n{letter * 39}." for letter in "abcdef"]
    assert texts("\n\n".join(paragraphs), size=180, overlap=0) == [
        "\n\n".join(paragraphs[:2]),
        "\n\n".join(paragraphs[2:4]),
        "\n\n".join(paragraphs[4:]),
    ]


def test_a_long_line_is_cut_between_sentences():
    sentences = [f"This is sentence number {n}." for n in range(20)]
    for chunk in texts(" ".join(sentences), size=100, overlap=0):
        assert chunk.startswith("This")
        assert chunk.endswith(".")


def test_a_text_without_spaces_is_cut_anywhere():
    assert texts("x" * 250, size=100, overlap=0) == ["x" * 100, "x" * 100, "x" * 50]


def test_each_chunk_repeats_the_end_of_the_one_before():
    lines = [f"line {n:03}" for n in range(60)]
    chunks = texts("\n".join(lines), size=100, overlap=20)
    for before, after in pairwise(chunks):
        assert before.split("\n")[-2:] == after.split("\n")[:2]


def test_a_new_section_begins_a_new_chunk_without_repetition():
    guide = ["# Boiler", *["It is old."] * 9, "# Garden", *["It is green."] * 9]
    boiler, garden = split(marked("\n".join(guide)), size=300, overlap=100)
    assert (boiler.heading, garden.heading) == ("Boiler", "Garden")
    assert garden.text.startswith("# Garden")
    assert (garden.line, garden.end_line) == (11, 20)


def test_small_sections_share_a_chunk():
    lines = [text for n in range(5) for text in (f"# Part {n}", "Short.", "")]
    assert len(split(marked("\n".join(lines)), size=400, overlap=50)) == 1


def random_text(chance):
    """Words that are all different, some of them very long, in sentences, lines and sections."""
    ends = [" ", " ", " ", ". ", "? ", "\n", "\n\n", "\n# "]
    long = chance.randrange(1, 60)
    return "".join(
        "".join(f"w{n}-{part}" for part in range(long if chance.random() < 0.1 else 1))
        + chance.choice(ends)
        for n in range(chance.randrange(400))
    ).rstrip("# \n")


@pytest.mark.parametrize("seed", range(30))
def test_whatever_the_text_no_chunk_is_too_long_and_nothing_is_lost(seed):
    chance = random.Random(seed)
    text = random_text(chance)
    size = chance.randrange(100, 500)
    overlap = chance.randrange(size // 2 + 1)
    document = replace(marked(text), is_prose=chance.random() < 0.5)
    chunks = split(document, size=size, overlap=overlap)

    assert all(len(chunk.text) <= size for chunk in chunks)
    position = 0
    for chunk in chunks:
        found = chunk.start
        assert text[chunk.start : chunk.end] == chunk.text, "a chunk stands in the text as it is"
        assert found >= position - overlap, "it repeats no more than it may"
        assert not text[position:found].strip(), "nothing lies between two chunks"
        assert found + len(chunk.text) > position, "each chunk has something new"
        assert text.count("\n", 0, found) + 1 == chunk.line
        position = found + len(chunk.text)
        assert text.count("\n", 0, position) + 1 == chunk.end_line
    assert not text[position:].strip()


def test_chunks_keep_their_offsets_pages_and_headings():
    text = "\n\nFirst page.\nSecond page.\nThird page."
    pages = [0, text.index("Second"), text.index("Third")]
    document = Document(text, [(text.index("Third"), "End")], pages)
    first, second, third = split(document, size=14, overlap=0)
    assert [text[chunk.start : chunk.end] for chunk in (first, second, third)] == [
        "First page.",
        "Second page.",
        "Third page.",
    ]
    assert [chunk.page for chunk in (first, second, third)] == [1, 2, 3]
    assert [chunk.heading for chunk in (first, second, third)] == ["", "", "End"]


def test_source_code_is_cut_between_functions_and_not_in_them():
    function = "def f{n}():\n    a = {n}\n\n    b = a + 1\n\n    return b\n\n\n"
    code = "".join(function.format(n=n) for n in range(40))
    for chunk in split(Document(code, is_prose=False), size=400, overlap=0):
        assert chunk.text.startswith("def f")
        assert chunk.text.endswith("return b")


def test_rows_of_a_table_stay_whole_though_sentences_end_in_them():
    rows = "".join(f"{n},It is old. It was dear.,900\n" for n in range(100))
    for chunk in split(Document(rows, is_prose=False), size=300, overlap=60):
        assert chunk.text[0].isdigit()
        assert chunk.text.endswith(",900")


SENTENCES = {
    "Chinese": "苍鹭站在水中等待。",
    "Japanese quotation": "「どこで生れたか。」",
    "Hindi": "बगुला पानी में खड़ा है।",
    "Arabic": "هل يقف مالك الحزين في الماء؟ ",
    "Urdu": "بگلا پانی میں کھڑا ہے۔",  # noqa: RUF001
    "Amharic": "ወፉ በውሃ ውስጥ ቆሟል።",
    "English quotation": "He said: “It waits.” ",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_end_as_their_script_ends_them(language):
    sentence = SENTENCES[language]
    chunks = texts(sentence * 40, size=len(sentence) * 4 + 3, overlap=0)
    assert {chunk.strip() for chunk in chunks} == {(sentence * 4).strip()}


@pytest.mark.parametrize("letter", ["e\u0301", "👩\u200d🚀"])
def test_a_letter_is_not_parted_from_its_marks(letter):
    for chunk in texts(letter * 200, size=101, overlap=0):
        assert chunk.startswith(letter)
        assert chunk.endswith(letter)


@pytest.mark.parametrize("text", [".", '."', "#", "\n", " \n", "x\u0301", "\u0301", "},", "\n\n "])
def test_monotony_costs_no_more_than_its_length(text):
    """What makes careless patterns go through the same letters again and again."""
    chunks = split(marked(text * (2**20 // len(text))), size=3_200, overlap=1_600)
    assert all(len(chunk.text) <= 3_200 for chunk in chunks)


def test_what_is_behind_the_last_chunk_is_not_repeated_for_blank_lines_only():
    text = "word " * 100 + "\n" * 500
    *_, last = texts(text, size=200, overlap=100)
    assert last.endswith("word")
    assert len(texts(text, size=200, overlap=100)) == len(
        texts(text.strip(), size=200, overlap=100)
    )
