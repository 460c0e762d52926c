"""`understudy npm`: what it installs, what it refuses, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from understudy.bundles import COMMITTED, LOCK

INVOKE = "export const invoke = () => {};\n"
PACKAGE = {"type": "module", "main": "src/index.js"}
USES_ZOD = (
    "import { z } from 'zod';\n"
    "export const invoke = (run) => z.string().max(9).safeParse(run.lastMessage.text).success ? "
    "'short' : 'long';\n"
)
ZOD = {"zod": "4.1.5"}


def package(**dependencies):
    return PACKAGE | {"dependencies": dependencies}


def add_zod(root, **files):
    return root.add("poet", {"package.json": package(**ZOD), "src/index.js": USES_ZOD, **files})


@pytest.fixture(scope="module")
def bundled(make_root):
    """The files of an assistant that was installed and bundled: its lock is known, too."""
    root = make_root()
    folder = add_zod(root)
    assert root.run("npm", "bundle", "poet").returncode == 0
    return {name: (folder / name).read_text("utf-8") for name in (LOCK, COMMITTED)}


@pytest.fixture
def locked(bundled):
    return {LOCK: bundled[LOCK]}


def test_what_package_json_names_is_installed_linked_and_locked(root):
    folder = add_zod(root)
    done = root.run("npm", "install", "poet", "--json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["assistant"], told["names"], told["notes"]) == ("poet", ["import zod"], [])
    assert "poet: linking …" in done.stderr
    lock = json.loads((folder / LOCK).read_text("utf-8"))
    assert lock["packages"]["node_modules/zod"]["integrity"].startswith("sha512-")
    assert not (folder / "node_modules").exists()
    assert root.run("run", "poet", "a long sentence").stdout == "long\n"


def test_without_names_all_assistants_with_packages_are_installed(root, locked):
    add_zod(root, **locked)
    root.add("plain", {"package.json": PACKAGE, "src/index.js": INVOKE})
    assert [told["assistant"] for told in root.install()] == ["poet"]


def test_running_needs_no_tool_and_no_cache_with_a_committed_bundle(root, tmp_path, locked):
    folder = add_zod(root, **locked)
    done = root.run("npm", "bundle", "poet", "--json")
    assert json.loads(done.stdout)[0]["bundle"] == str((folder / COMMITTED).resolve())
    root.environment |= {"UNDERSTUDY_CACHE": str(tmp_path), "PATH": str(tmp_path)}
    assert root.run("run", "poet", "hi").stdout == "short\n"


def _lose(folder):
    (folder / COMMITTED).unlink()
    return "its npm packages are not installed"


def _damage(folder):
    bundle = folder / COMMITTED
    bundle.write_text(bundle.read_text("utf-8").replace("safeParse", "safeParsf", 1), "utf-8")
    return f"`{COMMITTED}` is damaged"


def _cut(folder):
    (folder / COMMITTED).write_text("// understudy bundle", "utf-8")
    return "is not a bundle that this version can read"


def _change_lock(folder):
    (folder / LOCK).write_text((folder / LOCK).read_text("utf-8") + "\n", "utf-8")
    return "was made for other versions than package.json and package-lock.json name"


def _import_more(folder):
    code = folder / "src/index.js"
    code.write_text(USES_ZOD.replace("'zod'", "'zod/mini'"), "utf-8")
    return "`zod/mini` is an npm package: it has not been installed"


@pytest.mark.parametrize("spoil", [_lose, _damage, _cut, _change_lock, _import_more])
def test_a_bundle_that_cannot_be_used_is_told_with_the_command_that_helps(
    root, tmp_path, bundled, spoil
):
    folder = add_zod(root, **bundled)
    expected = spoil(folder)
    root.environment["UNDERSTUDY_CACHE"] = str(tmp_path)
    done = root.run("run", "poet", "hi")
    assert done.returncode == 1
    assert expected in done.stderr
    assert "src/index.js:1:19" in done.stderr
    assert "run `understudy npm install poet`" in done.stderr


def test_a_damaged_cache_is_made_anew(root, locked):
    add_zod(root, **locked)
    bundle = Path(root.install("poet")[0]["bundle"])
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert "is damaged" in root.run("run", "poet", "hi").stderr
    root.install("poet")
    assert root.run("run", "poet", "hi").stdout == "short\n"


def test_validate_and_the_run_name_a_name_that_a_package_does_not_export(root, locked):
    add_zod(root, **locked, **{"src/index.js": USES_ZOD.replace("{ z }", "{ y as z }")})
    root.install("poet")
    done = root.run("validate", "poet")
    assert done.returncode == 1
    assert "src/index.js:1:10" in done.stdout
    assert "'zod' does not provide an export named 'y'" in done.stdout


@pytest.mark.parametrize(
    ("dependencies", "code", "expected"),
    [
        (ZOD, "import 'zodd';\n", "src/index.js imports `zodd`, which is not installed"),
        ({"zod": "99.0.0"}, "", "No matching version found for zod@99.0.0"),
        ({"zod": "file:../zod"}, "", '"zod" is a folder ("file:../zod")'),
        ({"zod": 4}, "", 'the version of "zod" must be text'),
        (["zod"], "", '"dependencies" must be an object'),
    ],
)
def test_a_mistake_in_package_json_is_told(root, dependencies, code, expected):
    files = {
        "package.json": PACKAGE | {"dependencies": dependencies},
        "src/index.js": code + INVOKE,
    }
    root.add("poet", files)
    done = root.run("npm", "install", "poet")
    assert done.returncode == 1
    assert expected in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def _lie_about_contents(lock):
    zod = lock["packages"]["node_modules/zod"]
    zod["integrity"] = "sha512-" + "A" * 86 + "=="
    return "Integrity checksum failed"


def _call_one_package_another(lock):
    lock["packages"]["node_modules/zod"]["version"] = "4.1.6"
    return "calls zod 4.1.5 by the name of zod 4.1.6; nothing was installed"


@pytest.mark.parametrize("lie", [_lie_about_contents, _call_one_package_another])
def test_a_lock_that_lies_is_refused(root, locked, lie):
    folder = add_zod(root, **{"package.json": package(zod="^4.1.0")})
    lock = json.loads(locked[LOCK])
    expected = lie(lock)
    told = json.dumps(lock)
    (folder / LOCK).write_text(told, "utf-8")
    done = root.run("npm", "install", "poet")
    assert done.returncode == 1
    # Whether npm has the other content in its cache decides who finds it out.
    assert expected in done.stderr or "Integrity checksum failed" in done.stderr
    assert "Find out who changed it" in done.stderr
    assert (folder / LOCK).read_text("utf-8") == told
    assert "not installed" in root.run("run", "poet", "hi").stderr


def test_a_package_that_awaits_at_its_top_level_is_named_with_what_to_do(root):
    package = {"dependencies": {"yoga-layout": "3.2.1"}}
    code = 'import yoga from "yoga-layout"; export const invoke = () => typeof yoga;'
    root.add("poet", {"package.json": package, "src/index.js": code})
    done = root.run("npm", "install", "poet")
    assert done.returncode == 1
    assert "node_modules/yoga-layout/dist/src/index.js:13: packages cannot wait" in done.stderr
    assert "src/process.js" in done.stderr


def test_what_packages_bring_is_not_run_and_settings_of_the_folder_do_not_count(root, locked):
    marker = root.path / "ran"
    scripts = {"preinstall": f"touch {marker}", "postinstall": f"touch {marker}"}
    folder = add_zod(root, **locked, **{"package.json": package(**ZOD) | {"scripts": scripts}})
    (folder / ".npmrc").write_text("registry=http://127.0.0.1:9/\nignore-scripts=false\n")
    root.install("poet")
    assert not marker.exists()
    assert root.run("run", "poet", "hi").stdout == "short\n"


def test_node_modules_that_are_real_work_and_others_throw_when_they_are_used(root):
    code = """
    import path, { join } from "node:path";
    import { createHash } from "crypto";
    import { EventEmitter } from "node:events";
    import { Readable } from "node:stream";
    import { readFileSync } from "node:fs";
    const hash = createHash("sha256").update("a").digest("hex").slice(0, 8);
    async function read() {
      const all = [];
      for await (const piece of Readable.from(["a", "b"])) all.push(piece);
      return all;
    }
    const heard = [];
    new EventEmitter().on("x", (value) => heard.push(value)).emit("x", 1);
    function refused() {
      try { readFileSync("/etc/passwd"); } catch (error) { return error.message; }
    }
    const found = async () => [join("a", "..", "b"), path.sep, hash, await read(), heard];
    export const invoke = async () => JSON.stringify([...await found(), refused()]);
    """
    root.add("poet", {"package.json": PACKAGE, "src/index.js": code})
    (told,) = root.install("poet")
    assert told["notes"] == ["your code: `fs` is part of Node.js and throws when it is used"]
    refused = "`fs.readFileSync` is part of Node.js, which assistants' code does not have"
    assert json.loads(root.run("run", "poet", "hi").stdout) == [
        "b", "/", "ca978112", ["a", "b"], [1], refused,
    ]  # fmt: skip


def test_deno_does_it_where_there_is_no_node(root, tmp_path):
    root.environment["PATH"] = str(tmp_path)
    add_zod(root, **{"package.json": package(zod="4.1.4")})
    done = root.run("npm", "install", "poet")
    assert done.returncode == 0, done.stderr
    assert "installing with npm (deno)" in done.stderr
    assert root.run("run", "poet", "hi").stdout == "short\n"
