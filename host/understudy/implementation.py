"""A plugin's function for a hook: called with the arguments it takes, its answer looked at."""

from __future__ import annotations

import inspect
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, get_args, get_type_hints

from understudy.errors import PluginError


@dataclass(frozen=True, slots=True)
class Implementation:
    """One plugin's part in one hook. `argnames` are those of the hook's arguments it takes.

    `distribution` is empty if the app passed the plugin in.
    The methods raise `PluginError` for an answer that does not fit the hook.
    """

    plugin: str
    hook: str
    function: Callable[..., Any] = field(hash=False)
    argnames: tuple[str, ...]
    distribution: str = ""

    def failure(self, what: str) -> PluginError:
        """A failure of this function, in words."""
        origin = f"{self.distribution}:{self.plugin}"
        switch = f"UNDERSTUDY_PLUGINS=-{origin} switches it off." if self.distribution else None
        message = f"plugin `{self.plugin}` failed in `{self.hook}`: {what}"
        return PluginError(message, plugin=self.plugin, hook=self.hook, hint=switch)

    def failed(self, error: BaseException) -> PluginError:
        """A failure because of an exception."""
        kind = type(error).__name__
        failure = self.failure(f"{kind}: {error}" if str(error) else kind)
        failure.__cause__ = error
        return failure

    def call(self, given: Mapping[str, Any]) -> Any:
        """The answer of a plain function."""
        result = self._result(given)
        if inspect.iscoroutine(result):
            result.close()
            raise self.failure("it must be a plain function, not an async one")
        return result

    def start(self, given: Mapping[str, Any]) -> Awaitable[Any]:
        """The awaitable of an async function."""
        result = self._result(given)
        if not inspect.isawaitable(result):
            raise self.failure("it must be an async function")
        return result

    def open(self, given: Mapping[str, Any]) -> AsyncIterator[Any]:
        """The stream of an async generator."""
        result = self._result(given)
        if inspect.iscoroutine(result):
            result.close()
            raise self.failure("it must be an async generator: there is no `yield` in it")
        if not isinstance(result, AsyncIterable):
            raise self.failure("it must be an async generator: `async def` with a `yield` in it")
        return aiter(result)

    def items(self, result: Any, kind: type) -> Iterator[Any]:
        """The items of an answer, each looked at when it comes; None has none."""
        if result is None:
            return
        if not isinstance(result, Iterable):
            raise self.unexpected(result, f"a list of `{kind.__name__}`")
        for item in result:
            if not _conforms(item, kind):
                raise self.unexpected(item, f"`{kind.__name__}`")
            yield item

    def unexpected(self, value: object, expected: str) -> PluginError:
        """A failure because of the type of an answer."""
        return self.failure(f"it gave `{type(value).__name__}` instead of {expected}")

    def _result(self, given: Mapping[str, Any]) -> Any:
        return self.function(*[given[name] for name in self.argnames])


@cache
def item_type(spec: Callable[..., Any]) -> type:
    """`Tool`, for a hook that returns `Awaitable[Iterable[Tool]]`."""
    found: Any = get_type_hints(spec)["return"]
    while parts := get_args(found):
        found = parts[0]
    return found if isinstance(found, type) else object


def _conforms(item: object, kind: type) -> bool:
    if Protocol not in kind.__bases__:
        return isinstance(item, kind)
    members = {*vars(kind), *kind.__annotations__}
    return all(hasattr(item, name) for name in members if name[0] != "_")


def arguments(
    spec: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """A call's arguments by name, the hook's defaults included."""
    names, defaults = _parameters(spec)
    return {**defaults, **dict(zip(names, args, strict=False)), **kwargs}


@cache
def _parameters(spec: Callable[..., Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    parameters = inspect.signature(spec).parameters
    defaults = {n: p.default for n, p in parameters.items() if p.default is not p.empty}
    return tuple(parameters), defaults
