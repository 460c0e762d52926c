"""A run whose process dies again and again: of what the run does, or of other reasons."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from understudy import Host
from understudy.testing.model_server import call_tools, say

PLAYERS = Path(__file__).with_name("players.py")
LIVES = 8


def live(root, *ids, **env):
    """A process that begins a run, or goes on with it, until it dies; what it said."""
    command = [sys.executable, str(PLAYERS), str(root), "clerk", *ids]
    done = subprocess.run(
        command, env={**os.environ, **env}, capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout


def begun(root, text):
    """The ids of a run whose first process has died at this."""
    said = live(root)
    assert said.rstrip().endswith(text)
    return said.split()[:2]


def run_of(root, ids):
    return json.loads((root / "threads" / ids[0] / "runs" / ids[1] / "run.json").read_text())


def journal(root, ids):
    path = root / "threads" / ids[0] / "runs" / ids[1] / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def called(root):
    return (root.parent / "calls").read_text().split()


@pytest.fixture
def clerk(write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [{"type": "look"}]}})


def test_a_run_that_kills_its_process_again_and_again_is_ended(root, model, clerk):
    model.script([call_tools([("look", {"die": True})])])
    ids = begun(root, "calling look")
    for _ in range(LIVES):
        assert live(root, *ids).rstrip().endswith("calling look")
    live(root, *ids)
    run = run_of(root, ids)
    assert run["status"] == "failed"
    assert f"taken up {LIVES} times" in run["last_error"]["message"]
    assert called(root) == ["look"] * (LIVES + 1)
    assert len(model.requests) == 1


def test_a_process_that_dies_before_the_run_could_do_anything_new_is_not_held_against_it(
    root, model, clerk
):
    model.script([call_tools([("look", {"hold": True})]), say("Seen.")])
    ids = begun_and_killed(root)
    for _ in range(LIVES + 1):
        assert live(root, *ids, DIE="yes") == ""
    assert live_without_holding(root, ids).rstrip().endswith("thread.run.completed")
    assert run_of(root, ids)["status"] == "completed"
    assert len(model.requests) == 2


def begun_and_killed(root):
    command = [sys.executable, str(PLAYERS), str(root), "clerk"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ids = process.stdout.readline().split()
    while "calling look" not in process.stdout.readline():
        pass
    process.kill()
    process.communicate()
    return ids


def live_without_holding(root, ids):
    code = "import asyncio, sys, players; asyncio.run(players.main(*sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(root), "clerk", *ids],
        cwd=PLAYERS.parent,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def test_after_some_deaths_it_is_taken_up_with_growing_pauses(root, model, clerk):
    model.script([call_tools([("look", {"die": True})])])
    ids = begun(root, "calling look")
    for _ in range(4):
        live(root, *ids)
    tries = [line["t"] for line in journal(root, ids) if "taken_up" in line]

    async def go_on():
        async with Host(root) as host:
            first = await host.runs.get(*ids)
            async with asyncio.timeout(20):
                events = [event async for event in host.runs.events(*ids)]
            return first, events[-1].name

    first, end = asyncio.run(go_on())
    assert first.status in ("queued", "in_progress")
    assert end == "thread.run.failed"  # the tool is not here
    again = [line["t"] for line in journal(root, ids) if "taken_up" in line]
    assert again[: len(tries)] == tries
    pause = 0.1 * 2 ** (len(tries) - 2)
    assert [b - a for a, b in pairwise(again)][-1] >= 0.8 * pause  # clocks are set back a little
