"""Which plugins are on, and how that is said."""

from __future__ import annotations

import pytest

from understudy.entrypoints import EntryPoint
from understudy.errors import Invalid
from understudy.selection import Selection, choices

OURS = EntryPoint("understudy.tools", "rag", "understudy_rag:RagTool", "understudy", "0.1", "")
WEATHER = EntryPoint("understudy.tools", "weather", "acme:W", "acme-weather", "1.2", "")
CLOCK = EntryPoint("understudy.tools", "clock", "acme:C", "acme-clock", "1.2", "")
ALL = (OURS, WEATHER, CLOCK)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["rag"]),
        (" , ", ["rag"]),
        ("weather", ["rag", "weather"]),
        ("acme-weather", ["rag", "weather"]),
        ("Acme_Weather", ["rag", "weather"]),
        ("acme-weather:weather, clock", ["rag", "weather", "clock"]),
        ("acme-clock:weather", ["rag"]),
        ("-weather", ["rag", "clock"]),
        ("-acme_weather:weather", ["rag", "clock"]),
        ("-rag", ["weather", "clock"]),
        ("-understudy", ["weather", "clock"]),
        ("weather,-rag", ["weather"]),
        ("weather,-weather", ["rag"]),
    ],
)
def test_words_choose_and_block_plugins(text: str, names: list[str]) -> None:
    selection = Selection.parse(text)
    assert [point.name for point in ALL if selection.allows(point)] == names


def test_without_a_choice_all_plugins_are_on() -> None:
    assert all(map(Selection().allows, ALL))


def test_words_that_mean_no_plugin_are_known() -> None:
    assert Selection.parse("wether,clock,-acme-rag").unknown(ALL) == ["acme-rag", "wether"]
    assert Selection().unknown(ALL) == []


def test_the_environment_wins_over_the_settings() -> None:
    settings = {"plugins": ["-clock"], "strict": True}
    assert choices(settings, {"UNDERSTUDY_PLUGINS": "-rag"}) == (Selection.parse("-rag"), True)
    selection, strict = choices(settings, {})
    assert [point.name for point in ALL if selection.allows(point)] == ["rag", "weather"]
    assert strict
    assert "setting" in selection.origin


def test_an_empty_list_in_the_settings_means_only_the_built_in_plugins() -> None:
    selection, _ = choices({"plugins": []}, {})
    assert [point.name for point in ALL if selection.allows(point)] == ["rag"]


@pytest.mark.parametrize(
    ("text", "strict"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_strict_mode_is_switched_by_the_environment(text: str, strict: bool) -> None:
    assert choices({}, {"UNDERSTUDY_STRICT": text})[1] is strict


@pytest.mark.parametrize("value", [3, {"rag": True}, ["rag", 3]])
def test_a_setting_of_the_wrong_type_is_refused(value: object) -> None:
    with pytest.raises(Invalid, match='"plugins" must be a list of names') as caught:
        choices({"plugins": value}, {})
    assert caught.value.param == "plugins"


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match='unknown setting "plugin"'):
        choices({"plugin": []}, {})
