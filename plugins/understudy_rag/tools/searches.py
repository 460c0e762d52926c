"""What is remembered of searches: their numbers, which markers are made of, and what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from understudy.runs.run import Run
    from understudy_rag.tools.shelf import Skipped

MAX_RUNS: Final = 1_000
"""So many runs and threads are remembered; the longest idle is forgotten."""


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


class Said:
    """What the users of threads know already."""

    def __init__(self) -> None:
        self._known: dict[str, set[Skipped]] = {}

    def news(self, thread_id: str, skipped: Sequence[Skipped]) -> list[Skipped]:
        """What is new to a thread; it is known from now on."""
        known = self._known.pop(thread_id, set())
        news = [each for each in skipped if each not in known]
        self._known[thread_id] = known | set(skipped)
        if len(self._known) > MAX_RUNS:
            del self._known[next(iter(self._known))]
        return news
