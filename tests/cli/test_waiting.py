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
    gate = threading.Event()
    model.script([say(chunks=[gate, "Here I am."])])
    run = terminal("run", "jan", "Hi")
    run.expect("waiting for the answer … 1 s")
    run.expect("waiting for the answer … 2 s")
    gate.set()
    run.expect("Here I am.")
    run.expect("Go on with: --thread thread_")
    assert run.wait() == 0
    shown = on_screen(run.seen).splitlines()
    assert shown[0] == "Here I am."
    assert shown[1].startswith("Go on with: --thread thread_")
    assert len(shown) == 2


def test_it_does_not_overwrite_a_line_that_is_half_printed(terminal, model):
    gate, hold = threading.Event(), threading.Event()
    model.script([say(chunks=["A line\n", gate, "half", hold, " and half."])])
    run = terminal("run", "jan", "Hi")
    run.expect("A line\r\n")
    run.expect("waiting for the answer … 1 s")
    gate.set()
    run.expect("half")
    threading.Timer(1.5, hold.set).start()
    between = run.expect(" and half.")
    assert between == ""
    assert run.wait() == 0


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


def test_what_would_steer_the_terminal_is_made_visible(terminal, model):
    model.script([say("a\x1b[2Jb\x07\tc")])
    run = terminal("run", "jan", "Hi")
    run.expect("a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}\tc")
    assert run.wait() == 0


def test_an_interrupt_takes_it_away(terminal, model):
    model.script([say(chunks=[threading.Event()])])
    run = terminal("run", "jan", "Hi")
    run.expect("waiting for the answer … 1 s")
    run.press_ctrl_c()
    run.expect("Stopped.")
    assert run.wait() == 130
    assert "waiting" not in on_screen(run.seen)
