"""What a run did before its process died, as its journal tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from understudy import errors
from understudy.errors import UnderstudyError
from understudy.runs.scope import is_aside, outer
from understudy.store import Record

JSON = dict[str, Any]
_QUIET_SECONDS: Final = 0.5
"""Code that has asked for nothing new for so long waits for what is held back."""
_HINT: Final = (
    "Its code may have changed since. Code that decides by module state or by the network cannot be"
    " played again."
)


class Past:
    """The effects of a run that is taken up: those with a result are not made again.

    Results are given in the order of the journal. What was under way waits until all have been.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._begun = {line["id"]: line for line in records if "effect" in line}
        self._results = {line["result"]: line for line in records if "result" in line}
        self._left = {id_: line for id_, line in self._results.items() if self._will_be_seen(id_)}
        self._asked = set[str]()
        self._moved = asyncio.Event()

    def _will_be_seen(self, effect_id: str) -> bool:
        finished = any(parent in self._results for parent in outer(effect_id))
        return not finished and not _is_log(effect_id) and not was_dropped(self._results[effect_id])

    def kinds(self) -> Iterator[str]:
        """The kinds of all effects that were made, to their end or not."""
        return (line["effect"] for line in self._begun.values())

    def began(self, effect_id: str) -> bool:
        """Whether this effect was made, to its end or not."""
        return effect_id in self._begun

    def result(self, effect_id: str) -> Record | None:
        """The line that tells what the effect gave; None if it had not ended."""
        return self._results.get(effect_id)

    def check(self, effect_id: str, kind: str, payload: JSON) -> None:
        """Raise if the run asks for another thing than before."""
        self._asked.add(effect_id)
        self._move()
        line = self._begun.get(effect_id)
        if line is None or _is_log(effect_id):
            return
        if line["effect"] != kind:
            raise diverged(f"it asks for `{kind}` where its journal has `{line['effect']}`")
        if line["payload"] != json.loads(json.dumps(payload)):
            raise diverged(f"it asks for `{kind}` with other arguments than in its journal")

    def check_end(self) -> None:
        """Raise if the run has ended without what it did before."""
        forgotten = [id_ for id_ in self._left if id_ not in self._asked and not is_aside(id_)]
        for effect_id in forgotten:
            kind = self._begun[effect_id]["effect"]
            raise diverged(f"its journal has a `{kind}` that it did not ask for")

    # -- in order

    async def turn(self, effect_id: str) -> None:
        """Wait until all earlier results have been given."""
        if effect_id in self._left:
            await self._until(lambda: next(iter(self._left), effect_id) == effect_id)

    def given(self, effect_id: str) -> None:
        """This result has been given."""
        self._left.pop(effect_id, None)
        self._move()

    def is_given(self, *, except_for: str) -> bool:
        """Whether nothing is left but that, and what was under way."""
        return not self._left or self._left.keys() == {except_for}

    async def all_given(self) -> None:
        """Wait until nothing is left but what was under way."""
        await self._until(lambda: not self._left)

    def ended_at(self, effect_id: str, now: float) -> float:
        """When an effect that was made `now` ended, as far as the code is told."""
        return now

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            try:
                async with asyncio.timeout(_QUIET_SECONDS):
                    await self._moved.wait()
            except TimeoutError:
                return

    def _move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


def was_dropped(line: Record) -> bool:
    """Whether whoever asked for it did not wait for the end."""
    return bool(line.get("error", {}).get("type") == "CancelledError")


def _is_log(effect_id: str) -> bool:
    return effect_id.rpartition(".")[2].startswith("l")


def diverged(how: str) -> UnderstudyError:
    """The error of a run that does other things than its journal says."""
    message = f"The run cannot be taken up: it does not follow its own journal; {how}."
    return UnderstudyError(message, hint=_HINT)


def failure(error: JSON) -> Exception:
    """An error of the journal, as it was raised."""
    kind, message = str(error["type"]), str(error["message"])
    if kind == "ModelError":
        return errors.ModelError(
            message, kind=error.get("kind", "broken"), status=error.get("status")
        )
    if kind == "PluginError":
        return errors.PluginError(message, plugin=str(error.get("plugin", "?")))
    made = getattr(errors, kind, None)
    if isinstance(made, type) and issubclass(made, UnderstudyError):
        again = made(message)
        if "kind" in error:
            again.kind = error["kind"]  # type: ignore[attr-defined]
        return again
    return RuntimeError(message)
