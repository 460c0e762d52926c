"""Streams that are lost, left, rejoined behind any event, and read by several at once."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import threading
from pathlib import Path

import openai
import pytest
from openai.types.beta import AssistantStreamEvent

from understudy.testing.model_server import call_tools, say
from understudy.testing.server import KEY

PAGE = Path(__file__).parents[3] / "docs" / "server.md"
THREAD = {"messages": [{"role": "user", "content": "Hi"}]}


def follow(server, path, **headers):
    """The numbers and names of a stream's events, read to its end."""
    answer = server.get(path, **headers)
    assert answer.status == 200
    blocks = [dict(line.split(": ", 1) for line in block.splitlines())
              for block in answer.body.decode().split("\n\n") if block]  # fmt: skip
    assert blocks[-1] == {"event": "done", "data": "[DONE]"}
    return [(int(block["id"]), block["event"]) for block in blocks[:-1]]


def test_a_lost_stream_is_rejoined_behind_any_event(client, server, assistant, ask, finish):
    run = finish(ask(), assistant)
    path = f"/threads/{run.thread_id}/runs/{run.id}/events"
    whole = follow(server, path)
    assert [name for _, name in whole][-1] == "thread.run.completed"
    for index, (number, _) in enumerate(whole):
        assert follow(server, f"{path}?after={number}") == whole[index + 1 :]
    assert follow(server, path, **{"Last-Event-ID": str(whole[3][0])}) == whole[4:]


def test_a_rejoined_stream_goes_past_the_outputs_that_the_run_waited_for(
    client, server, forecaster, ask, finish
):
    server.model.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny.")])
    thread = ask()
    run = finish(thread, forecaster)
    [call] = run.required_action.submit_tool_outputs.tool_calls
    client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=thread.id,
        tool_outputs=[{"tool_call_id": call.id, "output": "sun"}],
        poll_interval_ms=50,
    )
    names = [name for _, name in follow(server, f"/threads/{thread.id}/runs/{run.id}/events")]
    assert "thread.run.requires_action" in names
    assert names[-1] == "thread.run.completed"


def test_several_readers_follow_one_run_to_its_end(client, server, assistant, ask):
    gate = threading.Event()
    server.model.script([say(chunks=["First ", gate, "second"])])
    run = client.beta.threads.runs.create(ask().id, assistant_id=assistant.id)
    server.model.wait_for_request()
    seen = [[], [], []]

    def read(into):
        into += follow(server, f"/threads/{run.thread_id}/runs/{run.id}/events")

    readers = [threading.Thread(target=read, args=(into,)) for into in seen]
    for reader in readers:
        reader.start()
    gate.set()
    for reader in readers:
        reader.join(20)
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][-1][1] == "thread.run.completed"


def test_an_event_number_that_is_none_is_refused(client, server, assistant, ask, finish):
    run = finish(ask(), assistant)
    refused = server.get(f"/threads/{run.thread_id}/runs/{run.id}/events?after=soon")
    assert refused.status == 400
    assert refused.error["param"] == "after"


def test_behind_the_last_event_there_is_only_the_end(client, server, assistant, ask, finish):
    run = finish(ask(), assistant)
    path = f"/threads/{run.thread_id}/runs/{run.id}/events?after=999999"
    assert follow(server, path) == []


def rejoin(client, run, after=0):
    """The events of a run behind one of them, by the client's own means for other endpoints."""
    kind = openai.AsyncStream if isinstance(client, openai.AsyncOpenAI) else openai.Stream
    return client.get(
        f"/threads/{run.thread_id}/runs/{run.id}/events",
        options={"params": {"after": after}},
        cast_to=AssistantStreamEvent,
        stream=True,
        stream_cls=kind[AssistantStreamEvent],
    )


def test_the_client_rejoins_behind_an_event_and_gets_the_same_objects(
    client, assistant, ask, finish
):
    run = finish(ask(), assistant)
    whole = list(rejoin(client, run))
    assert whole[-1].event == "thread.run.completed"
    assert whole[-1].data == run
    assert list(rejoin(client, run, after=3)) == whole[3:]


