"""Calling hooks: who answered, who failed, and what the others then do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import pytest

from understudy import Assistant, PluginError, Problem, ToolError, hookimpl, hookspecs
from understudy.dispatch import Answer, Hooks
from understudy.plugins import Plugins

JAN = Assistant(id="jan", instructions="Help")
RUN: Any = SimpleNamespace(id="run_1")
CALL: Any = SimpleNamespace(name="add", arguments={"a": 1})
EVENT: Any = SimpleNamespace(n=1, name="thread.run.created")


def plugin(name: str, hook: str, function: Callable[..., Any]) -> object:
    """A plugin with one hook, which is this function."""
    return SimpleNamespace(name=name, **{hook: hookimpl(function)})


def opened(hook: str, **functions: Callable[..., Any]) -> tuple[Hooks, list[PluginError]]:
    extra = [plugin(name, hook, function) for name, function in functions.items()]
    plugins = Plugins(extra=extra, environ={"UNDERSTUDY_PLUGINS": ""})
    return plugins.hooks(), plugins.failures


def raising(error: BaseException) -> Callable[..., Any]:
    def function(*_: object) -> Any:
        raise error

    return function


# -- collect


def validate(**functions: Callable[..., Any]) -> tuple[list[str], list[PluginError]]:
    hooks, failures = opened("validate_assistant", **functions)
    answers = hooks.collect(hookspecs.validate_assistant, JAN)
    return [f"{answer.plugin}:{answer.value.code}" for answer in answers], failures


def test_every_problem_of_every_plugin_is_collected_with_its_plugin() -> None:
    def a(assistant: Assistant) -> Iterable[Problem]:
        return [Problem("one", ""), Problem("two", "")]

    def b(assistant: Assistant) -> Iterable[Problem]:
        yield Problem(assistant.id, "")

    assert validate(a=a, b=b, c=lambda: None) == (["a:one", "a:two", "b:jan"], [])


def test_a_plugin_that_raises_is_reported_and_the_others_are_asked() -> None:
    def halfway() -> Iterable[Problem]:
        yield Problem("before", "")
        raise ValueError("after")

    found, failures = validate(a=raising(KeyError("x")), b=halfway, c=lambda: [Problem("c", "")])
    assert found == ["b:before", "c:c"]
    assert [str(failure) for failure in failures] == [
        "plugin `a` failed in `validate_assistant`: KeyError: 'x'",
        "plugin `b` failed in `validate_assistant`: ValueError: after",
    ]
    assert isinstance(failures[0].__cause__, KeyError)


def test_a_plugin_that_leaves_the_program_does_not() -> None:
    found, failures = validate(a=raising(SystemExit(1)), b=lambda: [Problem("b", "")])
    assert found == ["b:b"]
    assert "SystemExit" in str(failures[0])


def test_ctrl_c_is_nobodys_failure() -> None:
    with pytest.raises(KeyboardInterrupt):
        validate(a=raising(KeyboardInterrupt()))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (3, "it gave `int` instead of a list of `Problem`"),
        ("text", "it gave `str` instead of `Problem`"),
        ([Problem("kept", ""), {"code": "x"}], "it gave `dict` instead of `Problem`"),
    ],
)
def test_an_answer_of_the_wrong_type_is_reported(answer: object, said: str) -> None:
    found, failures = validate(a=lambda: answer, b=lambda: [Problem("b", "")])
    assert found[-1] == "b:b"
    assert said in str(failures[0])


def test_an_async_function_where_a_plain_one_is_expected_is_reported() -> None:
    async def a() -> None: ...

    async def b() -> AsyncIterator[Problem]:
        yield Problem("b", "")

    found, failures = validate(a=a, b=b)
    assert not found
    assert "must be a plain function, not an async one" in str(failures[0])
    assert "`async_generator` instead of a list of `Problem`" in str(failures[1])


def test_a_failure_is_reported_once_for_each_plugin_and_hook() -> None:
    hooks, failures = opened("validate_assistant", a=raising(ValueError()))
    for _ in range(3):
        hooks.collect(hookspecs.validate_assistant, JAN)
    assert [str(failure) for failure in failures] == [
        "plugin `a` failed in `validate_assistant`: ValueError"
    ]


# -- fold


def load(**functions: Callable[..., Any]) -> tuple[Any, list[PluginError]]:
    hooks, failures = opened("load_assistant", **functions)
    return hooks.fold(hookspecs.load_assistant, JAN), failures


def adding(text: str) -> Callable[[Assistant], Assistant]:
    def load_assistant(assistant: Assistant) -> Assistant:
        return assistant.model_copy(update={"instructions": f"{assistant.instructions}{text}"})

    return load_assistant


def test_each_plugin_sees_what_the_one_before_it_returned() -> None:
    loaded, failures = load(b=adding("!"), a=adding(" me"), c=lambda assistant: None)
    assert (loaded.instructions, failures) == ("Help me!", [])


def test_without_plugins_the_assistant_is_the_same() -> None:
    assert load() == (JAN, [])


@pytest.mark.parametrize("wrong", [{"id": "jan"}, "jan", False])
def test_what_is_no_assistant_is_not_taken_for_one(wrong: object) -> None:
    loaded, failures = load(a=adding("!"), b=lambda: wrong, c=adding("?"))
    assert loaded.instructions == "Help!?"
    assert f"it gave `{type(wrong).__name__}` instead of `Assistant`" in str(failures[0])


def test_an_assistant_is_loaded_though_a_plugin_fails() -> None:
    loaded, failures = load(a=raising(OSError("disk")), b=adding("!"))
    assert loaded.instructions == "Help!"
    assert (failures[0].plugin, failures[0].hook) == ("a", "load_assistant")


# -- gather


class Clock:
    functions = ()

    async def call(self, call: object) -> str:
        return "noon"

    async def close(self) -> None: ...


def gather(**functions: Callable[..., Any]) -> tuple[list[Answer[Any]], list[PluginError]]:
    hooks, failures = opened("provide_tools", **functions)
    return asyncio.run(hooks.gather(hookspecs.provide_tools, JAN)), failures


def test_tools_are_gathered_with_the_plugin_they_come_from() -> None:
    clock = Clock()

    async def a() -> list[Clock]:
        await asyncio.sleep(0)
        return [clock]

    async def b(assistant: Assistant) -> None: ...

    assert gather(a=a, b=b) == ([Answer("a", clock)], [])


def test_failures_while_gathering_are_contained() -> None:
    async def failing() -> list[Clock]:
        await asyncio.sleep(0)
        raise ConnectionError("no server")

    async def not_a_tool() -> list[object]:
        return [Clock(), object()]

    async def good() -> list[Clock]:
        return [Clock()]

    answers, failures = gather(a=failing, b=lambda: [Clock()], c=not_a_tool, d=good)
    assert [answer.plugin for answer in answers] == ["c", "d"]
    assert [str(failure).partition(": ")[2] for failure in failures] == [
        "ConnectionError: no server",
        "it must be an async function",
        "it gave `object` instead of `Tool`",
    ]


def test_cancellation_passes_and_reaches_the_plugin() -> None:
    seen: list[str] = []

    async def slow() -> list[Clock]:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cleaned up")
        return []

    async def main() -> None:
        hooks, failures = opened("provide_tools", a=slow)
        task = asyncio.ensure_future(hooks.gather(hookspecs.provide_tools, JAN))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (seen, failures) == (["cleaned up"], [])

    asyncio.run(main())


# -- notify


def test_observers_get_the_arguments_that_they_take() -> None:
    seen: list[object] = []
    hooks, failures = opened(
        "observe_event",
        a=lambda run, event: seen.append((run, event)),
        b=lambda event: seen.append(event.n),
        c=lambda: seen.append("c"),
    )
    hooks.notify(hookspecs.observe_event, RUN, EVENT)
    hooks.notify(hookspecs.observe_event, event=EVENT, run=RUN)
    assert seen == [(RUN, EVENT), 1, "c"] * 2
    assert not failures


def test_an_observer_that_fails_never_breaks_the_run_and_is_reported_once() -> None:
    async def wrongly_async(event: object) -> None: ...

    seen: list[object] = []
    hooks, failures = opened(
        "observe_event", a=raising(OSError("full")), b=wrongly_async, c=lambda: seen.append("c")
    )
    for _ in range(5):
        hooks.notify(hookspecs.observe_event, RUN, EVENT)
    assert seen == ["c"] * 5
    assert [failure.plugin for failure in failures] == ["a", "b"]


# -- call_tool


def call_tool(inner: Callable[[Any], Any], **functions: Callable[..., Any]) -> Any:
    hooks, failures = opened("call_tool", **functions)
    assert not failures
    return asyncio.run(hooks.wrap_call(hookspecs.call_tool, inner)(CALL))  # type: ignore[arg-type]


async def tool(call: Any) -> Any:
    return call.arguments["a"]


async def failing_tool(call: Any) -> Any:
    raise LookupError("no such row")


def test_the_first_plugin_is_outermost() -> None:
    def around(name: str) -> Callable[..., Any]:
        async def call_tool(call: Any, proceed: Any) -> str:
            return f"{name}({await proceed(call)})"

        return call_tool

    assert call_tool(tool, b=around("b"), a=around("a")) == "a(b(1))"


def test_a_call_can_be_changed_repeated_and_replaced() -> None:
    async def twice(call: Any, proceed: Any) -> Any:
        changed = SimpleNamespace(name="add", arguments={"a": 20})
        return await proceed(call) + await proceed(changed)

    async def constant() -> int:
        return 7

    assert call_tool(tool, a=twice) == 21
    assert call_tool(tool, a=twice, b=constant) == 14


def test_without_plugins_a_call_goes_straight_to_the_tool() -> None:
    hooks, _ = opened("call_tool")
    assert hooks.wrap_call(hookspecs.call_tool, tool) is tool


def test_a_plugin_that_raises_fails_the_call_in_its_name() -> None:
    async def divides(call: Any, proceed: Any) -> Any:
        return await proceed(call) / 0

    with pytest.raises(PluginError, match="plugin `a` failed in `call_tool`: ZeroDiv") as caught:
        call_tool(tool, a=divides)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_refusal_stays_a_refusal_and_says_whose_it_is() -> None:
    with pytest.raises(ToolError, match="not allowed") as caught:
        call_tool(tool, a=lambda call, proceed: proceed(call), b=raising(ToolError("not allowed")))
    assert str(caught.value) == "not allowed"
    assert caught.value.__notes__ == ["in plugin `b`, hook `call_tool`"]


def test_an_error_of_the_tool_passes_through_plugins_untouched() -> None:
    async def passing(call: Any, proceed: Any) -> Any:
        return await proceed(call)

    with pytest.raises(LookupError) as caught:
        call_tool(failing_tool, a=passing, b=passing)
    assert not hasattr(caught.value, "__notes__")


def test_an_error_of_the_tool_can_be_answered_by_a_plugin() -> None:
    async def mending(call: Any, proceed: Any) -> Any:
        try:
            return await proceed(call)
        except LookupError as error:
            return str(error)

    assert call_tool(failing_tool, a=mending) == "no such row"


def test_a_plain_function_around_a_call_is_refused_by_name() -> None:
    with pytest.raises(PluginError, match="plugin `a` failed in `call_tool`: it must be an async"):
        call_tool(tool, a=lambda call: call)


def test_a_time_limit_of_a_plugin_is_its_failure() -> None:
    async def impatient(call: Any, proceed: Any) -> Any:
        async with asyncio.timeout(0):
            return await proceed(call)

    async def forever(call: Any) -> Any:
        await asyncio.Event().wait()

    with pytest.raises(PluginError, match="plugin `a` failed in `call_tool`: TimeoutError"):
        call_tool(forever, a=impatient)


# -- invoke_assistant


class Answering:
    """The innermost of the onion: three words; it knows whether it was closed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.opened = self.closed = 0

    async def __call__(self, run: Any) -> AsyncIterator[Any]:
        self.opened += 1
        try:
            for word in ("to ", "be ", "or"):
                yield word
                await asyncio.sleep(0)
            if self.error:
                raise self.error
        finally:
            self.closed += 1


