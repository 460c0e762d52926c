"""The folders of the built-in assistants are models for those of users."""

import json

import pytest

from understudy.root import builtin_assistants
from understudy.testing.model_server import say

NAMES = ["jan", "librarian", "math-tutor", "researcher", "shakespeare"]
BARE = [name for name in NAMES if name != "researcher"]  # needs its npm packages, see tests/npm


def read(name, file):
    return json.loads((builtin_assistants() / name / file).read_text())


def test_these_are_built_in(host):
    assert [path.name for path in sorted(builtin_assistants().iterdir())] == NAMES
    assert {assistant.id for assistant in host.all_assistants()} == set(NAMES)


@pytest.mark.parametrize("name", BARE)
def test_nothing_is_wrong_with_it(host, name):
    assert host.validate(name) == []


@pytest.mark.parametrize("name", NAMES)
def test_its_folder_is_tidy(name):
    assistant = read(name, "assistant.json")
    assert assistant["id"] == name
    assert assistant["object"] == "assistant"
    assert assistant["created_at"] == 1_700_000_000
    assert assistant["thread_location"] == "ROOT/threads"
    assert assistant["avatar"]
    assert (builtin_assistants() / name / "README.md").is_file()


@pytest.mark.parametrize("name", ["librarian", "math-tutor"])
def test_its_code_is_a_module_without_dependencies(name):
    package = read(name, "package.json")
    assert package["type"] == "module"
    assert package["main"] == "src/index.js"
    assert "dependencies" not in package


def test_shakespeare_sends_the_parameters_of_its_model_file(host_with_model, model):
    model.script([say("Forsooth.")])
    assert host_with_model.run("shakespeare", "Hello").text == "Forsooth."
    sent = model.requests[0].body
    assert (sent["temperature"], sent["top_p"]) == (0.8, 0.95)
    assert sent["messages"][0]["content"].startswith("Speak in the manner of William Shakespeare")


def test_jan_takes_whichever_model_there_is(host_with_model, model):
    assert host_with_model.run("jan", "Hello").text == "You said: Hello"
    assert model.requests[0].body["model"] == "test-model"
