"""The index file: all or nothing, whatever happens to the process; and nothing done twice."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys

import pytest

from understudy.errors import StoreError
from understudy.indexes import IndexedFile
from understudy_rag.index import RagIndex
from understudy_rag.parsing.documents import Chunk
from understudy_rag.stored import Source, StoredIndex
from understudy_rag.words.scoring import best

ADDING = """
import sys
from pathlib import Path
from understudy_rag.parsing.documents import Chunk
from understudy_rag.stored import Source, StoredIndex

store = StoredIndex(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    chunks = [Chunk(f"heron {sys.argv[2]} {number} {part} " * 40, 1, 1) for part in range(20)]
    store.add(Source(f"{sys.argv[2]}{number}", "", b"", 100, 0), chunks)
    print(f"{sys.argv[2]}{number}", flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vs_1" / "index.sqlite3"


@pytest.fixture
def stored(path):
    store = StoredIndex(path)
    yield store
    store.close()


def adding(path, name, files=100_000):
    command = [sys.executable, "-c", ADDING, str(path), name, str(files)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def is_sound(path):
    db = sqlite3.connect(path)
    try:
        db.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        return db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        db.close()


def test_a_killed_process_loses_nothing_that_it_acknowledged(path, stored):
    acknowledged = set()
    for name in "abc":
        with adding(path, name) as process:
            acknowledged |= {process.stdout.readline().strip() for _ in range(7)}
            process.send_signal(signal.SIGKILL)
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        assert acknowledged <= stored.files()
    scored = best({"vs_1": stored}, ["heron"], {}, 100_000)
    assert len(scored) == 20 * len(stored.files())
    assert is_sound(path)


def test_processes_add_to_one_file_at_the_same_time(path, stored):
    with adding(path, "a", 15) as one, adding(path, "b", 15) as other:
        assert len(one.stdout.read().split()) == len(other.stdout.read().split()) == 15
    assert len(stored.files()) == 30
    assert is_sound(path)


def test_a_chunks_id_is_never_given_again(path, stored):
    seen = set()
    for number in range(6):
        stored.add(Source("f1", "", b"", 100, 0), [Chunk(f"heron {number}", 1, 1)] * 2)
        found = {each.match.id for each in best({"vs_1": stored}, ["heron"], {}, 10)}
        assert len(found) == 2
        assert not found & seen
        seen |= found
        stored.remove("f1")


def test_files_that_come_and_go_leave_a_sound_index(path, stored):
    for number in range(12):
        chunks = [Chunk(f"锅炉 heron {number} Κόσμος", 1, 1, "A heading")]
        chunks += [Chunk("Die Prüfungen der Heizungen werden von der Firma gemacht.", 1, 1, "Über")]
        stored.add(Source(f"f{number % 4}", f"Prüfungen {number}", b"", 100, 0), chunks)
    stored.remove("f1")
    assert is_sound(path)
    assert stored.files() == {"f0", "f2", "f3"}


def test_an_unchanged_file_costs_no_writing(tmp_path):
    async def once(data):
        yield data

    def file(data, name="a.txt", tokens=800):
        return IndexedFile("f1", name, once(data), tokens, 0)

    async def scenario():
        index = RagIndex(tmp_path)
        try:
            editions = []
            for given in (
                file(b"The heron."),
                file(b"The heron."),
                file(b"The crane."),
                file(b"The crane.", name="b.txt"),
                file(b"The crane.", name="b.txt", tokens=400),
                file(b"The crane.", name="b.txt", tokens=400),
            ):
                assert await index.add("vs_1", given) == 10
                editions.append(edition(tmp_path / "vector_stores" / "vs_1" / "index.sqlite3"))
            return editions
        finally:
            await index.close()

    first, same, changed, renamed, resized, again = asyncio.run(scenario())
    assert first == same
    assert resized == again
    assert len({first, changed, renamed, resized}) == 4


def edition(path):
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT value FROM meta WHERE key = 'edition'").fetchone()[0]
    finally:
        db.close()


def test_a_damaged_file_is_set_aside_and_said_to_be(path, stored):
    stored.add(Source("f1", "", b"", 100, 0), [Chunk("heron", 1, 1)])
    stored.close()
    path.write_bytes(b"not a database" * 1000)
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    with pytest.raises(StoreError, match=r"was damaged and is set aside") as caught:
        stored.files()
    assert caught.value.kind == "damaged"
    assert stored.files() == set()
    assert path.with_name(f"damaged-{path.name}").read_bytes().startswith(b"not a database")


def test_what_another_version_left_is_made_anew(path, stored):
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.executescript("CREATE TABLE chunk (other); PRAGMA user_version = 1")
    db.close()
    assert stored.files() == set()
    stored.add(Source("f1", "", b"", 100, 0), [Chunk("heron", 1, 1)])
    assert stored.files() == {"f1"}