async def upper(run: Any, proceed: Any) -> AsyncIterator[str]:
    async for part in proceed(run):
        yield part.upper()


async def bracket(run: Any, proceed: Any) -> AsyncIterator[str]:
    yield "["
    async for part in proceed(run):
        yield part
    yield "]"


async def read(inner: Any, limit: int = 99, **functions: Callable[..., Any]) -> str:
    hooks, failures = opened("invoke_assistant", **functions)
    assert not failures
    stream: Any = hooks.wrap_stream(hookspecs.invoke_assistant, inner)(RUN)
    parts: list[str] = []
    async with aclosing(stream):
        async for part in stream:
            parts.append(part)
            if len(parts) == limit:
                break
    return "".join(parts)


def test_what_is_streamed_passes_through_all_plugins_part_by_part() -> None:
    assert asyncio.run(read(Answering(), a=bracket, b=upper)) == "[TO BE OR]"
    assert asyncio.run(read(Answering())) == "to be or"


def test_a_plugin_can_answer_in_place_of_the_assistant() -> None:
    async def refuse() -> AsyncIterator[str]:
        yield "no"

    answering = Answering()
    assert asyncio.run(read(answering, a=bracket, b=refuse)) == "[no]"
    assert answering.opened == 0


def test_a_reader_that_leaves_closes_every_layer_at_once() -> None:
    closed: list[str] = []

    async def watching(run: Any, proceed: Any) -> AsyncIterator[str]:
        try:
            async for part in proceed(run):
                yield part
        finally:
            closed.append("plugin")

    answering = Answering()

    async def main() -> None:
        assert await read(answering, limit=2, a=upper, b=watching) == "TO BE "
        assert (answering.closed, closed) == (1, ["plugin"])

    asyncio.run(main())


