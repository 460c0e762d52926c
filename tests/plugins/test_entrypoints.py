"""Reading `entry_points.txt` files, also those that nobody should have written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from understudy.entrypoints import EntryPoint, normalize, scan

GROUPS = ("understudy.tools", "understudy.hooks")


def write(site: Path, folder: str, text: str | bytes) -> Path:
    file = site / folder / "entry_points.txt"
    file.parent.mkdir(parents=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def names(*path: Path) -> list[str]:
    return [point.name for point in scan(GROUPS, [str(p) for p in path])[0]]


def test_an_entry_point_knows_where_it_comes_from(tmp_path: Path) -> None:
    file = write(tmp_path, "Acme_RAG-1.2.dist-info", "[understudy.tools]\nrag = acme_rag:Rag\n")
    (point,) = scan(GROUPS, [str(tmp_path)])[0]
    assert point == EntryPoint(
        "understudy.tools", "rag", "acme_rag:Rag", "acme-rag", "1.2", str(file.parent)
    )
    assert point.module == "acme_rag"


def test_only_the_groups_that_are_asked_for_are_read(tmp_path: Path) -> None:
    text = "[console_scripts]\nx = y:z\n[understudy.tools]\na = b:c\n[understudy.other]\nd = e\n"
    write(tmp_path, "acme-1.dist-info", text)
    assert names(tmp_path) == ["a"]


def test_everything_that_the_format_allows_is_understood(tmp_path: Path) -> None:
    text = "\n".join(
        (
            "# a comment",
            "; another",
            "[ understudy.tools ]",
            "",
            "spaced   =   pkg.mod : Tool",
            "a.b-c=pkg.mod:One.two",
            "extras = pkg:Tool [fast, small]",
            "umlaut_ö = größe:Maß",
            "[understudy.hooks]",
            "module = pkg",
        )
    )
    write(tmp_path, "acme-1.dist-info", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    points, damages = scan(GROUPS, [str(tmp_path)])
    assert not damages
    assert {point.name: point.target for point in points} == {
        "spaced": "pkg.mod:Tool",
        "a.b-c": "pkg.mod:One.two",
        "extras": "pkg:Tool",
        "umlaut_ö": "größe:Maß",
        "module": "pkg",
    }


@pytest.mark.parametrize(
    "line",
    ["no equals sign", "= pkg:Tool", "x =", "x = pkg:", "x = a b:c", "x = 1:2", "x = a:b:c"],
)
def test_a_malformed_line_is_reported_and_the_others_count(tmp_path: Path, line: str) -> None:
    file = write(tmp_path, "acme-1.dist-info", f"[understudy.tools]\n{line}\ngood = pkg:Tool\n")
    points, (damage,) = scan(GROUPS, [str(tmp_path)])
    assert [point.name for point in points] == ["good"]
    assert damage == f'{file}, line 2: expected "name = module:object", found "{line}"'


def test_a_name_that_stands_in_a_file_twice_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "acme-1.dist-info", "[understudy.tools]\na = b:First\na = b:Second\n")
    points, (damage,) = scan(GROUPS, [str(tmp_path)])
    assert [point.target for point in points] == ["b:First"]
    assert "line 3: `a` stands here twice" in damage


def test_bytes_that_are_not_text_hide_nothing(tmp_path: Path) -> None:
    write(tmp_path, "acme-1.dist-info", b"\xff\xfe\n[understudy.tools]\n\xff = x:y\ngood = x:y\n")
    assert names(tmp_path) == ["good", "\ufffd"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    write(tmp_path, "acme-1.dist-info", "[understudy.tools]\na = b:c\n").chmod(0)
    _, (damage,) = scan(GROUPS, [str(tmp_path)])
    assert "Permission denied" in damage


def test_a_file_that_is_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "acme-1.dist-info" / "entry_points.txt").mkdir(parents=True)
    _, (damage,) = scan(GROUPS, [str(tmp_path)])
    assert "Is a directory" in damage


def test_of_a_distribution_installed_twice_the_first_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, "acme_rag-2.0.dist-info", "[understudy.tools]\nnew = a:b\n")
    write(second, "Acme.Rag-1.0.dist-info", "[understudy.tools]\nold = a:b\n")
    assert names(first, second) == ["new"]
    assert names(second, first) == ["old"]


def test_the_same_folder_twice_on_the_path_counts_once(tmp_path: Path) -> None:
    write(tmp_path, "acme-1.dist-info", "[understudy.tools]\na = b:c\n")
    assert names(tmp_path, tmp_path) == ["a"]


def test_what_is_no_folder_of_distributions_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "python311.zip").write_bytes(b"PK")
    (tmp_path / "flat.egg-info").write_text("Name: flat")
    write(tmp_path, "~cme-1.dist-info", "[understudy.tools]\nleftover = b:c\n")
    (tmp_path / "empty-1.dist-info").mkdir()
    write(tmp_path, "acme-1.dist-info", "[understudy.tools]\na = b:c\n")
    assert names(tmp_path / "python311.zip", tmp_path / "missing", tmp_path) == ["a"]


def test_an_egg_info_folder_beside_the_source_counts(tmp_path: Path) -> None:
    write(tmp_path, "acme_rag.egg-info", "[understudy.tools]\nrag = acme_rag:Rag\n")
    (point,) = scan(GROUPS, [str(tmp_path)])[0]
    assert (point.distribution, point.version) == ("acme-rag", "")


def test_an_empty_entry_of_the_path_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "acme-1.dist-info", "[understudy.tools]\na = b:c\n")
    monkeypatch.chdir(tmp_path)
    assert [point.name for point in scan(GROUPS, [""])[0]] == ["a"]


def test_the_order_is_by_name_wherever_it_was_found(tmp_path: Path) -> None:
    for folder, name in (("z-1", "b"), ("a-1", "c"), ("m-1", "a")):
        write(tmp_path, f"{folder}.dist-info", f"[understudy.tools]\n{name} = x:y\n")
    assert names(tmp_path) == ["a", "b", "c"]


def test_the_object_is_found_inside_its_module() -> None:
    point = EntryPoint("understudy.tools", "x", "os:path.join", "acme", "1", "")
    assert point.load() is os.path.join
    assert point._replace(target="os.path").load() is os.path


def test_names_of_distributions_compare_as_package_indexes_do() -> None:
    assert normalize("Acme__RAG.-x") == "acme-rag-x"
