"""The npm `openai` package with its stream helpers, which throw if events are out of order."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, fail, say
from understudy.testing.server import KEY

SCENES = Path(__file__).with_name("scenes.mjs")
ROME = ("weather", {"city": "Rome"})
OSLO = ("weather", {"city": "Oslo"})


@pytest.fixture
def play(server, node_folder):
    script = shutil.copy(SCENES, node_folder)  # Node looks for packages beside the script

    def run(scene, *answers):
        server.model.script(answers)
        address = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        done = subprocess.run(
            ["node", script, scene],
            env=os.environ | address,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr

    return run


def test_assistants_are_made_listed_changed_and_deleted(play):
    play("assistants")


def test_threads_hold_messages_in_order(play):
    play("threads")


def test_a_run_is_created_and_polled(play):
    play("runs")


def test_the_stream_helper_sees_every_part_begin_grow_and_end(play):
    play("stream")


def test_functions_are_called_and_answered_in_streams(play):
    play("tools", call_tools([ROME, OSLO], text="Let me look."), say("Sunny."))


def test_outputs_are_submitted_inside_the_loop_over_a_stream(play):
    play("submitInsideTheStream", call_tools([ROME]), say("Sunny."))


def test_a_waiting_run_is_cancelled(play):
    play("cancel", call_tools([ROME]))


def test_a_failed_run_ends_its_stream_in_order(play):
    play("failure", fail(400, "too long"))


def test_files_go_up_and_come_down(play):
    play("files")


def test_vector_stores_are_filled_and_searched(play):
    play("vectorStores")
