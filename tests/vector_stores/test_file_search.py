"""Runs that search: the tool `file_search`, what the model is told, citations, run steps."""

from __future__ import annotations

import json
import re

import openai
import pytest

from understudy.testing.model_server import call_tools, say

CONTENTS = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.fixture
def ask(client, server):
    """Ask an assistant that searches these stores; returns the run, its message and its steps."""

    def run(store_id, answer, *, thread_id=None, query="rent", options=None, question="How much?"):
        tool = {"type": "file_search", **({"file_search": options} if options else {})}
        resources = {"file_search": {"vector_store_ids": [store_id]}} if store_id else None
        assistant = client.beta.assistants.create(
            model="test-model", tools=[tool], **({"tool_resources": resources} if resources else {})
        )
        thread_id = thread_id or client.beta.threads.create().id
        client.beta.threads.messages.create(thread_id, role="user", content=question)
        server.model.script([call_tools([("file_search", {"query": query})]), answer])
        return client.beta.threads.runs.create_and_poll(
            thread_id=thread_id, assistant_id=assistant.id, poll_interval_ms=20
        )

    return run


def told(server):
    """What the model was told by its last call of the tool."""
    return json.loads(server.model.requests[-1].body["messages"][-1]["content"])


def message_of(client, run):
    messages = client.beta.threads.messages.list(run.thread_id, run_id=run.id)
    return messages.data[0].content[0].text


def steps_of(client, run, **options):
    return client.beta.threads.runs.steps.list(
        run.id, thread_id=run.thread_id, order="asc", **options
    ).data


def cite_all(request):
    """A model that repeats every marker that it was shown."""
    chunks = json.loads(request.body["messages"][-1]["content"])["chunks"]
    return say(" ".join(f"😀 {chunk['text'][:5]} {chunk['marker']}" for chunk in chunks))


def test_the_model_is_offered_the_function_and_told_the_passages(client, server, shelf, ask):
    store_id, ids = shelf.fill()
    run = ask(store_id, say("900 euros."))
    assert run.status == "completed"
    offered = server.model.requests[-1].body["tools"][0]
    assert (offered["type"], offered["function"]["name"]) == ("function", "file_search")
    best = told(server)["chunks"][0]
    assert (best["file"], best["file_id"]) == ("lease.md", ids["lease.md"])
    assert "900 euros" in best["text"]
    assert re.fullmatch(r"【\d+:\d+†source】", best["marker"])


def test_every_marker_that_is_repeated_becomes_a_citation(client, server, shelf, ask):
    store_id, ids = shelf.fill()
    run = ask(store_id, cite_all, query="rent boiler")
    text = message_of(client, run)
    assert len(text.annotations) == 2
    for annotation in text.annotations:
        assert annotation.type == "file_citation"
        assert text.value[annotation.start_index : annotation.end_index] == annotation.text
        assert annotation.text.startswith("【")
    cited = {annotation.file_citation.file_id for annotation in text.annotations}
    assert cited == set(ids.values())


def test_a_marker_is_cited_as_often_as_it_stands_there(client, server, shelf, ask):
    store_id, _ = shelf.fill()

    def twice(request):
        mark = json.loads(request.body["messages"][-1]["content"])["chunks"][0]["marker"]
        return say(f"{mark}{mark} and once more {mark}")

    places = [
        (each.start_index, each.end_index)
        for each in message_of(client, ask(store_id, twice)).annotations
    ]
    assert len(set(places)) == 3


def test_brackets_that_no_search_made_are_no_citations(client, shelf, ask):
    store_id, _ = shelf.fill()
    run = ask(store_id, say("See 【99:9†source】, 【】, 【note】 and 【1:0†source"))
    text = message_of(client, run)
    assert text.annotations == []
    assert text.value == "See 【99:9†source】, 【】, 【note】 and 【1:0†source"


def test_without_a_search_nothing_is_cited(client, server, shelf):
    store_id, _ = shelf.fill()
    assistant = client.beta.assistants.create(
        model="test-model",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
    )
    server.model.script([say("I know: 【1:0†source】")])
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "Rent?"}]},
        poll_interval_ms=20,
    )
    assert message_of(client, run).annotations == []


