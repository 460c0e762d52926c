"""One small plugin for each release, as it was written then. It must go on working.

When this fails, the host has broken its contract: mend the host, not the fossil.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RELEASES = sorted(
    path for path in Path(__file__).parent.iterdir() if (path / "pyproject.toml").exists()
)

HOST = """
import asyncio, json
from types import SimpleNamespace

from understudy import Assistant, ToolContext, hookspecs
from understudy.events import Event
from understudy.plugins import Plugins


async def main():
    plugins = Plugins()
    hooks = plugins.hooks()
    jan = hooks.fold(hookspecs.load_assistant, Assistant(id="jan"))
    problems = hooks.collect(hookspecs.validate_assistant, jan)
    tools = await hooks.gather(hookspecs.provide_tools, jan)
    run = SimpleNamespace(id="run_1", assistant=jan)
    hooks.notify(hookspecs.observe_event, run, Event(1, "thread.run.created", {}))

    async def words(run):
        yield "bones"

    async def tool(call):
        return await made.call(call)

    made = plugins.provider("tools", "fossil")(ToolContext("jan", {"type": "fossil"}, None, None))
    call = SimpleNamespace(id="call_1", name="dig", arguments={}, run=run)
    stream = hooks.wrap_stream(hookspecs.invoke_assistant, words)(run)
    print(json.dumps({
        "loaded": jan.metadata,
        "problems": [answer.value.code for answer in problems],
        "tools": [answer.value.functions[0].name for answer in tools],
        "said": "".join([part async for part in stream]),
        "called": await hooks.wrap_call(hookspecs.call_tool, tool)(call),
        "seen": [list(event) for event in hooks.plugins[0].value.events],
    }))


asyncio.run(main())
"""


@pytest.mark.parametrize("project", RELEASES, ids=lambda project: project.name)
def test_a_plugin_of_an_earlier_release_works(project: Path, tmp_path: Path) -> None:
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--target", tmp_path]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, project], check=True)
    env = os.environ | {"PYTHONPATH": str(tmp_path), "UNDERSTUDY_STRICT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", HOST],
        env=env | {"UNDERSTUDY_PLUGINS": "fossil"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "loaded": {"age": "old"},
        "problems": ["old"],
        "tools": ["shovel"],
        "said": "bones (dug out)",
        "called": ["dig for jan", "carefully"],
        "seen": [["run_1", 1, "thread.run.created", {}]],
    }


def test_there_is_a_fossil_of_this_release() -> None:
    from understudy import __version__

    assert __version__.rpartition(".")[0] in [project.name for project in RELEASES]
