"""Malformed folders: each is reported by the command line and refused by the server; others run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from understudy.testing.model_server import ModelServer
from understudy.testing.server import Server

from .conftest import INNOCENT, ask, write_assistant
from .folders import HARMLESS, REFUSED, write

WAIT = 60
SECRET = "root:"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("folders")
    for name, files in {
        **{name: files for name, (files, _) in REFUSED.items()},
        **HARMLESS,
    }.items():
        write(root / "assistants" / name, files)
    write_assistant(root, "innocent", INNOCENT.encode())
    return root


@pytest.fixture(scope="module")
def command(root):
    def run(*words):
        command = [sys.executable, "-W", "error", "-m", "understudy", "--root", str(root), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, check=False)

    return run


@pytest.fixture(scope="module")
def validated(command):
    done = command("validate", "--json")
    assert done.returncode == 1
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folders(root):
    with ModelServer() as model, Server(root, "--quiet", model=model) as server:
        yield server


def test_the_corpus_is_large():
    assert len(REFUSED) + len(HARMLESS) >= 75


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_folder_is_reported(validated, name):
    errors = [problem for problem in validated[name] if problem["severity"] == "error"]
    assert any(REFUSED[name][1] in problem["message"] for problem in errors), validated[name]
    assert SECRET not in json.dumps(validated[name])


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_folder_is_refused_by_the_server(folders, name):
    report = ask(folders, name)
    assert report.ended == "refused"
    assert SECRET not in report.text
    assert len(report.text) < 10_000
    shown = folders.get(f"/assistants/{name}")
    assert shown.status in (200, 400)
    assert SECRET not in shown.body.decode()


@pytest.mark.parametrize("name", HARMLESS)
def test_a_folder_that_only_looks_bad_runs(folders, validated, name):
    assert ask(folders, name).ended == "completed"
    assert not [problem for problem in validated[name] if problem["severity"] == "error"]


def test_all_others_are_listed_and_run_beside_them(folders, command):
    listed = folders.get("/assistants?limit=100")
    assert listed.status == 200
    assert {"innocent", *HARMLESS} <= {item["id"] for item in listed.json()["data"]}
    assert str(ask(folders, "innocent")) == "completed: I heard: Hello"
    assert folders.process.poll() is None
    rows = json.loads(command("list", "--json", "--limit", "200").stdout)
    errors = {row["id"]: row["errors"] for row in rows}
    assert errors["innocent"] == 0
    static = {"limits", "limits-list", "runtime", "isolation", "tools-unknown", "code-sparse"}
    assert not [
        name for name in REFUSED if name not in static | {"code-binary"} and not errors[name]
    ]


def test_the_doctor_names_them_and_survives(command):
    done = command("doctor", "--json")
    assert done.returncode == 1
    [finding] = [item for item in json.loads(done.stdout) if item["what"] == "assistants"]
    assert all(name in finding["text"] for name in REFUSED)
    assert "innocent" not in finding["text"]
