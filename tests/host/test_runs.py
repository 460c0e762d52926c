"""Runs: their states, events and messages, against a real model server."""

import asyncio
import json
import threading
from contextlib import asynccontextmanager

import pytest

from understudy import Conflict, Host, Invalid, ModelError, UnderstudyError
from understudy.objects import EVENTS
from understudy.testing.model_server import call_tools, cut, fail, say

WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "Weather", "parameters": {"type": "object"}},
}


def go(root, work, **options):
    async def main():
        async with Host(root, **options) as host:
            return await work(host)

    return asyncio.run(main())


async def names(execution):
    return [event.name.removeprefix("thread.") async for event in execution.events()]


def test_a_plain_answer_has_the_documented_events_in_their_order(root, model):
    async def work(host):
        execution = await host.start("jan", "Hello")
        events = [event async for event in execution.events()]
        for event in events:
            EVENTS[event.name].read(event.data)
        assert [event.n for event in events] == sorted({event.n for event in events})
        return [event.name for event in events if event.name != "thread.message.delta"]

    assert go(root, work) == [
        "thread.run.created",
        "thread.run.queued",
        "thread.run.in_progress",
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.message.created",
        "thread.message.in_progress",
        "thread.message.completed",
        "thread.run.step.completed",
        "thread.run.completed",
    ]


def test_deltas_add_up_to_the_message_and_arrive_before_the_model_has_finished(root, model):
    gate = threading.Event()
    model.script([say(chunks=["one ", gate, "two"])])

    async def work(host):
        execution = await host.start("jan", "Count")
        text = ""
        async for event in execution.events():
            if event.name == "thread.message.delta":
                text += event.data["delta"]["content"][0]["text"]["value"]
                gate.set()
        return text, (await host.reply(execution)).text

    assert go(root, work) == ("one two", "one two")


def test_the_thread_remembers_and_the_model_is_told(root, model):
    async def work(host):
        first = await host.run("jan", "My name is Ada.")
        await host.run("jan", "What is my name?", thread=first.thread_id)
        return model.requests[1].body["messages"]

    told = go(root, work)
    assert told[0]["role"] == "system"
    assert [(message["role"], message["content"]) for message in told[1:]] == [
        ("user", "My name is Ada."),
        ("assistant", "You said: My name is Ada."),
        ("user", "What is my name?"),
    ]


def test_usage_is_null_until_the_end_and_then_the_sum_of_all_calls(root, model, write_assistant):
    write_assistant("echo", {"assistant.json": {"tools": [WEATHER]}})
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    model.script([say("one", usage=usage)])

    async def work(host):
        execution = await host.start("echo", "Hi")
        seen = [event.data["usage"] async for event in execution.events() if "run" in event.name]
        return seen, execution.run.usage.wire()

    seen, final = go(root, work)
    assert seen[0] is None
    assert final == usage


