"""Event handlers: every callback that the client's two classes have, called in its order."""

from __future__ import annotations

import asyncio
import json

import httpx2
import openai
import pytest
from openai.lib.streaming import AssistantEventHandler, AsyncAssistantEventHandler

from understudy.testing.model_server import call_tools, hang, say

CALLBACKS = sorted(name for name in vars(AssistantEventHandler) if name.startswith("on_"))
ANSWER = [
    "on_run_step_created", "on_message_created",
    "on_text_created", "on_text_delta", "on_message_delta", "on_text_delta", "on_message_delta",
    "on_text_done", "on_message_done", "on_run_step_done", "on_end",
]  # fmt: skip
CALL = [
    "on_run_step_created", "on_tool_call_created", "on_run_step_delta",
    "on_tool_call_delta", "on_run_step_delta", "on_tool_call_delta", "on_run_step_delta",
    "on_tool_call_done", "on_end",
]  # fmt: skip
PICTURE = [
    "on_run_step_created", "on_message_created",
    "on_text_created", "on_text_delta", "on_message_delta", "on_text_done", "on_message_delta",
    "on_image_file_done", "on_message_done", "on_run_step_done", "on_end",
]  # fmt: skip
SILENCE = [*ANSWER[:5], "on_timeout", "on_exception", "on_end"]


def written_down(name, seen):
    def callback(self, *given):
        seen.append((name, *given))

    async def asynchronous(self, *given):
        seen.append((name, *given))

    return callback, asynchronous


def handler_that_writes_down(seen, *, is_async):
    """A handler of which every callback is written down with what it was given."""
    kind = AsyncAssistantEventHandler if is_async else AssistantEventHandler
    callbacks = {name: written_down(name, seen)[is_async] for name in CALLBACKS}
    return type("Handler", (kind,), callbacks)()


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def watch(request, server, connect, ask):
    """`watch(assistant)`: the callbacks of a run, what they were given, and what was raised."""
    kind = openai.AsyncOpenAI if request.param else openai.OpenAI

    def begin(client, assistant, handler):
        return client.beta.threads.runs.stream(
            thread_id=ask().id, assistant_id=assistant.id, event_handler=handler
        )

    async def read(assistant, handler, options):
        async with (
            connect(server, kind, **options) as client,
            begin(client, assistant, handler) as stream,
        ):
            await stream.until_done()

    def run(assistant, **options):
        seen, raised = [], None
        handler = handler_that_writes_down(seen, is_async=request.param)
        try:
            if request.param:
                asyncio.run(read(assistant, handler, options))
            else:
                with begin(connect(server, kind, **options), assistant, handler) as stream:
                    stream.until_done()
        except (openai.APIError, httpx2.TimeoutException) as error:
            raised = error
        return [(name, *given) for name, *given in seen if name != "on_event"], raised

    return run


def names(seen):
    return [name for name, *_ in seen]


def test_no_callback_is_left_out():
    assert {*ANSWER, *CALL, *PICTURE, *SILENCE, "on_event"} == set(CALLBACKS)
    assert {name for name in vars(AsyncAssistantEventHandler) if name[:3] == "on_"} == {*CALLBACKS}


def test_text_begins_grows_and_ends(watch, server, assistant):
    server.model.script([say("Good day.")])
    seen, _ = watch(assistant)
    assert names(seen) == ANSWER
    given = {name: rest for name, *rest in seen}
    assert given["on_text_done"][0].value == "Good day."
    delta, snapshot = given["on_text_delta"]
    assert (delta.value, snapshot.value) == ("day.", "Good day.")
    assert given["on_message_done"][0].status == "completed"
    assert given["on_run_step_done"][0].usage is not None


def test_a_call_begins_grows_and_ends(watch, server, forecaster):
    server.model.script([call_tools([("weather", {"city": "Rome"})])])
    seen, _ = watch(forecaster)
    assert names(seen) == CALL
    [done] = [rest[0] for name, *rest in seen if name == "on_tool_call_done"]
    assert (done.function.name, done.function.arguments) == ("weather", '{"city": "Rome"}')


def test_a_picture_follows_text(watch, server, client):
    file = client.files.create(file=("dot.png", b"\x89PNG"), purpose="vision")
    part = json.dumps({"type": "image_file", "image_file": {"file_id": file.id}})
    folder = server.root / "assistants" / "painter"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "assistant.json").write_text("{}")
    code = f"export async function* invoke() {{ yield 'Look: '; yield {part}; }}"
    (folder / "src" / "index.js").write_text(code)
    seen, _ = watch(client.beta.assistants.retrieve("painter"))
    assert names(seen) == PICTURE
    [done] = [rest[0] for name, *rest in seen if name == "on_image_file_done"]
    assert done.file_id == file.id


def test_a_client_that_loses_patience_is_told(watch, server, assistant):
    server.model.script([hang(after=1)])
    seen, raised = watch(assistant, timeout=1)
    assert names(seen) == SILENCE
    assert isinstance(raised, httpx2.ReadTimeout)


class Answering(AssistantEventHandler):
    """Answers the calls of its run with another of its kind, inside its own callback."""

    def __init__(self, client):
        super().__init__()
        self.client = client
        self.said = []
        self.steps = []
        self.inner = None

    def on_run_step_done(self, run_step):
        self.steps.append(run_step)

    def on_text_delta(self, delta, snapshot):
        self.said.append(delta.value)

    def on_event(self, event):
        if event.event != "thread.run.requires_action":
            return
        calls = event.data.required_action.submit_tool_outputs.tool_calls
        self.inner = Answering(self.client)
        with self.client.beta.threads.runs.submit_tool_outputs_stream(
            run_id=event.data.id,
            thread_id=event.data.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "sun"} for call in calls],
            event_handler=self.inner,
        ) as stream:
            stream.until_done()


def test_calls_are_answered_inside_the_handler_while_its_stream_is_still_open(
    client, server, forecaster, ask
):
    cities = [("weather", {"city": "Rome"}), ("weather", {"city": "Oslo"})]
    server.model.script([call_tools(cities, text="Let me see."), say("Sunny.")])
    handler = Answering(client)
    with client.beta.threads.runs.stream(
        thread_id=ask().id, assistant_id=forecaster.id, event_handler=handler
    ) as stream:
        stream.until_done()
    assert "".join(handler.said) == "Let me see."
    assert handler.inner.said == ["Sunny."]
    called, written = handler.inner.steps
    assert [call.function.output for call in called.step_details.tool_calls] == ["sun", "sun"]
    assert written.type == "message_creation"
    assert handler.inner.get_final_run().status == "completed"
