"""http://model.understudy/v1/embeddings: what an assistant's code embeds, by a real server."""

from __future__ import annotations

import asyncio
import base64
import json
import struct

import pytest

from understudy import Host
from understudy.testing.embedding_server import topics

EMBED = """
export async function invoke(run) {
  const url = process.env.OPENAI_BASE_URL + "/embeddings";
  const answer = await fetch(url, { method: "POST", body: run.lastMessage.text });
  return JSON.stringify([answer.status, await answer.json()]);
}
"""
GREEDY = """
export async function invoke(run) {
  const url = process.env.OPENAI_BASE_URL + "/embeddings";
  for (;;) await fetch(url, { method: "POST", body: run.lastMessage.text });
}
"""
ASK = {"model": "small", "input": "A dog at sea"}


@pytest.fixture
def embedder(write_assistant, embedding_server):
    """An assistant whose own model is at a server that embeds, too."""
    settings = {"base_url": embedding_server.base_url, "api_key": "of-the-folder"}
    model = {"model": "chatty", "settings": settings}
    write_assistant("embedder", {"src/index.js": EMBED, "model.json": model})
    return embedding_server


def answers(root, *bodies):
    """The status and the answer of each request, and the runs that made them."""

    async def main():
        async with Host(root) as host:
            return [await _answer(host, body) for body in bodies]

    return asyncio.run(main())


async def _answer(host, body):
    reply = await host.reply(await host.start("embedder", json.dumps(body)))
    return json.loads(reply.text)


def test_the_server_of_the_own_model_embeds_with_its_key_and_the_named_model(root, embedder):
    ((status, answer),) = answers(root, ASK | {"user": "u"})
    (vector,) = answer["data"]
    assert (status, answer["object"], answer["model"]) == (200, "list", "small")
    assert (vector["object"], vector["index"]) == ("embedding", 0)
    assert vector["embedding"] == pytest.approx(topics("A dog at sea"))
    (request,) = embedder.requests
    assert request.body["model"] == "small"
    assert request.headers["Authorization"] == "Bearer of-the-folder"


def test_many_texts_keep_their_order_and_come_in_base64_if_asked(root, embedder):
    texts = [f"dog {'ship ' * (n % 5)}" for n in range(100)]
    body = {"model": "small", "input": texts, "encoding_format": "base64"}
    ((_, answer),) = answers(root, body)
    packed = [base64.b64decode(each["embedding"]) for each in answer["data"]]
    made = [struct.unpack(f"<{len(each) // 4}f", each) for each in packed]
    assert made == [pytest.approx(topics(text)) for text in texts]
    assert [each["index"] for each in answer["data"]] == list(range(100))


def test_dimensions_are_passed_on_and_refused_if_the_model_makes_others(root, embedder):
    (good, bad) = answers(root, ASK | {"dimensions": 5}, ASK | {"dimensions": 3})
    assert [request.body["dimensions"] for request in embedder.requests] == [5, 3]
    assert (good[0], bad[0]) == (200, 400)
    assert "vectors of 5 numbers" in bad[1]["error"]["message"]
    assert bad[1]["error"]["param"] == "dimensions"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"input": [1, 2]}, "send the text itself"),
        ({"input": [[1, 2], [3]]}, "send the text itself"),
        ({"input": []}, "'input'"),
        ({"input": ""}, "'input'"),
        ({"input": None}, "'input'"),
        ({"input": {"text": "x"}}, "'input'"),
        ({"input": ["x"] * 2049}, "2048"),
        ({"model": None}, "'model'"),
        ({"model": 3}, "'model'"),
        ({"dimensions": 0}, "'dimensions'"),
        ({"dimensions": "many"}, "'dimensions'"),
        ({"encoding_format": "hex"}, "'encoding_format'"),
    ],
)
def test_what_cannot_be_embedded_is_refused_with_a_reason(root, embedder, change, expected):
    ((status, answer),) = answers(root, ASK | change)
    assert status == 400
    assert expected in answer["error"]["message"]
    assert embedder.requests == []


def test_a_servers_refusal_is_an_answer_with_its_status(root, embedder):
    embedder.fail(404, {"error": {"message": "no model small"}})
    ((status, answer),) = answers(root, ASK)
    assert status == 404
    assert "no model small" in answer["error"]["message"]


def test_the_model_that_the_user_has_named_goes_before_the_own_server(root, embedder):
    root.mkdir(exist_ok=True)
    settings = {"base_url": embedder.base_url, "query_prefix": "q: ", "passage_prefix": "p: "}
    chosen = {"model": "openai/mine", "settings": settings}
    (root / "embeddings.json").write_text(json.dumps(chosen))
    (one, _) = answers(root, ASK, ASK | {"input": ["A ship"]})
    assert one[1]["model"] == "mine"
    assert [request.body["model"] for request in embedder.requests] == ["mine", "mine"]
    assert embedder.texts == ["q: A dog at sea", "p: A ship"]


def test_without_a_server_it_is_said_what_to_set(root, write_assistant):
    write_assistant("embedder", {"src/index.js": EMBED})
    ((status, answer),) = answers(root, ASK)
    assert status == 400
    assert "OPENAI_BASE_URL" in answer["error"]["message"]


def test_a_replay_is_answered_from_the_journal(root, embedder):
    async def main():
        async with Host(root) as host:
            run = await (await host.start("embedder", json.dumps(ASK))).wait()
            return await host.replays.play(await host.recording(run.id))

    replay = asyncio.run(main())
    assert replay.is_same, replay.differences
    assert len(embedder.requests) == 1


def test_embeddings_count_in_the_runs_quota(root, embedder, write_assistant, monkeypatch):
    monkeypatch.setenv("UNDERSTUDY_MODEL_CALLS", "2")
    write_assistant("embedder", {"src/index.js": GREEDY})

    async def main():
        async with Host(root) as host:
            return await (await host.start("embedder", json.dumps(ASK))).wait()

    run = asyncio.run(main())
    assert "more than 2 times" in run.last_error.message
    assert len(embedder.requests) == 2
