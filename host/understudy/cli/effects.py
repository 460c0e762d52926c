"""The effects of a run, as its journal has them, for people and programs to read."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]


def effects_in(lines: list[JSON]) -> list[JSON]:
    """One object for each: `id`, `kind`, `payload`, and how it `ended`."""
    results = {line["result"]: line for line in lines if "result" in line}
    begun = [line for line in lines if "effect" in line]
    return [
        {
            "id": line["id"],
            "kind": _kind(line),
            "payload": line["payload"],
            "ended": _ended(line, results.get(line["id"])),
        }
        for line in begun
    ]


def _kind(line: JSON) -> str:
    name = line["payload"].get("name") if line["effect"] == "tool" else None
    return f"{line['effect']} {name}" if name else str(line["effect"])


def _ended(line: JSON, result: JSON | None) -> str:
    if result is None:
        return "did not end"
    seconds = f"{result['t'] - line['t']:.3f} s"
    return f"{seconds}  {result['error']['message']}" if "error" in result else seconds
