"""SyncHost: the same host for code that is not async."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from understudy import NotFound, SyncHost
from understudy.testing.model_server import say


def test_a_question_a_thread_and_its_messages(root, model):
    with SyncHost(root) as host:
        thread = host.new_thread()
        assert host.run("jan", "Hi", thread=thread.id).text == "You said: Hi"
        assert [message.text for message in host.messages(thread.id)] == ["Hi", "You said: Hi"]
        assert {assistant.id for assistant in host.assistants()} >= {"jan", "math-tutor"}
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
        run = host.call(host.inner.runs.page(thread.id)).items[0]
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


def test_a_host_that_cannot_open_leaves_no_thread_behind(root):
    before = set(threading.enumerate())
    with pytest.raises(NotFound, match="no store `nowhere`"):
        SyncHost(root, store="nowhere")
    assert set(threading.enumerate()) <= before
