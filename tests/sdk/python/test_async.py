"""The async client: the same calls, several at once."""

import asyncio

import openai
import pytest
from openai.lib.streaming import AsyncAssistantEventHandler

from understudy.testing.model_server import call_tools, say

THREAD = {"messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def with_client(server, connect):
    """Run a test's coroutine with an async client, and close that."""

    def run(work):
        async def main():
            async with connect(server, openai.AsyncOpenAI) as client:
                return await work(client)

        return asyncio.run(main())

    return run


def test_everything_a_conversation_needs(with_client, server):
    async def work(client):
        assistant = await client.beta.assistants.create(model="test-model")
        thread = await client.beta.threads.create(**THREAD)
        run = await client.beta.threads.runs.create_and_poll(
            thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=20
        )
        texts = [
            message.content[0].text.value
            async for message in client.beta.threads.messages.list(thread.id, limit=1)
        ]
        raw = await client.beta.threads.runs.with_raw_response.retrieve(run.id, thread_id=thread.id)
        assert raw.parse().status == "completed"
        assert texts == ["You said: Hi", "Hi"]
        assert (await client.beta.assistants.delete(assistant.id)).deleted

    with_client(work)


def test_twenty_threads_are_answered_at_once(with_client, server):
    async def work(client):
        assistant = await client.beta.assistants.create(model="test-model")
        runs = await asyncio.gather(
            *(
                client.beta.threads.create_and_run_poll(
                    assistant_id=assistant.id, thread=THREAD, poll_interval_ms=50
                )
                for _ in range(20)
            )
        )
        assert {run.status for run in runs} == {"completed"}
        assert len({run.thread_id for run in runs}) == 20

    with_client(work)


class Handler(AsyncAssistantEventHandler):
    def __init__(self, client):
        super().__init__()
        self.client = client
        self.said = []
        self.inner = None

    async def on_text_delta(self, delta, snapshot):
        self.said.append(delta.value)

    async def on_event(self, event):
        if event.event == "thread.run.requires_action":
            [call] = event.data.required_action.submit_tool_outputs.tool_calls
            self.inner = Handler(self.client)
            async with self.client.beta.threads.runs.submit_tool_outputs_stream(
                run_id=event.data.id,
                thread_id=event.data.thread_id,
                tool_outputs=[{"tool_call_id": call.id, "output": "sun"}],
                event_handler=self.inner,
            ) as stream:
                await stream.until_done()


def test_an_async_handler_answers_a_call_inside_its_stream(with_client, server):
    server.model.script([call_tools([("weather", {})], text="Let me see. "), say("It is sunny.")])
    function = {"type": "function", "function": {"name": "weather"}}

    async def work(client):
        assistant = await client.beta.assistants.create(model="test-model", tools=[function])
        handler = Handler(client)
        async with client.beta.threads.create_and_run_stream(
            assistant_id=assistant.id, thread=THREAD, event_handler=handler
        ) as stream:
            await stream.until_done()
        assert "".join(handler.said) == "Let me see. "
        assert "".join(handler.inner.said) == "It is sunny."
        assert (await handler.inner.get_final_run()).status == "completed"
        return handler

    with_client(work)


def test_files_go_up_and_come_down(with_client, server):
    async def work(client):
        file = await client.files.create(file=("a.txt", b"Text."), purpose="assistants")
        assert (await client.files.wait_for_processing(file.id)).id == file.id
        assert (await client.files.content(file.id)).read() == b"Text."
        assert file.id in [each.id async for each in client.files.list(limit=1)]

    with_client(work)