def test_a_client_function_stops_the_run_until_its_output_is_there(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        events = execution.events()
        async for event in events:
            if event.name == "thread.run.requires_action":
                call = execution.run.required_action.submit_tool_outputs.tool_calls[0]
                assert json.loads(call.function.arguments) == {"city": "Rome"}
                assert (await host.runs.get(execution.run.thread_id, execution.run.id)).status == (
                    "requires_action"
                )
                await host.runs.submit_tool_outputs(
                    execution.run.thread_id, execution.run.id, {call.id: "25 degrees"}
                )
        reply = await host.reply(execution)
        steps = await host.runs.steps(reply.thread_id, reply.run.id)
        return reply, steps

    reply, steps = go(root, work)
    assert reply.text == "Sunny."
    assert reply.run.required_action is None
    assert model.requests[1].body["messages"][-1]["content"] == "25 degrees"
    assert [step.type for step in steps] == ["tool_calls", "message_creation"]
    assert steps[0].step_details["tool_calls"][0]["function"]["output"] == "25 degrees"


@pytest.mark.parametrize("outputs", [{}, {"call_other": "x"}])
def test_the_wrong_outputs_are_refused_and_the_run_waits_on(root, model, write_assistant, outputs):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})]), say("Done.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                run = execution.run
                with pytest.raises(Invalid, match="Expected tool outputs for call_ids"):
                    await host.runs.submit_tool_outputs(run.thread_id, run.id, outputs)
                call = run.required_action.submit_tool_outputs.tool_calls[0]
                await host.runs.submit_tool_outputs(run.thread_id, run.id, {call.id: ""})
        with pytest.raises(Invalid, match="completed"):
            await host.runs.submit_tool_outputs(run.thread_id, run.id, {call.id: ""})
        return (await host.reply(execution)).text

    assert go(root, work) == "Done."


def test_text_before_a_tool_call_is_a_message_and_a_step_of_its_own(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})], text="Let me look."), say("Sunny.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                [call] = execution.run.required_action.submit_tool_outputs.tool_calls
                await execution.submit({call.id: "sunny"})
        reply = await host.reply(execution)
        return reply.messages, await host.runs.steps(reply.thread_id, reply.run.id)

    messages, steps = go(root, work)
    assert [message.text for message in messages] == ["Let me look.", "Sunny."]
    assert [step.type for step in steps] == ["message_creation", "tool_calls", "message_creation"]


def test_only_one_of_many_runs_gets_a_thread(root, model):
    gate = threading.Event()
    model.script([say(chunks=[gate, "done"])])

    async def work(host):
        thread = await host.new_thread()
        await host.say(thread.id, "Hi")
        made = await asyncio.gather(
            *(host.runs.create(thread.id, "jan") for _ in range(8)), return_exceptions=True
        )
        refused = [result for result in made if isinstance(result, Conflict)]
        [execution] = [result for result in made if not isinstance(result, BaseException)]
        with pytest.raises(Conflict, match=r"while a run .* is active"):
            await host.say(thread.id, "More")
        gate.set()
        await execution.wait()
        await host.say(thread.id, "More")
        return len(refused)

    assert go(root, work) == 7


def test_the_lock_is_gone_when_the_end_is_seen(root, model):
    async def work(host):
        execution = await host.start("jan", "Hi")
        async for event in execution.events():
            if event.name == "thread.run.completed":
                await host.say(execution.run.thread_id, "At once")
                again = await host.runs.create(execution.run.thread_id, "jan")
                return (await again.wait()).status

    assert go(root, work) == "completed"


def test_cancelling_stops_the_model_and_keeps_what_was_said(root, model):
    model.script([say(chunks=["partial ", threading.Event()])])

    async def work(host):
        execution = await host.start("jan", "Talk")
        async for event in execution.events():
            if event.name == "thread.message.delta":
                cancelling = asyncio.create_task(execution.cancel())
        run = await cancelling
        page = await (await host.messages(run.thread_id)).page()
        steps = await host.runs.steps(run.thread_id, run.id)
        with pytest.raises(Invalid, match="Cannot cancel run with status 'cancelled'"):
            await host.runs.cancel(run.thread_id, run.id)
        return run, page.items[0], steps[0], await names(execution)

    run, message, step, seen = go(root, work)
    assert (run.status, step.status) == ("cancelled", "cancelled")
    assert run.cancelled_at is not None
    assert (message.status, message.text) == ("incomplete", "partial ")
    assert message.incomplete_details.reason == "run_cancelled"
    assert seen[-4:] == [
        "run.cancelling",
        "message.incomplete",
        "run.step.cancelled",
        "run.cancelled",
    ]
    assert model.requests[0].left.wait(10)


def test_a_waiting_run_can_be_cancelled(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})])])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                asyncio.get_running_loop().call_soon(asyncio.ensure_future, execution.cancel())
        run = await execution.wait()
        assert run.required_action is None
        await host.run("jan", "Go on", thread=run.thread_id)
        return run.status

    assert go(root, work) == "cancelled"
    told = model.requests[1].body["messages"]
    assert all("tool_calls" not in message for message in told)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (fail(500, "broken"), "server_error"),
        (fail(429), "rate_limit_exceeded"),
        (cut(2), "server_error"),
    ],
)
def test_a_failing_model_fails_the_run_with_its_reason(root, model, answer, code, write_assistant):
    settings = {"max_retries": 0}
    write_assistant("frail", {"assistant.json": {}, "model.json": {"settings": settings}})
    model.script([answer])

    async def work(host):
        execution = await host.start("frail", "Hi")
        run = await execution.wait()
        with pytest.raises(ModelError):
            (await host.reply(execution)).check()
        await host.say(run.thread_id, "The thread is free.")
        return run

    run = go(root, work)
    assert run.status == "failed"
    assert run.failed_at is not None
    assert run.last_error.code == code


def test_a_cut_answer_is_kept_as_an_incomplete_message(root, model):
    model.script([cut(2, "one two three")])

    async def work(host):
        execution = await host.start("jan", "Hi")
        run = await execution.wait()
        page = await (await host.messages(run.thread_id)).page(limit=1)
        return page.items[0]

    message = go(root, work)
    # A reset may overtake the last word on its way.
    assert (message.status, message.text) in [("incomplete", "one two "), ("incomplete", "one ")]
    assert message.incomplete_details.reason == "run_failed"


def test_a_too_long_answer_makes_run_and_message_incomplete(root, model):
    model.script([say("cut of", finish_reason="length")])

    async def work(host):
        return await host.reply(await host.start("jan", "Hi", max_completion_tokens=256))

    reply = go(root, work)
    assert reply.run.status == "incomplete"
    assert reply.run.incomplete_details.reason == "max_completion_tokens"
    assert reply.messages[0].incomplete_details.reason == "max_tokens"
    assert model.requests[0].body["max_completion_tokens"] == 256


