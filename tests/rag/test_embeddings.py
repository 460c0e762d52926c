"""Vectors from a server."""

from __future__ import annotations

import asyncio

import pytest

from understudy.embeddings import EmbeddingModel
from understudy.errors import Invalid, ModelError
from understudy.testing.embedding_server import topics
from understudy_rag.meaning.embeddings import OllamaEmbeddings, OpenAIEmbeddings


def embed(server, *texts, purpose="passage", name="embed-small", **settings):
    base = {} if server is None else {"base_url": server.base_url}
    model = EmbeddingModel("openai", name, base | settings)

    async def main():
        embedder = OpenAIEmbeddings(model)
        try:
            return await embedder.embed(texts, purpose)
        finally:
            await embedder.close()

    return asyncio.run(main())


def test_each_text_gets_its_vector_whatever_the_order_of_the_answer(embedding_server):
    texts = ["a dog and a puppy", "the rent", "bread"]
    assert embed(embedding_server, *texts) == [topics(text) for text in texts]


def test_the_request_is_openais(embedding_server):
    embed(embedding_server, "a dog", dimensions=256)
    [asked] = embedding_server.requests
    assert asked.body == {
        "model": "embed-small",
        "input": ["a dog"],
        "encoding_format": "float",
        "dimensions": 256,
    }


def test_queries_and_passages_have_the_prefixes_of_their_model(embedding_server):
    prefixes = {"query_prefix": "query: ", "passage_prefix": "passage: "}
    embed(embedding_server, "dogs", purpose="query", **prefixes)
    embed(embedding_server, "dogs", purpose="passage", **prefixes)
    assert embedding_server.texts == ["query: dogs", "passage: dogs"]


def test_a_busy_server_is_asked_again_when_it_says(embedding_server):
    embedding_server.fail(429, "slow down", Retry_After="0")
    embedding_server.fail(503, "starting", Retry_After="0")
    assert embed(embedding_server, "dog") == [topics("dog")]
    assert len(embedding_server.requests) == 3


def test_a_server_that_stays_busy_is_given_up(embedding_server):
    for _ in range(3):
        embedding_server.fail(503, "no room", Retry_After="0")
    with pytest.raises(ModelError, match="503: no room") as caught:
        embed(embedding_server, "dog", max_retries=2)
    assert (caught.value.kind, caught.value.status) == ("server", 503)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, "refused"), (401, "auth"), (404, "not_found"), (413, "refused")]
)
def test_a_refusal_is_told_in_the_servers_words_and_not_tried_again(embedding_server, status, kind):
    embedding_server.fail(status, {"error": {"message": "not like this"}})
    with pytest.raises(ModelError, match="not like this") as caught:
        embed(embedding_server, "dog")
    assert caught.value.kind == kind
    assert len(embedding_server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "<html>",
        {},
        {"data": []},
        {"data": [{"embedding": []}]},
        {"data": [{"embedding": "AAAA"}]},
        '{"data": [{"embedding": [NaN]}]}',
        {"data": [{"embedding": [1.0]}, {"embedding": [1.0]}]},
    ],
)
def test_an_answer_that_is_none_is_an_error(embedding_server, answer):
    embedding_server.fail(200, answer)
    with pytest.raises(ModelError) as caught:
        embed(embedding_server, "dog")
    assert caught.value.kind == "broken"


def test_vectors_of_different_lengths_are_an_error(embedding_server):
    embedding_server.vector = lambda text: [1.0] * len(text)
    with pytest.raises(ModelError):
        embed(embedding_server, "dog", "rents")


def test_where_nothing_listens_the_error_says_where(embedding_server):
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9/v1: nothing answers") as caught:
        embed(None, "dog", base_url="http://127.0.0.1:9/v1", max_retries=0)
    assert caught.value.kind == "unreachable"


