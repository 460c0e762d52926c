"""Jan's data folders, all generations of them, opened as data roots and gone on with."""

import asyncio
import shutil
from pathlib import Path

import pytest

from understudy import Host

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jan"
ASSISTANTS = {
    "g0-draft": "poet",
    "g0": "shakespeare",
    "g1": "jan",
    "g2-early": "jan",
    "g2": "jan",
    "g2c": "jan",
    "g3": "1750945742536",
}
THREADS = {
    "g0": "thread_abc",
    "g1": "jan_1701417600",
    "g2-early": "jan_1703000100",
    "g2": "jan_1715000100",
    "g2c": "01JG0000000000000000000000",
    "g3": "0197a000-0000-7000-8000-000000000000",
}


def go(root, work):
    async def main():
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


def copied(generation, root):
    shutil.copytree(FIXTURES / generation, root)
    # The fixtures name engines and keys of the cloud; here the test's own server answers.
    for path in root.rglob("model.json"):
        path.unlink()


@pytest.mark.parametrize("generation", ASSISTANTS)
def test_its_assistant_is_listed_and_answers(generation, root, model):
    copied(generation, root)
    name = ASSISTANTS[generation]

    async def work(host):
        page = await host.assistants.page()
        assert name in [folder.id for folder in page.items]
        return (await host.run(name, "Hello", model="test-model")).text

    assert go(root, work)


@pytest.mark.parametrize("generation", THREADS)
def test_its_thread_is_read_and_goes_on(generation, root, model):
    copied(generation, root)
    thread = THREADS[generation]

    async def work(host):
        before = await (await host.messages(thread)).all()
        reply = await host.run("jan", "Where were we?", thread=thread, model="test-model")
        after = await (await host.messages(thread)).all()
        return before, reply.text, after

    before, text, after = go(root, work)
    assert before
    assert text == "You said: Where were we?"
    assert [message.id for message in after[: len(before)]] == [message.id for message in before]
    assert len(after) == len(before) + 2
    told = model.requests[0].body["messages"]
    assert {message["role"] for message in told} <= {"system", "user", "assistant"}


def test_the_models_folder_configures_a_model_by_its_name(root, model, write_assistant):
    folder = root / "models" / "local-llama"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text('{"id": "llama3.2", "parameters": {"temperature": "0.3"}}')
    write_assistant("poet", {"assistant.json": {"model": "local-llama"}})

    async def work(host):
        await host.run("poet", "Hi")

    go(root, work)
    body = model.requests[0].body
    assert (body["model"], body["temperature"]) == ("llama3.2", 0.3)


def test_a_model_of_the_assistants_own_comes_before_the_one_in_the_root(
    root, model, write_assistant
):
    for where, value in (("models", 0.1), ("assistants/poet/models", 0.9)):
        folder = root / where / "m"
        folder.mkdir(parents=True)
        (folder / "model.json").write_text(f'{{"parameters": {{"temperature": {value}}}}}')
    write_assistant("poet", {"assistant.json": {"model": "m"}})

    async def work(host):
        await host.run("poet", "Hi")

    go(root, work)
    assert model.requests[0].body["temperature"] == 0.9
