"""Plain curl, as a person types it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, say


@pytest.fixture
def sh(server, address, tmp_path):
    """Run one of the scripts beside this file; the lines that it printed."""

    def run(name):
        done = subprocess.run(
            ["sh", str(Path(__file__).with_name(name))],
            env=address,
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.stderr, done.returncode) == ("", 0), done.stdout
        return done.stdout.splitlines()

    return run


def test_a_whole_conversation_with_curl(sh):
    assert sh("conversation.sh") == [
        "Clerk",
        "1",
        "data: [DONE]",
        "completed",
        "You said: Good day",
        "done",
        "404",
        "invalid_request_error",
    ]


def cite(request):
    """A model that repeats the marker that it was shown."""
    [marker] = re.findall("【.*?】", request.body["messages"][-1]["content"])
    return say(f"At nine {marker}.")


def test_the_quickstarts_that_openai_had(sh, server):
    search = call_tools([("file_search", {"query": "when does the library open"})])
    server.model.script([say("x = 1, Jane Doe."), search, cite])
    assert sh("quickstart.sh") == [
        "completed",
        "x = 1, Jane Doe.",
        "message_creation",
        "file_search",
        "event: thread.created",
        "event: thread.run.created",
        "event: thread.run.queued",
        "event: thread.run.in_progress",
        "event: thread.run.step.created",
        "event: thread.run.step.in_progress",
        "event: thread.run.step.delta",
        "event: thread.run.step.completed",
        "event: thread.run.step.created",
        "event: thread.run.step.in_progress",
        "event: thread.message.created",
        "event: thread.message.in_progress",
        "event: thread.message.delta",
        "event: thread.message.completed",
        "event: thread.run.step.completed",
        "event: thread.run.completed",
        "event: done",
        "2",  # in the delta and in the message
    ]
    told = server.model.requests[0].body["messages"]
    assert told[0]["content"].startswith("Please address the user as Jane Doe.")
