"""Calls that the host made beside those that the client is asked to make.

The client is shown its own calls only, and a conversation that it keeps itself holds no others. So
the id of the first of them carries what the host's calls gave: clients send ids back as they are,
however late, and no server has to remember.

    call_abc.made.BASE64        zlib of [[id, name, arguments, output], …]
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

JSON = dict[str, Any]
_MARK: Final = ".made."
_MOST_BYTES: Final = 32 * 2**20
_Made = list[tuple[str, str, str, str]]


def host_calls(step: JSON, asked: Iterable[JSON]) -> list[JSON]:
    """The calls of a run step that the host has made, as calls of functions."""
    ids = {call["id"] for call in asked}
    return [_as_function(call) for call in step.get("tool_calls", ()) if call["id"] not in ids]


def _as_function(call: JSON) -> JSON:
    """A search as well: what it was asked is not in the step, what it found is."""
    if "function" in call:
        return call
    found = json.dumps(call[call["type"]].get("results", []), ensure_ascii=False)
    function = {"name": call["type"], "arguments": "{}", "output": found}
    return {"id": call["id"], "type": "function", "function": function}


def carrying(asked: Sequence[JSON], made: Sequence[JSON]) -> list[JSON]:
    """The client's calls, of which the first carries the host's."""
    if not made:
        return list(asked)
    first, *others = asked
    return [{**first, "id": f"{first['id']}{_MARK}{_packed(made)}"}, *others]


def _packed(made: Sequence[JSON]) -> str:
    functions = [(call["id"], call["function"]) for call in made]
    rows = [[id_, f["name"], f["arguments"], f["output"] or ""] for id_, f in functions]
    return urlsafe_b64encode(zlib.compress(json.dumps(rows).encode())).decode()


def carried(call_id: str) -> tuple[str, list[JSON]]:
    """The id that a call had, and the host's calls in it; none if it carries nothing."""
    own, mark, packed = call_id.partition(_MARK)
    made = _unpacked(packed) if mark else []
    return (own, [_call(*row) for row in made]) if made else (call_id, [])


def _unpacked(packed: str) -> _Made:
    try:
        data = zlib.decompressobj().decompress(urlsafe_b64decode(packed.encode()), _MOST_BYTES)
        return TypeAdapter(_Made).validate_json(data)
    except (ValueError, zlib.error, ValidationError):  # an id that only looks like one of ours
        return []


def _call(call_id: str, name: str, arguments: str, output: str) -> JSON:
    function = {"name": name, "arguments": arguments, "output": output}
    return {"id": call_id, "type": "function", "function": function}
