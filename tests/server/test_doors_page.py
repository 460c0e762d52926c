"""docs/doors.md: its examples are run as they stand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.testing.server import KEY

PAGE = (Path(__file__).parents[2] / "docs" / "doors.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ (.*)", PAGE, re.MULTILINE)


def environment(server):
    return {**os.environ, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}


@pytest.mark.parametrize("code", EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_an_example_runs_and_prints_something(server, code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_commands_find_export_and_import_a_thread(server, client, tmp_path):
    asked = client.responses.create(model="math-tutor", input="Is 97 prime?")
    done = subprocess.run(
        ["sh", "-ec", "\necho\n".join(COMMANDS)],
        check=False,
        env=environment(server),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found, *_, imported = [json.loads(line) for line in done.stdout.split("\n") if line]
    thread_id = f"thread_{asked.id[-24:]}"
    assert thread_id in {hit["thread_id"] for hit in found["data"]}
    new = client.beta.threads.messages.list(imported["id"])
    assert [m.content for m in new] == [
        m.content for m in client.beta.threads.messages.list(thread_id)
    ]
