"""Numbers for searches: no two of a run may share one, since markers are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from understudy.runs.run import Run

MAX_RUNS: Final = 1_000
"""Of so many runs it is remembered how often they searched; the longest idle is forgotten."""


class Searches:
    """Counts the searches of runs."""

    def __init__(self) -> None:
        self._made: dict[str, int] = {}

    def next(self, run: Run) -> int:
        """The number of a run's next search; it begins where the conversation stands."""
        earlier = self._made.pop(run.id, 0)
        self._made[run.id] = earlier + 1
        if len(self._made) > MAX_RUNS:
            del self._made[next(iter(self._made))]
        return len(run.messages) + earlier


def marker(search: int, at: int) -> str:
    """The marker of a search's chunk, as OpenAI writes them."""
    return f"【{search}:{at}†source】"
