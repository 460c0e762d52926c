"""The built-in researcher: an agent of LangChain.js on the assistant's own model."""

from __future__ import annotations

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


def test_without_its_packages_it_says_what_to_do(root, tmp_path):
    root.environment["UNDERSTUDY_CACHE"] = str(tmp_path)
    for words in (("validate", "researcher"), ("run", "researcher", "Hello")):
        done = root.run(*words)
        assert done.returncode == 1
        assert "run `understudy npm install researcher`" in done.stdout + done.stderr
