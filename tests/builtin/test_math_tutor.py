"""The math tutor as an assistant: it streams, and works together with a model."""

import json

from understudy.testing.model_server import call_tools, say


def deltas(host, question):
    return [
        event.data["delta"]["content"][0]["text"]["value"]
        for event in host.stream("math-tutor", question)
        if event.name == "thread.message.delta"
    ]


def test_each_step_is_streamed_as_a_line_of_its_own(host):
    assert deltas(host, "2 * 3 + 4") == ["2 × 3 = 6\n", "6 + 4 = 10\n", "Answer: 10\n"]  # noqa: RUF001


def test_steps_that_were_done_are_shown_before_an_error(host):
    assert deltas(host, "2 * 3 / 0") == [
        "2 × 3 = 6\n",  # noqa: RUF001
        "Division by zero has no answer: no number times 0 gives 6.\n",
    ]


def test_a_plain_computation_never_asks_the_model(host_with_model, model):
    assert host_with_model.run("math-tutor", "What is 2 + 2?").text.endswith("Answer: 4\n")
    assert model.requests == []


def test_the_model_answers_other_questions_and_computes_with_the_tool(host_with_model, model):
    model.script(
        [call_tools([("calculate", {"expression": "12 * 4"})]), say("They have 48 apples.")]
    )
    reply = host_with_model.run("math-tutor", "Twelve children have 4 apples each. How many?")
    assert reply.text.endswith("They have 48 apples.")
    result = json.loads(model.requests[1].body["messages"][-1]["content"])
    assert result == {"answer": "48", "steps": ["12 × 4 = 48"]}  # noqa: RUF001


def test_the_tool_is_offered_with_a_description(host_with_model, model):
    host_with_model.run("math-tutor", "Why is the sky blue?")
    (tool,) = model.requests[0].body["tools"]
    assert tool["function"]["name"] == "calculate"
    assert tool["function"]["parameters"]["required"] == ["expression"]


def test_the_model_is_told_why_the_tool_could_not_compute(host_with_model, model):
    calls = [("calculate", {"expression": text}) for text in ("1/0", "apples")]
    model.script([call_tools(calls), say("I see.")])
    host_with_model.run("math-tutor", "Why is the sky blue?")
    outputs = [message["content"] for message in model.requests[1].body["messages"][-2:]]
    assert "no number times 0 gives 1" in outputs[0]
    assert 'There is nothing to compute in "apples".' in outputs[1]
