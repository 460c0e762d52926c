"""Type checkers know arguments and results of hooks: right calls pass, wrong ones do not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CALLS = """
from collections.abc import AsyncIterator
from typing import Any, assert_type

from understudy import hookspecs
from understudy.dispatch import Answer, Hooks
from understudy.events import Event
from understudy.folder.problems import Problem
from understudy.objects import Assistant
from understudy.runs.run import Part, Run
from understudy.tools import Tool, ToolCall


async def right(hooks: Hooks, jan: Assistant, run: Run, event: Event, call: ToolCall) -> None:
    problems = hooks.collect(hookspecs.validate_assistant, jan)
    assert_type(problems, list[Answer[Problem]])
    assert_type(hooks.fold(hookspecs.load_assistant, jan), Assistant)
    tools = await hooks.gather(hookspecs.provide_tools, assistant=jan)
    assert_type(tools, list[Answer[Tool]])
    hooks.notify(hookspecs.observe_event, run, event)
    hooks.notify(hookspecs.observe_event, run=run, event=event)
    assert_type(await hooks.wrap_call(hookspecs.call_tool, tool)(call), Any)
    assert_type(hooks.wrap_stream(hookspecs.invoke_assistant, words)(run), AsyncIterator[Part])


async def tool(call: ToolCall) -> Any:
    return call.name


async def words(run: Run) -> AsyncIterator[Part]:
    yield "to be"


async def plain(run: Run) -> Part:
    return "to be"


async def wrong(hooks: Hooks, jan: Assistant, run: Run, event: Event, call: ToolCall) -> None:
    hooks.collect(hookspecs.validate_assistant, "jan")  # expect: arg-type
    hooks.collect(hookspecs.validate_assistant, assistent=jan)  # expect: call-arg
    hooks.collect(hookspecs.validate_assistant)  # expect: call-arg
    hooks.collect(hookspecs.call_tool, call, tool)  # expect: arg-type
    hooks.fold(hookspecs.load_assistant, run)  # expect: arg-type
    await hooks.gather(hookspecs.validate_assistant, jan)  # expect: arg-type
    hooks.notify(hookspecs.observe_event, event, run)  # expect: arg-type
    hooks.notify(hookspecs.observe_event, run)  # expect: call-arg
    hooks.wrap_call(hookspecs.call_tool, words)  # expect: arg-type
    hooks.wrap_stream(hookspecs.invoke_assistant, plain)  # expect: arg-type
    hooks.wrap_stream(hookspecs.invoke_assistant, words)(call)  # expect: arg-type
"""


def test_mypy_accepts_right_calls_and_rejects_wrong_ones(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "calls.py").write_text(CALLS)
    cache = request.config.cache.mkdir("mypy")  # type: ignore[union-attr]  # always there
    options = ["--strict", "--config-file", os.devnull, "--cache-dir", str(cache), "--no-pretty"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "calls.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    found = set(re.findall(r"^calls.py:(\d+): error: .*\[(.*)\]$", done.stdout, re.MULTILINE))
    lines = enumerate(CALLS.splitlines(), 1)
    planted = {(str(n), line.split("# expect: ")[1]) for n, line in lines if "# expect: " in line}
    assert len(planted) == 11
    assert planted <= found, done.stdout + done.stderr
    assert {line for line, _ in found} == {line for line, _ in planted}, done.stdout
