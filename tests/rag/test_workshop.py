"""The process that parses, when parsers and processes die, hang or do what they should not."""

import asyncio
import os
import resource
import signal
import textwrap
from pathlib import Path

import pytest

from understudy.testing.documents import docx, pdf
from understudy_rag.parsing.documents import Unreadable
from understudy_rag.parsing.parser import limits
from understudy_rag.parsing.wire import Task
from understudy_rag.parsing.workshop import Workshop

PARSERS = """
    import os, signal, threading
    from pathlib import Path

    def hello(data, name):
        return f"# {name}\\nHello, {data.decode()}"

    def die(data, name):
        os.kill(os.getpid(), int(data))

    def kill_the_parent(data, name):
        os.kill(os.getppid(), signal.SIGKILL)
        return "done"

    def hang(data, name):
        threading.Event().wait()

    def grow(data, name):
        return "x" * 2**33

    def write(data, name):
        path = Path(data.decode())
        path.write_text("x" * 10_000)

    def environment(data, name):
        return "\\n".join(os.environ)

    def quit(data, name):
        raise SystemExit("no more")

    def refuse(data, name):
        raise ValueError("Its moon is not full.")

    def number(data, name):
        return 7

    def pages(data, name):
        return "one\\ftwo\\f# Three"
"""


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    (tmp_path / "strange_parsers.py").write_text(textwrap.dedent(PARSERS))
    monkeypatch.syspath_prepend(tmp_path)
    workshop = Workshop(deadline=20)
    yield workshop
    workshop.close()


def task(name, data):
    return Task("a.strange", len(data), "plugin", f"strange_parsers:{name}")


def parse(workshop, name, data=b"x"):
    return asyncio.run(workshop.parse(task(name, data), data))


def refusal(workshop, name, data=b"x"):
    with pytest.raises(Unreadable) as caught:
        parse(workshop, name, data)
    return str(caught.value)


def test_a_parser_gives_markdown_and_may_part_pages(workshop, shown):
    found = parse(workshop, "hello", b"world")
    assert shown(found) == [("# a.strange", "a.strange"), ("Hello, world", "a.strange")]
    found = parse(workshop, "pages")
    assert (found.text, found.pages) == ("one\ntwo\n# Three", [0, 4, 8])


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_parser_that_crashes_ends_its_own_file_only(workshop, number):
    async def main():
        bad = str(int(number)).encode()
        files = [task("hello", b"you"), task("die", bad), task("hello", b"you")]
        parses = (workshop.parse(each, bad if "die" in each.target else b"you") for each in files)
        return await asyncio.gather(*parses, return_exceptions=True)

    first, crashed, last = asyncio.run(main())
    assert str(crashed) == "It is damaged: its parser crashed."
    assert first.text == last.text == "# a.strange\nHello, you"


def test_a_child_that_is_killed_is_told_of_and_the_next_file_is_read(workshop):
    message = refusal(workshop, "die", str(int(signal.SIGKILL)).encode())
    assert message == "It took too much time or memory to be read."
    assert parse(workshop, "hello", b"you").text


def test_when_the_process_itself_is_killed_another_takes_its_place(workshop):
    assert parse(workshop, "kill_the_parent").text == "done"
    assert parse(workshop, "hello", b"you").text.endswith("Hello, you")


def test_several_files_are_read_at_the_same_time(workshop):
    docs = [docx(f"Number {n}.") for n in range(8)]

    async def main():
        tasks = [workshop.parse(Task("a.docx", len(d), "archive"), d) for d in docs]
        return [document.text for document in await asyncio.gather(*tasks)]

    assert asyncio.run(main()) == [f"Number {n}.\n\n" for n in range(8)]


def test_a_file_that_takes_too_long_is_given_up(tmp_path, monkeypatch, workshop):
    parse(workshop, "hello", b"warm")
    impatient = Workshop(deadline=0.5)
    try:
        assert refusal(impatient, "hang") == "It could not be read within 0.5 seconds."
    finally:
        impatient.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_a_cancelled_file_leaves_no_child(workshop):
    async def main():
        work = asyncio.create_task(workshop.parse(task("hang", b"x"), b"x"))
        while (child := _child_of(workshop)) is None:
            await asyncio.sleep(0.005)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        return child

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(main()), 0)


def _child_of(workshop):
    """The process that parses a file, found as any administrator would."""
    if (parent := workshop.pid) is None:
        return None
    with open(f"/proc/{parent}/task/{parent}/children") as children:
        found = children.read().split()
    return int(found[0]) if found else None


def test_a_small_file_may_take_less_time_than_a_large_one():
    times = [
        limits({"target": target, "format": "pdf", "size": size})[resource.RLIMIT_CPU]
        for target, size in ((None, 1_000), (None, 64 * 2**20), ("other:read", 1_000))
    ]
    assert times == [20, 84, 60]


def test_memory_has_a_limit(workshop):
    assert refusal(workshop, "grow") == "It needs too much memory to be read."


def test_nothing_can_be_written(workshop, tmp_path):
    message = refusal(workshop, "write", str(tmp_path / "loot").encode())
    assert "Error" in message or "crashed" in message
    assert not (tmp_path / "loot").exists() or (tmp_path / "loot").stat().st_size == 0


def test_the_parser_gets_no_secrets(workshop, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    names = parse(workshop, "environment").text.split()
    assert "PATH" in names
    assert "OPENAI_API_KEY" not in names


@pytest.mark.parametrize(
    ("parser", "message"),
    [
        ("quit", "The parser `strange_parsers:quit` failed: SystemExit: no more"),
        ("refuse", "Its moon is not full."),
        ("number", "The parser `strange_parsers:number` gave int, not text."),
        ("gone", "The parser `strange_parsers:gone` failed: AttributeError"),
    ],
)
def test_a_plugin_that_fails_is_named(workshop, parser, message):
    assert refusal(workshop, parser).startswith(message)


def test_a_closed_workshop_opens_again(workshop):
    assert parse(workshop, "hello", b"you").text
    workshop.close()
    assert parse(workshop, "hello", b"you").text


def test_a_large_file_goes_there_and_back(workshop):
    text = b"word " * 2**20
    assert len(parse(workshop, "hello", text).text) > len(text)


def test_pages_of_a_pdf_come_out_of_a_child(workshop):
    data = pdf("One.", "Two.")
    found = asyncio.run(workshop.parse(Task("a.pdf", len(data), "pdf"), data))
    assert (found.text, found.pages) == ("One.\n\fTwo.\n", [0, 5])
