"""`understudy trust`, `understudy permissions`, and the question before a first run."""

import json
import shutil

import pytest

from understudy.testing.model_server import call_tools, say

ASKING = {
    "assistant.json": {"name": "Weather"},
    "src/index.js": 'export function* invoke() { yield "I ran." }',
    "package.json": {"understudy": {"permissions": {"net": ["api.example.com"], "env": ["TZ"]}}},
}


@pytest.fixture
def weather(write_assistant):
    return write_assistant("weather", ASKING)


def state(understudy, name="weather"):
    return understudy("permissions", name, "--json").json()["state"]


def test_a_question_is_asked_before_the_first_run_and_never_again(weather, terminal):
    first = terminal("run", "weather", "Hi")
    first.expect("connect to api.example.com")
    first.expect("see the environment variable TZ")
    first.expect("Allow this? [y/N]")
    first.type("y\n")
    first.expect("I ran.")
    assert first.wait() == 0
    again = terminal("run", "weather", "Hi")
    assert "Allow" not in again.expect("I ran.")
    assert again.wait() == 0


def test_without_a_yes_it_is_no_and_the_assistant_runs_without(weather, terminal, understudy):
    session = terminal("chat", "weather")
    session.expect("Allow this? [y/N]")
    session.type("\n")
    session.expect("`understudy trust weather` allows it later.")
    session.expect("> ")
    session.type("Hi\n")
    session.expect("I ran.")
    session.expect("> ")
    session.press_ctrl_d()
    assert session.wait() == 0
    assert state(understudy) == "denied"
    assert understudy("permissions", "weather", "--json").json()["allowed"]["net"] == []


def test_ctrl_c_at_the_question_decides_nothing(weather, terminal, understudy):
    session = terminal("run", "weather", "Hi")
    session.expect("Allow this? [y/N]")
    assert session.interrupt() == 130
    assert state(understudy) == "new"


def test_what_changed_is_said_and_asked_again(weather, terminal, understudy):
    assert understudy("trust", "weather", "--yes").code == 0
    package = {"understudy": {"permissions": {"net": ["api.example.com", "*.example.org"]}}}
    (weather / "package.json").write_text(json.dumps(package))
    (weather / "src" / "more.js").write_text("export default 1")
    session = terminal("run", "weather", "Hi")
    session.expect("`weather` has changed since you decided about it:")
    session.expect("package.json (changed)")
    session.expect("src/more.js (new)")
    session.expect("connect to *.example.org (new)")
    session.expect("[y/N]")
    session.type("n\n")
    assert session.wait() == 0


def test_where_nobody_can_be_asked_nothing_is_allowed(weather, understudy):
    refused = understudy("trust", "weather")
    assert refused.code == 1
    assert "Add --yes" in refused.err
    assert understudy("run", "weather", "Hi").out == "I ran.\n"
    assert state(understudy) == "new"


def test_trust_on_a_terminal_shows_and_asks(weather, terminal, understudy):
    session = terminal("trust", "weather")
    session.expect("connect to api.example.com")
    session.expect("[y/N]")
    session.type("n\n")
    assert session.wait() == 1
    assert state(understudy) == "new"


@pytest.mark.parametrize(("options", "expected"), [((), "trusted"), (("--jailed",), "allowed")])
def test_trust_decides_where_the_code_runs(weather, understudy, options, expected):
    assert understudy("trust", "weather", "--yes", *options).code == 0
    found = understudy("permissions", "weather", "--json").json()
    assert found["state"] == expected
    assert found["allowed"]["trusted"] is (expected == "trusted")
    assert found["allowed"]["net"] == ["api.example.com"]


def test_revoking_takes_it_back(weather, understudy):
    understudy("trust", "weather", "--yes")
    assert understudy("permissions", "weather", "--revoke").code == 0
    assert state(understudy) == "new"
    twice = understudy("permissions", "weather", "--revoke")
    assert twice.code == 1
    assert "Nothing has been decided" in twice.err


