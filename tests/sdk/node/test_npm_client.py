"""The npm `openai` package with its stream helpers, which throw if events are out of order.

The scenes are JavaScript. One process plays them all: Node takes longer to start than they do.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, cut, fail, hang, say

HERE = Path(__file__).parent
ROME = ("weather", {"city": "Rome"})
OSLO = ("weather", {"city": "Oslo"})


@pytest.fixture(scope="session", params=["node", "newest_node"])
def stage(request, address):
    """A process that plays scenes, beside the packages: there Node looks for them."""
    node, folder = request.getfixturevalue(request.param)
    shutil.copytree(HERE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__*"))
    with subprocess.Popen(
        [node, folder / "play.mjs"],
        env=address,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def play(server, stage):
    def run(scene, *answers):
        server.model.script(answers)
        patience = threading.Timer(60, stage.kill)
        patience.start()
        print(scene, file=stage.stdin, flush=True)
        said = stage.stdout.readline()
        patience.cancel()
        assert said, "Node has ended"
        assert json.loads(said) is None, json.loads(said)

    return run


# -- assistants, threads, runs


def test_assistants_are_made_listed_changed_and_deleted(play):
    play("assistantsAreKept")


def test_threads_hold_messages_in_order(play):
    play("threadsHoldMessages")


def test_a_run_is_created_and_polled(play):
    play("aRunIsPolled")


def test_outputs_are_submitted_and_polled(play):
    play("outputsAreSubmittedAndPolled", call_tools([ROME]), say("Sunny."))


def test_a_waiting_run_is_cancelled(play):
    play("aWaitingRunIsCancelled", call_tools([ROME]))


# -- streams


def test_the_stream_helper_sees_every_part_begin_grow_and_end(play):
    play("textGrows")


def test_functions_are_called_and_answered_in_streams(play):
    answers = call_tools([ROME, OSLO], text="Let me look."), say("Sunny.")
    play("functionsAreCalledAndAnswered", *answers)


def test_outputs_are_submitted_inside_the_loop_over_a_stream(play):
    play("outputsAreSubmittedInsideTheStream", call_tools([ROME]), say("Sunny."))


def test_events_are_read_without_the_helper(play):
    play("eventsAreReadWithoutTheHelper")


@pytest.mark.parametrize("answer", [fail(400, "too long"), cut(1)])
def test_a_failed_run_ends_its_stream_in_order(play, answer):
    play("aFailedRunEndsInOrder", answer)


def test_an_answer_that_is_cut_short_ends_in_order(play):
    play("anAnswerThatIsCutShortEndsInOrder", say("So far", finish_reason="length"))


def test_a_stream_is_cancelled_from_outside(play):
    play("aStreamIsCancelledFromOutside", hang(after=1))


def test_a_client_leaves_a_stream(play):
    play("aStreamIsLeft", hang(after=1))


def test_a_refused_run_is_an_error_of_the_helper(play):
    play("aRefusedRunIsAnError")


def test_a_store_that_breaks_under_a_run_is_an_error_of_the_helper(play, server):
    def break_the_store(request):
        run = max(server.root.rglob("runs/run_*"), key=lambda folder: folder.stat().st_mtime_ns)
        shutil.rmtree(run)
        run.write_text("A file in its place.")
        return say("Nobody will know.")

    play("aBrokenStreamIsAnError", break_the_store)


# -- files and vector stores


def test_files_go_up_and_come_down(play):
    play("filesGoUpAndComeDown")


def test_a_file_is_read_from_the_disk(play):
    play("aFileIsReadFromTheDisk")


def test_a_blob_goes_up_with_a_name(play):
    play("aBlobGoesUpWithAName")


def test_vector_stores_are_filled_and_searched(play):
    play("aVectorStoreIsFilledAndSearched")


def test_a_batch_of_files_is_added(play):
    play("aBatchOfFilesIsAdded")


# -- chat completions


def test_models_are_listed(play):
    play("modelsAreListed")


def test_a_chat_is_answered(play):
    play("aChatIsAnswered")


def test_a_chat_is_streamed(play):
    play("aChatIsStreamed")


def test_the_chat_helper_collects(play):
    play("theChatHelperCollects")


@pytest.mark.parametrize("scene", ["toolsAreRun", "toolsAreRunInStreams"])
def test_tools_are_run(play, scene):
    play(scene, call_tools([ROME]), say("Sunny."))


def test_an_answer_is_parsed(play):
    play("anAnswerIsParsed", say('{"n": 4}'))


# -- responses and conversations


def test_responses_follow_each_other(play):
    play("responsesFollowEachOther")


def test_a_response_is_streamed(play):
    play("aResponseIsStreamed")


def test_the_response_helper_collects(play):
    play("theResponseHelperCollects")


def test_a_function_of_a_response_is_answered(play):
    play("aFunctionOfAResponseIsAnswered", call_tools([ROME]), say("Sunny."))


def test_a_conversation_goes_on(play):
    play("aConversationGoesOn")


# -- all of it


def test_no_scene_is_left_out():
    code = Path(__file__).read_text(encoding="utf-8")
    scenes = [
        line.split()[3].partition("(")[0]
        for path in (HERE / "scenes").glob("*.mjs")
        for line in path.read_text(encoding="utf-8").splitlines()
        if path.name != "shared.mjs" and line.startswith("export async function")
    ]
    assert len(scenes) > 20
    assert [scene for scene in scenes if f'"{scene}"' not in code] == []
