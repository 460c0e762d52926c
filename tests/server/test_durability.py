"""What was answered with 200 survives SIGKILL of the whole process group."""

from __future__ import annotations

import json
import threading
from http.client import HTTPException

import pytest

from understudy.testing.model_server import call_tools, hang, say
from understudy.testing.server import KEY

WEATHER = {"type": "function", "function": {"name": "weather"}}


def say_in(server, thread, text, **metadata):
    body = {"role": "user", "content": text, "metadata": metadata}
    answer = server.post(f"/threads/{thread}/messages", body)
    assert answer.status == 200
    return answer.json()


def upload(server, name, content):
    boundary = "frontier"
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nassistants\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
            "\r\n\r\n"
        ).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return server.request("POST", "/files", body, {"Content-Type": kind}).json()


def test_everything_that_was_answered_is_there_after_a_kill(start_server):
    server = start_server()
    assistant = server.post("/assistants", {"model": "m", "name": "A"}).json()
    changed = server.post(f"/assistants/{assistant['id']}", {"name": "B"}).json()
    gone = server.post("/assistants", {"model": "m"}).json()["id"]
    assert server.delete(f"/assistants/{gone}").status == 200
    thread = server.post("/threads", {"metadata": {"k": "v"}}).json()
    said = [say_in(server, thread["id"], f"Text {n} é", n=str(n)) for n in range(10)]
    assert server.delete(f"/threads/{thread['id']}/messages/{said[4]['id']}").status == 200
    content = bytes(range(256)) * 1000
    file = upload(server, "data.bin", content)
    server.kill()
    server.start()
    assert server.get(f"/assistants/{assistant['id']}").json() == changed
    assert server.get(f"/assistants/{gone}").status == 404
    assert server.get(f"/threads/{thread['id']}").json() == thread
    page = server.get(f"/threads/{thread['id']}/messages?order=asc").json()
    assert page["data"] == said[:4] + said[5:]
    assert server.get(f"/files/{file['id']}").json() == file
    assert server.get(f"/files/{file['id']}/content").body == content


def test_a_kill_in_the_middle_of_many_writes_loses_none_that_was_answered(start_server):
    server = start_server()
    threads = [server.post("/threads").json()["id"] for _ in range(4)]
    answered = {thread: [] for thread in threads}
    enough = threading.Semaphore(0)

    def write(thread):
        for number in range(10_000):
            try:
                body = {"role": "user", "content": str(number)}
                answer = server.post(f"/threads/{thread}/messages", body)
            except (OSError, HTTPException):
                return
            answered[thread].append(answer.json()["id"])
            enough.release()

    writers = [threading.Thread(target=write, args=(thread,)) for thread in threads]
    for writer in writers:
        writer.start()
    for _ in range(40):
        enough.acquire()
    server.kill()
    for writer in writers:
        writer.join()
    server.start()
    for thread, ids in answered.items():
        page = server.get(f"/threads/{thread}/messages?order=asc&limit=100").json()
        there = [message["id"] for message in page["data"]]
        assert there[: len(ids)] == ids
        assert len(there) <= len(ids) + 1  # one may have been written and not answered
        assert [m["content"][0]["text"]["value"] for m in page["data"]] == [
            str(n) for n in range(len(there))
        ]


def test_a_run_of_a_killed_server_goes_on_and_its_thread_can_be_used(start_server, model):
    server = start_server()
    model.script([hang(), say("Hello.")])
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    thread = server.post("/threads").json()["id"]
    say_in(server, thread, "Hi")
    run = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant}).json()["id"]
    model.wait_for_request()
    server.kill()
    server.start()
    model.wait_for_request(2)  # nobody has asked for the run
    events = server.get(f"/threads/{thread}/runs/{run}/events").body
    assert events.count(b"event: thread.run.completed") == 1
    ended = server.get(f"/threads/{thread}/runs/{run}").json()
    assert ended["status"] == "completed"
    for step in server.get(f"/threads/{thread}/runs/{run}/steps").json()["data"]:
        assert step["status"] == "completed"
    said = server.get(f"/threads/{thread}/messages").json()["data"]
    assert [message["content"][0]["text"]["value"] for message in said] == ["Hello.", "Hi"]
    say_in(server, thread, "Once more")
    model.script([say("Here I am.")])
    again = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant, "stream": True})
    assert b"thread.run.completed" in again.body


