"""What a run did before its process died, as its journal tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from understudy.errors import ToolError, UnderstudyError
from understudy.store import Record


class Past:
    """The effects of a run that is taken up: those with a result are not made again."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._kinds = {line["id"]: line["effect"] for line in records if "effect" in line}
        self._results = {line["result"]: line for line in records if "result" in line}

    def knows(self, effect_id: str, kind: str) -> bool:
        """Whether this effect has ended. Raises if the run does another thing than before."""
        if effect_id not in self._kinds:
            return False
        if self._kinds[effect_id] != kind:
            raise UnderstudyError(
                f"The run cannot be taken up: it asks for `{kind}` where its journal has "
                f"`{self._kinds[effect_id]}`.",
                hint="Code that decides by the clock or by module state cannot be repeated.",
            )
        return effect_id in self._results

    def answer(self, effect_id: str) -> Any:
        """What the effect gave. Raises what it raised."""
        line = self._results[effect_id]
        if "error" in line:
            raise ToolError(line["error"]["message"])
        return line["value"]
