"""docs/migration.md: every example is executed as it stands, section by section."""

from __future__ import annotations

import gc
import json
import os
import re
import socket
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from understudy.testing.model_server import ModelServer, call_tools, say
from understudy.testing.server import KEY, Server

PAGE = Path(__file__).parents[2] / "docs" / "migration.md"
BLUE = "Because blue light is scattered most."


def examples(language):
    """The examples in a language, with the headings that they stand under."""
    found = []
    for section in re.split(r"(?m)^## ", PAGE.read_text(encoding="utf-8"))[1:]:
        heading = section.splitlines()[0]
        blocks = re.findall(rf"(?ms)^```{language}\n(.*?)^```", section)
        found += [(f"{heading} {number}", block) for number, block in enumerate(blocks, 1)]
    return dict(found)


def printed(command, environment, folder):
    """Run a program; what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        env=environment,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def execute(server, address, tmp_path):
    """Run a program with the server's address in its environment; what it printed."""

    def run(*command, **environment):
        named = {"UNDERSTUDY_ROOT": str(server.root), **environment}
        return printed(command, address | named, tmp_path)

    return run


@pytest.fixture
def play(execute, server, monkeypatch, capsys):
    """Run one Python example, with what the model answers in it: here, or in that Python."""

    def run(name, *answers, python=None):
        server.model.script(answers)
        code = examples("python")[name]
        if python is not None:
            return execute(python, "-c", code)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", ResourceWarning)  # examples leave closing to the end
            exec(compile(code, name, "exec"), {"__name__": "__main__"})
            gc.collect()
        return capsys.readouterr().out

    return run


def cite(request):
    """A model that repeats the marker that it was shown."""
    [marker] = re.findall("【.*?】", request.body["messages"][-1]["content"])
    return say(f"At nine {marker}.")


def weather_then(answer):
    return call_tools([("weather", {"city": "Rome"})]), say(answer)


