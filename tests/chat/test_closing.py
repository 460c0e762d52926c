"""Whoever closes an answer stops the model; nothing is left open, and connections are kept."""

import asyncio
import gc
import subprocess
import sys
import threading
import warnings
from contextlib import aclosing

import pytest

from understudy.testing.model_server import fail, hang, say


def test_closing_the_iterator_closes_the_connection(server, client):
    server.script([hang(after=1)])

    async def main():
        async with aclosing(client.stream()) as chunks:
            await anext(chunks)
        assert await asyncio.to_thread(server.requests[0].left.wait, 5)

    asyncio.run(main())


@pytest.mark.parametrize("answer", [hang(), hang(after=0), hang(after=2)])
def test_cancelling_the_task_closes_the_connection(server, client, answer):
    server.script([answer])

    async def read():
        async with aclosing(client.stream()) as chunks:
            async for _ in chunks:
                pass

    async def main():
        task = asyncio.create_task(read())
        request = await asyncio.to_thread(server.wait_for_request)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(request.left.wait, 5)
        await client.provider.close()

    asyncio.run(main())


def test_cancelling_while_waiting_to_try_again(server, client):
    server.script([fail(429, headers={"Retry-After": "50"})])

    async def main():
        task = asyncio.create_task(anext(client.stream()))
        request = await asyncio.to_thread(server.wait_for_request)
        await asyncio.to_thread(request.answered.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert len(server.requests) == 1


def test_a_finished_answer_leaves_its_connection_for_the_next(server, client):
    async def main():
        for _ in range(3):
            async with aclosing(client.stream()) as chunks:
                assert [chunk async for chunk in chunks]
        await client.provider.close()

    asyncio.run(main())
    assert len({request.client_port for request in server.requests}) == 1


def test_five_hundred_answers_at_once(server, client):
    gate = threading.Event()
    server.script([say(chunks=["a", gate, "b"])] * 500)

    async def read():
        async with aclosing(client.stream()) as chunks:
            return "".join([chunk.text async for chunk in chunks])

    async def main():
        answers = [asyncio.create_task(read()) for _ in range(500)]
        await asyncio.to_thread(server.wait_for_request, 500, seconds=20)
        gate.set()
        assert await asyncio.gather(*answers) == ["ab"] * 500
        await client.provider.close()

    asyncio.run(main())


def test_one_provider_serves_one_event_loop_after_another_without_being_closed(client):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [client.text() for _ in range(3)] == ["You said: hello"] * 3
        gc.collect()


def test_closing_twice_and_closing_unused(client):
    async def main():
        await client.provider.close()
        await client.provider.close()

    asyncio.run(main())


def test_a_program_that_never_closes_ends_in_silence(server):
    program = f"""
import asyncio
from understudy.models import ChatRequest
from understudy_chat import OpenAIModels

async def main():
    messages = [{{"role": "user", "content": "hi there"}}]
    request = ChatRequest("m", messages, settings={{"base_url": "{server.base_url}"}})
    async for chunk in OpenAIModels().chat(request):
        if chunk.text == "said: ":
            break
    print("left early")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "left early\n", "")


def test_importing_the_plugin_imports_no_http_client():
    program = (
        "import sys, understudy_chat; understudy_chat.OpenAIModels();"
        "print([m for m in ('aiohttp', 'tenacity') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
