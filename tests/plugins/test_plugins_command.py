"""`understudy plugins`: what is installed, what is wrong, and in which order hooks are called."""

from __future__ import annotations

import pytest


def rows(done) -> dict[str, dict[str, str]]:
    return {f"{row['distribution']}:{row['name']}": row for row in done.json()["plugins"]}


def test_the_list_shows_every_plugin_with_its_state_and_imports_none(environment) -> None:
    done = environment.understudy("plugins", "list")
    assert (done.code, done.imported) == (0, [])
    cells = [line.split() for line in done.out.splitlines()]
    assert cells[0] == ["NAME", "KIND", "STATE", "DISTRIBUTION", "VERSION"]
    for row in (
        ["rag", "tool", "enabled", "understudy", "0.1.0"],
        ["shelf", "store", "enabled", "acme-shelf", "0.3"],
        ["twin", "tool", "duplicate", "acme-twin-one", "1.0"],
        ["twin", "tool", "duplicate", "acme-twin-two", "1.0"],
        ["run", "command", "shadowed", "acme-weather", "1.2"],
        ["lost", "tool", "missing", "acme-broken", "1.0"],
        ["sleepy", "tool", "enabled", "acme-sleepy", "1.0"],
    ):
        assert row in cells
    assert "understudy plugins doctor" in done.err


def test_the_list_as_json_has_a_stable_form(environment) -> None:
    done = environment.understudy("plugins", "list", "--json", plugins="-weather")
    assert (done.code, done.imported, done.err) == (0, [], "")
    assert set(done.json()) == {"plugins", "findings"}
    found = rows(done)
    assert found["acme-shelf:shelf"] == {
        "name": "shelf",
        "kind": "store",
        "group": "understudy.stores",
        "target": "acme_shelf:Shelf",
        "distribution": "acme-shelf",
        "version": "0.3",
        "builtin": False,
        "state": "enabled",
    }
    assert found["understudy:files"]["builtin"] is True
    assert found["acme-weather:weather"]["state"] == "blocked"
    assert set(done.json()["findings"][0]) == {"code", "plugin", "message", "hint"}


def test_show_tells_all_about_a_plugin(environment) -> None:
    done = environment.understudy("plugins", "show", "weather")
    assert (done.code, done.imported) == (0, [])
    assert "distribution: acme-weather" in done.out
    assert "summary:      Weather, as a tool and a command." in done.out
    assert {row["kind"] for row in show(environment, "weather")} == {"tool", "command"}
    assert [row["name"] for row in show(environment, "acme_shelf")] == ["shelf"]
    assert [row["name"] for row in show(environment, "acme-broken:lost")] == ["lost"]


def show(environment, name: str) -> list[dict[str, str]]:
    return environment.understudy("plugins", "show", name, "--json").json()["plugins"]


def test_show_of_an_unknown_plugin_suggests_another(environment) -> None:
    done = environment.understudy("plugins", "show", "wether")
    assert (done.code, done.out) == (1, "")
    assert done.err == "Error: there is no plugin `wether`.\nDid you mean `weather`?\n"


def test_the_doctor_sees_what_metadata_tell(environment) -> None:
    done = environment.understudy("plugins", "doctor", "--json", plugins="-polight")
    assert (done.code, done.imported) == (1, [])
    found = {(finding["code"], finding["plugin"]) for finding in done.json()["findings"]}
    assert found == {
        ("duplicate", "twin"),
        ("shadowed", "run"),
        ("missing", "lost"),
        ("unknown", "polight"),
    }
    assert done.json()["imports"] == []


def test_the_doctor_names_metadata_that_are_damaged(environment, tmp_path) -> None:
    file = tmp_path / "acme_torn-1.0.dist-info" / "entry_points.txt"
    file.parent.mkdir()
    file.write_text("[understudy.tools]\ntorn = acme_torn:\nwhole = json:loads\n")
    done = environment.understudy("plugins", "doctor", PYTHONPATH=str(tmp_path))
    assert done.code == 1
    assert f'damaged: {file}, line 2: expected "name = module:object"' in done.out
    done = environment.understudy("plugins", "show", "whole", "--json", PYTHONPATH=str(tmp_path))
    assert [row["distribution"] for row in done.json()["plugins"]] == ["acme-torn"]


