"""Which plugins are on: what `UNDERSTUDY_PLUGINS` and the settings say.

    (not set)    all
    ""           none but the built-in ones
    "a,b"        besides the built-in ones, only these
    "-a"         all but this one; also for a built-in one

A plugin is meant by its name, its distribution, or `distribution:name`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from understudy.entrypoints import EntryPoint, normalize
from understudy.errors import Invalid

BUILTIN = "understudy"
"""The distribution whose plugins are the built-in ones."""


class Selection(NamedTuple):
    """`only` None: all. `origin` says where it was written, for messages."""

    only: frozenset[str] | None = None
    blocked: frozenset[str] = frozenset()
    origin: str = "UNDERSTUDY_PLUGINS"

    @classmethod
    def parse(cls, text: str, origin: str = "UNDERSTUDY_PLUGINS") -> Selection:
        """Read words that are separated by commas."""
        words = [word for part in text.split(",") if (word := part.strip())]
        blocked = frozenset(normalize(word[1:]) for word in words if word[0] == "-")
        chosen = frozenset(normalize(word) for word in words if word[0] != "-")
        return cls(chosen if chosen or not blocked else None, blocked, origin)

    def allows(self, point: EntryPoint) -> bool:
        """Whether the plugin may be imported."""
        if self.only is None and not self.blocked:
            return True
        names = words_for(point)
        if names & self.blocked:
            return False
        return self.only is None or point.distribution == BUILTIN or bool(names & self.only)

    def unknown(self, points: Iterable[EntryPoint]) -> list[str]:
        """The words that mean no plugin: misspelt, or no longer installed."""
        known: set[str] = set().union(*map(words_for, points))
        return sorted(((self.only or frozenset()) | self.blocked) - known)


def words_for(point: EntryPoint) -> frozenset[str]:
    """The three ways to mean a plugin."""
    name = normalize(point.name)
    return frozenset((name, point.distribution, f"{point.distribution}:{name}"))


def choices(settings: Mapping[str, Any], env: Mapping[str, str]) -> tuple[Selection, bool]:
    """The selection, and whether failures are raised. The environment wins over the settings.

    Raises `Invalid` for a setting that is unknown or of the wrong type.
    """
    if unknown := sorted(settings.keys() - {"plugins", "strict"}):
        hint = 'Known are "plugins" and "strict".'
        raise Invalid(f'unknown setting "{unknown[0]}" of plugins', param=unknown[0], hint=hint)
    strict = _is_on(env.get("UNDERSTUDY_STRICT")) or settings.get("strict") is True
    if (text := env.get("UNDERSTUDY_PLUGINS")) is not None:
        return Selection.parse(text), strict
    return _from_settings(settings.get("plugins")), strict


def _from_settings(value: Any) -> Selection:
    if value is None:
        return Selection()
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        hint = 'For example ["-rag"]; the words mean the same as in UNDERSTUDY_PLUGINS.'
        raise Invalid('the setting "plugins" must be a list of names', param="plugins", hint=hint)
    return Selection.parse(",".join(words), 'the setting "plugins"')


def _is_on(text: str | None) -> bool:
    return (text or "").strip().lower() not in ("", "0", "no", "off", "false")
