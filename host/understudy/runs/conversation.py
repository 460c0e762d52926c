"""Recorded conversations: the files `tests/*.jsonl` of an assistant (docs/testing.md).

A line is what a user said, how a run began, an effect or its result as the journal has them, what
the assistant said, or how the run ended, if it was not completed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from understudy.errors import Invalid
from understudy.objects import Message, Run, Thread, validated
from understudy.runs.recording import Outcome, Recording

JSON = dict[str, Any]
_BEGAN: Final = 1_700_000_000.0
_SEED: Final = "00" * 32


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _User(_Line):
    user: str | list[JSON]


class _Begun(_Line):
    run: JSON
    t: float = _BEGAN
    seed: Annotated[str, StringConstraints(pattern="^([0-9a-f]{2})*$")] = _SEED


class _Error(BaseModel):
    type: str
    message: str


class _Effect(_Line):
    effect: str
    id: str
    payload: JSON = {}
    t: float = _BEGAN


class _Result(_Line):
    result: str
    value: Any = None
    error: _Error | None = None
    left: bool = False
    t: float = _BEGAN


class _Said(_Line):
    assistant: str


class _Ended(_Line):
    ended: str
    error: str | None = None


_KINDS: Final[dict[str, type[_Line]]] = {
    "user": _User,
    "run": _Begun,
    "effect": _Effect,
    "result": _Result,
    "assistant": _Said,
    "ended": _Ended,
}


@dataclass(slots=True)
class Turn:
    """What users said, and the run that answered."""

    said: list[Any] = field(default_factory=list)
    begun: JSON = field(default_factory=dict)
    lines: list[JSON] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    status: str = "completed"
    error: str | None = None

    @property
    def has_run(self) -> bool:
        """Whether the run has been told of: who speaks next begins another turn."""
        return bool(self.begun or self.lines or self.answers or self.error)

    def add(self, line: JSON) -> None:
        """Take in the next line."""
        if "user" in line:
            self.said.append(line["user"])
        elif "run" in line:
            self.begun = line
        elif "assistant" in line:
            self.answers.append(line["assistant"])
        elif "ended" in line:
            self.status, self.error = line["ended"], line.get("error")
        else:
            nothing = {} if "effect" in line or "error" in line else {"value": None}
            self.lines.append({"t": _BEGAN, **nothing, **line})

    def wire(self) -> Iterator[JSON]:
        """The turn's lines."""
        yield from ({"user": said} for said in self.said)
        yield from [self.begun] if self.begun else []
        yield from self.lines
        yield from ({"assistant": answer} for answer in self.answers)
        if self.status != "completed":
            yield {"ended": self.status, "error": self.error}


def read_turns(file: Path) -> list[Turn]:
    """The turns of a file. Raises `Invalid` with the line that is wrong."""
    turns: list[Turn] = []
    for number, text in enumerate(_text(file).splitlines(), 1):
        if not text.strip():
            continue
        line = _checked(text, f"tests/{file.name}:{number}")
        if not turns or ("user" in line and turns[-1].has_run):
            turns.append(Turn())
        turns[-1].add(line)
    _check_results(turns, file)
    if not turns:
        raise Invalid(f"tests/{file.name} is empty.", hint="See docs/testing.md.")
    return turns


def _check_results(turns: Iterable[Turn], file: Path) -> None:
    for turn in turns:
        asked = {line.get("id") for line in turn.lines}
        for line in turn.lines:
            if line.get("result", line.get("id")) not in asked:
                what = f'the result "{line["result"]}" is of no effect'
                raise Invalid(f"tests/{file.name}: {what}.", hint="See docs/testing.md.")


def write_turns(file: Path, turns: Iterable[Turn]) -> None:
    """Write a file, or replace it."""
    lines = [json.dumps(line, ensure_ascii=False) for turn in turns for line in turn.wire()]
    fresh = file.with_name(f".{file.name}.new")
    file.parent.mkdir(exist_ok=True)
    fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.replace(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"tests/{file.name} cannot be read: {error}.") from None


def _checked(text: str, place: str) -> JSON:
    try:
        line = json.loads(text)
        [kind] = [model for key, model in _KINDS.items() if key in line]
        validated(kind, line)
    except (Invalid, ValueError, TypeError, RecursionError) as error:
        why = str(error) if isinstance(error, Invalid) else "it is none of the lines that there are"
        known = ", ".join(f'"{key}"' for key in _KINDS)
        hint = f"A line is a JSON object with one of {known}: see docs/testing.md."
        raise Invalid(f"{place}: {why.rstrip('.')}.", hint=hint) from None
    checked: JSON = line
    return checked


def recordings(assistant: str, instructions: str, turns: Iterable[Turn]) -> Iterator[Recording]:
    """A recording of each turn; the thread holds what the turns before it have said."""
    messages: list[Message] = []
    for turn in turns:
        about = {
            "id": "run_test",
            "thread_id": "thread_test",
            "model": "*",
            "instructions": instructions,
            "tools": [],
            **turn.begun.get("run", {}),
        }
        run = Run.read(about | {"created_at": int(_BEGAN), "assistant_id": assistant})
        messages += [_message(run, len(messages), "user", said) for said in turn.said]
        began = {"n": 1, "t": turn.begun.get("t", _BEGAN), "seed": turn.begun.get("seed", _SEED)}
        expected = Outcome(turn.status, tuple(turn.answers), turn.error)
        thread = Thread(id=run.thread_id, created_at=int(_BEGAN))
        yield Recording(run, thread, tuple(messages), began, tuple(turn.lines), expected)
        messages += [_message(run, len(messages), "assistant", said) for said in turn.answers]


def _message(run: Run, number: int, role: str, said: Any) -> Message:
    text = {"type": "text", "text": {"value": said, "annotations": []}}
    return Message.read(
        {
            "id": f"msg_test{number}",
            "created_at": int(_BEGAN),
            "thread_id": run.thread_id,
            "role": role,
            "content": [text] if isinstance(said, str) else said,
        }
    )


def turn_of(recording: Recording, before: int) -> Turn:
    """The turn that a recording is; `before` of its messages belong to earlier turns."""
    run, expected = recording.run.wire(), recording.expected
    kept = ("id", "thread_id", "instructions", "model", "tools", "temperature", "top_p")
    began = {"t": recording.began["t"], "seed": recording.began["seed"]}
    return Turn(
        [_content(message) for message in recording.messages[before:] if message.role == "user"],
        {"run": {name: run[name] for name in kept if run[name] is not None}, **began},
        [{key: value for key, value in line.items() if key != "n"} for line in recording.lines],
        list(expected.texts),
        expected.status,
        expected.error,
    )


def _content(message: Message) -> str | list[JSON]:
    content: list[JSON] = message.wire()["content"]
    return message.text if all(part["type"] == "text" for part in content) else content