def test_budgets_span_all_model_calls_of_a_run(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    used = {"prompt_tokens": 1, "completion_tokens": 100, "total_tokens": 101}
    answer = call_tools([("weather", {})])
    model.script([type(answer)(answer.pieces, "tool_calls", used), say("Done.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?", max_completion_tokens=300)
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                [call] = execution.run.required_action.submit_tool_outputs.tool_calls
                await execution.submit({call.id: "sunny"})

    go(root, work)
    assert [r.body["max_completion_tokens"] for r in model.requests] == [300, 200]


def test_what_a_run_asks_for_reaches_the_model(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"temperature": 0.5, "instructions": "Be brief."}})

    async def work(host):
        await host.run(
            "clerk",
            "Hi",
            model="other-model",
            temperature=0,
            additional_instructions="Rhyme.",
            truncation_strategy={"type": "last_messages", "last_messages": 1},
            additional_messages=[{"role": "user", "content": "Really."}],
        )

    go(root, work)
    body = model.requests[0].body
    assert body["model"] == "other-model"
    assert body["temperature"] == 0
    assert [message["content"] for message in body["messages"]] == [
        "Be brief.\n\nRhyme.",
        "Really.",
    ]


def test_a_token_budget_drops_the_oldest_messages_and_never_the_newest(root, model):
    async def work(host):
        reply = await host.run("jan", "old " * 500)
        await host.run("jan", "new " * 600, thread=reply.thread_id, max_prompt_tokens=256)

    go(root, work)
    told = [message["role"] for message in model.requests[1].body["messages"]]
    assert told == ["system", "user"]


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"temperature": 3}, "temperature"),
        ({"max_prompt_tokens": 1}, "max_prompt_tokens"),
        ({"tone": 1}, "tone"),
    ],
)
def test_wrong_options_are_refused_and_leave_nothing_behind(root, model, options, param):
    async def work(host):
        with pytest.raises(Invalid) as caught:
            await host.start("jan", "Hi", **options)
        assert (await host.threads.page()).items == ()
        return caught.value.param

    assert go(root, work) == param


def test_an_endless_loop_of_tool_calls_ends(root, model, write_assistant):
    write_assistant("loop", {"assistant.json": {"max_steps": 3, "tools": [{"type": "ping"}]}})
    model.default = lambda request: call_tools([("ping", {})])

    async def work(host):
        execution = await host.start("loop", "Go")
        run = await execution.wait()
        return run.last_error.message

    assert "3 model calls" in go(root, work, providers={"tools": {"ping": Ping}})
    assert len(model.requests) == 3


def test_parallel_calls_are_made_side_by_side_and_answered_in_order(root, model, write_assistant):
    write_assistant("pair", {"assistant.json": {"tools": [{"type": "ping"}]}})
    model.script([call_tools([("meet", {"n": 0}), ("meet", {"n": 1})]), say("Met.")])

    async def work(host):
        return (await host.run("pair", "Go")).text

    assert go(root, work, providers={"tools": {"ping": Ping}}) == "Met."
    outputs = [m["content"] for m in model.requests[1].body["messages"] if m["role"] == "tool"]
    assert outputs == ["0", "1"]


def test_a_failing_tool_is_told_to_the_model_and_not_fatal(root, model, write_assistant):
    write_assistant("brave", {"assistant.json": {"tools": [{"type": "ping"}]}})
    calls = [("crash", {}), ("refuse", {}), ("nobody", {}), ("ping", "{not json")]
    model.script([call_tools(calls), say("Understood.")])

    async def work(host):
        return (await host.run("brave", "Go")).text

    assert go(root, work, providers={"tools": {"ping": Ping}}) == "Understood."
    outputs = [m["content"] for m in model.requests[1].body["messages"] if m["role"] == "tool"]
    assert outputs[0].startswith("Error:") and "ZeroDivisionError" in outputs[0]
    assert outputs[1] == "Error: not today"
    assert "nobody" in outputs[2]
    assert "not valid JSON" in outputs[3]