def test_the_doctor_imports_on_demand_and_finds_the_rest(environment) -> None:
    done = environment.understudy("plugins", "doctor", "--import", "--json", plugins="-sleepy")
    assert done.code == 1
    failed = {
        (finding["plugin"], finding["message"])
        for finding in done.json()["findings"]
        if finding["code"] == "failed"
    }
    said = " / ".join(message for _, message in failed)
    assert {"broken", "quitter", "typo", "stranger", "thermometer"} <= {name for name, _ in failed}
    assert "SystemExit: 3" in said
    assert "hook `load_asistant`: there is no such hook" in said
    assert "goes round in a circle" in said
    times = {one["name"]: one for one in done.json()["imports"]}
    assert times["polite"]["error"] is None
    assert isinstance(times["polite"]["seconds"], float)
    assert "a_module_that_nobody_has" in times["broken"]["error"]
    assert "acme_sleepy" not in done.imported


def test_the_doctor_is_content_when_nothing_is_wrong(environment) -> None:
    blocked = "-acme-broken,-acme-typo,-acme-order,-acme-sleepy,-acme-twin-one,-acme-mishaps"
    choice = f"{blocked},-acme-weather,-acme-twin-two,-furious"
    done = environment.understudy("plugins", "doctor", plugins=choice)
    assert done.code == 0, done.out
    assert "no problems." in done.out


def test_strict_mode_does_not_keep_the_doctor_from_finishing(environment) -> None:
    done = environment.understudy(
        "plugins", "doctor", "--import", plugins="broken,polite", UNDERSTUDY_STRICT="1"
    )
    assert done.code == 1
    assert "failed: plugin `broken` (acme-broken 1.0) could not be imported" in done.out
    assert "acme_polite" in done.imported


def test_the_order_of_hook_plugins_is_shown_with_what_they_do(environment) -> None:
    done = environment.understudy("plugins", "order", plugins="apple,mango,zebra,polite")
    assert done.code == 0
    cells = [line.split() for line in done.out.splitlines()[1:]]
    assert [row[:3] for row in cells] == [
        ["1", "mango", "acme-order"],
        ["2", "polite", "acme-polite"],
        ["3", "zebra", "acme-order"],
        ["4", "apple", "acme-order"],
    ]
    assert set(done.imported) == {"acme_order", "acme_polite"}


def test_the_order_as_json_tells_what_each_waits_for(environment) -> None:
    done = environment.understudy("plugins", "order", "--json", plugins="apple,zebra")
    assert done.json() == {
        "order": [
            {
                "name": "zebra",
                "distribution": "acme-order",
                "after": [],
                "hooks": ["observe_event"],
            },
            {
                "name": "apple",
                "distribution": "acme-order",
                "after": ["zebra", "somebody-who-is-not-there"],
                "hooks": ["observe_event"],
            },
        ],
        "findings": [],
    }


def test_a_circle_in_the_order_is_named_and_the_exit_code_tells(environment) -> None:
    done = environment.understudy("plugins", "order", plugins="egg,hen,polite")
    assert done.code == 1
    assert "goes round in a circle" in done.err
    assert "`egg`" in done.err
    assert "`hen`" in done.err
    assert [line.split()[1] for line in done.out.splitlines()[1:]] == ["egg", "hen", "polite"]


def test_the_order_is_the_same_in_every_process(environment) -> None:
    def order(seed: int) -> str:
        return environment.understudy(
            "plugins", "order", plugins="apple,mango,zebra,polite", PYTHONHASHSEED=str(seed)
        ).out

    assert len({order(seed) for seed in (1, 2, 3)}) == 1


def test_without_hook_plugins_the_order_says_so(environment) -> None:
    done = environment.understudy("plugins", "order", plugins="")
    assert (done.code, done.out) == (0, "There are no hook plugins.\n")


@pytest.mark.parametrize("arguments", [("list",), ("show", "rag"), ("doctor",), ("order",)])
def test_every_command_explains_itself(environment, arguments: tuple[str, ...]) -> None:
    done = environment.understudy("plugins", arguments[0], "--help")
    assert done.code == 0
    assert "--json" in done.out
    assert len(done.out.splitlines()) > 6
    assert done.imported == []
