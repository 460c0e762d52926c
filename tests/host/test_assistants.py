"""Assistants: their folders, made and changed through the host and by hand."""

import asyncio
import json

import pytest

from understudy import Conflict, Host, Invalid, NotFound


def go(root, work):
    async def main():
        async with Host(root) as host:
            return await work(host)

    return asyncio.run(main())


def test_an_assistant_is_made_read_listed_changed_and_deleted(root):
    async def work(host):
        made = await host.assistants.create({"name": "Poet", "model": "gpt-4o", "tools": []})
        page = await host.assistants.page()
        changed = await host.assistants.modify(made.id, {"name": "Bard"})
        await host.assistants.delete(made.id)
        with pytest.raises(NotFound):
            await host.assistants.get(made.id)
        return made, [folder.id for folder in page.items], changed

    made, listed, changed = go(root, work)
    assert listed == [made.id]
    assert (changed.name, changed.model, changed.created_at) == ("Bard", "gpt-4o", made.created_at)
    [trashed] = (root / ".trash").iterdir()
    assert made.id in trashed.name


def test_modify_changes_nothing_else_in_the_folder(root, write_assistant):
    text = """{
  // written by hand
  "name": "Poet", /* and kept */
  "mood": "melancholic",
  "created_at": 1700000000,
}
"""
    folder = write_assistant("poet", {"assistant.json": text, "src/index.js": "// mine\n"})

    async def work(host):
        return await host.assistants.modify("poet", {"name": "Bard"})

    assistant = go(root, work)
    written = (folder / "assistant.json").read_text()
    assert (assistant.name, assistant.created_at) == ("Bard", 1700000000)
    assert "// written by hand" in written and "/* and kept */" in written
    assert '"mood": "melancholic"' in written
    assert (folder / "src/index.js").read_text() == "// mine\n"


def test_modify_refuses_what_is_wrong_and_leaves_the_file(root, write_assistant):
    folder = write_assistant("poet", {"assistant.json": {"name": "Poet"}})

    async def work(host):
        with pytest.raises(Invalid, match="temperature"):
            await host.assistants.modify("poet", {"temperature": 9})

    go(root, work)
    assert json.loads((folder / "assistant.json").read_text()) == {"name": "Poet"}


def test_built_in_assistants_are_there_and_cannot_be_changed(root):
    async def work(host):
        names = [folder.id for folder in host.assistants.builtin()]
        with pytest.raises(Conflict, match="built in"):
            await host.assistants.modify("jan", {"name": "x"})
        with pytest.raises(Conflict, match="built in"):
            await host.assistants.delete("jan")
        return names

    assert go(root, work) == ["jan", "librarian", "math-tutor", "researcher", "shakespeare"]


def test_a_folder_of_ones_own_hides_the_built_in_one(root, model, write_assistant):
    write_assistant("jan", {"assistant.json": {"name": "My Jan", "instructions": "Mine."}})

    async def work(host):
        await host.run("jan", "Hi")
        return [folder.id for folder in host.assistants.builtin()]

    assert "jan" not in go(root, work)
    assert model.requests[0].body["messages"][0]["content"] == "Mine."


def test_one_bad_folder_hides_no_other_and_says_where_it_is_wrong(root, write_assistant):
    write_assistant("good", {"assistant.json": {"name": "Good"}})
    write_assistant("bad", {"assistant.json": '{\n  "name": "Bad"\n  "model": 1\n}'})
    write_assistant("odd", {"assistant.json": {"tools": "none"}})

    async def work(host):
        page = await host.assistants.page()
        with pytest.raises(Invalid) as caught:
            await host.run("bad", "Hi")
        return {folder.id: folder.problems for folder in page.items}, str(caught.value)

    problems, message = go(root, work)
    assert problems["good"] == ()
    assert str(problems["bad"][0]).startswith("assistant.json:3:3:")
    assert str(problems["odd"][0]).startswith("assistant.json:1:")
    assert "assistant.json:3:3" in message


