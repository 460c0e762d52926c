"""Whole data folders of Jan's, of every generation, read as they are.

The fixtures are written by hand from the published field specifications.
"""

import json
from pathlib import Path

import pytest

from understudy.folder import choose_model, read_folder
from understudy.jan import inline_messages, message_from_jan, model_from_jan, thread_from_jan
from understudy.objects import Message, Thread

ROOTS = Path(__file__).parent.parent / "fixtures" / "jan"
GENERATIONS = ["g0-draft", "g0", "g1", "g2-early", "g2", "g2c", "g3"]


def assistant(generation, name):
    found = read_folder(ROOTS / generation / "assistants" / name)
    assert found.problems == ()
    return found


def thread(generation, name):
    folder = ROOTS / generation / name
    record = json.loads((folder / "thread.json").read_text(encoding="utf-8"))
    return record, Thread.model_validate(thread_from_jan(record, folder.name))


def messages(generation, name):
    path = ROOTS / generation / "threads" / name / "messages.jsonl"
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        found.append(message_from_jan(record, name, number))
    return [Message.model_validate(message) for message in found if message]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_assistant_of_every_generation_is_fit_to_run(generation):
    folders = [path for path in (ROOTS / generation / "assistants").iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        found = read_folder(folder)
        assert found.problems == ()
        assert found.require_assistant().name


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_field_of_an_assistant_survives(generation):
    for path in (ROOTS / generation / "assistants").glob("*/*.json"):
        if path.stem not in ("assistant", path.parent.name):
            continue
        found = read_folder(path.parent)
        kept = found.require_assistant().wire()
        assert set(found.file.value) <= set(kept)


def test_the_first_draft_kept_its_models_in_the_assistant():
    poet = assistant("g0-draft", "poet")
    assert poet.file.name == "poet.json"
    assert poet.assistant.instructions == "You answer in rhyme."
    chosen = choose_model(poet.assistant, poet.model)
    assert (chosen.model, chosen.parameters) == (
        "llama2-7b",
        {"temperature": 0.7, "max_tokens": 512},
    )
    assert chosen.settings == {"ctx_len": 2048}


def test_the_design_of_2023_refers_to_model_json():
    found = assistant("g0", "shakespeare")
    assert found.assistant.wire().items() >= {
        "id": "asst_shakespeare",
        "model": "llama2-70b-chat",
        "instructions": "Speak as Shakespeare did.",
        "tools": [{"type": "rag"}],
        "avatar": "https://example.com/a//picture.png",
        "memory": True,
    }.items()  # fmt: skip
    assert (found.main.as_posix(), found.instructions_file) == ("src/index.js", "model.json")
    assert found.package["node"] == "./src/process.js"
    chosen = choose_model(found.assistant, found.model)
    assert chosen.parameters == {"temperature": 0.7, "top_k": 0, "top_p": 1, "max_tokens": 2048}
    assert chosen.settings == {"ctx_len": 4096, "ngl": 100, "embedding": True, "n_parallel": 4}


def test_the_design_of_2023_kept_messages_in_the_thread():
    record, found = thread("g0", "assistants/shakespeare/threads/thread_abc")
    assert (found.created_at, found.metadata) == (1698983600, {"title": "On sonnets"})
    first, second = map(Message.model_validate, inline_messages(record, found.id))
    assert (first.id, first.role, first.text) == ("0", "user", "What is a sonnet?")
    assert first.attachments[0].file_id == "file-abc"
    assert (second.id, second.role, second.run_id) == ("msg_2", "assistant", "run_1")


def test_the_specification_of_december_2023():
    jan = assistant("g1", "jan")
    assert (jan.assistant.name, jan.assistant.created_at) == ("jan", 1701417600)
    record, found = thread("g1", "threads/jan_1701417600")
    assert found.created_at == 1701417600
    assert found.metadata == {"title": "Running models", "assistant_id": "jan"}
    chosen = choose_model(jan.assistant, jan.model, record)
    assert (chosen.model, chosen.provider, chosen.parameters) == (
        "gpt-4",
        "openai",
        {"temperature": 0.5},
    )
    first, second = messages("g1", "jan_1701417600")
    assert (first.text, first.thread_id, first.status) == ("Hello", "jan_1701417600", "completed")
    assert second.model_extra["usage"] == {"total_tokens": 9}


def test_the_app_of_december_2023():
    jan = assistant("g2-early", "jan")
    assert (jan.assistant.created_at, jan.assistant.instructions) == (1703000000, None)
    _, found = thread("g2-early", "threads/jan_1703000100")
    assert (found.created_at, found.model_extra["isFinishInit"]) == (1703000100, True)
    user, answer = messages("g2-early", "jan_1703000100")
    assert (user.role, user.created_at) == ("user", 1703000101)
    assert (answer.status, answer.content) == ("in_progress", [])


def test_the_app_of_2024():
    jan = assistant("g2", "jan")
    assert (jan.assistant.avatar, jan.assistant.created_at) == ("👋", 1715000000)
    assert jan.assistant.tools == []  # its only tool is switched off
    record, _ = thread("g2", "threads/jan_1715000100")
    assert choose_model(jan.assistant, jan.model, record).model == "claude-3-opus"


def test_attachments_and_states_of_2024_and_a_line_that_was_cut():
    image, stopped, pdf, failed = messages("g2", "jan_1715000100")
    assert (image.text, image.content[1].image_file.file_id) == (
        "What is this?",
        "01HX0000000000000000000001",
    )
    assert (stopped.status, stopped.incomplete_details.reason) == ("incomplete", "run_cancelled")
    assert (pdf.text, pdf.completed_at) == ("Summarise it.", None)
    assert pdf.attachments[0].file_id == "01HX0000000000000000000004"
    path = pdf.attachments[0].model_extra["jan_path"]
    assert (ROOTS / "g2" / path).is_file()
    assert (failed.incomplete_details.reason, failed.incomplete_at) == ("run_failed", 1715000106)
    assert failed.model_extra["error_code"] == "invalid_api_key"
    assert failed.content[0].text.model_extra["jan_annotations"] == ["a note"]


def test_cortex():
    jan = assistant("g2c", "jan")
    name = "01JG0000000000000000000000"
    record, found = thread("g2c", f"threads/{name}")
    assert (found.metadata, found.tool_resources) == (
        {"title": "Kindness"},
        {"file_search": {"vector_store_ids": []}},
    )
    assert choose_model(jan.assistant, jan.model, record).model == "llama3.2:3b"
    user, answer = messages("g2c", name)
    assert user.attachments[0].file_id == "notes"
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_tokens")


def test_jan_of_today():
    guide = assistant("g3", "1750945742536")
    assert (guide.assistant.created_at, guide.assistant.temperature) == (1750945742, 0.4)
    name = "0197a000-0000-7000-8000-000000000000"
    record, found = thread("g3", f"threads/{name}")
    assert found.created_at == 1750945743
    assert found.metadata["title"] == "To Lisbon"
    chosen = choose_model(guide.assistant, guide.model, record)
    assert (chosen.model, chosen.parameters) == (
        "qwen3-4b",
        {"temperature": 0.4, "top_p": 0.9, "max_tokens": 1024},
    )
    user, answer = messages("g3", name)
    assert [part.type for part in user.content] == ["text", "image_url"]
    assert [part.type for part in answer.content] == ["reasoning", "tool_call", "text"]
    assert (answer.text, answer.metadata) == ("In Portugal.", {})
    assert answer.model_extra["jan_metadata"]["assistant"]["name"] == "Travel guide"


@pytest.mark.parametrize(
    ("path", "model", "provider", "parameters"),
    [
        ("g1/models/zephyr-7b", "zephyr-7b", None, {"max_tokens": 2048, "temperature": 0.7}),
        ("g2/models/claude-3-opus", "claude-3-opus", None, {"max_tokens": 4096}),
        ("g2/models/gpt-4o", "gpt-4o-2024-11-20", "openai", {"top_p": 0.95}),
    ],
)
def test_models_of_every_generation(path, model, provider, parameters):
    record = json.loads((ROOTS / path / "model.json").read_text(encoding="utf-8"))
    found = model_from_jan(record)
    assert (found["model"], found["provider"]) == (model, provider)
    assert found["parameters"].items() >= parameters.items()
    assert not {"stream", "engine", "max_temperature"} & set(found["parameters"])
