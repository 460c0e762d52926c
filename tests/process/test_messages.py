"""Plain `process.on("message")` and `process.send()`, and whose messages are whose."""

import asyncio

import pytest

from understudy.errors import Invalid, ScriptError
from understudy_process.mailbox import MAX_WAITING, Mailbox

# As anyone would write it for `child_process.fork`.
PLAIN = """
process.on("message", async (message) => {
  await null;
  process.send({ echo: message, pid: process.pid });
});
"""


def test_a_file_written_for_fork_works_unchanged(either):
    either.write(PLAIN)

    async def scene():
        await either.process.send(either.caller(), {"n": 1})
        messages = either.process.messages(either.caller())
        message = await anext(messages)
        await messages.aclose()
        return message, either.process.pid

    message, pid = either.play(scene)
    assert message == {"echo": {"n": 1}, "pid": pid}


def test_an_answer_goes_to_the_run_that_asked(either):
    either.write(PLAIN)

    async def scene():
        async def ask(run):
            caller = either.caller(run)
            await either.process.send(caller, run)
            messages = either.process.messages(caller)
            answers = [(await anext(messages))["echo"]]
            await either.process.send(caller, f"{run} again")
            answers.append((await anext(messages))["echo"])
            await messages.aclose()
            return answers

        return await asyncio.gather(*(ask(f"run_{n}") for n in range(5)))

    assert either.play(scene) == [[f"run_{n}", f"run_{n} again"] for n in range(5)]


def test_what_is_sent_to_nobody_in_particular_goes_to_all_who_read(desk):
    desk.write(
        "export const later = () => { tell(); return true };\n"
        "let tell; new Promise((go) => { tell = go }).then(() => process.send('news'));"
    )

    async def scene():
        readers = [desk.process.messages(desk.caller(run)) for run in ("run_1", "run_2")]
        news = [asyncio.ensure_future(anext(reader)) for reader in readers]
        await desk.call("later", run="run_3")
        heard = await asyncio.gather(*news)
        for reader in readers:
            await reader.aclose()
        return heard

    assert desk.play(scene) == ["news", "news"]


def test_messages_wait_for_their_reader_and_the_oldest_give_way():
    async def scene():
        mailbox = Mailbox()
        for n in range(MAX_WAITING + 5):
            mailbox.deliver("run_1", n, 10)
        mailbox.deliver("run_2", "other", 10)
        mailbox.close(ScriptError("over"))
        mine = mailbox.read("run_1")
        read = [await anext(mine) for _ in range(MAX_WAITING - 1)]
        with pytest.raises(ScriptError, match="over"):
            await anext(mine)
        return read

    assert asyncio.run(scene()) == list(range(6, MAX_WAITING + 5))


def test_a_reader_that_is_too_slow_is_told_so():
    async def scene():
        mailbox = Mailbox()
        mailbox.deliver("run_1", 0, 10)
        reader = mailbox.read("run_1")
        await anext(reader)
        for n in range(MAX_WAITING + 1):
            mailbox.deliver("run_1", n, 10)
        with pytest.raises(ScriptError, match="too many messages"):
            async for _ in reader:
                pass

    asyncio.run(scene())


def test_who_reads_is_told_that_the_process_has_ended(desk):
    desk.write("process.on('message', () => process.exit(0));")

    async def scene():
        messages = desk.process.messages(desk.caller())
        reading = asyncio.ensure_future(anext(messages))
        await desk.process.send(desk.caller(), "go")
        with pytest.raises(ScriptError, match="exited"):
            await reading

    desk.play(scene)


def test_what_is_no_json_is_not_sent(desk):
    desk.write(PLAIN)

    async def scene():
        with pytest.raises(Invalid, match="must be JSON"):
            await desk.process.send(desk.caller(), float("nan"))

    desk.play(scene)
