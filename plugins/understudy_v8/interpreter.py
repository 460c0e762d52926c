"""Python processes of our own, which know of us nothing but one module."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from understudy.errors import ScriptError

_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {} import main; main()"


def python(module: str) -> list[str]:
    """How to run `main` of a module of ours, with the least that Python can do with."""
    if not sys.executable:
        raise no_process("it is not known where Python's own program is")
    return [sys.executable, "-I", "-S", "-c", _START.format(module), str(Path(__file__).parents[1])]


def engine_folder() -> Path:
    """Where mini-racer's library lies."""
    spec = find_spec("py_mini_racer")
    if spec is None or spec.origin is None:
        raise no_process("mini-racer is not installed")
    return Path(spec.origin).parent


def no_process(reason: str) -> ScriptError:
    """The system allows no worker."""
    return ScriptError(
        f"no process can be started for the script: {reason}",
        hint="Code that you trust needs none; all code does without if UNDERSTUDY_JAIL=never.",
    )
