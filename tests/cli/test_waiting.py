"""The line that says that one waits: there on a terminal, gone before anything else is printed."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

from understudy.testing.model_server import call_tools, say

CLEARED = "\r\x1b[K"


def on_screen(text: str) -> str:
    """What is left to read: what a carriage return and an erased line take away is not."""
    lines = (line.rpartition(CLEARED)[2] for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))


def test_it_comes_after_a_second_and_vanishes_before_the_text(terminal, model):
    begin, go_on, end = (threading.Event() for _ in range(3))
    model.script([say(chunks=[begin, "A line.\n", go_on, "Half", end, " and \x1b[2Jhalf."])])
    run = terminal("run", "jan", "Hi")
    run.expect("waiting for the answer … 1 s")
    run.expect("waiting for the answer … 2 s")
    begin.set()
    run.expect("A line.\r\n")
    run.expect("waiting for the answer … 1 s")
    go_on.set()
    run.expect("Half")
    threading.Timer(1.5, end.set).start()
    assert run.expect(" and ") == "", "it must not overwrite a line that is half printed"
    run.expect("Go on with --thread thread_")
    assert run.wait() == 0
    first, second, third = on_screen(run.seen).splitlines()
    assert first == "A line."
    assert second == "Half and \N{REPLACEMENT CHARACTER}[2Jhalf."
    assert third.startswith("Go on with --thread thread_")


def test_it_names_the_tool_that_is_waited_for(terminal, understudy, model):
    understudy("new", "dice", "--template", "code")
    gate = threading.Event()
    call = call_tools([("roll", {"dice": "1d1"})])
    begun, *arguments = call.pieces
    model.script([replace(call, pieces=(begun, gate, *arguments)), say("A one.")])
    run = terminal("run", "dice", "Please throw something.")
    run.expect("calling roll … 1 s")
    gate.set()
    run.expect("A one.")
    assert run.wait() == 0
    assert on_screen(run.seen).startswith('→ roll({"dice": "1d1"}) = ')


def test_an_interrupt_takes_it_away(terminal, model):
    model.script([say(chunks=[threading.Event()])])
    run = terminal("run", "jan", "Hi")
    run.expect("waiting for the answer … 1 s")
    run.press_ctrl_c()
    run.expect("Stopped.")
    assert run.wait() == 130
    assert "waiting" not in on_screen(run.seen)
