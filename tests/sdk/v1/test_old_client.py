"""openai-python 1.20.0, which asks for the first version of the API."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, say
from understudy.testing.server import KEY

SCENES = Path(__file__).with_name("scenes.py")


@pytest.fixture
def play(server, old_python):
    def run(scene, *arguments):
        address = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        done = subprocess.run(
            [str(old_python), str(SCENES), scene, *arguments],
            env=os.environ | address,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr

    return run


def quote_what_was_found(request):
    """A model that repeats the marker that it was shown."""
    marker = re.search("【.*?】", request.body["messages"][-1]["content"])
    return say(f"At nine.{marker[0]}")


def test_assistants_have_files_and_retrieval(play):
    play("assistants")


def test_files_of_an_assistant_are_attached_listed_and_taken_off(play):
    play("assistant_files")


def test_messages_have_files(play):
    play("messages")


def test_runs_ask_for_outputs_and_have_the_assistant_s_files(play, server):
    server.model.script([call_tools([("weather", {})]), say("Sunny.")])
    play("runs")


def test_a_run_keeps_the_files_that_the_assistant_had_when_it_was_made(play, server):
    server.model.script([call_tools([("weather", {})])])
    play("snapshots")


def test_what_the_second_version_made_is_understood(play, client, server):
    server.model.script([say(refusal="I will not.")])
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    content = [{"type": "text", "text": "Look."}, picture]
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    made = client.beta.assistants.create(
        model="m", tools=[{"type": "file_search"}], response_format=schema, temperature=1, top_p=1
    )
    run = client.beta.threads.create_and_run_poll(
        assistant_id=made.id,
        thread={"messages": [{"role": "user", "content": content}]},
        parallel_tool_calls=False,
        poll_interval_ms=10,
    )
    play("later", run.thread_id, run.id)


def test_a_run_searches_the_assistant_s_files(play, server):
    server.model.script([call_tools([("file_search", {"query": "opens"})]), quote_what_was_found])
    play("retrieval")


def test_streams_work_with_the_helpers_of_that_time(play):
    play("streams")
