"""Tools that do what they should not: the model or the script is told, and the run goes on."""

import asyncio

import pytest

from understudy import Function, Host, Invalid
from understudy.testing.model_server import call_tools, say


class Tool:
    """A tool that does what the test says."""

    def __init__(self, act):
        self.functions = (Function("act"),)
        self.act = act

    async def call(self, call):
        return self.act()

    async def close(self):
        raise ValueError("cannot close")


def ask(root, act):
    async def main():
        providers = {"tools": {"actor": lambda context: Tool(act)}}
        async with Host(root, providers=providers) as host, asyncio.timeout(20):
            return await host.reply(await host.start("stage", "Act!"))

    return asyncio.run(main())


def fail(error):
    raise error


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: fail(asyncio.CancelledError()), "tool `actor` failed in `act`: CancelledError"),
        (lambda: fail(SystemExit(3)), "tool `actor` failed in `act`: SystemExit: 3"),
    ],
)
def test_a_tool_that_ends_more_than_itself_has_only_failed(root, model, write_assistant, act, told):
    write_assistant("stage", {"assistant.json": {"tools": [{"type": "actor"}]}})
    model.script([call_tools([("act", {})]), say("Well.")])
    assert ask(root, act).run.status == "completed"
    assert told in model.requests[1].body["messages"][-1]["content"]


def test_a_script_is_told_that_a_tool_was_cancelled_from_inside(root, write_assistant):
    code = """export async function* invoke(run) {
      try { yield await run.tools.call("act", {}); } catch (error) { yield error.message; }
    }"""
    files = {"assistant.json": {"tools": [{"type": "actor"}]}, "src/index.js": code}
    write_assistant("stage", files)
    assert "CancelledError" in ask(root, lambda: fail(asyncio.CancelledError())).text


def test_a_tool_that_is_none_is_a_problem_of_the_assistant(root, write_assistant):
    write_assistant("stage", {"assistant.json": {"tools": [{"type": "actor"}]}})

    async def main():
        async with Host(root, providers={"tools": {"actor": lambda context: object()}}) as host:
            with pytest.raises(Invalid, match="tool `actor` is no tool"):
                await host.start("stage", "Act!")

    asyncio.run(main())


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (b"bytes", "What the tool `act` returned is not JSON: Object of type bytes"),
        (float("nan"), "What the tool `act` returned is not JSON: Out of range"),
        ("half \ud83d", "What the tool `act` returned is not JSON: 'utf-8' codec"),
    ],
)
def test_what_is_not_json_is_not_a_result(root, model, write_assistant, result, told):
    write_assistant("stage", {"assistant.json": {"tools": [{"type": "actor"}]}})
    model.script([call_tools([("act", {})]), say("Well.")])
    assert ask(root, lambda: result).run.status == "completed"
    assert told in model.requests[1].body["messages"][-1]["content"]
