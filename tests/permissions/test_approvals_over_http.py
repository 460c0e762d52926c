"""Approval with unchanged clients: those that know of it, and those that do not."""

import json

import pytest

from understudy.testing.model_server import call_tools, say

CODE = """
export const tools = [{ name: "send_mail", description: "Send", parameters: { type: "object" },
  execute: ({ to }) => `sent to ${to}` }];
"""


@pytest.fixture
def waiting(server, client):
    """A run that asks for approval."""
    folder = server.root / "assistants" / "clerk"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "assistant.json").write_text(json.dumps({"approve": ["send_mail"]}))
    (folder / "src" / "index.js").write_text(CODE)
    server.model.script([call_tools([("send_mail", {"to": "ada"})]), say("All done.")])
    run = client.beta.threads.create_and_run_poll(
        assistant_id="clerk", thread={"messages": [{"role": "user", "content": "Write."}]}
    )
    assert run.status == "requires_action"
    return run


def submit(client, run, output):
    [call] = run.required_action.submit_tool_outputs.tool_calls
    return client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=[{"tool_call_id": call.id, "output": output}],
    )


def test_a_client_that_knows_of_approval_gives_it(server, client, waiting):
    [call] = waiting.required_action.submit_tool_outputs.tool_calls
    assert call.function.name == "approve_tool_call"
    assert json.loads(call.function.arguments)["tool"] == "send_mail"
    run = submit(client, waiting, "approve")
    assert run.status == "completed"
    steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
    [made] = steps.data[0].step_details.tool_calls
    assert (made.id, made.function.name, made.function.output) == (
        call.id,
        "send_mail",
        "sent to ada",
    )


def test_a_client_that_does_not_cannot_give_it_by_accident(server, client, waiting):
    registry = {"send_mail": lambda to: f"mailed {to}"}  # how most clients answer calls
    [call] = waiting.required_action.submit_tool_outputs.tool_calls
    function = registry.get(call.function.name)
    output = function() if function else f"Error: unknown function {call.function.name}"
    assert submit(client, waiting, output).status == "completed"
    [told] = [m for m in server.model.requests[-1].body["messages"] if m["role"] == "tool"]
    assert told["content"].startswith("Error: The user did not approve this call")


def test_a_run_nobody_answers_can_be_cancelled(client, waiting):
    run = client.beta.threads.runs.cancel(waiting.id, thread_id=waiting.thread_id)
    assert run.status in ("cancelling", "cancelled")


def test_the_server_refuses_what_nobody_has_allowed_and_says_how_to(server, client):
    folder = server.root / "assistants" / "weather"
    (folder / "src").mkdir(parents=True)
    asks = {"understudy": {"permissions": {"net": ["127.0.0.1"]}}}
    (folder / "package.json").write_text(json.dumps(asks))
    address = server.model.base_url
    code = f'export async function* invoke() {{ yield (await fetch("{address}")).text(); }}'
    (folder / "src" / "index.js").write_text(code)
    (folder / "assistant.json").write_text("{}")
    run = client.beta.threads.create_and_run_poll(assistant_id="weather")
    assert run.status == "failed"
    assert "may not connect to 127.0.0.1" in run.last_error.message
    assert "`understudy trust weather`" in run.last_error.message
    assert server.model.requests == []
