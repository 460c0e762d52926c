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
    def run(scene):
        address = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        done = subprocess.run(
            [str(old_python), str(SCENES), scene],
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


def test_a_run_searches_the_assistant_s_files(play, server):
    server.model.script([call_tools([("file_search", {"query": "opens"})]), quote_what_was_found])
    play("retrieval")


def test_streams_work_with_the_helpers_of_that_time(play):
    play("streams")
