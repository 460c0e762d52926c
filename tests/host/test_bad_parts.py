"""Models and hooks that send what they should not: the run ends in order, and says why."""

import asyncio

import pytest

from understudy import Function, Host, hookimpl
from understudy.models import ChatChunk, ToolCallDelta

END = ChatChunk(finish_reason="stop")


class Model:
    """A model provider that sends what the test says, turn by turn."""

    def __init__(self, *turns):
        self.turns = [*turns]
        self.requests = []

    def __call__(self):
        return self

    async def chat(self, request):
        self.requests.append(request)
        for chunk in self.turns.pop(0):
            yield chunk

    async def models(self, settings):
        return ["m"]

    async def close(self):
        pass


class Act:
    def __init__(self, context):
        self.functions = (Function("act"),)

    async def call(self, call):
        return "done"

    async def close(self):
        pass


class Yields:
    def __init__(self, *parts):
        self.parts = parts

    @hookimpl
    async def invoke_assistant(self, run, proceed):
        for part in self.parts:
            yield part


def ask(root, model=None, hooks=()):
    async def main():
        providers = {"models": {"fake": model or Model()}, "tools": {"actor": Act}}
        async with Host(root, providers=providers, plugins=hooks) as host, asyncio.timeout(20):
            options = {"model": "fake/m", "tools": [{"type": "actor"}]}
            execution = await host.start("jan", "Hi", **options)
            reply = await host.reply(execution)
            names = [event.name async for event in execution.events()]
            assert names[-1] == f"thread.run.{reply.run.status}"
            steps = await host.runs.steps(reply.thread_id, reply.run.id)
            assert all(step.status != "in_progress" for step in steps)
            return reply, steps

    return asyncio.run(main())


@pytest.mark.parametrize(
    "part",
    [
        5,
        None,
        b"bytes",
        {},
        {"type": "text"},
        {"type": "text", "text": {"value": 5}},
        {"type": "image_file"},
        {"type": "refusal"},
        {"type": "chart", "data": {1, 2}, "more": b"\xff"},
        {"type": "chart", "data": float("nan")},
        {"type": "text", "text": {"value": "half \ud83d"}},
    ],
)
def test_a_part_that_is_none_fails_the_run_and_closes_what_is_open(root, part):
    reply, steps = ask(root, hooks=[Yields("Before. ", part, "After.")])
    assert reply.run.status == "failed"
    assert "assistant yielded" in reply.run.last_error.message
    assert reply.text == "Before. "
    assert [step.status for step in steps] == ["failed"]


def test_half_a_surrogate_pair_in_an_answer_does_no_harm(root):
    model = Model([ChatChunk(text="a \ud83d"), ChatChunk(text="\ude00 b \ud83d\ude00"), END])
    reply, _ = ask(root, model)
    assert reply.text == "a \ufffd\ufffd b \U0001f600"


def calls(*deltas):
    return [*(ChatChunk(tool_calls=(delta,)) for delta in deltas), END]


def test_half_a_surrogate_pair_in_a_call_does_no_harm(root):
    turn = calls(ToolCallDelta(0, "c", "act", '{"x": "\ud83d"}'))
    reply, _ = ask(root, Model(turn, [ChatChunk(text="Well."), END]))
    assert reply.text == "Well."


def test_calls_with_one_id_get_ids_of_their_own(root):
    turn = calls(ToolCallDelta(0, "c", "act", "{}"), ToolCallDelta(1, "c", "act", "{}"))
    model = Model(turn, [ChatChunk(text="Well."), END])
    _, [step, _] = ask(root, model)
    made = [call["id"] for call in step.step_details["tool_calls"]]
    assert len({*made}) == 2
    assert [message["tool_call_id"] for message in model.requests[1].messages[-2:]] == made


def test_a_call_whose_name_comes_late_is_made(root):
    turn = calls(ToolCallDelta(0, "c", None, "{"), ToolCallDelta(0, None, "act", "}"))
    _, [step, _] = ask(root, Model(turn, [ChatChunk(text="Well."), END]))
    [call] = step.step_details["tool_calls"]
    assert call["function"] == {"name": "act", "arguments": "{}", "output": "done"}


def test_arguments_that_are_nested_too_deeply_are_told_to_the_model(root):
    turn = calls(ToolCallDelta(0, "c", "act", "[" * 100_000))
    model = Model(turn, [ChatChunk(text="Well."), END])
    assert ask(root, model)[0].text == "Well."
    assert "not valid JSON" in model.requests[1].messages[-1]["content"]


def test_a_provider_that_cannot_be_closed_keeps_no_other_open(root):
    closed = []

    class Broken(Model):
        async def close(self):
            closed.append(self)
            raise ValueError("no")

    async def main():
        models = {name: Broken([ChatChunk(text="Hi."), END]) for name in ("one", "two")}
        host = Host(root, providers={"models": models})
        for name in models:
            await host.run("jan", "Hi", model=f"{name}/m")
        with pytest.raises(ValueError, match="no"):
            await host.close()

    asyncio.run(main())
    assert len(closed) == 2