def test_what_a_plugin_leaves_half_read_is_closed() -> None:
    async def first_word_of_two_tries(run: Any, proceed: Any) -> AsyncIterator[str]:
        for _ in range(2):
            async for part in proceed(run):
                yield part
                break

    answering = Answering()

    async def main() -> None:
        assert await read(answering, a=first_word_of_two_tries) == "to to "
        assert (answering.opened, answering.closed) == (2, 2)

    asyncio.run(main())


def test_a_plugin_that_raises_in_the_stream_fails_the_run_in_its_name() -> None:
    async def breaks(run: Any, proceed: Any) -> AsyncIterator[str]:
        async for part in proceed(run):
            yield part
            raise RuntimeError("enough")

    answering = Answering()
    with pytest.raises(PluginError, match="plugin `b` failed in `invoke_assistant`: Runtime"):
        asyncio.run(read(answering, a=upper, b=breaks))
    assert answering.closed == 1


def test_an_error_of_the_assistant_passes_through_the_stream_untouched() -> None:
    error = LookupError("of the assistant")
    with pytest.raises(LookupError) as caught:
        asyncio.run(read(Answering(error), a=upper, b=bracket))
    assert caught.value is error
    assert not hasattr(error, "__notes__")


def test_a_plugin_may_catch_what_the_assistant_raised() -> None:
    async def mend(run: Any, proceed: Any) -> AsyncIterator[str]:
        try:
            async for part in proceed(run):
                yield part
        except LookupError:
            yield " not to be"

    assert asyncio.run(read(Answering(LookupError()), a=mend)) == "to be or not to be"