def follow(server, path, after=0):
    """The events of a stream: (number, name, data), as they come."""
    connection = server.connect()
    headers = {"Authorization": f"Bearer {KEY}"}
    connection.request("GET", f"/v1{path}/events?after={after}", headers=headers)
    number, name = 0, ""
    try:
        for line in connection.getresponse():
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "id":
                number = int(value)
            elif field == "event":
                name = value
            elif field == "data" and name != "done":
                yield number, name, json.loads(value)
    except (OSError, HTTPException):
        pass  # the server was killed
    finally:
        connection.close()


def test_a_stream_is_rejoined_across_a_kill_and_tells_nothing_twice(start_server, model):
    server = start_server()
    model.script([say(chunks=["One ", "two ", threading.Event()]), say("One two three.")])
    assistant = server.post("/assistants", {"model": "m"}).json()["id"]
    thread = server.post("/threads").json()["id"]
    say_in(server, thread, "Count")
    run = server.post(f"/threads/{thread}/runs", {"assistant_id": assistant}).json()["id"]
    path = f"/threads/{thread}/runs/{run}"
    seen = []
    for event in follow(server, path):
        seen.append(event)
        if len([name for _, name, _ in seen if name == "thread.message.delta"]) == 2:
            break
    server.kill()
    server.start()
    seen += follow(server, path, after=seen[-1][0])
    numbers = [number for number, _, _ in seen]
    assert numbers == sorted(set(numbers))
    assert seen[-1][1] == "thread.run.completed"
    texts = {}
    for _, name, data in seen:
        if name == "thread.message.delta":
            text = data["delta"]["content"][0]["text"]["value"]
            texts[data["id"]] = texts.get(data["id"], "") + text
    assert list(texts.values()) == ["One two ", "One two three."]
    ends = [(data["id"], data["status"]) for _, name, data in seen if "message.i" in name]
    old, new = texts
    assert (old, "incomplete") in ends
    said = server.get(f"/threads/{thread}/messages").json()["data"]
    assert [(m["id"], m["status"]) for m in said[:2]] == [(new, "completed"), (old, "incomplete")]


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_run_that_waits_for_outputs_can_be_answered_after_a_restart(
    start_server, model, connect, how
):
    server = start_server()
    model.script([call_tools([("weather", {})]), say("Sunny.")])
    client = connect(server)
    assistant = client.beta.assistants.create(model="m", tools=[WEATHER])
    said = [{"role": "user", "content": "Hi"}]
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id, thread={"messages": said}, poll_interval_ms=20
    )
    assert run.status == "requires_action"
    getattr(server, how)()
    client = connect(server.start())
    runs = client.beta.threads.runs
    there = runs.retrieve(run.id, thread_id=run.thread_id)
    assert there.status == "requires_action"
    call = there.required_action.submit_tool_outputs.tool_calls[0].id
    outputs = [{"tool_call_id": call, "output": "Sunny"}]
    there = runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=run.thread_id, tool_outputs=outputs, poll_interval_ms=20
    )
    assert there.status == "completed"
    assert len(model.requests) == 2
    say_in(server, run.thread_id, "Once more")


def test_a_half_written_upload_leaves_nothing(start_server):
    server = start_server()
    with_body = server.connect()
    with_body.putrequest("POST", "/v1/files")
    with_body.putheader("Authorization", f"Bearer {KEY}")
    with_body.putheader("Content-Type", "multipart/form-data; boundary=x")
    with_body.putheader("Content-Length", "100000")
    with_body.endheaders()
    with_body.send(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc')
    server.kill()
    with_body.close()
    server.start()
    assert server.get("/files").json()["data"] == []
