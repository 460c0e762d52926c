"""`understudy show`: an assistant, a thread, its runs."""

from __future__ import annotations

from understudy.testing.model_server import call_tools, fail, say


def test_an_assistant_is_shown_with_code_and_functions(understudy):
    done = understudy("show", "math-tutor")
    assert "src/index.js (invoke, tools)" in done.out
    assert "calculate" in done.out
    assert "whichever there is" in done.out
    shown = understudy("show", "math-tutor", "--json").json()
    assert shown["assistant"]["id"] == "math-tutor"
    assert shown["functions"][0]["name"] == "calculate"
    assert shown["problems"] == []


def test_an_assistant_is_shown_with_what_is_wrong(understudy, write_assistant):
    write_assistant("wrong", {"assistant.json": '{\n  "name": 5\n}', "src/index.js": "null.x"})
    done = understudy("show", "wrong")
    assert done.code == 0
    assert "error assistant.json:2:" in done.out
    assert "error src/index.js:1:" in done.out


def test_a_thread_is_shown_with_its_messages(understudy, model):
    model.script([say("Hello\nAda.")])
    thread = understudy("run", "jan", "I am Ada.", "--json").json()["thread_id"]
    assert understudy("show", thread).out == "user: I am Ada.\n\njan: Hello\nAda.\n\n"


def test_runs_are_shown_with_their_calls_and_errors(understudy, model):
    understudy("new", "dice", "--template", "code")
    model.script([call_tools([("roll", {"dice": "1d1"})]), say("One."), fail(400, "Too long.")])
    thread = understudy("run", "dice", "Throw.", "--json").json()["thread_id"]
    understudy("run", "dice", "Again.", "--thread", thread)
    done = understudy("show", thread, "--runs")
    first, call, message, second = done.out.splitlines()
    assert "  dice  completed, " in first
    assert first.endswith(" tokens")
    assert call == '  call: roll({"dice": "1d1"}) = {"shown": [1], "sum": 1}'
    assert message == "  message: completed"
    assert second.endswith("dice  failed")
    assert "Too long." in done.err
    runs = understudy("show", thread, "--json").json()["runs"]
    assert [run["status"] for run in runs] == ["completed", "failed"]
    assert runs[0]["steps"][0]["type"] == "tool_calls"


def test_threads_that_jan_has_written_are_shown_by_their_names(understudy, root):
    folder = root / "threads" / "jan_1700000000"
    folder.mkdir(parents=True)
    (folder / "thread.json").write_text('{"id": "jan_1700000000", "object": "thread"}')
    done = understudy("show", "jan_1700000000")
    assert (done.code, done.out) == (0, "")
    assert "The thread is empty." in done.err


def test_what_is_not_there_is_told(understudy):
    assert "No assistant found with id 'nobody'" in understudy("show", "nobody").err
    assert "No thread found with id 'thread_x'" in understudy("show", "thread_x").err
    assert understudy("show", "../../etc").code == 1
