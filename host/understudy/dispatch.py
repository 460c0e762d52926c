"""Calls hooks, and knows which plugin answered or failed.

A hook is called through its function in `hookspecs`, so that type checkers know arguments and
results: `hooks.collect(hookspecs.validate_assistant, assistant)` gives `list[Answer[Problem]]`.

What a plugin gets wrong in `collect`, `fold`, `gather`, `refine` and `notify` is reported, and
the others go on. In the onions (`wrap_call`, `wrap_stream`) it ends the call: an error of our
family passes with a note, anything else becomes a `PluginError` that names the plugin.
"""

from __future__ import annotations

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, TypeVar

from understudy.errors import PluginError, UnderstudyError
from understudy.implementation import Implementation, arguments, item_type

if TYPE_CHECKING:
    from understudy.registration import HookPlugin

P = ParamSpec("P")
R = TypeVar("R")
X = TypeVar("X")

Report = Callable[[PluginError], None]

_FAULTS: Final = (Exception, SystemExit)
"""What a plugin may do to itself; cancellation and Ctrl-C are not its own."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What a plugin answered."""

    plugin: str
    value: R


class Hooks:
    """The hook plugins of a host, ready to be called, in order."""

    def __init__(
        self,
        plugins: Iterable[HookPlugin],
        implementations: Mapping[str, tuple[Implementation, ...]],
        report: Report,
    ) -> None:
        self.plugins = tuple(plugins)
        self._implementations = implementations
        self._report = report

    def implementations(self, spec: Callable[..., Any]) -> tuple[Implementation, ...]:
        """Who takes part in a hook, the first (outermost) first."""
        return self._implementations.get(spec.__name__, ())

    # -- each for itself: a failure is reported, and the others go on

    def collect(
        self, spec: Callable[P, Iterable[R] | None], *args: P.args, **kwargs: P.kwargs
    ) -> list[Answer[R]]:
        """Ask all plugins, and keep every item of what they give, up to where one fails."""
        given = arguments(spec, args, kwargs)
        answers: list[Answer[R]] = []
        for one in self.implementations(spec):
            with self._contained(one):
                for item in one.items(one.call(given), item_type(spec)):
                    answers.append(Answer(one.plugin, item))  # noqa: PERF401 - kept if it fails
        return answers

    async def gather(
        self, spec: Callable[P, Awaitable[Iterable[R]]], *args: P.args, **kwargs: P.kwargs
    ) -> list[Answer[R]]:
        """As `collect`, for async functions. One is awaited after the other."""
        given = arguments(spec, args, kwargs)
        answers: list[Answer[R]] = []
        for one in self.implementations(spec):
            with self._contained(one):
                for item in one.items(await one.start(given), item_type(spec)):
                    answers.append(Answer(one.plugin, item))  # noqa: PERF401 - kept if it fails
        return answers

    def fold(self, spec: Callable[[R], R | None], value: R) -> R:
        """Hand a value through all plugins: each sees what the one before it returned."""
        for one in self.implementations(spec):
            with self._contained(one):
                result = one.call(arguments(spec, (value,), {}))
                if result is not None and not isinstance(result, type(value)):
                    raise one.unexpected(result, f"`{type(value).__name__}`")
                value = value if result is None else result
        return value

    async def refine(
        self,
        spec: Callable[[X, Sequence[R]], Awaitable[Sequence[R] | None]],
        subject: X,
        items: Sequence[R],
    ) -> Sequence[R]:
        """As `fold`, for async functions that are given a list and return a better one."""
        for one in self.implementations(spec):
            with self._contained(one):
                result = await one.start(arguments(spec, (subject, items), {}))
                items = items if result is None else list(one.items(result, item_type(spec)))
        return items

    def notify(self, spec: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Tell all plugins."""
        told = self.implementations(spec)
        given = arguments(spec, args, kwargs) if told else {}
        for one in told:
            with self._contained(one):
                one.call(given)

    def _contained(self, one: Implementation) -> _Contained:
        return _Contained(one, self._report)

    # -- onions: the first plugin is outermost, a failure ends the call

    def wrap_call(
        self,
        spec: Callable[[X, Callable[[X], Awaitable[R]]], Awaitable[R]],
        inner: Callable[[X], Awaitable[R]],
    ) -> Callable[[X], Awaitable[R]]:
        """Put the plugins around an async function."""
        for one in reversed(self.implementations(spec)):
            inner = _around_call(one, spec, inner)
        return inner

    def wrap_stream(
        self,
        spec: Callable[[X, Callable[[X], AsyncIterator[R]]], AsyncIterator[R]],
        inner: Callable[[X], AsyncIterator[R]],
    ) -> Callable[[X], AsyncIterator[R]]:
        """Put the plugins around an async generator.

        Whoever iterates closes the stream (`aclosing`); what a plugin opened with `proceed` and
        left half read is closed with it.
        """
        for one in reversed(self.implementations(spec)):
            inner = _around_stream(one, spec, inner)
        return inner


class _Contained:
    """Reports what is raised inside. A class, since every token of an answer passes here."""

    __slots__ = ("_one", "_report")

    def __init__(self, one: Implementation, report: Report) -> None:
        self._one = one
        self._report = report

    def __enter__(self) -> None: ...

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> bool:
        if not isinstance(error, _FAULTS):
            return False
        self._report(error if isinstance(error, PluginError) else self._one.failed(error))
        return True


def _around_call(
    one: Implementation, spec: Callable[..., Any], inner: Callable[[X], Awaitable[R]]
) -> Callable[[X], Awaitable[R]]:
    async def layer(value: X) -> R:
        passed: list[BaseException] = []

        async def proceed(value: X) -> R:
            with _noted(passed):
                return await inner(value)

        with _attributed(one, passed):
            result: R = await one.start(arguments(spec, (value, proceed), {}))
            return result

    return layer


def _around_stream(
    one: Implementation, spec: Callable[..., Any], inner: Callable[[X], AsyncIterator[R]]
) -> Callable[[X], AsyncIterator[R]]:
    async def layer(value: X) -> AsyncIterator[R]:
        passed: list[BaseException] = []

        async def watched(value: X) -> AsyncGenerator[R, None]:
            with _noted(passed):
                async with _closing(inner(value)) as parts:
                    async for part in parts:
                        yield part

        with _attributed(one, passed):
            async with AsyncExitStack() as opened:

                def proceed(value: X) -> AsyncIterator[R]:
                    stream = watched(value)
                    opened.push_async_callback(stream.aclose)
                    return stream

                stream = one.open(arguments(spec, (value, proceed), {}))
                async with _closing(stream) as parts:
                    async for part in parts:
                        yield part

    return layer


@contextmanager
def _noted(passed: list[BaseException]) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        passed.append(error)
        raise


@contextmanager
def _attributed(one: Implementation, passed: list[BaseException]) -> Iterator[None]:
    """Blame the plugin for what is raised, unless it came from further inside."""
    try:
        yield
    except _FAULTS as error:
        if any(error is other for other in passed):
            raise
        if not isinstance(error, UnderstudyError):
            raise one.failed(error) from error
        error.add_note(f"in plugin `{one.plugin}`, hook `{one.hook}`")
        raise


@asynccontextmanager
async def _closing(stream: AsyncIterator[R]) -> AsyncIterator[AsyncIterator[R]]:
    """Close the stream at the end, if it is one that can be closed."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
