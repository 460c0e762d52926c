"""Attached files that were deleted leave the index, too."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from understudy.errors import NotFound
from understudy.streams import closing

if TYPE_CHECKING:
    from understudy.runs.run import Run
    from understudy_rag.tools.shelf import Shelf

_LOOKED_AT: Final = 20
"""So many are looked at after each search: a question must not wait for all there ever were."""


async def forget_deleted(shelf: Shelf, run: Run, present: Collection[str]) -> None:
    """Look whether some files of other threads still exist, and forget those that do not."""
    others = sorted(await shelf.kept("attached") - set(present))
    looked_at = random.sample(others, min(_LOOKED_AT, len(others)))
    gone = [file_id for file_id in looked_at if await _is_gone(run, file_id)]
    await shelf.forget("attached", gone)


async def _is_gone(run: Run, file_id: str) -> bool:
    try:
        async with closing(run.open_file(file_id)) as content:
            async for _ in content:
                break
    except NotFound:
        return True
    return False
