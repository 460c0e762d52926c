"""Which model is asked, and how: the thread over assistant.json over model.json."""

import pytest

from understudy.folder import choose_model, read_folder


@pytest.fixture
def choose(make):
    def choose(assistant, model=None, thread=None):
        files = {"assistant.json": assistant} | ({"model.json": model} if model else {})
        found = read_folder(make(files))
        assert found.problems == ()
        return choose_model(found.require_assistant(), found.model, thread)

    return choose


MODEL = {
    "model": "llama3.2",
    "provider": "ollama",
    "base_url": "http://localhost:11434/v1",
    "api_key": {"$env": "OLLAMA_KEY"},
    "settings": {"timeout": 30, "ctx_len": "4096"},
    "parameters": {"temperature": "0.2", "max_tokens": "512", "stream": "true", "seed": 7},
}


def test_model_json_says_which_model_and_how(choose):
    chosen = choose({}, MODEL)
    assert (chosen.model, chosen.provider) == ("llama3.2", "ollama")
    assert chosen.settings == {
        "base_url": "http://localhost:11434/v1",
        "api_key": {"$env": "OLLAMA_KEY"},
        "timeout": 30,
        "ctx_len": 4096,
    }
    assert chosen.parameters == {"temperature": 0.2, "max_tokens": 512, "seed": 7}


def test_the_assistants_own_model_and_fields_come_first(choose):
    chosen = choose({"model": "qwen3", "temperature": 0, "parameters": {"max_tokens": 9}}, MODEL)
    assert (chosen.model, chosen.provider) == ("qwen3", "ollama")
    assert chosen.settings["base_url"] == "http://localhost:11434/v1"
    assert chosen.parameters == {"temperature": 0, "max_tokens": 9, "seed": 7}


@pytest.mark.parametrize("written", [None, "", "*", "reference model.json"])
def test_what_names_no_model_leaves_it_to_model_json(choose, written):
    assert choose({"model": written}).model is None
    assert choose({"model": written}, MODEL).model == "llama3.2"


@pytest.mark.parametrize("names", [{"id": "a"}, {"name": "a"}, {"id": "a", "name": "A"}])
def test_the_name_of_a_model_may_be_its_id(choose, names):
    assert choose({}, names).model == "a"
    assert choose({}, names | {"model": "newest"}).model == "newest"


def test_a_thread_of_jan_comes_first_of_all(choose):
    assigned = {"id": "qwen3", "parameters": {"temperature": 1}, "engine": "llama-cpp"}
    thread = {"assistants": [{"assistant_id": "poet", "model": assigned}]}
    chosen = choose({"model": "gpt-4o", "temperature": 0}, MODEL, thread)
    assert (chosen.model, chosen.parameters["temperature"]) == ("qwen3", 1)
    assert chosen.settings["base_url"] == "http://localhost:11434/v1"


def test_another_provider_is_not_reached_in_the_same_way(choose):
    thread = {"assistants": [{"model": {"id": "gpt-4o", "engine": "openai"}}]}
    chosen = choose({}, MODEL, thread)
    assert (chosen.model, chosen.provider, chosen.settings) == ("gpt-4o", "openai", {})
    assert chosen.parameters["seed"] == 7


@pytest.mark.parametrize(
    "thread",
    [
        {},
        {"assistants": []},
        {"assistants": "poet"},
        {"assistants": [{"assistant_id": "somebody", "model": {"id": "other"}}]},
        {"assistants": [{"id": "poet", "model": "*"}]},
        {"assistants": [{"id": "poet", "model": {"id": 5}}]},
        {"model": {"id": ["x"]}},
        {"model": "gpt-4o"},
    ],
)
def test_a_thread_that_asks_for_nothing_changes_nothing(choose, thread):
    assert choose({}, MODEL, thread) == choose({}, MODEL)


@pytest.mark.parametrize(
    ("model", "complaint", "field"),
    [
        ({"model": 5}, '"model" must be a text, not a number', "model"),
        ({"settings": "fast"}, '"settings" must be an object, not "fast"', "settings"),
        ({"parameters": [1]}, '"parameters" must be an object, not a list', "parameters"),
        ({"settings": {"timeout": 0}}, '"settings.timeout" must be more than 0, not 0', None),
        ({"timeout": "long"}, '"timeout" must be a number, not "long"', "timeout"),
        (
            {"settings": {"base_url": "localhost:1234"}},
            '"settings.base_url" must be an address such as "http://localhost:8080/v1"',
            None,
        ),
        (
            {"settings": {"api_key": {"env": "KEY"}}},
            '"settings.api_key" must be a text, {"$env": "NAME"} or {"$file": "path"}',
            None,
        ),
    ],
)
def test_a_model_json_that_cannot_be_used_is_an_error(make, model, complaint, field):
    found = read_folder(make({"assistant.json": {}, "model.json": model}))
    (problem,) = found.errors
    assert (problem.file, problem.message) == ("model.json", complaint)
    assert problem.field == (field or complaint.split('"')[1])
    assert found.model is None


def test_a_wrong_model_inside_of_assistant_json_is_pointed_at_there(make):
    text = '{"models": [\n{"id": "m", "settings": {"base_url": "x"}}]}'
    (problem,) = read_folder(make({"assistant.json": text})).problems
    assert str(problem).startswith('assistant.json:2:38: "models[0].settings.base_url" must be')


def test_an_engine_that_is_elsewhere_needs_an_address(make):
    found = read_folder(make({"assistant.json": {}, "model.json": {"id": "x", "engine": "groq"}}))
    (warning,) = found.problems
    assert str(warning) == "model.json:1:23: where the engine `groq` answers is not known"
    assert (warning.severity, warning.hint) == (
        "warning",
        'Add "settings": {"base_url": "https://…/v1", "api_key": {"$env": "GROQ_API_KEY"}}.',
    )
    reached = {"id": "x", "engine": "groq", "settings": {"base_url": "https://groq.example/v1"}}
    assert read_folder(make({"model.json": reached})).problems == ()


@pytest.mark.parametrize(
    ("engine", "provider"),
    [("openai", "openai"), ("nitro", None), ("cortex", None), ("llama-cpp", None)],
)
def test_known_engines_are_reached_without_an_address(choose, engine, provider):
    assert choose({}, {"id": "x", "engine": engine}).provider == provider
