"""What process.js may do: what was granted, and nothing else."""

import http.server
import threading
from dataclasses import replace

import pytest

from understudy import Grant
from understudy.errors import Invalid, NotAllowed
from understudy_process.network import net_flags

PROCESS = Grant(process=True)
READ = "import fs from 'node:fs';\nexport const go = (path) => fs.readFileSync(path, 'utf8');"
FETCH = "export const go = async (url) => (await fetch(url)).status;"


@pytest.fixture
def page():
    """The address of a page on this machine."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    server.RequestHandlerClass.log_message = lambda *_: None
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_without_the_grant_nothing_is_started_and_the_error_says_how_to_get_it(desk):
    desk.grant = Grant(trusted=True)
    error = desk.failure("throw new Error('I was started')")
    assert isinstance(error, NotAllowed)
    assert '"permissions": {"process": true}' in str(error)
    assert "understudy trust ada" in str(error)


@pytest.mark.parametrize(
    "code",
    [
        "Deno.readTextFileSync('/etc/hostname')",
        "Deno.readDirSync(import.meta.dirname + '/..')",
        "Deno.writeTextFileSync(import.meta.filename, '')",
        "fetch('http://127.0.0.1:18/')",
        "Deno.listen({ port: 0 })",
        "new Deno.Command('/usr/bin/id').outputSync()",
        "Deno.dlopen('libc.so.6', {})",
        "Deno.hostname()",
    ],
)
def test_with_nothing_else_granted_deno_refuses_everything_else(desk, code):
    desk.grant, desk.settings["engine"] = PROCESS, "deno"
    error = desk.failure(f"export async function go() {{ return [...(await {code})] }}")
    assert isinstance(error, NotAllowed)
    assert "src/process.js may not do this: Requires" in str(error)


@pytest.mark.parametrize("address", ["https://example.com/a.js", "npm:left-pad", "jsr:@std/fs"])
def test_code_from_elsewhere_is_not_imported(desk, address):
    desk.grant, desk.settings["engine"] = PROCESS, "deno"
    error = desk.failure(f"export const go = () => import('{address}');")
    assert error.kind == "error"


def test_files_of_its_folder_are_read_with_that_grant_only(either):
    either.write(READ)
    either.write("note", "files/note.txt")
    path = str(either.folder / "files" / "note.txt")

    async def scene():
        return await either.call("go", path)

    with pytest.raises(NotAllowed):
        either.play(scene)
    either.grant = replace(either.grant, files="read")
    assert either.play(scene) == "note"


def test_it_writes_documents_and_neither_code_nor_settings(either):
    either.write(
        "import fs from 'node:fs';\nimport { dirname } from 'node:path';\n"
        "export function go(path) {\n"
        "  fs.mkdirSync(dirname(path), { recursive: true });\n  fs.writeFileSync(path, 'x');\n}\n"
        "export const read = (path) => fs.readFileSync(path, 'utf8');"
    )
    either.write("{}", "model.json")
    either.grant = replace(either.grant, files="write")
    folder = either.folder

    async def scene():
        await either.call("go", str(folder / "data" / "note.txt"))
        for name in ("src/process.js", "package.json", "src/more.js"):
            with pytest.raises(NotAllowed):
                await either.call("go", str(folder / name))
        with pytest.raises(NotAllowed):
            await either.call("read", str(folder / "model.json"))
        return await either.call("read", str(folder / "data" / "note.txt"))

    assert either.play(scene) == "x"


def test_a_link_out_of_the_folder_is_not_followed(either):
    either.write(READ)
    (either.folder / "src" / "link").symlink_to("/etc/hostname")
    error = either.failure(READ)
    assert isinstance(error, NotAllowed)
    assert "src/link is a link that leads out" in str(error)


def test_hosts_are_reached_that_are_granted_only(desk, page):
    desk.settings["engine"] = "deno"
    desk.write(FETCH)

    async def scene():
        return await desk.call("go", f"http://{page}/")

    for net in ((), ("example.com",), ("*",), ("127.0.0.1:1",)):
        desk.grant = Grant(process=True, net=net)
        with pytest.raises(NotAllowed, match="Requires net access"):
            desk.play(scene)
    for net in ((page,), ("localhost",), ("127.0.0.0/8",), ("*", page)):
        desk.grant = Grant(process=True, net=net)
        assert desk.play(scene) == 200


def test_a_name_that_leads_to_a_private_address_is_refused(desk, page):
    desk.grant, desk.settings["engine"] = Grant(process=True, net=("*",)), "deno"
    error = desk.failure(FETCH, "go", f"http://localhost:{page.partition(':')[2]}/")
    assert "fetch failed" in str(error) or isinstance(error, NotAllowed)


def test_granted_networks_are_cut_out_of_the_private_ones():
    [allow, deny] = net_flags(["*.example.com", "10.1.0.0/16", "[::1]:8080"])
    assert allow == "--allow-net=*.example.com,10.1.0.0/16,[::1]:8080"
    denied = deny.partition("=")[2].split(",")
    assert "127.0.0.0/8" in denied
    assert "10.0.0.0/16" in denied
    assert "10.0.0.0/8" not in denied
    assert "10.1.0.0/16" not in denied


def test_node_runs_only_what_is_trusted_for_it_cannot_close_the_network(desk):
    desk.grant, desk.settings["engine"] = PROCESS, "node"
    error = desk.failure("export const go = () => 1;")
    assert isinstance(error, NotAllowed)
    assert "cannot keep it from the network" in str(error)
    assert 'pip install "understudy[process]"' in str(error)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"engin": "deno"}, "`understudy.process.engin`: there is no such setting; did you mean"),
        ({"engine": "bun"}, "input should be 'deno', 'node' or 'jail'"),
        ({"memory_mb": 1}, "greater than or equal to 32"),
        ({"call_seconds": "long"}, "`understudy.process.call_seconds`"),
        ([], "`understudy.process`"),
    ],
)
def test_settings_that_are_wrong_are_named(desk, settings, said):
    desk.settings = settings
    error = desk.failure("export const go = () => 1;")
    assert isinstance(error, Invalid)
    assert said in str(error)
