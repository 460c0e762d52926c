"""How often one run may ask a model."""

import asyncio

import pytest

from understudy import Host, Invalid
from understudy.runs.quota import MODEL_CALLS
from understudy.testing.model_server import call_tools, say

ASK = "await run.model.chat({ messages: [{ role: 'user', content: 'x' }] }).text()"
GREEDY = f"export async function invoke(run) {{ for (;;) try {{ {ASK}; }} catch {{}} }}"
FLOOD = """export async function invoke(run) {
  await Promise.all(Array.from({ length: 50 }, () => ASK.catch(() => 0)));
  return 'fine';
}""".replace("ASK", ASK.removeprefix("await "))
THREE = f"export async function invoke(run) {{ {ASK}; {ASK}; {ASK}; return 'Enough.'; }}"


def go(root, work, **options):
    async def main():
        async with Host(root, **options) as host:
            return await work(host)

    return asyncio.run(main())


async def ended(host):
    return await (await host.start("asker", "Go")).wait()


@pytest.fixture
def three(monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_MODEL_CALLS", "3")


@pytest.mark.parametrize("code", [GREEDY, FLOOD])
def test_code_that_asks_too_often_is_stopped_though_it_catches_errors(
    root, model, write_assistant, three, code
):
    write_assistant("asker", {"src/index.js": code})
    model.default = lambda request: say("More?")
    run = go(root, ended)
    assert run.status == "failed"
    assert "more than 3 times" in run.last_error.message
    assert len(model.requests) <= 3


def test_the_default_loop_is_stopped_too(root, model, write_assistant, three):
    write_assistant("asker", {"assistant.json": {"max_steps": 10**6}, "src/index.js": TOOL})
    model.default = lambda request: call_tools([("more", {})])
    run = go(root, ended)
    assert "more than 3 times" in run.last_error.message
    assert len(model.requests) == 3


TOOL = "export const tools = [{ name: 'more', parameters: {}, execute() { return 'more'; } }];"


def test_as_many_as_are_allowed_are_answered(root, model, write_assistant, three):
    write_assistant("asker", {"src/index.js": THREE})
    model.default = lambda request: say("Yes.")
    assert go(root, ended).status == "completed"
    assert len(model.requests) == 3


def test_calls_before_the_process_died_count(root, model, write_assistant, monkeypatch):
    """A run that is gone on with from its last event has what it asked before behind it."""
    write_assistant("asker", {"src/index.js": THREE.replace(ASK + "; return", "return")})
    model.default = lambda request: say("Yes.")

    async def twice(host):
        first = await ended(host)
        write_assistant("asker", {"src/index.js": THREE.replace("return", f"{ASK}; return")})
        last = [event.n async for event in host.runs.events(first.thread_id, first.id)][-1]
        second = await host.branch(first.id, last)
        return (await host.reply(second)).run

    monkeypatch.setenv("UNDERSTUDY_MODEL_CALLS", "3")
    run = go(root, twice)
    assert "more than 3 times" in run.last_error.message
    assert len(model.requests) == 3


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "9" * 30, "٣"])
def test_a_setting_that_is_no_number_is_told_when_the_host_is_opened(root, monkeypatch, value):
    monkeypatch.setenv("UNDERSTUDY_MODEL_CALLS", value)
    with pytest.raises(Invalid, match="UNDERSTUDY_MODEL_CALLS is"):
        go(root, ended)


def test_an_empty_setting_is_the_usual_number(root, model, write_assistant, monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_MODEL_CALLS", "")
    write_assistant("asker", {"src/index.js": THREE})
    model.default = lambda request: say("Yes.")
    assert go(root, ended).status == "completed"
    assert MODEL_CALLS >= 1000
