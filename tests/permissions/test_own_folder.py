"""`run.files`: an assistant's own folder, read and written by its code."""

import json
import os

import pytest

from understudy import NotAllowed

ASKS = {"understudy": {"permissions": {"files": "write"}}}


@pytest.fixture
def keeper(write_assistant, allow):
    def write(body, *, asks=ASKS, files=None, allowed=True):
        code = f"export async function* invoke(run) {{ {body} }}"
        documents = {"src/index.js": code, "package.json": asks, **(files or {})}
        folder = write_assistant("keeper", documents)
        if allowed:
            allow("keeper")
        return folder

    return write


def test_what_is_written_is_there_and_the_grant_goes_on(keeper, ask, standing):
    folder = keeper("""
        await run.files.write("data/notes/today.txt", "Ünderstood");
        yield await run.files.read("data/notes/today.txt");
        yield JSON.stringify(await run.files.list("data/notes"));
    """)
    assert ask("keeper") == 'Ünderstood[{"name":"today.txt","type":"file","bytes":11}]'
    assert (folder / "data/notes/today.txt").read_text("utf-8") == "Ünderstood"
    assert standing("keeper").state == "allowed"


def test_bytes_go_in_and_out_as_base64(keeper, ask):
    keeper("""
        await run.files.write("files/a.bin", "/wD+", "base64");
        yield await run.files.read("files/a.bin", "base64");
    """)
    assert ask("keeper") == "/wD+"


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ('read("data/a.txt")', "read"),
        ("list()", "read"),
        ('write("data/a.txt", "x")', "write"),
    ],
)
def test_without_leave_nothing_is_read_or_written(keeper, ask, call, wanted):
    folder = keeper(f"yield await run.files.{call}", allowed=False)
    with pytest.raises(NotAllowed, match=f"may not {wanted} files.*understudy trust keeper"):
        ask("keeper")
    assert not (folder / "data").exists()


def test_leave_to_read_is_no_leave_to_write(keeper, ask):
    asks = {"understudy": {"permissions": {"files": "read"}}}
    keeper('yield await run.files.write("data/a", "x")', asks=asks)
    with pytest.raises(NotAllowed, match=r'does not ask for it\. Add "files": "write"'):
        ask("keeper")


@pytest.fixture
def errors(keeper, ask):
    """What each call is refused with, all made in one run."""

    def run(*calls, prepare=lambda folder: None):
        body = """
            const said = [];
            for (const call of CALLS) {
              try { await call(); said.push(null); } catch (error) { said.push(error.message); }
            }
            yield JSON.stringify(said);
        """
        functions = ", ".join(f"() => run.files.{call}" for call in calls)
        prepare(keeper(body.replace("CALLS", f"[{functions}]")))
        return json.loads(ask("keeper"))

    return run


def test_no_path_leads_out(errors):
    bad = ["../root.txt", "/etc/passwd", "data/../../x", "", "a\\0b", "..\\\\..\\\\x"]
    for said in errors(*(f'read("{path}")' for path in bad)):
        assert "is not a path in the assistant's folder" in said


def test_no_link_leads_out(errors, tmp_path):
    (tmp_path / "secret.txt").write_text("CANARY")

    def prepare(folder):
        (folder / "data").mkdir()
        os.symlink(tmp_path / "secret.txt", folder / "data" / "link")
        os.symlink(tmp_path, folder / "data" / "linked")

    places = ("data/link", "data/linked/secret.txt")
    read = errors(*(f'read("{place}")' for place in places), prepare=prepare)
    assert all(read)
    assert "CANARY" not in str(read)


def test_writing_replaces_a_link_and_not_what_it_leads_to(keeper, ask, tmp_path):
    (tmp_path / "secret.txt").write_text("CANARY")
    folder = keeper('await run.files.write("data/link", "mine"); yield "done";')
    (folder / "data").mkdir()
    os.symlink(tmp_path / "secret.txt", folder / "data" / "link")
    assert ask("keeper") == "done"
    assert (tmp_path / "secret.txt").read_text() == "CANARY"
    assert (folder / "data" / "link").read_text() == "mine"


def test_code_cannot_rewrite_what_it_is(errors):
    own = ["src/index.js", "package.json", "AGENTS.md", "data/evil.mjs", "data/.git/hooks/x", "x"]
    for said in errors(*(f'write("{path}", "x")' for path in own)):
        assert 'Write into "data/", "files/" or "memory/"' in said


def test_conversations_and_keys_are_not_read(errors):
    hidden = ["threads/t/thread.json", "model.json", "models/m/model.json"]
    for said in errors(*(f'read("{path}")' for path in hidden)):
        assert "are not read" in said


MISTAKES = {
    'read("data/none.txt")': "there is no `data/none.txt`",
    'read("src")': "`src` is not a file",
    'read("data/pipe")': "`data/pipe` is not a file",
    'read("data/raw")': "is not UTF-8 text",
    'write("data/a", 7)': "`content` must be text",
    'write("data/a", "&", "base64")': "cannot be stored",
    'list("src/index.js")': "there is no",
    'read("data/big")': "is larger than 16 MB",
}


def test_mistakes_are_said(errors):
    def prepare(folder):
        (folder / "data").mkdir()
        (folder / "data/raw").write_bytes(b"\xff\xff")
        os.mkfifo(folder / "data/pipe")
        with open(folder / "data/big", "wb") as big:
            big.truncate(17 * 2**20)

    for said, expected in zip(errors(*MISTAKES, prepare=prepare), MISTAKES.values(), strict=True):
        assert expected in said


def test_tools_reach_the_folder_too(keeper, ask):
    code = """
        export const tools = [{ name: "note", description: "", parameters: { type: "object" },
          async execute(args, call) { return await call.files.write("data/n", "abc"); } }];
        export async function* invoke(run) { yield `${await run.tools.call("note")}`; }
    """
    keeper("", files={"src/index.js": code})
    assert ask("keeper") == "3"