def test_a_hand_edit_counts_from_the_next_run_on(root, model, write_assistant):
    folder = write_assistant("poet", {"assistant.json": {"instructions": "Rhyme."}})

    async def work(host):
        await host.run("poet", "Hi")
        (folder / "assistant.json").write_text('{"instructions": "Do not rhyme."}')
        await host.run("poet", "Hi")

    go(root, work)
    told = [request.body["messages"][0]["content"] for request in model.requests]
    assert told == ["Rhyme.", "Do not rhyme."]


def test_an_object_that_was_read_before_shows_a_hand_edit_at_once(root, write_assistant):
    folder = write_assistant("poet", {"assistant.json": {"name": "Poet"}})

    async def work(host):
        names = []
        for name in ("Bard", "Skald", "Scop"):
            while (await host.assistants.get("poet")) is not (await host.assistants.get("poet")):
                await asyncio.sleep(0.01)
            (folder / "assistant.json").write_text(json.dumps({"name": name}))
            names.append((await host.assistants.get("poet")).name)
        (folder / "assistant.json").unlink()
        folder.rename(root / "elsewhere")
        with pytest.raises(NotFound):
            await host.assistants.get("poet")
        return names

    assert go(root, work) == ["Bard", "Skald", "Scop"]


def test_instructions_may_lie_in_agents_md(root, model, write_assistant):
    write_assistant("agent", {"AGENTS.md": "Be an agent.\n"})

    async def work(host):
        await host.run("agent", "Hi")

    go(root, work)
    assert model.requests[0].body["messages"][0]["content"] == "Be an agent."


def test_the_model_comes_from_model_json_unless_something_nearer_names_one(
    root, model, write_assistant
):
    config = {"model": "far", "parameters": {"stop": ["."], "temperature": 0.2}}
    write_assistant("far", {"assistant.json": {}, "model.json": config})
    write_assistant("near", {"assistant.json": {"model": "near"}, "model.json": config})

    async def work(host):
        await host.run("far", "Hi")
        await host.run("near", "Hi", temperature=1)

    go(root, work)
    asked = [
        (request.body["model"], request.body["stop"], request.body["temperature"])
        for request in model.requests
    ]
    assert asked == [("far", ["."], 0.2), ("near", ["."], 1)]


def test_a_model_json_can_point_to_a_server_of_its_own(root, model, write_assistant, monkeypatch):
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.setenv("MY_KEY", "secret-key")
    settings = {"base_url": model.base_url, "api_key": {"$env": "MY_KEY"}}
    write_assistant("own", {"assistant.json": {}, "model.json": {"settings": settings}})

    async def work(host):
        await host.permissions.allow(await host.assistants.folder("own"), trusted=False)
        return (await host.run("own", "Hi")).text

    assert go(root, work) == "You said: Hi"
    assert model.requests[0].headers["Authorization"] == "Bearer secret-key"
    written = "".join(path.read_text() for path in root.rglob("*.jsonl"))
    assert "secret-key" not in written


def test_folders_without_an_assistant_json_are_found_too(root, write_assistant):
    write_assistant("coded", {"src/index.js": "export function* invoke() { yield 'hi'; }"})
    write_assistant("told", {"AGENTS.md": "Be an agent."})
    write_assistant("nothing", {"notes.txt": "not an assistant"})
    write_assistant("declared", {"assistant.json": {}})

    async def work(host):
        return [folder.id for folder in host.assistants.undeclared()], [
            assistant.id for assistant in await host.all_assistants()
        ]

    undeclared, everything = go(root, work)
    assert undeclared == ["coded", "told"]
    assert everything[:3] == ["declared", "coded", "told"]
    assert "jan" in everything
    assert "nothing" not in everything


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_folders_without_an_assistant_json_come_last_in_pages(root, write_assistant, order):
    for name in ("one", "two"):
        write_assistant(name, {"assistant.json": {}})
        write_assistant(f"bare-{name}", {"AGENTS.md": "Be an agent."})

    async def work(host):
        seen, after = [], None
        while True:
            page = await host.assistants.page(limit=1, order=order, after=after)
            seen += [folder.id for folder in page.items]
            if not page.has_more:
                return seen
            after = seen[-1]

    seen = go(root, work)
    assert set(seen[:2]) == {"one", "two"}
    assert seen[2:] == ["bare-one", "bare-two"]
