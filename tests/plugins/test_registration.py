"""Taking hook plugins in: order, and mistakes that would else pass in silence."""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import pytest

from understudy import Conflict, PluginError, hookimpl
from understudy.plugins import Plugins
from understudy.registration import specs


class Observer:
    """A plugin with a name and an order."""

    def __init__(self, name: str, after: Any = ()) -> None:
        self.name = name
        self.after = after

    @hookimpl
    def observe_event(self, event: object) -> None: ...


def opened(*extra: object) -> Plugins:
    plugins = Plugins(extra=extra, environ={"UNDERSTUDY_PLUGINS": ""})
    plugins.hooks()
    return plugins


def order(*extra: object) -> str:
    return " ".join(plugin.name for plugin in opened(*extra).hooks().plugins)


def the_failure(*extra: object) -> PluginError:
    (failure,) = opened(*extra).failures
    return failure


def test_the_order_is_by_name() -> None:
    assert order(Observer("c"), Observer("a"), Observer("b")) == "a b c"


def test_a_plugin_comes_after_those_that_it_names() -> None:
    plugins = (Observer("a", ("c",)), Observer("b"), Observer("c"), Observer("d"))
    assert order(*plugins) == "b c a d"
    assert order(*reversed(plugins)) == "b c a d"


def test_the_order_by_name_is_kept_as_far_as_it_can_be() -> None:
    assert order(Observer("a"), Observer("b", ["a"]), Observer("c")) == "a b c"


def test_names_of_plugins_that_are_not_there_do_not_matter() -> None:
    assert order(Observer("a", ("zebra",)), Observer("b")) == "a b"


def test_a_single_name_may_stand_without_its_tuple() -> None:
    assert order(Observer("a", "bc"), Observer("bc")) == "bc a"


def test_plugins_that_wait_for_each_other_are_reported_and_keep_working() -> None:
    plugins = (Observer("a", ("b",)), Observer("b", ("c",)), Observer("c", ("a",)), Observer("d"))
    failure = the_failure(*plugins)
    assert failure.hook == "order"
    assert all(f"`{name}`" in str(failure) for name in "abc")
    assert "`d`" not in str(failure)
    assert order(*plugins) == "a b c d"


def test_every_circle_is_reported() -> None:
    pairs = (("a", "b"), ("b", "a"), ("c", "d"), ("d", "c"))
    plugins = opened(*(Observer(name, (other,)) for name, other in pairs))
    assert len(plugins.failures) == 2


@pytest.mark.parametrize("after", [3, {"b": 1}, (1,), None])
def test_an_order_that_is_no_list_of_names_is_reported(after: object) -> None:
    failure = the_failure(Observer("a", after), Observer("b"))
    assert "`after` must be a tuple of names" in str(failure)


def test_a_misspelt_hook_is_reported_and_the_others_work() -> None:
    class Typo(Observer):
        @hookimpl
        def load_asistant(self, assistant: object) -> None: ...

    plugins = opened(Typo("typo"))
    (failure,) = plugins.failures
    assert (failure.plugin, failure.hook) == ("typo", "load_asistant")
    assert failure.hint == "Did you mean `load_assistant`?"
    assert plugins.hooks().plugins[0].hooks == ("observe_event",)


def test_a_hook_of_a_later_version_may_be_marked_as_optional() -> None:
    class Ahead(Observer):
        @hookimpl(optionalhook=True)
        def dream(self) -> None: ...

    assert not opened(Ahead("ahead")).failures


def test_a_forgotten_mark_is_reported() -> None:
    class Forgetful(Observer):
        def validate_assistant(self, assistant: object) -> None: ...

    failure = the_failure(Forgetful("forgetful"))
    assert failure.hook == "validate_assistant"
    assert "@hookimpl" in str(failure.hint)


def test_a_plugin_without_hooks_is_reported() -> None:
    assert "it has no hooks" in str(the_failure(ModuleType("empty")))


def test_an_argument_that_the_hook_does_not_have_is_reported() -> None:
    class Stranger:
        @hookimpl
        def load_assistant(self, helper: object) -> None: ...

    failure = the_failure(Stranger())
    assert "helper" in str(failure)
    assert "load_assistant" in str(failure)


def test_wrappers_are_refused_since_they_do_not_see_async_results() -> None:
    class Wrapper:
        @hookimpl(wrapper=True)
        def call_tool(self, call: object) -> Any:
            return (yield)

    plugins = opened(Wrapper(), Observer("a"))
    assert "`proceed`" in str(plugins.failures[0])
    assert [plugin.name for plugin in plugins.hooks().plugins] == ["a"]


def test_a_class_is_made_into_an_object() -> None:
    class Made(Observer):
        name = "made"

        def __init__(self) -> None:
            self.after = ("z",)

    assert order(Made, Observer("z")) == "z made"


def test_a_class_that_cannot_be_made_is_reported() -> None:
    class Leaves(Observer):
        name = "leaves"

        def __init__(self) -> None:
            raise SystemExit(4)

    assert "SystemExit: 4" in str(the_failure(Leaves, Observer("a")))


def test_two_objects_of_one_name_are_an_error_of_the_app() -> None:
    with pytest.raises(Conflict, match="two hook plugins are called `a`") as caught:
        opened(Observer("a"), Observer("a"))
    assert "`name`" in str(caught.value.hint)


def test_objects_without_a_name_are_called_after_their_class_or_module() -> None:
    class Nameless:
        @hookimpl
        def observe_event(self) -> None: ...

    module = ModuleType("acme_module")
    module.observe_event = hookimpl(lambda: None)  # type: ignore[attr-defined]
    assert order(Nameless(), module) == "Nameless acme_module"


def test_tryfirst_and_trylast_move_one_hook_and_not_the_plugin() -> None:
    class First(Observer):
        @hookimpl(tryfirst=True)
        def observe_event(self) -> None: ...

    class Last(Observer):
        @hookimpl(trylast=True)
        def observe_event(self) -> None: ...

    hooks = opened(Last("a"), Observer("b"), First("c")).hooks()
    assert [plugin.name for plugin in hooks.plugins] == ["a", "b", "c"]
    told = hooks.implementations(specs()["observe_event"])
    assert [one.plugin for one in told] == ["c", "b", "a"]


def test_each_failure_is_logged_once_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    plugins = Plugins(environ={"UNDERSTUDY_PLUGINS": ""})
    error = PluginError("plugin `a` failed", plugin="a", hook="b", hint="Do this.")
    for _ in range(3):
        plugins.report(error)
    warnings = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert [record.getMessage() for record in warnings] == ["plugin `a` failed. Do this."]
    assert plugins.failures == [error]


def test_the_hooks_are_those_of_the_lifecycle() -> None:
    assert tuple(specs()) == (
        "load_assistant",
        "validate_assistant",
        "provide_tools",
        "invoke_assistant",
        "call_tool",
        "rerank_results",
        "observe_event",
    )