@pytest.mark.parametrize("wrong", [lambda run: ["a"], lambda run: None, lambda run: iter("a")])
def test_what_is_no_async_generator_is_refused_by_name(wrong: Callable[..., Any]) -> None:
    with pytest.raises(PluginError, match=r"plugin `a`.*must be an async generator"):
        asyncio.run(read(Answering(), a=wrong))


def test_a_forgotten_yield_is_named() -> None:
    async def forgetful(run: Any, proceed: Any) -> Any:
        return proceed(run)

    with pytest.raises(PluginError, match="there is no `yield` in it"):
        asyncio.run(read(Answering(), a=forgetful))


def test_an_async_iterator_that_is_no_generator_will_do() -> None:
    class Words:
        def __init__(self) -> None:
            self.left = ["b", "a"]

        def __aiter__(self) -> Words:
            return self

        async def __anext__(self) -> str:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop()

    def words() -> Words:
        return Words()

    assert asyncio.run(read(Answering(), a=words)) == "ab"


def test_a_cancelled_run_is_cancelled_in_every_layer() -> None:
    answering = Answering()

    async def main() -> None:
        reached = asyncio.Event()

        async def stalls(run: Any, proceed: Any) -> AsyncIterator[str]:
            async for part in proceed(run):
                yield part
                reached.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(read(answering, a=upper, b=stalls))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert answering.closed == 1

    asyncio.run(main())


def test_context_variables_of_the_reader_are_seen_inside() -> None:
    user: ContextVar[str] = ContextVar("user", default="nobody")

    async def inner(run: Any) -> AsyncIterator[str]:
        yield user.get()

    async def main() -> None:
        user.set("ada")
        assert await read(inner, a=upper) == "ADA"

    asyncio.run(main())