def test_a_client_that_lost_its_stream_in_the_middle_of_a_word_misses_nothing(
    client, server, assistant, ask
):
    gate = threading.Event()
    server.model.script([say(chunks=["First ", gate, "second ", "third"])])
    thread, lines = ask(), []
    with client.beta.threads.runs.with_streaming_response.create(
        thread.id, assistant_id=assistant.id, stream=True
    ) as response:
        for line in response.iter_lines():
            lines.append(line)
            if line == "event: thread.message.delta":
                break
    number = [line for line in lines if line.startswith("id: ")][-1].removeprefix("id: ")
    [run] = client.beta.threads.runs.list(thread.id).data
    assert run.status == "in_progress"
    rest = iter(rejoin(client, run, after=number))
    gate.set()
    texts, last = [], None
    for last in rest:
        if last.event == "thread.message.delta":
            texts.append(last.data.delta.content[0].text.value)
    assert texts == ["second ", "third"]
    assert last.event == "thread.run.completed"


@pytest.mark.parametrize("header", ["", "Last-Event-ID: 5"])
def test_curl_rejoins_as_the_page_says(server, assistant, ask, finish, header):
    run = finish(ask(), assistant)
    [example] = re.findall(r"(?ms)^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"))
    if header:
        example = example.replace("?after=5", "").replace("curl", f"curl --header '{header}'")
    named = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    done = subprocess.run(
        ["sh", "-ec", example],
        env=os.environ | named | {"thread": run.thread_id, "run": run.id},
        check=True,
        capture_output=True,
        text=True,
    )
    names = [line[7:] for line in done.stdout.splitlines() if line.startswith("event: ")]
    whole = follow(server, f"/threads/{run.thread_id}/runs/{run.id}/events")
    assert names == [*(name for number, name in whole if number > 5), "done"]


def test_twenty_streams_are_open_at_once_and_each_is_answered_with_its_own(server, connect):
    gate = threading.Event()

    def answer(request):
        return say(chunks=["About ", gate, request.text])

    server.model.script([answer] * 20)

    async def ask(client, assistant, number):
        thread = {"messages": [{"role": "user", "content": f"number {number}"}]}
        async with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id, thread=thread
        ) as stream:
            return [text async for text in stream.text_deltas]

    async def main():
        async with connect(server, openai.AsyncOpenAI) as client:
            assistant = await client.beta.assistants.create(model="test-model")
            streams = asyncio.gather(*(ask(client, assistant, n) for n in range(20)))
            await asyncio.to_thread(server.model.wait_for_request, 20)
            gate.set()  # all of them are at the model
            return await streams

    assert asyncio.run(main()) == [["About ", f"number {n}"] for n in range(20)]


def test_async_readers_join_one_run_at_different_events(server, connect):
    gate = threading.Event()
    server.model.script([say(chunks=["First ", gate, "second"])])

    async def read(client, run, after):
        return [event.event async for event in await rejoin(client, run, after)]

    async def main():
        async with connect(server, openai.AsyncOpenAI) as client:
            assistant = await client.beta.assistants.create(model="test-model")
            run = await client.beta.threads.create_and_run(assistant_id=assistant.id, thread=THREAD)
            await asyncio.to_thread(server.model.wait_for_request)
            readers = asyncio.gather(*(read(client, run, after) for after in range(4)))
            gate.set()
            return await readers

    whole, *others = asyncio.run(main())
    assert whole[-1] == "thread.run.completed"
    assert others == [whole[1:], whole[2:], whole[3:]]


@pytest.mark.parametrize("ending", ["cancel", "go on"])
def test_a_thread_whose_only_reader_has_gone_can_be_used_again(
    client, server, assistant, ask, ending
):
    gate = threading.Event()
    server.model.script([say(chunks=["First ", gate, "second"])])
    thread = ask()
    with client.beta.threads.runs.create(
        thread.id, assistant_id=assistant.id, stream=True
    ) as stream:
        next(event for event in stream if event.event == "thread.message.delta")
    [run] = client.beta.threads.runs.list(thread.id).data
    if ending == "cancel":
        client.beta.threads.runs.cancel(run.id, thread_id=thread.id)
    gate.set()
    over = client.beta.threads.runs.poll(run.id, thread_id=thread.id, poll_interval_ms=20)
    assert over.status == ("cancelled" if ending == "cancel" else "completed")
    again = client.beta.threads.runs.create(thread.id, assistant_id=assistant.id, stream=True)
    assert list(again)[-1].event == "thread.run.completed"
