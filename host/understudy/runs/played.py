"""The past of a run that is played again offline: it answers everything, and nothing is made."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from understudy.errors import UnderstudyError
from understudy.runs.past import Past, was_dropped
from understudy.runs.scope import is_aside
from understudy.store import Record

JSON = dict[str, Any]
_SHOWN_LINES = 40


class Played(Past):
    """Answers from a journal; calls of `own` functions (the assistant's code) are made again.

    Asking for what the journal does not have ends the run.
    """

    def __init__(self, lines: Sequence[Record], own: Collection[str]) -> None:
        results = {line["result"]: line for line in lines if "result" in line}
        self._again = {
            line["id"]: line
            for line in lines
            if _is_own(line, own) and line["id"] in results and not was_dropped(results[line["id"]])
        }
        self._recorded = {id_: results[id_] for id_ in self._again}
        super().__init__([line for line in lines if _id(line) not in self._again])

    def result(self, effect_id: str) -> Record | None:
        """See `Past.result`. A timer that never ended does not end now."""
        known = super().result(effect_id)
        if known is None and is_aside(effect_id) and not _is_log(effect_id):
            return {"result": effect_id, "error": {"type": "CancelledError", "message": ""}}
        return known

    def check(self, effect_id: str, kind: str, payload: JSON) -> None:
        """Raise, with what is different, if the run asks for another thing than before."""
        line = self._again.pop(effect_id, None) or self._begun.get(effect_id)
        if line is None and not is_aside(effect_id):
            raise _diverged(f"It asks for what it did not ask for before:\n{_told(kind, payload)}")
        if line is not None and not is_aside(effect_id):
            before, now = _told(line["effect"], line["payload"]), _told(kind, payload)
            if before != now:
                raise _diverged(f"It asks for another thing than before:\n{diff(before, now)}")
        self._asked.add(effect_id)
        self._move()

    def check_end(self) -> None:
        """Raise if the run has ended without what it did before."""
        left = [id_ for id_ in self._left if id_ not in self._asked and not is_aside(id_)]
        missing = [*self._again.values(), *(self._begun[id_] for id_ in left)]
        if missing:
            what = _told(missing[0]["effect"], missing[0]["payload"])
            raise _diverged(f"It did not ask for what it asked for before:\n{what}")

    async def all_given(self) -> None:
        """Calls of the assistant's own functions wait for nobody."""

    def ended_at(self, effect_id: str, now: float) -> float:
        """See `Past.ended_at`."""
        line = self._recorded.get(effect_id)
        return float(line["t"]) if line is not None else now

    def changes(self, results: Sequence[Record]) -> Iterator[str]:
        """What the calls that were made again gave, where it is another thing than before."""
        for line in results:
            before = self._recorded.get(line.get("result", ""))
            if before is not None and _given(before) != _given(line):
                yield diff(_given(before), _given(line))


def _is_own(line: Record, own: Collection[str]) -> bool:
    return line.get("effect") == "tool" and line["payload"].get("name") in own


def _id(line: Record) -> str:
    return str(line.get("id") or line.get("result"))


def _is_log(effect_id: str) -> bool:
    return effect_id.rpartition(".")[2].startswith("l")


def _told(kind: str, payload: Any) -> str:
    return f"{kind} {json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False)}"


def _given(line: Record) -> str:
    given = line["value"] if "value" in line else {"error": line["error"].get("message")}
    return json.dumps(given, indent=2, sort_keys=True, ensure_ascii=False)


def _diverged(how: str) -> UnderstudyError:
    return UnderstudyError(how)


def diff(before: str, now: str) -> str:
    """Lines with `-` for what was, `+` for what is now, and three lines around them."""
    pair = before.splitlines(), now.splitlines()
    lines = list(difflib.unified_diff(*pair, "recorded", "replayed", lineterm=""))
    more = [f"… and {len(lines) - _SHOWN_LINES} lines more"] if len(lines) > _SHOWN_LINES else []
    return "\n".join([*lines[:_SHOWN_LINES], *more])
