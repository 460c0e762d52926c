"""The packages that must run, each in an assistant, with what it is known for."""

from __future__ import annotations

import asyncio
import json
import os

import pytest
from aiohttp import web

from understudy import Host
from understudy.testing.embedding_server import EmbeddingServer, topics
from understudy.testing.model_server import ModelServer, Received, call_tools, say

from .api import application

PACKAGES = (
    "zod", "lodash", "date-fns", "marked", "handlebars", "mathjs", "openai", "openai {api}",
    "@langchain/core", "@langchain/openai", "langchain", "@langchain/langgraph", "ai",
)  # fmt: skip


def model(request: Received):
    """Asks for the weather, if it is given the tool and not told it already."""
    tools = [tool["function"]["name"] for tool in request.body.get("tools", ())]
    if "weather" in tools and request.body["messages"][-1]["role"] == "user":
        return call_tools([("weather", {"city": "Rome"})])
    return say(f"You said: {request.text}")


async def ask_all(root, names):
    runner = web.AppRunner(application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api = f"{site.name}/v1"
    try:
        async with Host(root.path) as host:
            return {name: await ask(host, name.format(api=api)) for name in names}
    finally:
        await runner.cleanup()


async def ask(host, text):
    try:
        return json.loads((await host.run("lab", text)).text)
    except Exception as error:
        return error


@pytest.fixture(scope="module")
def answers(make_root):
    root = make_root()
    root.copy("lab")
    root.install("lab")
    assert root.run("trust", "lab", "--yes").returncode == 0
    with (
        pytest.MonkeyPatch.context() as patch,
        ModelServer() as server,
        EmbeddingServer() as embedder,
    ):
        named = {"model": "openai/small", "settings": {"base_url": embedder.base_url}}
        (root.path / "embeddings.json").write_text(json.dumps(named))
        server.script([model] * 20)
        patch.setenv("OPENAI_BASE_URL", server.base_url)
        patch.setenv("OPENAI_API_KEY", "secret")
        for name, value in root.environment.items():
            patch.setitem(os.environ, name, value)
        yield asyncio.run(ask_all(root, PACKAGES))


@pytest.fixture
def shown(answers, request):
    answer = answers[request.param]
    if isinstance(answer, Exception):
        raise answer
    return answer


def of(name):
    return pytest.mark.parametrize("shown", [name], indirect=True)


@of("zod")
def test_zod_parses_coerces_and_describes(shown):
    assert shown["parsed"] == {"name": "Ada", "born": "1815-12-10T00:00:00.000Z", "tags": []}
    assert (shown["success"], shown["paths"]) == (False, ["name", "tags.0"])
    assert shown["schema"]["properties"] == {"city": {"type": "string", "description": "where"}}


@of("lodash")
def test_lodash_is_required_whole_and_in_parts(shown):
    assert shown["chunks"] == [[1, 2], [3]]
    assert shown["grouped"] == {"1": ["c"], "2": ["ab", "de"]}
    assert shown["cloned"] == {"a": ["1970-01-01T00:00:00.000Z"]}
    assert shown["template"] == "hello Ada"


@of("date-fns")
def test_date_fns_counts_and_speaks_german(shown):
    assert shown == ["2024-02-29", "Mittwoch, 1. Mai", 29]


@of("marked")
def test_marked_renders_lists_and_tables(shown):
    assert shown.startswith("<h1>Title</h1>\n<ul>\n<li><em>one</em></li>")
    assert "<td>1</td>" in shown


@of("handlebars")
def test_handlebars_compiles_templates(shown):
    assert shown == "ADA BOB <b>&lt;b&gt;"


@of("mathjs")
def test_mathjs_computes_with_units_matrices_symbols_and_thirty_digits(shown):
    assert shown == ["5 inch", -7, "2 * x + 1", "0.333333333333333333333333333333"]


@of("openai")
def test_openai_without_arguments_talks_to_the_assistants_own_model(shown):
    assert (shown["whole"], shown["streamed"]) == ("You said: whole", "You said: bit by bit")
    assert shown["usage"]["total_tokens"] > 0


@of("openai")
def test_openai_has_responses_of_the_assistants_own_model(shown):
    assert shown["response"] == "You said: respond"
    assert shown["final"] == ["You said: bit by bit"] * 2
    assert shown["call"][:2] == ["function_call", "weather"]
    assert json.loads(shown["call"][2]) == {"city": "Rome"}
    assert shown["told"] == ["completed", "message", True]


@of("openai")
def test_openai_has_embeddings_in_base64_and_in_floats(shown):
    expected = [pytest.approx(topics(text)) for text in ("a dog", "a ship")]
    assert shown["vectors"] == [expected, expected]


@of("openai {api}")
def test_openai_reaches_an_endpoint_that_was_granted(shown):
    assert (shown["whole"], shown["streamed"]) == ("You said: whole", "You said: bit by bit")
    assert shown["vectors"] == [[1, 0.5], [1, 0.5]]
    assert shown["response"] == "You said: respond"
    assert shown["refused"] == [True, 400, "BadRequestError"]


@of("@langchain/core")
def test_langchain_core_chains_streams_and_runs_in_parallel(shown):
    assert shown["pieces"] == ["Ci", "ao"]
    assert {"on_chain_start", "on_chat_model_stream", "on_parser_end"} <= set(shown["events"])
    assert shown["both"] == {"same": 1, "more": 2}
    assert shown["batch"] == [{"same": 1, "more": 2}, {"same": 2, "more": 3}]
    assert (shown["tool"], shown["refused"]) == (42, "ToolInputParsingException")


@of("@langchain/openai")
def test_langchain_openai_invokes_streams_and_binds_tools(shown):
    assert (shown["whole"], shown["streamed"]) == ("You said: whole", "You said: bit by bit")
    assert shown["many"]
    (call,) = shown["calls"]
    assert (call["name"], call["args"]) == ("weather", {"city": "Rome"})


@of("@langchain/openai")
def test_langchain_openai_embeds_questions_and_documents(shown):
    texts = ("a dog", "a dog", "a ship")
    assert shown["vectors"] == [pytest.approx(topics(text)) for text in texts]


@of("langchain")
def test_langchain_agents_call_tools_until_the_answer(shown):
    assert shown["cities"] == ["Rome"]
    assert shown["types"] == ["human", "ai", "tool", "ai"]
    assert shown["last"] == "You said: weather in Rome"


@of("@langchain/langgraph")
def test_langgraph_interrupts_after_an_await_and_goes_on(shown):
    assert shown == {"asked": ["name?"], "said": ["hi Bob", "bye"]}


@of("ai")
def test_ai_generates_with_tools_and_streams(shown):
    assert (shown["text"], shown["steps"], shown["doubled"]) == ("42", 2, [42])
    assert shown["pieces"] == ["Ci", "ao"]


def test_llamaindex_indexes_retrieves_and_answers(root):
    root.copy("llamaindex")
    root.install("llamaindex")
    done = root.run("run", "llamaindex", "go")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "best": "Zebras zigzag lazily.",
        "answer": "Zebras zigzag lazily",
        "parts": ["One sentence is here.", "Another one follows it."],
        "prompt": "Hello Ada",
    }
