import re

from understudy_rag.parsing.headings import HeadingPath, written_headings


def headings(text):
    """The path that holds for each line."""
    found = [(0, ""), *written_headings(text)]
    starts = [0, *(mark.end() for mark in re.finditer("\n", text))]
    return [[path for at, path in found if at <= start][-1] for start in starts]


def test_the_path_leaves_the_headings_of_its_level_and_below():
    path = HeadingPath()
    for level, title in [(1, "Guide"), (2, "Install"), (3, "Linux"), (2, "Use")]:
        path.enter(level, title)
    assert str(path) == "Guide > Use"


def test_markdown_headings_lead_the_lines_below_them():
    text = "intro\n# Guide\ntext\n## Install ##\ntext\n# Next\ntext"
    guide, install, after = "Guide", "Guide > Install", "Next"
    assert headings(text) == ["", guide, guide, install, install, after, after]


def test_underlined_headings_count_too():
    assert headings("Title\n=====\ntext\n\nPart\n----\ntext")[2::4] == ["Title", "Title > Part"]


def test_a_hash_in_code_is_no_heading():
    assert headings("# Real\n```sh\n# comment\n```\ntext")[-1] == "Real"


def test_a_rule_or_a_tag_is_no_heading():
    assert set(headings("text\n\n---\n#hashtag\n####### seven\nlong line of text\n---")) == {""}
