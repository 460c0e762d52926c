"""SyncHost: the same host for code that is not async."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from understudy import Invalid, NotFound, SyncHost
from understudy.testing.model_server import call_tools, say


def test_a_question_a_thread_and_its_messages(root, model):
    with SyncHost(root) as host:
        thread = host.new_thread()
        assert host.run("jan", "Hi", thread=thread.id).text == "You said: Hi"
        assert [message.text for message in host.messages(thread.id).all()] == [
            "Hi",
            "You said: Hi",
        ]
        assert {assistant.id for assistant in host.all_assistants()} >= {"jan", "math-tutor"}
        assert host.validate("jan") == []


def test_a_stream_arrives_bit_by_bit_and_leaving_it_cancels_the_run(root, model):
    model.script([say(chunks=["one ", threading.Event()])])
    with SyncHost(root) as host:
        thread = host.new_thread()
        stream = host.stream("jan", "Count", thread=thread.id)
        for event in stream:
            if event.name == "thread.message.delta":
                break
        stream.close()
        run = host.runs.page(thread.id).items[0]
    assert run.status == "cancelled"


def test_many_threads_share_one_host(root, model):
    with SyncHost(root) as host, ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda n: host.run("jan", f"q{n}").text, range(16)))
    assert texts == [f"You said: q{n}" for n in range(16)]


def test_errors_come_out_as_they_are_and_closing_twice_is_harmless(root):
    host = SyncHost(root)
    with pytest.raises(NotFound, match="nobody"):
        host.run("nobody", "Hi")
    host.close()
    host.close()
    with pytest.raises(Invalid, match="closed"):
        host.run("math-tutor", "1+1")


def test_a_host_that_cannot_open_leaves_no_thread_behind(root):
    before = set(threading.enumerate())
    with pytest.raises(NotFound, match="no store `nowhere`"):
        SyncHost(root, store="nowhere")
    assert set(threading.enumerate()) <= before


def test_all_of_the_host_can_be_reached_without_await(root, model, write_assistant):
    function = {"name": "weather", "parameters": {"type": "object"}}
    tools = [{"type": "function", "function": function}]
    write_assistant("guide", {"assistant.json": {"tools": tools}})
    model.script([call_tools([("weather", {})]), say("Sunny.")])
    with SyncHost(root) as host:
        assert host.assistants.get("guide").id == "guide"
        execution = host.start("guide", "Rome?")
        for event in execution.events():
            if event.name == "thread.run.requires_action":
                [call] = execution.run.required_action.submit_tool_outputs.tool_calls
                execution.submit({call.id: "25 degrees"})
        assert host.reply(execution).text == "Sunny."
        upload = host.files.create("a.txt", b"hello")
        assert b"".join(host.files.content(upload.id)) == b"hello"
        assert list(host.models()) == ["test-model"]


def test_a_root_that_is_a_file_and_a_store_that_is_none_are_refused_in_words(tmp_path):
    from understudy import Host, PluginError

    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(Invalid, match="not a folder"):
        Host(file)
    with pytest.raises(PluginError, match="lacks get, put"):
        Host(tmp_path, store="empty", providers={"stores": {"empty": lambda root: object()}})
