"""Hostile scripts, run for real: each ends with its report, and nobody else notices.

A script's header says what it tries and how its run must end: `failed`, `completed` or `refused`
(it cannot even be started), with words of the message, alternatives parted by `|`; `cancelled` is
one that may go on for as long as a run may, until somebody stops it.
"""

from __future__ import annotations

import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import SCRIPTS, TURN_SECONDS, ask, body, level

HEADER = re.compile(r"// Tries: (.+)\.\n// Report: (\w+)(?:: (.+))?\n")
AT_ONCE = 2
PATIENCE = 1.0


def header(script):
    return HEADER.match(script.read_text(encoding="utf-8", errors="replace"))


EXPECTED = {script.stem: header(script).group(2, 3) for script in SCRIPTS}
ENDING = [name for name, (ended, _) in EXPECTED.items() if ended != "cancelled"]
ENDLESS = [name for name, (ended, _) in EXPECTED.items() if ended == "cancelled"]


def test_the_corpus_is_large_and_every_script_says_what_it_tries():
    assert len(SCRIPTS) >= 100
    tried = [header(script)[1] for script in SCRIPTS]
    assert len(set(tried)) >= 100


def timed(server, name):
    began = time.monotonic()
    report = ask(server, name)
    return report, time.monotonic() - began


@pytest.fixture(scope="module")
def attack(arena):
    """Every script that ends, two at a time, while an innocent assistant is asked all along."""
    ask(arena, "innocent")
    innocent, over = [], threading.Event()

    def keep_asking():
        while not over.is_set():
            innocent.append(timed(arena, "innocent"))

    asking = threading.Thread(target=keep_asking)
    asking.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = dict(zip(ENDING, pool.map(lambda name: timed(arena, name), ENDING), strict=True))
    over.set()
    asking.join()
    return reports, innocent


@pytest.mark.parametrize("name", ENDING)
def test_a_script_ends_with_its_report(attack, name):
    report, _ = attack[0][name]
    ended, words = EXPECTED[name]
    assert report.ended == ended, report
    assert any(word in report.text for word in (words or "").split(" | ")), report
    assert len(report.text) < 10_000
    assert "Traceback" not in report.text
    assert "Something went wrong inside" not in report.text


def test_others_are_answered_during_the_attack(attack):
    _, innocent = attack
    assert len(innocent) >= 20
    assert {str(report) for report, _ in innocent} == {"completed: I heard: Hello"}


def test_every_script_ends_within_its_limit_and_a_second(attack):
    """Measured with what this machine makes of it: an innocent run at the same time."""
    reports, innocent = attack
    slowest = sorted(seconds for _, seconds in innocent)[-2]
    limits = dict.fromkeys(ENDING, TURN_SECONDS) | {"endless-answer": 5.0}
    late = {
        name: seconds
        for name, (_, seconds) in reports.items()
        if seconds > limits[name] + PATIENCE + 3 * slowest
    }
    assert not late


@pytest.mark.parametrize("name", ENDLESS)
def test_a_script_without_end_can_be_cancelled_and_others_are_answered(arena, name):
    run = arena.post("/threads/runs", body(name)).json()
    path = f"/threads/{run['thread_id']}/runs/{run['id']}"
    assert str(ask(arena, "innocent")) == "completed: I heard: Hello"
    assert arena.get(path).json()["status"] in ("queued", "in_progress")
    assert arena.post(f"{path}/cancel").status == 200
    while (status := arena.get(path).json()["status"]) in ("in_progress", "cancelling"):
        pass
    assert status == "cancelled"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_nothing_is_left_behind(arena, attack):
    """After more of it, the process holds no more threads, descriptors, children or memory."""
    names = ["loop", "strings", "builtin-indexof", "left-timer", "throw-huge", "left-microtasks"]
    ask(arena, "innocent")
    before = level(arena.process.pid)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(lambda name: ask(arena, name), names * 4):
            pass
    ask(arena, "innocent")
    deadline = time.monotonic() + 90
    while not _is_level(now := level(arena.process.pid), before):
        assert time.monotonic() < deadline, (before, now)
        ask(arena, "innocent")


def _is_level(now, before):
    return (
        now.threads <= before.threads + 1
        and now.descriptors <= before.descriptors + 2
        and now.children <= before.children + 1
        and now.megabytes <= before.megabytes + 50
    )


def test_the_server_has_logged_no_failure_of_its_own(arena, attack):
    said = "".join(arena.said)
    assert "Traceback" not in said, said[said.index("Traceback") - 200 :][:3000]
    assert arena.process.poll() is None
