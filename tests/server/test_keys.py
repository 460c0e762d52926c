"""`understudy key`: keys that are made, shown, revoked, also while the server runs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time

import pytest

from understudy.cli import main

COMMAND = [sys.executable, "-m", "understudy", "key"]


@pytest.fixture
def key(root, capsys):
    """Run `understudy key`; returns what it prints, or what it complains about."""

    def key(*args, fails=False):
        assert main(["--root", str(root), "key", *args]) == (1 if fails else 0)
        out, err = capsys.readouterr()
        return (err if fails else out).strip()

    return key


def status(server, key):
    return server.get("/threads", Authorization=f"Bearer {key}").status


def test_the_first_key_is_made_at_the_first_start_for_its_owner_only(start_server, root, key):
    server = start_server(UNDERSTUDY_API_KEY="")
    file = root / ".understudy" / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = key()
    assert made == json.loads(file.read_text())["default"]
    assert made.startswith("sk-")
    assert len(made) > 40
    assert status(server, made) == 200
    assert status(server, "sk-test") == 401
    server.stop()
    assert made not in "".join(server.said)
    assert status(server.start(), made) == 200


def test_a_key_from_the_environment_makes_no_file(start_server, root):
    start_server()
    assert not (root / ".understudy" / "keys.json").exists()


def test_a_running_server_takes_new_keys_and_refuses_revoked_ones(start_server, key):
    server = start_server(UNDERSTUDY_API_KEY="")
    first, laptop = key(), key("--new", "laptop")
    assert status(server, laptop) == 200
    assert json.loads(key("--list", "--json")) == ["default", "laptop"]
    key("--revoke", "laptop")
    deadline = time.monotonic() + 60
    while status(server, laptop) == 200 and time.monotonic() < deadline:
        assert status(server, first) == 200
    assert status(server, laptop) == 401
    assert status(server, first) == 200


def test_names_that_are_taken_or_unknown_are_refused(key):
    key("--new", "laptop")
    assert "There is a key `laptop` already" in key("--new", "laptop", fails=True)
    assert "There is no key `phone`" in key("--revoke", "phone", fails=True)


def test_many_processes_that_make_the_first_key_at_once_make_one(root):
    env = {**os.environ, "UNDERSTUDY_ROOT": str(root)}
    running = [
        subprocess.Popen(COMMAND, env=env, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert len({process.communicate(timeout=90)[0] for process in running}) == 1


def test_a_file_that_is_no_key_file_is_named_and_opens_nothing(root, key, start_server):
    server = start_server()
    file = root / ".understudy" / "keys.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    for content in ("{", "[]", '{"a": 5}', '{"a": ""}', "\xff"):
        file.write_text(content, encoding="latin-1")
        assert status(server, "") == 401
        assert status(server, "sk-test") == 200
        assert file.read_text(encoding="latin-1") == content
    assert str(file) in key(fails=True)