def test_readers_can_join_late_and_rejoin_at_any_event(root, model):
    async def work(host):
        execution = await host.start("jan", "Hello there")
        first = [event async for event in execution.events()]
        run = execution.run
        again = [event async for event in host.runs.events(run.thread_id, run.id)]
        middle = first[len(first) // 2].n
        rest = [event async for event in host.runs.events(run.thread_id, run.id, after=middle)]
        return first, again, rest, middle

    first, again, rest, middle = go(root, work)
    assert again == first
    assert rest == [event for event in first if event.n > middle]


def test_another_host_on_the_same_folder_sees_and_follows_the_run(root, model):
    gate = threading.Event()
    model.script([say(chunks=["one ", gate, "two"])])

    async def work(host):
        execution = await host.start("jan", "Count")
        run = execution.run
        async with Host(root) as other:
            with pytest.raises(Conflict):
                await other.say(run.thread_id, "me too")
            seen = []
            async for event in other.runs.events(run.thread_id, run.id):
                seen.append(event.name)
                gate.set()
        return seen

    assert go(root, work)[-1] == "thread.run.completed"


def test_closing_the_host_ends_what_runs(root, model):
    model.script([say(chunks=["partial", threading.Event()])])

    async def main():
        async with Host(root) as host:
            execution = await host.start("jan", "Talk")
            async for event in execution.events():
                if event.name == "thread.message.delta":
                    break
        return execution.run.status

    assert asyncio.run(main()) == "cancelled"


def test_leaving_a_stream_early_cancels_the_run(root, model):
    model.script([say(chunks=["partial", threading.Event()])])

    async def work(host):
        thread = await host.new_thread()
        async with _closing(host.stream("jan", "Talk", thread=thread.id)) as events:
            async for event in events:
                if event.name == "thread.message.delta":
                    break
        return (await host.runs.page(thread.id)).items[0].status

    assert go(root, work) == "cancelled"


@asynccontextmanager
async def _closing(stream):
    try:
        yield stream
    finally:
        await stream.aclose()


def test_without_a_model_the_error_says_what_to_do(root):
    async def work(host):
        with pytest.raises(UnderstudyError) as caught:
            await host.run("jan", "Hi")
        return caught.value

    error = go(root, work)
    assert "Ollama" in f"{error} {error.hint}"


class Ping:
    """A tool with functions that work, meet, crash and refuse."""

    def __init__(self, context):
        from understudy import Function

        self.functions = [Function(name) for name in ("ping", "meet", "crash", "refuse")]
        self._met = asyncio.Barrier(2)

    async def call(self, call):
        from understudy import ToolError

        if call.name == "meet":
            await self._met.wait()
            return call.arguments["n"]
        if call.name == "crash":
            return 1 / 0
        if call.name == "refuse":
            raise ToolError("not today")
        return "pong"

    async def close(self):
        pass


def test_run_tells_at_once_that_nobody_implements_a_function(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})])])

    async def work(host):
        thread = await host.new_thread()
        with pytest.raises(UnderstudyError, match="calls `weather`"):
            await host.run("clerk", "Rome?", thread=thread.id)
        return (await host.runs.page(thread.id)).items[0].status

    assert go(root, work) == "cancelled"


def test_giving_up_on_run_cancels_the_run(root, model):
    model.script([say(chunks=[threading.Event()])])

    async def work(host):
        thread = await host.new_thread()
        asked = asyncio.create_task(host.run("jan", "Talk", thread=thread.id))
        await asyncio.to_thread(model.wait_for_request)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        return (await host.runs.page(thread.id)).items[0].status

    assert go(root, work) == "cancelled"


def test_outputs_that_are_no_text_become_json(root, model, write_assistant):
    write_assistant("clerk", {"assistant.json": {"tools": [WEATHER]}})
    model.script([call_tools([("weather", {})]), say("Warm.")])

    async def work(host):
        execution = await host.start("clerk", "Rome?")
        async for event in execution.events():
            if event.name == "thread.run.requires_action":
                [call] = execution.run.required_action.submit_tool_outputs.tool_calls
                with pytest.raises(Invalid, match="by call id"):
                    await execution.submit([{"tool_call_id": call.id, "output": "x"}])
                await execution.submit({call.id: {"degrees": 25}})

    go(root, work)
    assert model.requests[1].body["messages"][-1]["content"] == '{"degrees": 25}'


def test_one_file_may_be_given_alone(root, model, tmp_path):
    note = tmp_path / "note.md"
    note.write_text("Tuesday")

    async def work(host):
        execution = await host.start("jan", "When?", files=note)
        await execution.wait()
        return [file.filename for file in (await host.files.page()).items]

    assert go(root, work) == ["note.md"]


@pytest.mark.parametrize("messages", ['"hi"', "[]", "undefined", "[{}]", "[1]"])
def test_a_model_call_with_wrong_messages_is_told_to_the_author(
    root, model, write_assistant, messages
):
    code = (
        "export async function* invoke(run) {\n"
        f"  yield await run.model.chat({{ messages: {messages} }}).text();\n"
        "}\n"
    )
    write_assistant("clumsy", {"src/index.js": code})

    async def work(host):
        return (await (await host.start("clumsy", "Hi")).wait()).last_error.message

    assert "`messages`" in go(root, work)
    assert model.requests == []
