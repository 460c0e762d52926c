"""`understudy run`: one question, one answer, and everything that can come between."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import threading

import pytest

from understudy.testing.model_server import call_tools, fail, say

from .conftest import COMMAND

SOURCE = "src/index.js"


def said(request) -> list[str]:
    return [message["content"] for message in request.body["messages"]]


def threads_of(understudy) -> list[str]:
    return [row["id"] for row in understudy("list", "--threads", "--json").json()]


def test_the_text_streams_to_stdout_before_the_answer_is_complete(start, model):
    gate = threading.Event()
    model.script([say(chunks=["one ", gate, "two"])])
    run = start("run", "jan", "Count.")
    assert run.stdout.read(4) == "one "
    assert not model.requests[0].answered.is_set()
    gate.set()
    out, err = run.communicate()
    assert (run.returncode, out, err) == (0, "two\n", "")


def test_an_assistant_with_code_answers_without_a_model(process):
    done = process("run", "math-tutor", "What", "is", "12% of 80?")
    assert done.code == 0
    assert "Answer: 9.6" in done.out
    assert done.err == ""


def test_calls_of_tools_are_told_on_stderr(understudy, model, write_assistant):
    understudy("new", "dice", "--template", "code")
    model.script([call_tools([("roll", {"dice": "1d1"})], text="Rolling."), say("A one.")])
    done = understudy("run", "dice", "Please throw something for me.")
    assert done.code == 0
    assert done.out == "Rolling.\n\nA one.\n"
    assert '→ roll({"dice": "1d1"}) = {"shown": [1], "sum": 1}' in done.err


def test_json_is_one_object_that_tells_everything(understudy, model):
    model.script(
        [say("Fine.", usage={"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4})]
    )
    done = understudy("run", "jan", "How are you?", "--json")
    answer = done.json()
    assert (done.code, done.err) == (0, "")
    assert answer["text"] == "Fine."
    assert answer["status"] == "completed"
    assert answer["usage"]["total_tokens"] == 4
    assert answer["messages"][0]["thread_id"] == answer["thread_id"]
    assert answer["last_error"] is None


def test_events_are_lines_of_json_numbered_from_one(understudy, model):
    model.script([say("Fine.")])
    done = understudy("run", "jan", "How are you?", "--events")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[0]["event"] == "thread.run.created"
    assert events[-1]["event"] == "thread.run.completed"
    assert events[0]["n"] == 1
    assert [event["n"] for event in events] == sorted({event["n"] for event in events})
    assert done.code == 0


def test_a_dash_stands_for_what_is_piped_in(understudy, model):
    done = understudy("run", "jan", "Review this:", "-", stdin=b"caf\xe9 diff")
    assert done.code == 0
    assert model.requests[0].text == "Review this:\n\ncaf� diff"


def test_files_and_folders_are_attached_without_hidden_ones(understudy, tmp_path):
    folder = tmp_path / "contracts"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("The contract ends in 1999.")
    (folder / "rent.md").write_text("The contract of the flat ends on 3 May 2031.")
    note = tmp_path / "note.txt"
    note.write_text("The contract of the car ends on 4 June 2032.")
    done = understudy(
        "run", "librarian", "When does the contract end?", "--file", folder, "--file", note
    )
    assert done.code == 0
    assert "3 May 2031" in done.out
    assert "4 June 2032" in done.out
    assert "1999" not in done.out


def test_a_folder_without_files_is_told(understudy, tmp_path):
    done = understudy("run", "librarian", "What?", "--file", tmp_path)
    assert done.code == 2
    assert f"There are no files in the folder {tmp_path}." in done.err


def test_a_thread_goes_on_with_what_was_said_before(understudy, model):
    model.script([say("Hello Ada."), say("Ada.")])
    thread = understudy("run", "jan", "I am Ada.", "--json").json()["thread_id"]
    done = understudy("run", "jan", "Who am I?", "--thread", thread)
    assert done.out == "Ada.\n"
    assert said(model.requests[1])[1:] == ["I am Ada.", "Hello Ada.", "Who am I?"]


def test_model_and_instructions_can_be_chosen(understudy, model):
    understudy("run", "jan", "Hi", "--model", "other-model", "--instructions", "Be rude.")
    body = model.requests[0].body
    assert body["model"] == "other-model"
    assert body["messages"][0]["content"] == "Be rude."


def test_what_would_steer_the_terminal_is_kept_when_piped(understudy, model):
    model.script([say("a\x1b[2Jb")])
    assert understudy("run", "jan", "Hi").out == "a\x1b[2Jb\n"


# -- what goes wrong


@pytest.mark.parametrize(
    ("asked", "meant"), [("math-tutr", "math-tutor"), ("my-poett", "my-poet"), ("xyzzy", None)]
)
def test_an_unknown_assistant_is_told_with_a_suggestion(understudy, write_assistant, asked, meant):
    write_assistant("my-poet", {"assistant.json": {"name": "Poet"}})
    done = understudy("run", asked, "Hi")
    assert (done.code, done.out) == (1, "")
    assert f"No assistant found with id '{asked}'." in done.err
    assert ("Did you mean" in done.err) == (meant is not None)
    assert meant is None or f"Did you mean `{meant}`?" in done.err


def test_all_mistakes_of_an_assistant_are_told_with_their_places(understudy, write_assistant):
    text = '{\n  "name": 5,\n  "tools": {},\n}'
    write_assistant("wrong", {"assistant.json": text})
    done = understudy("run", "wrong", "Hi")
    assert done.code == 1
    assert "assistant.json:2:" in done.err
    assert "assistant.json:3:" in done.err
    assert "understudy validate wrong" in done.err
    assert threads_of(understudy) == []


def test_without_a_model_it_says_how_to_get_one(understudy):
    done = understudy("run", "jan", "Hi")
    assert (done.code, done.out) == (1, "")
    assert "no model can be reached" in done.err
    assert "OPENAI_BASE_URL" in done.err
    assert "ollama" in done.err


def test_a_model_that_refuses_is_told_and_json_still_parses(understudy, model):
    model.script([fail(401, "Incorrect API key provided.")])
    done = understudy("run", "jan", "Hi", "--json")
    assert done.code == 1
    assert done.json()["status"] == "failed"
    assert "Incorrect API key provided." in done.json()["last_error"]["message"]
    assert "Incorrect API key provided." in done.err


def test_code_that_throws_is_told_with_file_and_line_and_keeps_its_words(
    understudy, write_assistant
):
    source = "export async function* invoke(run) {\n  yield 'Well, ';\n  null.x;\n}\n"
    write_assistant("thrower", {"assistant.json": {}, SOURCE: source})
    done = understudy("run", "thrower", "Hi")
    assert done.code == 1
    assert done.out == "Well, \n"
    assert done.err.count("src/index.js:3") == 1
    assert "Traceback" not in done.err


def test_a_call_that_only_an_app_can_answer_ends_with_3_and_frees_the_thread(
    understudy, model, write_assistant
):
    tool = {"type": "function", "function": {"name": "open_door", "parameters": {}}}
    write_assistant("porter", {"assistant.json": {"tools": [tool]}})
    model.script([call_tools([("open_door", {"n": 1})]), say("Good day.")])
    done = understudy("run", "porter", "Open!", "--json")
    assert done.code == 3
    assert done.json()["required_calls"][0]["function"]["name"] == "open_door"
    assert 'The assistant calls `open_door({"n": 1})`' in done.err
    again = understudy("run", "porter", "Hello?", "--thread", done.json()["thread_id"])
    assert (again.code, again.out) == (0, "Good day.\n")


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["jan", " "], "It is empty."),
        (["jan"], "Missing argument 'QUESTION...'"),
        (["jan", "Hi", "--file", "/no/such/file"], "does not exist"),
        (["jan", "Hi", "--json", "--events"], "exclude each other"),
    ],
)
def test_misuse_ends_with_2(understudy, args, complaint):
    done = understudy("run", *args)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err


def test_an_unknown_thread_is_told(understudy):
    done = understudy("run", "math-tutor", "1+1", "--thread", "thread_none")
    assert done.code == 1
    assert "No thread found with id 'thread_none'." in done.err
    assert "understudy list --threads" in done.err


# -- what interrupts


def test_an_interrupt_stops_the_run_keeps_its_words_and_frees_the_thread(start, understudy, model):
    model.script([say(chunks=["half ", threading.Event()]), say("Again.")])
    run = start("run", "jan", "Talk.")
    assert run.stdout.read(5) == "half "
    run.send_signal(signal.SIGINT)
    out, err = run.communicate()
    (thread,) = threads_of(understudy)
    assert (run.returncode, out) == (130, "\n")
    assert f"Stopped. What was written is kept in {thread}." in err
    assert "Traceback" not in err
    assert model.requests[0].left.wait(10)
    again = understudy("run", "jan", "Go on.", "--thread", thread)
    assert again.out == "Again.\n"
    assert said(model.requests[1])[1:] == ["Talk.", "half ", "Go on."]


def test_a_polite_kill_keeps_the_words_and_frees_the_thread_too(start, understudy, model):
    gate = threading.Event()
    model.script([say(chunks=["so far ", gate])])
    run = start("run", "jan", "Talk")
    assert run.stdout.read(7) == "so far "
    run.send_signal(signal.SIGTERM)
    assert run.wait(20) == 143
    [thread] = json.loads(understudy("list", "--threads", "--json").out)
    shown = json.loads(understudy("show", thread["id"], "--json").out)
    assert shown["messages"][-1]["text"] == "so far "
    assert understudy("run", "jan", "Go on", "--thread", thread["id"]).code == 0


def test_an_interrupt_stops_code_that_never_ends(start, write_assistant):
    source = "export function* invoke(run) {\n  yield 'on';\n  while (true) {}\n}\n"
    write_assistant("endless", {"assistant.json": {}, SOURCE: source})
    run = start("run", "endless", "Hi")
    assert run.stdout.read(2) == "on"
    run.send_signal(signal.SIGINT)
    run.communicate()
    assert run.returncode == 130


def test_after_a_kill_the_thread_works_and_the_words_are_kept(start, understudy, model):
    words = [f"word{n} " for n in range(200)]
    model.script([say(chunks=[*words, threading.Event()]), say("Again.")])
    run = start("run", "jan", "Talk.")
    assert run.stdout.readline(len("word0 ")) == "word0 "
    run.stdout.read(len("".join(words[1:])))
    run.send_signal(signal.SIGKILL)
    run.communicate()
    (thread,) = threads_of(understudy)
    again = understudy("run", "jan", "Go on.", "--thread", thread)
    assert (again.code, again.out) == (0, "Again.\n")
    shown = understudy("show", thread, "--json").json()
    assert [run["status"] for run in shown["runs"]] == ["failed", "completed"]
    assert shown["messages"][1]["status"] == "incomplete"
    assert shown["messages"][1]["text"].startswith("word0 word1 ")


def test_a_reader_that_leaves_early_ends_it_quietly(environment, model):
    gate = threading.Event()
    model.script([say(chunks=["first\n", gate, *["more\n"] * 1000])])
    command = shlex.join([*COMMAND, "run", "jan", "Talk."]) + " | head -1"
    shell = subprocess.Popen(
        ["sh", "-c", command],
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert shell.stdout.readline() == "first\n"
    gate.set()
    out, err = shell.communicate()
    assert (out, err) == ("", "")


def test_files_that_the_assistant_cannot_read_are_told(
    understudy, tmp_path, write_assistant, model
):
    file = tmp_path / "notes.txt"
    file.write_text("The deposit is 900 crowns.")
    write_assistant("deaf", {"assistant.json": {"tools": [{"type": "code_interpreter"}]}})
    write_assistant("reader", {"assistant.json": {"tools": [{"type": "rag"}]}})
    write_assistant("coder", {"assistant.json": {}, "src/index.js": "export const tools = [];"})
    told = understudy("run", "deaf", "Hi", "--file", str(file))
    assert told.code == 0, told.err
    assert "`deaf` will not see the files" in told.err
    assert '{"type": "rag"}' in told.err
    for name in ("reader", "coder"):
        assert "will not see" not in understudy("run", name, "Hi", "--file", str(file)).err
    assert "will not see" not in understudy("run", "deaf", "Hi").err


def test_file_search_finds_what_is_attached(understudy, tmp_path, write_assistant, model):
    file = tmp_path / "notes.txt"
    file.write_text("The deposit is 900 crowns.")
    write_assistant("clerk", {"assistant.json": {"tools": [{"type": "file_search"}]}})
    model.script([call_tools([("file_search", {"query": "deposit"})]), say("900 crowns.")])
    asked = understudy("run", "clerk", "How much is it?", "--file", str(file))
    assert (asked.code, asked.out) == (0, "900 crowns.\n"), asked.err
    assert "900 crowns" in model.requests[1].body["messages"][-1]["content"]
    assert "→ file_search = notes.txt" in asked.err
    (thread,) = understudy("list", "--threads", "--json").json()
    assert "call: file_search = notes.txt" in understudy("show", thread["id"], "--runs").out
