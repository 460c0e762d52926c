"""Finding, choosing and importing installed plugins, from an app."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest

from understudy import Assistant, hookimpl, hookspecs
from understudy.errors import Conflict, NotFound, PluginError
from understudy.plugins import Plugins


def plugins(chosen: str = "-sleepy", **env: str) -> Plugins:
    return Plugins(environ={"UNDERSTUDY_PLUGINS": chosen} | env)


def test_a_tool_is_imported_when_it_is_asked_for(installed) -> None:
    ours = plugins()
    assert {"rag", "weather"} <= set(ours.names("tools"))
    assert installed.log.read_text() == ""
    factory = ours.provider("tools", "weather")
    call = SimpleNamespace(arguments={"city": "Oslo"})
    assert asyncio.run(factory(None).call(call)) == "Sunny in Oslo"
    assert ours.provider("tools", "weather") is factory
    assert ours.provider("tools", "barometer").pressure == 1013


def test_a_store_is_found_like_the_built_in_ones(installed) -> None:
    ours = plugins()
    assert {"files", "memory", "shelf"} <= set(ours.names("stores"))
    store = ours.provider("stores", "shelf")("anywhere")

    async def main() -> None:
        await store.put(("threads", "t"), {"a": 1})
        assert (await store.get(("threads", "t"))).value == {"a": 1}
        await store.close()

    asyncio.run(main())


def test_the_full_name_works_also_while_the_bare_one_does(installed) -> None:
    ours = plugins()
    weather = ours.provider("tools", "weather")
    assert ours.provider("tools", "acme-weather:weather") is weather
    assert ours.provider("tools", "Acme_Weather:weather") is weather


def test_a_name_that_nobody_has_is_an_error_with_a_suggestion(installed) -> None:
    with pytest.raises(NotFound, match="there is no tool `wether`") as caught:
        plugins().provider("tools", "wether")
    assert "Did you mean `weather`?" in str(caught.value.hint)
    assert "pip install" in str(caught.value.hint)


def test_a_name_is_looked_for_in_its_group_only(installed) -> None:
    with pytest.raises(NotFound, match="there is no runtime `weather`"):
        plugins().provider("runtimes", "weather")


def test_a_name_claimed_twice_is_an_error_that_names_both(installed) -> None:
    ours = plugins()
    with pytest.raises(PluginError, match="`acme-twin-one` and `acme-twin-two`") as caught:
        ours.provider("tools", "twin")
    assert "acme-twin-one:twin" in str(caught.value.hint)
    assert "acme_twin_one" not in installed.log.read_text()
    assert ours.provider("tools", "acme-twin-two:twin").number == "two"
    assert "twin" not in ours.names("tools")


def test_a_name_is_free_again_when_one_of_two_is_off(installed) -> None:
    assert plugins("-sleepy,-acme-twin-one").provider("tools", "twin").number == "two"


def test_a_broken_tool_is_an_error_of_who_asked_for_it(installed) -> None:
    ours = plugins()
    with pytest.raises(PluginError, match=r"`broken` \(acme-broken 1.0\).*a_module_that") as caught:
        ours.provider("tools", "broken")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    assert "UNDERSTUDY_PLUGINS=-acme-broken:broken" in str(caught.value.hint)
    assert ours.failures == [caught.value]
    assert ours.provider("tools", "weather")


def test_a_broken_tool_is_tried_once(installed) -> None:
    ours = plugins()
    for _ in range(3):
        with pytest.raises(PluginError):
            ours.provider("tools", "broken")
    assert installed.log.read_text().split() == ["acme_broken"]
    assert len(ours.failures) == 1


def test_what_is_not_a_factory_is_refused(installed) -> None:
    with pytest.raises(PluginError, match="is a `str` at `acme_weather:READING`"):
        plugins().provider("tools", "thermometer")


def test_what_is_off_is_not_imported_and_says_so(installed) -> None:
    with pytest.raises(NotFound, match="tool `weather` is off: UNDERSTUDY_PLUGINS excludes it"):
        plugins("").provider("tools", "weather")
    with pytest.raises(NotFound, match="off"):
        plugins("-weather").provider("tools", "acme-weather:weather")
    assert installed.log.read_text() == ""


def test_an_app_offers_providers_of_its_own(installed) -> None:
    ours = plugins()
    ours.add("tools", "weather", dict)
    assert ours.provider("tools", "weather") is dict
    assert ours.provider("tools", "acme-weather:weather") is not dict
    with pytest.raises(Conflict, match="a tool `weather` was added before"):
        ours.add("tools", "weather", list)


def test_hook_plugins_are_imported_once_and_in_order(installed) -> None:
    ours = plugins("polite,mango,zebra,apple")
    hooks = ours.hooks()
    assert [plugin.name for plugin in hooks.plugins] == ["mango", "polite", "zebra", "apple"]
    assert ours.hooks() is hooks
    assert not ours.failures


def test_a_hook_plugin_that_cannot_be_imported_is_reported_and_left_out(
    installed, caplog: pytest.LogCaptureFixture
) -> None:
    ours = plugins("polite,broken,quitter")
    assert [plugin.name for plugin in ours.hooks().plugins] == ["polite"]
    assert [(error.plugin, error.hook) for error in ours.failures] == [
        ("broken", "import hook plugin"),
        ("quitter", "import hook plugin"),
    ]
    assert "SystemExit: 3" in str(ours.failures[1])
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.name for record in warnings] == ["understudy.plugins"] * 2
    assert "plugin `broken` (acme-broken 1.0) could not be imported" in warnings[0].getMessage()


def test_two_hook_plugins_of_one_name_are_reported_once_and_left_out(installed) -> None:
    ours = plugins("twin,polite")
    assert [plugin.name for plugin in ours.hooks().plugins] == ["polite"]
    (error,) = ours.failures
    assert "`acme-twin-one` and `acme-twin-two`" in str(error)


def test_strict_mode_raises_what_is_else_reported(installed) -> None:
    with pytest.raises(PluginError, match="a_module_that_nobody_has"):
        plugins("broken", UNDERSTUDY_STRICT="1").hooks()
    with pytest.raises(PluginError, match="no such hook"):
        plugins("typo", UNDERSTUDY_STRICT="1").hooks()


def test_an_app_passes_in_hook_plugins_as_objects(installed) -> None:
    class Mine:
        name = "mine"

        @hookimpl
        def observe_event(self, event: object) -> None: ...

    ours = Plugins(extra=[Mine()], environ={"UNDERSTUDY_PLUGINS": "zebra,apple"})
    ours.add("hooks", "zebra", Mine())
    hooks = ours.hooks()
    assert [plugin.name for plugin in hooks.plugins] == ["mine", "zebra", "apple"]
    assert isinstance(hooks.plugins[1].value, Mine)


def test_ctrl_c_during_an_import_is_not_a_failure_of_the_plugin(
    installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", interrupt)
    with pytest.raises(KeyboardInterrupt):
        plugins().provider("tools", "weather")


def test_one_plugin_that_raises_in_every_hook_does_not_spoil_another(installed) -> None:
    ours = plugins("furious,polite")
    hooks = ours.hooks()
    jan = hooks.fold(hookspecs.load_assistant, Assistant(id="jan", instructions="Help"))
    assert jan.instructions == "Help, please"
    problems = hooks.collect(hookspecs.validate_assistant, jan)
    assert [(answer.plugin, answer.value.code) for answer in problems] == [("polite", "rude")]
    tools = asyncio.run(hooks.gather(hookspecs.provide_tools, jan))
    assert [answer.plugin for answer in tools] == ["polite"]
    event: Any = SimpleNamespace(n=1)
    hooks.notify(hookspecs.observe_event, event, event)
    assert hooks.plugins[1].value.seen == [event]
    assert [(failure.plugin, failure.hook) for failure in ours.failures] == [
        ("furious", "load_assistant"),
        ("furious", "validate_assistant"),
        ("furious", "provide_tools"),
        ("furious", "observe_event"),
    ]
    assert "-acme-furious:furious" in str(ours.failures[0].hint)


def test_one_plugin_that_raises_around_a_run_or_a_call_fails_it_by_name(installed) -> None:
    hooks = plugins("furious,polite").hooks()

    async def tool(_call: Any) -> str:
        return "done"

    async def words(_run: Any) -> AsyncIterator[str]:
        yield "to be"

    async def read() -> None:
        stream: Any = hooks.wrap_stream(hookspecs.invoke_assistant, words)(None)
        async with aclosing(stream):
            async for part in stream:
                assert part == "Dear user, "

    with pytest.raises(PluginError, match="`furious` failed in `invoke_assistant`: RuntimeError"):
        asyncio.run(read())
    with pytest.raises(PluginError, match="`furious` failed in `call_tool`: ZeroDivisionError"):
        asyncio.run(hooks.wrap_call(hookspecs.call_tool, tool)(None))
    quiet = plugins("polite").hooks()
    assert asyncio.run(quiet.wrap_call(hookspecs.call_tool, tool)(None)) == "done, with thanks"
