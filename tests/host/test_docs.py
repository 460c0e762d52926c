"""The examples of the README, docs/embedding.md and docs/runs.md are run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, say

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/embedding.md", "docs/runs.md")


def examples(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return [pytest.param(block, id=f"{name}-{n}") for n, block in enumerate(blocks, 1)]


def run(*arguments, cwd=None):
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("code", [example for page in PAGES for example in examples(page)])
def test_an_example_runs_and_prints_something(code, tmp_path, model):
    model.script([call_tools([("weather", {"city": "Rome"})]), say("Sunny.")])
    done = run("-c", code, cwd=tmp_path)
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.strip()


def test_the_first_command_of_the_readme_asks_a_question_that_needs_no_model(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [question] = re.findall(r'understudy run math-tutor "(.*?)"', readme)
    done = run("-m", "understudy", "--root", str(tmp_path), "run", "math-tutor", question)
    assert done.returncode == 0
    assert "x = 5" in done.stdout