def test_the_key_comes_from_the_environment_and_is_never_shown(embedding_server, monkeypatch):
    monkeypatch.setenv("EMBED_KEY", "secret-123")
    embedding_server.fail(401, {"error": {"message": "wrong key secret-123"}})
    with pytest.raises(ModelError, match=r"wrong key \[key\]") as caught:
        embed(embedding_server, "dog", api_key={"$env": "EMBED_KEY"})
    assert embedding_server.requests[0].headers["Authorization"] == "Bearer secret-123"
    assert "secret-123" not in str(caught.value)


def test_the_key_may_stand_in_a_file(embedding_server, tmp_path):
    (tmp_path / "key").write_text("\ufeffsecret-456\n")
    embed(embedding_server, "dog", api_key={"$file": str(tmp_path / "key")})
    assert embedding_server.requests[0].headers["Authorization"] == "Bearer secret-456"


@pytest.mark.parametrize("key", [{"$env": "NO_SUCH"}, {"$file": "no-such-file"}, " ", "a\nb"])
def test_a_missing_key_is_told_before_anything_is_sent(embedding_server, key):
    with pytest.raises(ModelError, match="no usable key") as caught:
        embed(embedding_server, "dog", api_key=key)
    assert caught.value.kind == "auth"
    assert embedding_server.requests == []


def test_the_environments_key_goes_to_the_environments_server_only(embedding_server, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    embed(embedding_server, "dog")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{embedding_server.base_url}/")
    embed(embedding_server, "dog")
    embed(None, "dog")
    sent = [asked.headers.get("Authorization") for asked in embedding_server.requests]
    assert sent == [None, "Bearer sk-mine", "Bearer sk-mine"]


def test_without_a_server_and_a_key_the_error_says_what_to_set():
    with pytest.raises(ModelError, match="no embedding server") as caught:
        embed(None, "dog")
    assert "OPENAI_API_KEY" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base_uri": "x"}, "`settings.base_uri`: there is no such setting"),
        ({"base_url": "ftp://x"}, "`settings.base_url`"),
        ({"dimensions": 0}, "`settings.dimensions`"),
        ({"timeout": "long"}, "`settings.timeout`"),
        ({"api_key": {"$env": ""}}, "`settings.api_key`"),
    ],
)
def test_a_wrong_setting_is_named(settings, words):
    with pytest.raises(Invalid, match=words):
        OpenAIEmbeddings(EmbeddingModel("openai", "m", settings))


def test_a_wrong_secret_is_not_repeated():
    with pytest.raises(Invalid) as caught:
        OpenAIEmbeddings(EmbeddingModel("openai", "m", {"api_key": ["sk-secret"]}))
    assert "sk-secret" not in f"{caught.value} {caught.value.hint}"


def test_a_provider_without_a_model_says_so():
    with pytest.raises(Invalid, match="`ollama/` names no embedding model"):
        OllamaEmbeddings(EmbeddingModel.named("ollama/"))


def test_settings_that_change_vectors_change_the_identity():
    def identity(name, **settings):
        return OpenAIEmbeddings(EmbeddingModel("openai", name, settings)).identity

    same = identity("m", base_url="http://a/v1")
    assert identity("m", base_url="http://b/v1", timeout=5) == same
    assert (
        len(
            {
                same,
                identity("n"),
                identity("m", query_prefix="q"),
                identity("m", passage_prefix="q"),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("text", "provider", "name"),
    [
        ("nomic-embed-text", "openai", "nomic-embed-text"),
        ("ollama/nomic-embed-text", "ollama", "nomic-embed-text"),
        ("openai/org/model", "openai", "org/model"),
        ("/models/minilm", "onnx", "/models/minilm"),
        ("~/minilm", "onnx", "~/minilm"),
        ("./minilm", "onnx", "./minilm"),
    ],
)
def test_a_model_is_named_by_its_provider_or_its_folder(text, provider, name):
    model = EmbeddingModel.named(text)
    assert (model.provider, model.name) == (provider, name)
