"""`understudy index` when things go wrong: kills, full disks, damage, several at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

COUNT = 120


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(COUNT):
        path = folder / f"{n}.txt"
        path.write_text(f"The number {n} is here. " + "Many words follow it. " * 200)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def listed(process):
    return json.loads(process("index", "list", "notes", "--json").out)


def all_found(process):
    rows = listed(process)
    assert [row["status"] for row in rows] == ["completed"] * COUNT
    assert len({row["file"] for row in rows}) == COUNT
    return process("index", "search", "notes", "number 77", "--limit", "1").out.startswith("77.txt")


def test_a_killed_add_goes_on_where_it_was(process, start, folder, root):
    running = start("index", "add", "notes", folder)
    while not list(root.glob("vector_stores/*/index.sqlite3")):
        assert running.poll() is None
    running.kill()
    running.wait()
    done = process("index", "add", "notes", folder)
    assert (done.code, done.err) == (0, "")
    assert all_found(process)
    assert len(list((root / "files").iterdir())) <= COUNT + 32  # those under way at the kill


def test_two_processes_add_to_one_new_store(process, start, folder):
    halves = [[str(folder / f"{n}.txt") for n in range(COUNT) if n % 2 == side] for side in (0, 1)]
    running = [start("index", "add", "notes", *half) for half in halves]
    for each in running:
        out, err = each.communicate(timeout=60)
        assert (each.returncode, err) == (0, "")
        assert out.endswith(f"): {COUNT // 2} added, 0 unchanged\n")
    assert all_found(process)


def test_a_damaged_index_is_made_again_and_that_is_said(process, folder, root):
    process("index", "add", "notes", folder)
    [index] = root.glob("vector_stores/*/index.sqlite3")
    index.write_bytes(b"no database" * 1_000)
    done = process("index", "search", "notes", "number 77", "--limit", "1")
    assert done.out.startswith("77.txt")
    assert "was damaged and is set aside" in done.err
    assert "Traceback" not in done.err
    assert all_found(process)


def limited(environment, blocks, *args):
    """Run a command that can write files of up to so many blocks of 512 bytes."""
    command = f'ulimit -f {blocks}; exec "$0" -m understudy "$@"'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *map(str, args)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_full_disk_fails_a_file_and_the_next_add_repeats_it(process, environment, tmp_path):
    large = tmp_path / "large.txt"
    large.write_text("".join(f"The number {n} is here.\n" for n in range(12_000)))
    os.utime(large, (1_700_000_000, 1_700_000_000))
    done = limited(environment, 800, "index", "add", "notes", large)
    assert done.returncode == 1
    assert "large.txt" in done.stderr
    assert "Traceback" not in done.stderr
    done = process("index", "add", "notes", large)
    assert (done.code, done.err) == (0, "")
    assert [row["status"] for row in listed(process)] == ["completed"]


def test_a_disk_too_full_for_the_file_itself_is_told(process, environment, tmp_path):
    small, large = tmp_path / "small.txt", tmp_path / "large.txt"
    small.write_text("The number 1 is here.")
    large.write_text("The number 2 is here. " * 40_000)
    done = limited(environment, 800, "index", "add", "notes", small, large)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "run the command again" in done.stderr
    assert process("index", "search", "notes", "number 1").out.startswith("small.txt")