def test_a_decision_outlives_its_assistant_visibly(weather, understudy):
    understudy("trust", "weather", "--yes")
    shutil.rmtree(weather)
    assert state(understudy) == "gone"
    assert "gone" in understudy("permissions").out


def test_the_list_says_who_may_what(weather, understudy):
    understudy("new", "poet")
    rows = {row["assistant"]: row for row in understudy("permissions", "--json").json()}
    assert rows["poet"]["state"] == "own"
    assert rows["weather"]["state"] == "new"
    assert rows["weather"]["asked"]["env"] == ["TZ"]
    text = understudy("permissions").out
    assert "asks to connect to api.example.com" in text


def test_what_was_made_here_is_trusted_also_after_editing(understudy, root):
    understudy("new", "dice", "--template", "code")
    (root / "assistants" / "dice" / "package.json").write_text(json.dumps(ASKING["package.json"]))
    found = understudy("permissions", "dice", "--json").json()
    assert found["state"] == "own"
    assert found["allowed"]["net"] == ["api.example.com"]
    assert "made here" in understudy("trust", "dice").err


def test_a_copy_of_a_stranger_is_a_stranger(weather, understudy):
    understudy("new", "mine", "--from", "weather")
    understudy("new", "tutor", "--from", "math-tutor")
    assert state(understudy, "mine") == "new"
    assert state(understudy, "tutor") == "own"


def test_another_folder_that_takes_the_name_is_not_trusted(understudy, root, weather):
    understudy("new", "dice", "--template", "code")
    made = root / "assistants" / "dice"
    made.rename(root / "assistants" / "old")
    weather.rename(made)
    assert state(understudy, "dice") == "new"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("trust", "wether", "--yes"), "Did you mean `weather`?"),
        (("permissions", "wether"), "Did you mean `weather`?"),
        (("permissions", "math-tutor", "--revoke"), "built in"),
    ],
)
def test_mistakes_are_said(weather, understudy, command, said):
    done = understudy(*command)
    assert done.code == 1
    assert said in done.err


def test_revoking_needs_a_name(understudy):
    assert understudy("permissions", "--revoke").code == 2


def test_what_a_folder_says_cannot_steer_the_terminal(write_assistant, understudy):
    settings = {"base_url": "https://x.example/v1", "api_key": {"$file": "a\u001b[2Jb\nc"}}
    write_assistant("evil", {"assistant.json": {}, "model.json": {"settings": settings}})
    shown = understudy("trust", "evil", "--yes").err
    assert "\u001b" not in shown
    assert "a\N{REPLACEMENT CHARACTER}[2Jb c to https://x.example" in shown


def test_a_call_that_must_be_approved_is_a_question(write_assistant, model, terminal):
    code = """
      export const tools = [{ name: "send", description: "", parameters: { type: "object" },
        execute: () => "sent" }];
    """
    write_assistant("clerk", {"assistant.json": {"approve": ["send"]}, "src/index.js": code})
    model.script([call_tools([("send", {"to": "a\u001b[2J"})]), say("Done.")])
    session = terminal("run", "clerk", "Write.")
    asked = session.expect("Allow this call? [y/N]")
    assert "The assistant wants to call send(" in asked
    assert "\u001b[2J" not in asked
    session.type("y\n")
    session.expect("= sent")
    session.expect("Done.")
    assert session.wait() == 0


def test_ctrl_c_at_a_question_about_a_call_stops_the_run(write_assistant, model, terminal):
    code = """
      export const tools = [{ name: "send", description: "", parameters: { type: "object" },
        execute: () => "sent" }];
      export async function* invoke(run) { yield await run.tools.call("send"); }
    """
    write_assistant("clerk", {"assistant.json": {"approve": ["*"]}, "src/index.js": code})
    session = terminal("run", "clerk", "Write.")
    session.expect("Allow this call? [y/N]")
    assert session.interrupt() == 130
    assert "sent" not in session.seen
