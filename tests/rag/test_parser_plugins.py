"""Parsers of plugins, installed as pip installs them, and asked for by another process."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## A parser\n")[2].partition("\n## ")[0]
EXAMPLE = re.search(r"^```python\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)[1]
ENTRY = re.search(r"^```toml\n.*?\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)[1]
READ = """
import asyncio, json, sys
from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.extraction import extract
try:
    print(json.dumps(asyncio.run(extract(sys.argv[1], sys.stdin.buffer.read())).text))
except Unreadable as error:
    print(json.dumps([str(error), error.code]))
"""
FILM = b"""1
00:00:01,000 --> 00:00:03,000
The heron stands.

2
00:00:04,000 --> 00:00:05,000
It waits.
"""


@pytest.fixture
def install(tmp_path):
    def install(distribution, entry=ENTRY, source=EXAMPLE):
        folder = tmp_path / f"{distribution}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {distribution}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(
            f"[understudy.parsers]\n{entry.replace(chr(34), '')}"
        )
        (tmp_path / "understudy_subtitles.py").write_text(source)

    return install


@pytest.fixture
def read(tmp_path):
    def read(name, data, **environ):
        command = [sys.executable, "-W", "error", "-c", READ, name]
        env = {**os.environ, "PYTHONPATH": str(tmp_path), **environ}
        done = subprocess.run(command, input=data, capture_output=True, env=env, check=False)
        assert done.stderr == b""
        return json.loads(done.stdout)

    return read


def test_the_parser_of_the_page_reads_its_files_and_refuses_others(install, read):
    install("understudy_subtitles")
    assert read("Film.SRT", FILM) == "The heron stands.\n\nIt waits.\n"
    assert read("film.srt", b"nothing") == ["It holds no subtitles.", "invalid_file"]


def test_a_parser_may_be_named_by_a_mime_type_and_comes_before_what_is_built_in(install, read):
    install("understudy_subtitles", "text/csv = understudy_subtitles:parse")
    assert read("film.csv", FILM).startswith("The heron")


def test_a_parser_that_is_off_is_not_used(install, read):
    install("understudy_subtitles")
    assert read("film.srt", FILM, UNDERSTUDY_PLUGINS="-srt") == FILM.decode()


def test_two_parsers_of_one_name_are_an_error_that_names_both(install, read):
    install("one_parser")
    install("other_parser")
    message, code = read("film.srt", FILM)
    assert "one-parser" in message
    assert "other-parser" in message
    assert code == "unsupported_file"
    assert read("notes.txt", b"fine") == "fine"


def test_a_parser_that_cannot_be_imported_is_named(install, read):
    install("understudy_subtitles", source="import no_such_module")
    message, _ = read("film.srt", FILM)
    assert "understudy_subtitles:parse" in message
    assert "no_such_module" in message


AGAIN = """
import asyncio, sys
from pathlib import Path
from understudy.indexes import IndexedFile
from understudy_rag.index import RagIndex
from understudy_rag.tools.sources import beside

async def main(folder):
    index = RagIndex(folder / "index")
    [source] = beside(folder / "files")
    await index.add("vs_1", IndexedFile("f1", source.name, source.open()))
    [hit] = await index.search(["vs_1"], "heron", limit=5, only={})
    await index.close()
    print([source.stamp, hit.text])

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_file_is_read_again_when_another_parser_reads_its_kind(install, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "film.srt").write_bytes(FILM)

    def run():
        command = [sys.executable, "-W", "error", "-c", AGAIN, tmp_path]
        env = {**os.environ, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
        return ast.literal_eval(done.stdout)

    before = run()
    assert run() == before
    install("understudy_subtitles")
    after = run()
    assert before[0] != after[0]
    assert "-->" in before[1]
    assert after[1] == "The heron stands.\n\nIt waits."
    assert run() == after