def test_start_the_server(execute, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    script = examples("sh")["Start the server 1"].replace("8000", port)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shown = execute(
        "sh", "-c", f"{script}\nkill $!", PATH=path, UNDERSTUDY_ROOT=str(tmp_path / "r")
    )
    assert json.loads(shown)["object"] == "list"


def test_python_polls(play):
    assert play("Python 1", say(BLUE)) == f"{BLUE}\n"


def test_python_streams_and_answers_functions(play):
    assert play("Python 2", *weather_then("It is sunny in Rome.")) == "It is sunny in Rome."


def test_python_searches_files(play):
    search = call_tools([("file_search", {"query": "when does the library open"})])
    answer, citation = play("Python 3", search, cite).splitlines()
    marker = re.fullmatch("At nine (【.*】)[.]", answer)[1]
    assert citation == f"{marker} hours.txt"


def test_vector_stores_are_searched_with_filters(play):
    assert play("Vector stores 1") == "Oslo.txt The library of Oslo opens at 8.\n"


def test_curl_uploads_searches_and_gets_citations(execute, server):
    server.model.script([call_tools([("file_search", {"query": "when does it open"})]), cite])
    shown = execute("sh", "-c", examples("sh")["Vector stores 1"])
    assert shown.startswith('{"object":') and "The library opens at nine." in shown
    assert "event: thread.run.completed\n" in shown
    assert "file_citation" in shown


def test_older_python_gets_the_first_version(play, old_python):
    assert play("Older Python 1", python=old_python) == "retrieval True\n"


def test_node_streams(execute, server, node):
    server.model.script([say(BLUE)])
    command, folder = node
    script = folder / "example.mjs"
    script.write_text(examples("js")["Node 1"], encoding="utf-8")
    assert execute(command, script) == f"{BLUE}\ncompleted\n"


def test_curl_streams(execute, server):
    server.model.script([say(BLUE)])
    stream = execute("sh", "-c", examples("sh")["curl 1"])
    assert "event: thread.run.completed\n" in stream
    assert BLUE in stream
    assert stream.endswith("event: done\ndata: [DONE]\n\n")


def answer_each(request):
    """A model that several programs ask at once: it answers each by what it says."""
    asked = request.body["messages"][-1]
    if asked["role"] == "tool":
        return say(f"It is {asked['content']}.")
    return call_tools([("weather", {"city": "Rome"})]) if "tools" in request.body else say(BLUE)


@pytest.fixture(scope="module")
def by_frameworks(frameworks, address, tmp_path_factory):
    """What the frameworks' examples print, in time. Side by side: each imports for seconds."""
    folder = tmp_path_factory.mktemp("frameworks")
    with (
        ModelServer(default=answer_each) as model,
        Server(folder / "root", model=model) as server,
        ThreadPoolExecutor(3) as pool,
    ):
        environment = address | {"OPENAI_BASE_URL": server.url}

        def start(name):
            command = frameworks, "-c", examples("python")[name]
            return pool.submit(printed, command, environment, folder)

        yield {name: start(name) for name in ("LangChain 1", "LlamaIndex 1", "AutoGen 1")}


def test_langchain(by_frameworks):
    assert by_frameworks["LangChain 1"].result() == f"{BLUE}\n"


def test_llamaindex_answers_functions(by_frameworks):
    assert by_frameworks["LlamaIndex 1"].result() == "It is sunny in Rome.\n"


def test_autogen(by_frameworks):
    assert by_frameworks["AutoGen 1"].result() == f"{BLUE}\n"


def test_a_saved_assistant_keeps_its_id(execute, client, tmp_path):
    made = client.beta.assistants.create(
        model="m", name="Tutor", metadata={"a": "1"}, tools=[{"type": "code_interpreter"}]
    )
    saved = made.to_dict() | {"id": "asst_abc123", "created_at": 1700000000}
    (tmp_path / "assistant.json").write_text(json.dumps(saved))
    assert json.loads(execute("sh", "-c", examples("sh")["Your assistants 1"])) == saved


def thread_of(client, words):
    """A thread with messages, as code saved it from the API: its object, and lists in pages."""
    thread = client.beta.threads.create(metadata={"topic": "numbers"})
    for word in words:
        client.beta.threads.messages.create(thread.id, role="user", content=word)
    pages = client.beta.threads.messages.list(thread.id, limit=2).iter_pages()
    return thread.to_dict(), [page.to_dict() for page in pages]


def texts(client, thread_id):
    messages = client.beta.threads.messages.list(thread_id, order="asc")
    return [message.content[0].text.value for message in messages]


def test_a_saved_thread_keeps_its_id_and_its_order(execute, client, tmp_path):
    thread, pages = thread_of(client, ["One", "Two", "Three"])
    saved = tmp_path / "saved"
    saved.mkdir()
    for number, page in enumerate(pages):
        for age, message in enumerate(page["data"]):
            message["created_at"] -= 10 * number + age
        (saved / f"messages-{number}.json").write_text(json.dumps(page))
    (saved / "thread.json").write_text(json.dumps(thread | {"id": "thread_abc123"}))
    execute(sys.executable, "-c", examples("python")["Your threads 1"])
    assert texts(client, "thread_abc123") == ["One", "Two", "Three"]
    assert client.beta.threads.retrieve("thread_abc123").metadata == {"topic": "numbers"}


def test_a_saved_thread_is_taken_in_over_http(execute, client, tmp_path):
    thread, pages = thread_of(client, ["One", "Two", "Three"])
    messages = [message for page in pages for message in page["data"]][::-1]
    lines = "".join(json.dumps(each) + "\n" for each in (thread, *messages))
    (tmp_path / "thread.jsonl").write_text(lines)
    made = json.loads(execute("sh", "-c", examples("sh")["Your threads 1"]))
    assert made["id"] != thread["id"]
    assert texts(client, made["id"]) == ["One", "Two", "Three"]


def test_no_example_is_left_out():
    """Each is named in this file, so each is executed by one of its tests."""
    code = Path(__file__).read_text(encoding="utf-8")
    named = [name for language in ("python", "sh", "js") for name in examples(language)]
    assert named
    assert [name for name in named if f'"{name}"' not in code] == []
