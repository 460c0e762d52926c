"""The tools of kills.py: a plugin that writes down every call before it answers."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from understudy import Function
from understudy.tools import ToolCall


class Look:
    """May be called twice."""

    name, idempotent = "look", True

    def __init__(self, context: Any) -> None:
        self.functions = (Function(self.name, idempotent=self.idempotent),)

    async def call(self, call: ToolCall) -> str:
        with Path(os.environ["CALLS"]).open("a") as file:  # noqa: ASYNC230 - before it answers
            file.write(f"{self.name} {call.run.id} {call.id} {time.time()}\n")
            file.flush()
            os.fsync(file.fileno())
        await asyncio.sleep(0.002)
        return "done"

    async def close(self) -> None:
        """Nothing is held."""


class Pay(Look):
    """May not."""

    name, idempotent = "pay", False


def install(site: Path) -> None:
    """Lay out a distribution that has them, for a server's PYTHONPATH."""
    about = site / "kill_tools-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: kill-tools\nVersion: 1.0\n")
    points = "[understudy.tools]\nlook = kill_tools:Look\npay = kill_tools:Pay\n"
    (about / "entry_points.txt").write_text(points)
