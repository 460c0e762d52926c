"""Every event that the official document names, in its order, read by both official clients."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
import time
from typing import get_args

import openai
import pytest
from openai.types.beta import AssistantStreamEvent
from pydantic import TypeAdapter

from understudy.testing.chat_answers import Answer
from understudy.testing.model_server import call_tools, cut, hang, say
from understudy.testing.server import Server

VALID = TypeAdapter(AssistantStreamEvent)
HI = {"messages": [{"role": "user", "content": "Hi"}]}
ROME = [("weather", {"city": "Rome"})]
WEATHER = {"type": "function", "function": {"name": "weather"}}

BEGUN = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
STEP = ["thread.run.step.created", "thread.run.step.in_progress"]
MESSAGE = [*STEP, "thread.message.created", "thread.message.in_progress"]
WORD = "thread.message.delta"
PIECE = "thread.run.step.delta"
ANSWER = [*MESSAGE, WORD, WORD, "thread.message.completed", "thread.run.step.completed"]

COMPLETED = ["thread.created", *BEGUN, *ANSWER, "thread.run.completed"]
INCOMPLETE = [
    *BEGUN, *MESSAGE, WORD, WORD, "thread.message.incomplete",
    "thread.run.step.completed", "thread.run.incomplete",
]  # fmt: skip
FAILED = [
    *BEGUN, *MESSAGE, WORD, "thread.message.incomplete",
    "thread.run.step.failed", "thread.run.failed",
]  # fmt: skip
CUT_IN_A_CALL = [*BEGUN, *STEP, PIECE, PIECE, "thread.run.step.failed", "thread.run.failed"]
CANCELLED = [
    *BEGUN, *MESSAGE, WORD, "thread.run.cancelling", "thread.message.incomplete",
    "thread.run.step.cancelled", "thread.run.cancelled",
]  # fmt: skip
WAITING = [*BEGUN, *STEP, PIECE, PIECE, PIECE, "thread.run.requires_action"]
GOING_ON = [
    "thread.run.step.completed", "thread.run.queued", "thread.run.in_progress",
    *ANSWER, "thread.run.completed",
]  # fmt: skip
EXPIRED_WHILE_WAITING = [*WAITING, "thread.run.step.expired", "thread.run.expired"]
EXPIRED_WHILE_WRITING = [
    "thread.run.step.completed", "thread.run.queued", "thread.run.in_progress", *MESSAGE, WORD,
    "thread.message.incomplete", "thread.run.step.expired", "thread.run.expired",
]  # fmt: skip
BROKEN = [*BEGUN, *MESSAGE, WORD, WORD, "error"]
SEQUENCES = [
    COMPLETED, INCOMPLETE, FAILED, CUT_IN_A_CALL, CANCELLED, WAITING, GOING_ON,
    EXPIRED_WHILE_WAITING, EXPIRED_WHILE_WRITING, BROKEN,
]  # fmt: skip


def test_no_event_of_the_document_is_left_out():
    union = get_args(AssistantStreamEvent)[0]
    known = {get_args(kind.model_fields["event"].annotation)[0] for kind in get_args(union)}
    assert len(known) == 24
    assert {name for sequence in SEQUENCES for name in sequence} == known


def ignore(event):
    """React to nothing."""


@pytest.fixture(params=["sync", "async"])
def read(request, connect):
    """`read(server, open, react)`: the names and data of a stream, as one of the clients sees it.

    The client validates each event by itself; here its JSON is validated once more.
    """

    def synchronous(server, start, react):
        with start(connect(server)) as stream:
            for event in stream:
                react(event)
                yield event

    async def asynchronous(server, start, react):
        async with connect(server, openai.AsyncOpenAI) as client, await start(client) as stream:
            return [event async for event in stream if react(event) is None]

    def run(server, start, react=ignore):
        how = synchronous if request.param == "sync" else asynchronous
        events = how(server, start, react)
        events = list(events) if request.param == "sync" else asyncio.run(events)
        for event in events:
            sent = {"event": event.event, "data": event.data.to_dict()}
            VALID.validate_json(json.dumps(sent))
        return [event.event for event in events], [event.data for event in events]

    return run


@pytest.fixture
def begin(assistant, ask):
    """How a stream is begun: `begin()(client)` runs an assistant on a new thread."""

    def make(runner=assistant):
        thread = ask()
        return lambda client: client.beta.threads.runs.create(
            thread.id, assistant_id=runner.id, stream=True
        )

    return make


def test_a_thread_is_created_and_answered(read, server, assistant):
    server.model.script([say("Good day.")])
    names, data = read(
        server,
        lambda client: client.beta.threads.create_and_run(
            assistant_id=assistant.id, thread=HI, stream=True
        ),
    )
    assert names == COMPLETED
    assert data[1].thread_id == data[0].id
    message = data[names.index("thread.message.completed")]
    assert message.content[0].text.value == "Good day."


def test_an_answer_that_is_cut_short_is_incomplete(read, server, begin):
    server.model.script([say("So far", finish_reason="length")])
    names, data = read(server, begin())
    assert names == INCOMPLETE
    assert data[-1].incomplete_details.reason == "max_completion_tokens"
    assert data[-3].incomplete_details.reason == "max_tokens"


def test_a_filtered_answer_is_incomplete_too(read, server, begin):
    server.model.script([say("So far", finish_reason="content_filter")])
    names, data = read(server, begin())
    assert names == INCOMPLETE
    assert data[-3].incomplete_details.reason == "content_filter"
    assert data[-1].incomplete_details.reason is None


def test_a_model_that_breaks_off_fails_the_run_and_keeps_what_it_said(read, server, begin):
    server.model.script([cut(1)])
    names, data = read(server, begin())
    assert names == FAILED
    assert data[-3].content[0].text.value == "one "
    assert data[-2].last_error.message == data[-1].last_error.message


def test_a_model_that_breaks_off_in_a_call_fails_the_step(read, server, forecaster, begin):
    whole = call_tools(ROME)
    server.model.script([Answer(whole.pieces[:2], None, ending="cut")])
    names, data = read(server, begin(forecaster))
    assert names == CUT_IN_A_CALL
    assert data[-2].step_details.tool_calls[0].function.name == "weather"


def test_a_run_that_is_cancelled_says_so_twice(read, server, client, begin):
    gate = threading.Event()
    server.model.script([say(chunks=["Half ", gate, "and half"])])
    seen = []

    def cancel_at_the_first_word(event):
        seen.append(event)
        if event.event == WORD:
            run = seen[0].data
            client.beta.threads.runs.cancel(run.id, thread_id=run.thread_id)

    names, data = read(server, begin(), cancel_at_the_first_word)
    gate.set()
    assert names == CANCELLED
    assert data[-1].cancelled_at
    assert data[-3].incomplete_details.reason == "run_cancelled"


def outputs(run):
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [{"tool_call_id": call.id, "output": "sun"} for call in calls]


def test_a_run_waits_for_outputs_and_goes_on(read, server, forecaster, begin):
    server.model.script([call_tools(ROME), say("It shines.")])
    names, [*_, waiting] = read(server, begin(forecaster))
    assert names == WAITING
    names, data = read(
        server,
        lambda client: client.beta.threads.runs.submit_tool_outputs(
            waiting.id, thread_id=waiting.thread_id, tool_outputs=outputs(waiting), stream=True
        ),
    )
    assert names == GOING_ON
    assert data[0].step_details.tool_calls[0].function.output == "sun"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, shared_server):
    """Another server, on a data root of its own, asking the same model."""
    with Server(tmp_path_factory.mktemp("elsewhere"), model=shared_server.model) as server:
        yield server


@pytest.fixture
def wait_elsewhere(server, elsewhere, client, forecaster):
    """A run that waits, taken along to another server as folders; it expires so many seconds on."""

    def make(seconds):
        server.model.script([call_tools(ROME)])
        run = client.beta.threads.create_and_run_poll(
            assistant_id=forecaster.id, thread=HI, poll_interval_ms=20
        )
        for folder in ("assistants", run.assistant_id), ("threads", run.thread_id):
            shutil.copytree(server.root.joinpath(*folder), elsewhere.root.joinpath(*folder))
        [stored] = elsewhere.root.rglob(f"{run.id}/run.json")
        expires_at = int(time.time()) + seconds
        stored.write_text(json.dumps(json.loads(stored.read_text()) | {"expires_at": expires_at}))
        return run

    return make


def test_a_run_that_nobody_answers_expires(read, wait_elsewhere, elsewhere):
    run = wait_elsewhere(0)
    names, data = read(
        elsewhere,
        lambda client: client.get(
            f"/threads/{run.thread_id}/runs/{run.id}/events",
            cast_to=AssistantStreamEvent,
            stream=True,
            stream_cls=(
                openai.AsyncStream[AssistantStreamEvent]
                if isinstance(client, openai.AsyncOpenAI)
                else openai.Stream[AssistantStreamEvent]
            ),
        ),
    )
    assert names == EXPIRED_WHILE_WAITING
    assert data[-2].expired_at
    assert data[-1].required_action is None


def test_a_run_whose_time_is_over_expires_in_the_middle_of_a_word(
    read, wait_elsewhere, elsewhere, server
):
    run = wait_elsewhere(2)
    server.model.script([hang(after=1)])
    names, data = read(
        elsewhere,
        lambda client: client.beta.threads.runs.submit_tool_outputs(
            run.id, thread_id=run.thread_id, tool_outputs=outputs(run), stream=True
        ),
    )
    assert names == EXPIRED_WHILE_WRITING
    assert data[-3].content[0].text.value == "one "


def test_a_store_that_breaks_under_a_run_is_told_as_an_error(read, server, begin):
    gate = threading.Event()
    server.model.script([say(chunks=["Half ", gate, "and half"])])
    seen = []

    def take_the_folder_away(event):
        seen.append(event)
        if event.event == WORD and not gate.is_set():
            [folder] = server.root.rglob(seen[0].data.id)
            shutil.rmtree(folder)
            folder.write_text("A file in its place.")
            gate.set()

    with pytest.raises(openai.APIError, match="store cannot be used"):
        read(server, begin(), take_the_folder_away)
    assert [*(event.event for event in seen), "error"] == BROKEN
