"""Images in messages: by URL as they are, by file as a data: URL with its bytes."""

import base64

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def told(server):
    return server.model.requests[0].body["messages"][-1]["content"]


def test_an_image_by_url_reaches_the_model_as_it_is(server, assistant, ask, finish):
    image = {
        "type": "image_url",
        "image_url": {"url": "https://example.com/a.png", "detail": "low"},
    }
    finish(ask([{"type": "text", "text": "What is it?"}, image]), assistant)
    assert told(server) == [{"type": "text", "text": "What is it?"}, image]


def test_an_uploaded_image_reaches_the_model_with_its_bytes(client, server, assistant, ask, finish):
    file = client.files.create(file=("dot.png", PNG), purpose="vision")
    image = {"type": "image_file", "image_file": {"file_id": file.id, "detail": "high"}}
    run = finish(ask([image]), assistant)
    assert run.status == "completed"
    url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    assert told(server) == [{"type": "image_url", "image_url": {"url": url, "detail": "high"}}]


def test_an_image_whose_file_is_deleted_does_not_break_the_thread(
    client, server, assistant, ask, finish
):
    file = client.files.create(file=("dot.png", PNG), purpose="vision")
    image = {"type": "image_file", "image_file": {"file_id": file.id}}
    thread = ask([{"type": "text", "text": "Look."}, image])
    client.files.delete(file.id)
    assert finish(thread, assistant).status == "completed"
    assert told(server) == [{"type": "text", "text": "Look."}]
