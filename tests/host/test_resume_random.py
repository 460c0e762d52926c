"""SIGKILL at random moments: no run is lost, nothing that was finished is made again."""

import json
import subprocess
import sys
from pathlib import Path

KILLS = Path(__file__).parents[2] / "benchmarks" / "kills.py"


def test_hosts_that_are_killed_again_and_again_lose_nothing_and_repeat_nothing():
    command = [sys.executable, str(KILLS), "--seconds", "7", "--runs", "4"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    found = json.loads(done.stdout)
    assert found["kills"]
    assert found["taken up"]
    ended = found["completed"] + found["refused"] + found["given up"]
    assert (found["runs"], found["lost"]) == (ended, 0), done.stderr
    assert (found["twice"], found["told twice"]) == (0, 0)
