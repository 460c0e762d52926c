"""Tool calls as servers send them, brought to OpenAI's form: an index each, an id each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import TypedDict

from understudy.models import ToolCallDelta


class FunctionPiece(TypedDict, total=False):
    """The function of a piece. Some servers send the arguments as an object."""

    name: str | None
    arguments: str | dict[str, Any] | None


class CallPiece(TypedDict, total=False):
    """A piece of a call, as it comes."""

    index: int | None
    id: str | None
    function: FunctionPiece | None


@dataclass(slots=True)
class _Call:
    place: int
    index: int | None
    id: str | None
    name: str | None


class ToolCalls:
    """The calls of one answer."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def deltas(self, pieces: Sequence[CallPiece]) -> tuple[ToolCallDelta, ...]:
        """The pieces with our index; id and name come once, with the first piece that has them."""
        return tuple(self._delta(piece) for piece in pieces)

    def _delta(self, piece: CallPiece) -> ToolCallDelta:
        function = piece.get("function") or FunctionPiece()
        index, id_, name = piece.get("index"), piece.get("id") or None, function.get("name") or None
        arguments = _text(function.get("arguments"))
        call = self._find(index, id_, name)
        if call is None:
            call = _Call(len(self._calls), index, id_, name)
            self._calls.append(call)
            return ToolCallDelta(call.place, id_ or _new_id(), name, arguments)
        if call.name is None and name is not None:
            call.name = name
            return ToolCallDelta(call.place, name=name, arguments=arguments)
        return ToolCallDelta(call.place, arguments=arguments)

    def _find(self, index: int | None, id_: str | None, name: str | None) -> _Call | None:
        """The call that a piece goes on with, or None if it begins one.

        Only a piece with a name can begin a call behind another: servers are known that repeat
        the id or the name in every piece, that send a fresh id with each, that give every call
        the index 0, and that send whole calls with neither index nor id.
        """
        known = [call for call in self._calls if index is None or call.index == index]
        for call in known:
            if id_ is not None and call.id == id_:
                return call
        last = known[-1] if known else None
        if last is None or name is None or last.name is None:
            return last
        is_other = index is None or (id_ is not None and last.id is not None) or name != last.name
        return None if is_other else last


def _text(arguments: str | dict[str, Any] | None) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments) if arguments else ""


def _new_id() -> str:
    from understudy.objects import new_id  # only for servers that send none

    return str(new_id("call"))
