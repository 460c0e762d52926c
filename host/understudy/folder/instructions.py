"""Instructions: where they come from, and what is filled in when they are used."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from understudy.folder.files import read_text
from understudy.folder.problems import Problem

FILES: Final = ("AGENTS.md", "INSTRUCTIONS.md")
"""The first of these that is not empty, if assistant.json has no instructions."""

MAX_CHARACTERS: Final = 256_000
_DATE: Final = re.compile(r"\{\{\s*current_date\s*\}\}")


def expand_instructions(text: str, now: float) -> str:
    """The instructions with Jan's `{{current_date}}` filled in, as 2023-11-24.

    `now` is in Unix seconds; the date is the local one.
    """
    return _DATE.sub(datetime.fromtimestamp(now).astimezone().date().isoformat(), text)


def read_instructions(folder: Path, problems: list[Problem]) -> tuple[str, str] | None:
    """The text, and the name of the file that it is from."""
    for name in FILES:
        text = (read_text(folder, name, problems) or "").strip()
        if len(text) > MAX_CHARACTERS:
            problems.append(_too_long(name, len(text)))
        elif text:
            return text, name
    return None


def _too_long(name: str, length: int) -> Problem:
    message = f"instructions may have {MAX_CHARACTERS} characters; these have {length}"
    return Problem("bad-field", message, name)