def test_citations_stream_with_the_marker_that_they_belong_to(client, server, shelf):
    store_id, ids = shelf.fill()
    assistant = client.beta.assistants.create(
        model="test-model",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Rent?"}])

    def in_pieces(request):
        mark = json.loads(request.body["messages"][-1]["content"])["chunks"][0]["marker"]
        return say(chunks=["It is 900 ", mark[:4], mark[4:], " a month ", mark, "."])

    server.model.script([call_tools([("file_search", {"query": "rent"})]), in_pieces])
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
        events = list(stream)
        final = stream.get_final_messages()[0].content[0].text
    shown = [
        annotation
        for event in events
        if event.event == "thread.message.delta"
        for part in event.data.delta.content
        for annotation in part.text.annotations or ()
    ]
    assert [annotation.index for annotation in shown] == [0, 1]
    stored = message_of(client, stream.current_run)
    assert len(stored.annotations) == 2
    assert final.value == stored.value
    for event, kept in zip(shown, stored.annotations, strict=True):
        assert (event.start_index, event.end_index) == (kept.start_index, kept.end_index)
        assert event.file_citation.file_id == kept.file_citation.file_id == ids["lease.md"]
        assert stored.value[kept.start_index : kept.end_index] == kept.text


def test_a_run_step_shows_the_results_and_their_text_only_on_request(client, shelf, ask):
    store_id, ids = shelf.fill()
    run = ask(store_id, say("Done."))
    call = steps_of(client, run)[0].step_details.tool_calls[0]
    assert call.type == "file_search"
    assert call.file_search.ranking_options.ranker == "auto"
    result = call.file_search.results[0]
    assert (result.file_id, result.file_name) == (ids["lease.md"], "lease.md")
    assert result.content is None
    step = steps_of(client, run, include=[CONTENTS])[0]
    assert "900 euros" in step.step_details.tool_calls[0].file_search.results[0].content[0].text
    one = client.beta.threads.runs.steps.retrieve(
        step.id, thread_id=run.thread_id, run_id=run.id, include=[CONTENTS]
    )
    assert one == step
    bare = client.beta.threads.runs.steps.retrieve(step.id, thread_id=run.thread_id, run_id=run.id)
    assert bare.step_details.tool_calls[0].file_search.results[0].content is None


@pytest.mark.parametrize("include", [[], [CONTENTS]], ids=["bare", "with the text"])
def test_a_stream_shows_the_text_of_results_only_on_request(client, server, shelf, include):
    store_id, _ = shelf.fill()
    assistant = client.beta.assistants.create(
        model="test-model",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Rent?"}])
    server.model.script([call_tools([("file_search", {"query": "rent"})]), say("900.")])
    stream = client.beta.threads.runs.create(
        thread_id=thread.id, assistant_id=assistant.id, stream=True, include=include
    )
    done = [
        event.data.step_details.tool_calls[0]
        for event in stream
        if event.event == "thread.run.step.completed" and event.data.type == "tool_calls"
    ]
    assert bool(done[0].file_search.results[0].content) is bool(include)


def test_an_unknown_include_is_refused(server):
    thread_id = server.post("/threads", {}).json()["id"]
    answer = server.get(f"/threads/{thread_id}/runs/run_1/steps?include[]=everything")
    assert answer.status in (400, 404)
    assert answer.error["type"] == "invalid_request_error"


def test_the_stores_of_the_assistant_and_of_the_thread_are_both_searched(
    client, server, shelf, ask
):
    own, _ = shelf.fill({"house.txt": "The rent is 900 euros."})
    other, _ = shelf.fill({"secret.txt": "The rent of the neighbours is 2000 euros."})
    of_thread, _ = shelf.fill({"letter.txt": "The rent rises by 50 euros."})
    thread = client.beta.threads.create(
        tool_resources={"file_search": {"vector_store_ids": [of_thread]}}
    )
    run = ask(own, say("950."), thread_id=thread.id)
    assert run.status == "completed"
    assert {chunk["file"] for chunk in told(server)["chunks"]} == {"house.txt", "letter.txt"}
    assert other not in (own, of_thread)


def test_a_small_store_is_not_drowned_by_a_large_one(client, server, shelf, ask):
    many = {f"{n}.txt": f"Clause {n}: the tenant pays on time." for n in range(40)}
    large, _ = shelf.fill(many)
    small, _ = shelf.fill({"letter.txt": "The deposit of the tenant is 1800 euros."})
    thread = client.beta.threads.create(
        tool_resources={"file_search": {"vector_store_ids": [small]}}
    )
    ask(large, say("1800."), thread_id=thread.id, query="deposit of the tenant")
    assert told(server)["chunks"][0]["file"] == "letter.txt"


def test_the_number_of_results_is_the_assistants(client, server, shelf, ask):
    store_id, _ = shelf.fill({f"{n}.txt": f"The rent of flat {n}." for n in range(5)})
    ask(store_id, say("Done."), options={"max_num_results": 2})
    assert len(told(server)["chunks"]) == 2


def test_the_threshold_is_the_assistants(client, server, shelf, ask):
    store_id, _ = shelf.fill({"a.txt": "The rent of the flat.", "b.txt": "Rent, or something."})
    options = {"ranking_options": {"ranker": "auto", "score_threshold": 1.0}}
    run = ask(store_id, say("Done."), query="rent flat", options=options)
    assert [chunk["file"] for chunk in told(server)["chunks"]] == ["a.txt"]
    shown = steps_of(client, run)[0].step_details.tool_calls[0].file_search.ranking_options
    assert shown.score_threshold == 1.0


def test_a_run_waits_for_files_of_its_thread_that_are_being_processed(client, server, shelf, ask):
    text = "many words follow it " * 100_000 + "The deposit is 1800 euros."
    file_id = shelf.upload("long.txt", text)
    thread = client.beta.threads.create(
        messages=[
            {
                "role": "user",
                "content": "How high is the deposit?",
                "attachments": [{"file_id": file_id, "tools": [{"type": "file_search"}]}],
            }
        ]
    )
    ask(None, say("1800."), thread_id=thread.id, query="deposit")
    assert "1800 euros" in told(server)["chunks"][0]["text"]


def test_a_store_that_is_gone_is_named_and_the_others_are_searched(client, server, shelf, ask):
    gone, _ = shelf.fill()
    thread = client.beta.threads.create(
        tool_resources={"file_search": {"vector_store_ids": [gone]}}
    )
    kept, _ = shelf.fill({"house.txt": "The rent is 900 euros."})
    client.vector_stores.delete(gone)
    run = ask(kept, say("900."), thread_id=thread.id)
    assert run.status == "completed"
    assert [chunk["file"] for chunk in told(server)["chunks"]] == ["house.txt"]
    assert told(server)["unavailable"] == [gone]


def test_without_any_store_the_search_finds_nothing(client, server, ask):
    run = ask(None, say("I found nothing."))
    assert run.status == "completed"
    assert told(server)["chunks"] == []


def test_bad_arguments_of_the_model_are_told_to_the_model(client, server, shelf):
    store_id, _ = shelf.fill()
    assistant = client.beta.assistants.create(
        model="test-model",
        tools=[{"type": "file_search"}],
        tool_resources={"file_search": {"vector_store_ids": [store_id]}},
    )
    calls = [("file_search", {"q": "rent"}), ("file_search", "{broken")]
    server.model.script([call_tools(calls), say("Sorry.")])
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "Rent?"}]},
        poll_interval_ms=20,
    )
    assert run.status == "completed"
    missing, broken = (m["content"] for m in server.model.requests[-1].body["messages"][-2:])
    assert "`query`" in missing
    assert "not valid JSON" in broken
    calls = steps_of(client, run)[0].step_details.tool_calls
    assert [call.file_search.results for call in calls] == [[], []]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"max_num_results": 0}, "max_num_results"),
        ({"max_num_results": 51}, "max_num_results"),
        ({"max_num_results": "many"}, "max_num_results"),
        ({"ranking_options": {"score_threshold": 2}}, "score_threshold"),
        ({"ranking_options": {"ranker": "best", "score_threshold": 0}}, "ranker"),
        ({"colour": "red"}, "colour"),
        ("all", "file_search"),
    ],
)
def test_wrong_options_are_refused_by_name(client, options, name):
    tools = [{"type": "file_search", "file_search": options}]
    with pytest.raises(openai.BadRequestError, match=name):
        client.beta.assistants.create(model="test-model", tools=tools)
    assistant = client.beta.assistants.create(model="test-model")
    thread = client.beta.threads.create()
    with pytest.raises(openai.BadRequestError, match=name):
        client.beta.threads.runs.create(thread_id=thread.id, assistant_id=assistant.id, tools=tools)
