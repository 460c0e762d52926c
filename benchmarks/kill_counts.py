"""What kills.py counts: what has become of runs, and whether anything finished was made again."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from understudy.testing.model_server import Received

JSON = dict[str, Any]
Times = Mapping[str, Sequence[float]]
"""When something was made, by what it was."""
_ALLOWED = {"`pay` was under way": "refused", "ended at the same place": "given up"}


def model_key(request: JSON) -> str:
    """Which call of which run: its question, and how many outputs it tells."""
    messages = request["messages"]
    asked = next(each["content"] for each in messages if each["role"] == "user")
    return f"{asked} {sum(each['role'] == 'tool' for each in messages)}"


def asked_of(request: Received) -> str:
    """The same of a request as it came."""
    return model_key(request.body)


def calls_in(file: Path) -> dict[str, list[float]]:
    """The calls that tools have written down, by run and call."""
    made: dict[str, list[float]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        name, run, call, at = line.split()
        made.setdefault(f"{name} {run} {call}", []).append(float(at))
    return made


def asked_late(models: Times) -> int:
    """Model calls that came although the next one of their run had: their answer was known."""
    rounds: dict[str, list[tuple[int, Sequence[float]]]] = {}
    for key, at in models.items():
        asked, _, told = key.rpartition(" ")
        rounds.setdefault(asked, []).append((int(told), at))
    return sum(
        sum(time > min(later) for time in at)
        for of_run in rounds.values()
        for (_, at), (_, later) in pairwise(sorted(of_run))
    )


def counted(root: Path, tools: Times, models: Times) -> Counter[str]:
    """Read all runs of a root."""
    found = Counter[str]()
    found["twice"] += sum(len(at) - 1 for key, at in tools.items() if key.startswith("pay "))
    for file in root.glob("threads/*/runs/*/run.json"):
        run = json.loads(file.read_text())
        journal = (file.parent / "journal.jsonl").read_text().splitlines()
        lines = [json.loads(line) for line in journal]
        found["runs"] += 1
        found["taken up"] += sum("taken_up" in line for line in lines)
        for key, ended in _ended(run["id"], lines):
            made = tools.get(key, ()) or models.get(key, ())
            found["twice"] += sum(at > ended for at in made)
        found["told twice"] += _told_wrong(lines)
        found[_verdict(run)] += 1
    return found


def _ended(run_id: str, lines: Iterable[JSON]) -> Iterator[tuple[str, float]]:
    """The effects that have ended, as they were seen outside, and when."""
    begun: dict[str, str] = {}
    for line in lines:
        if line.get("effect") == "model":
            begun[line["id"]] = model_key(line["payload"])
        elif line.get("effect") == "tool":
            payload = line["payload"]
            begun[line["id"]] = f"{payload['name']} {run_id} {payload['id']}"
        elif line.get("result") in begun and "value" in line:
            yield begun[line["result"]], line["t"] + 0.001  # it is rounded


def _verdict(run: JSON) -> str:
    """Whether a run was lost."""
    if run["status"] == "completed":
        return "completed"
    reason = (run["last_error"] or {}).get("message", "")
    for words, name in _ALLOWED.items():
        if words in reason:
            return name
    print(run["id"], run["status"], reason, file=sys.stderr)
    return "failed"


def _told_wrong(lines: Iterable[JSON]) -> int:
    """Numbers that are not new, and finished messages that are not what their deltas say."""
    last, wrong = 0, 0
    said: dict[str, str] = {}
    for line in lines:
        wrong += line["n"] <= last
        last = line["n"] + len(line.get("more", ()))
        data = line.get("data", {})
        if line.get("event") == "thread.message.delta":
            pieces = [data["delta"]["content"][0]["text"]["value"], *line.get("more", ())]
            said[data["id"]] = said.get(data["id"], "") + "".join(pieces)
        elif line.get("event") == "thread.message.completed":
            wrong += data["content"][0]["text"]["value"] != said.get(data["id"])
    return wrong
