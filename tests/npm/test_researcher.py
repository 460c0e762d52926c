"""The built-in researcher: an agent of LangChain.js on the assistant's own model."""

from __future__ import annotations

from understudy import SyncHost
from understudy.testing.model_server import ModelServer, Received, call_tools, say


def model(request: Received):
    """Searches, then says what came back."""
    last = request.body["messages"][-1]
    if last["role"] == "user":
        return call_tools([("search", {"query": "notice period"})])
    return say(f"Found: {last['content']}")


def test_it_searches_the_files_and_answers(root):
    root.install("researcher")
    contract = root.path / "contract.md"
    contract.write_text("The notice period is three months.\n", "utf-8")
    with ModelServer() as server:
        server.script([model] * 4)
        root.environment |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "secret"}
        done = root.run("run", "researcher", "When may I leave?", "--file", str(contract))
        system, user = server.requests[0].body["messages"]
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Found: contract.md:\nThe notice period is three months.\n"
    assert system["content"].startswith("You are a thorough researcher.")
    assert user == {"role": "user", "content": "When may I leave?"}


def test_what_it_found_is_at_hand_for_the_next_question_of_the_thread_alone(root, monkeypatch):
    root.install("researcher")
    contract = root.path / "contract.md"
    contract.write_text("The notice period is three months.\n", "utf-8")
    with ModelServer() as server:
        server.script([model] * 6)
        root.environment |= {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "secret"}
        for name, value in root.environment.items():
            monkeypatch.setenv(name, value)
        with SyncHost(root.path) as host:
            reply = host.run("researcher", "When may I leave?", files=[contract])
            host.run("researcher", "And my landlord?", thread=reply.thread_id)
            host.run("researcher", "When may I leave?", files=[contract])
        first, second, third = (
            request.body["messages"][0]["content"] for request in server.requests[::2]
        )
    assert "Found for earlier questions" not in first + third
    found = "Found for earlier questions:\n\ncontract.md:\nThe notice period is three months."
    assert second.rstrip().endswith(found)


def test_without_its_packages_it_says_what_to_do(root, tmp_path):
    root.environment["UNDERSTUDY_CACHE"] = str(tmp_path)
    for words in (("validate", "researcher"), ("run", "researcher", "Hello")):
        done = root.run(*words)
        assert done.returncode == 1
        assert "run `understudy npm install researcher`" in done.stdout + done.stderr
