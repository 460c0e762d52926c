"""Tool calls that somebody must approve: `"approve"` in assistant.json, the question, the answer.

The question is a function call of its own, `approve_tool_call`, so that a client which knows
nothing of approvals can neither take it for the call itself nor approve by accident: whatever it
answers to a function it does not know, is no.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from understudy.suggestion import did_you_mean

FUNCTION: Final = "approve_tool_call"
ALL: Final = "*"
_YES: Final = frozenset(("approve", "approved", "yes", "true", "allow", "allowed", "ok"))
_LONGEST_REASON: Final = 1000

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Approvals:
    """Which calls need a yes: a function's name, `plugin:name`, `plugin:*`, or `*` for all."""

    patterns: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *lists: Any) -> Self:
        """What any of these lists names: code that changes the assistant takes nothing away."""
        return cls(frozenset(name for names in lists for name in _texts(names)))

    def cover(self, name: str, plugin: str) -> bool:
        """Whether a call of this plugin's function needs a yes."""
        return not self.patterns.isdisjoint((ALL, name, f"{plugin}:{name}", f"{plugin}:{ALL}"))

    def unknown(self, functions: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Patterns that mean none of these (name, plugin), each with a suggestion or nothing."""
        known = {
            word
            for name, plugin in functions
            for word in (ALL, name, f"{plugin}:{name}", f"{plugin}:{ALL}")
        }
        for pattern in sorted(self.patterns - known - {ALL}):
            yield pattern, did_you_mean(pattern, sorted(known))


def _texts(names: Any) -> Iterator[str]:
    if isinstance(names, list | tuple):
        yield from (name for name in names if isinstance(name, str))


@dataclass(frozen=True, slots=True)
class Approved:
    """A call as it was approved: no other may be made in its place."""

    name: str
    arguments: Mapping[str, Any] = field(hash=False)

    def is_for(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Whether this is the call that was approved."""
        return self.name == name and dict(self.arguments) == dict(arguments)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a question."""

    is_yes: bool
    reason: str = ""

    @classmethod
    def read(cls, output: str) -> Self:
        """Read what a client, or a person, has answered: anything that is not a plain yes is no.

        A yes is `approve` (or `yes` …), true, or `{"approve": true}`; `reason` goes to the model.
        """
        value = _json(output)
        if isinstance(value, dict):
            reason = value.get("reason")
            return cls(value.get("approve") is True, reason if isinstance(reason, str) else "")
        text = str(value).strip()
        is_yes = text.lower() in _YES
        return cls(is_yes, "" if is_yes else text[:_LONGEST_REASON])

    @property
    def refusal(self) -> str:
        """What the model is told of a call that was not approved."""
        told = f" The answer was: {self.reason}" if self.reason else ""
        return f"The user did not approve this call, so it was not made.{told}"


def question(name: str, arguments: str) -> str:
    """The arguments of the call that asks for approval, as JSON."""
    value = _json(arguments or "{}")
    return json.dumps({"tool": name, "arguments": value}, ensure_ascii=False)


def are_questions(calls: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what a run waits for is approval (`required_action`'s tool calls)."""
    return bool(calls) and all(call["function"]["name"] == FUNCTION for call in calls)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
