"""The Web APIs, linked from npm packages when a wheel is built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = Path("plugins", "understudy_v8", "web")
BUILD = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d")


@pytest.fixture
def checkout(tmp_path):
    """As little of a checkout as makes a wheel."""
    folder = tmp_path / "checkout"
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("host", "builtin_assistants"):
        (folder / name).mkdir()
        (folder / name / "x.py").write_text("")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", str(WEB)]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def build(checkout, **changes):
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([bin_folder, os.environ["PATH"]])} | changes
    command = [*BUILD, str(checkout / "dist")]
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_a_second_build_links_nothing_anew_until_a_source_changes(checkout):
    assert build(checkout)[0] == 0
    built = checkout / WEB / "built"
    (built / "mark").touch()
    assert build(checkout)[0] == 0
    assert (built / "mark").exists()
    with (checkout / WEB / "parts" / "scope.js").open("a") as file:
        file.write("export const added = 1;\n")
    assert build(checkout)[0] == 0
    assert not (built / "mark").exists()
    assert "added" in (built / "scope.js").read_text()


def test_the_licences_of_what_is_linked_lie_beside_it(checkout):
    assert build(checkout)[0] == 0
    notices = (checkout / WEB / "built" / "THIRD-PARTY.txt").read_text()
    for package in (
        "jsdom",
        "undici",
        "whatwg-url",
        "web-streams-polyfill",
        "@exodus/bytes",
        "pako",
    ):
        assert f"\n{package} " in "\n" + notices
    assert notices.count("Permission is hereby granted") >= 8


def test_without_the_registry_a_build_says_what_to_do(checkout):
    code, output = build(
        checkout, NPM_CONFIG_REGISTRY="http://127.0.0.1:9/", DENO_DIR=str(checkout / "cache")
    )
    assert code != 0
    assert "The Web APIs could not be linked" in output
    assert "UNDERSTUDY_NO_WEB=1" in output
    assert "Traceback" not in output


def test_a_lock_that_does_not_fit_the_packages_is_refused(checkout):
    lock = checkout / WEB / "deno.lock"
    lock.write_text(lock.read_text().replace("pako@2.1.0", "pako@2.0.4"))
    code, output = build(checkout)
    assert code != 0
    assert "The Web APIs could not be linked" in output


def test_without_deno_a_build_says_what_to_do(checkout):
    script = (
        "import shutil, sys; shutil.which = lambda *a, **k: None;"
        "from hatchling.cli import hatchling; sys.argv = ['hatchling', 'build', '-t', 'wheel'];"
        "sys.exit(hatchling())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Deno is missing" in done.stdout + done.stderr


def test_a_wheel_without_the_layer_can_be_asked_for(checkout):
    code, output = build(checkout, UNDERSTUDY_NO_WEB="1", PATH="/nowhere")
    assert code == 0, output
    assert not (checkout / WEB / "built").exists()
