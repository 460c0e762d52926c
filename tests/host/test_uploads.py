"""Local files that are given to a host: stored once, until they change."""

import asyncio
import os
import time

import pytest

from understudy import Host, Invalid


@pytest.fixture
def path(tmp_path):
    """A file whose last change is a while ago."""
    path = tmp_path / "notes.txt"
    path.write_text("The boiler is red.")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


@pytest.fixture
def upload(tmp_path):
    """Upload in a host of its own, as another process would."""

    def run(*paths):
        async def main():
            async with Host(tmp_path / "root") as host:
                return [(await host.upload(path)).id for path in paths]

        return asyncio.run(main())

    return run


def test_an_unchanged_file_is_stored_once(upload, path):
    [first] = upload(path)
    assert upload(path, path.parent / "." / path.name) == [first, first]


def test_a_changed_file_is_stored_anew(upload, path):
    [first] = upload(path)
    path.write_text("The boiler is new.")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    [second] = upload(path)
    assert second != first


def test_a_file_that_changed_just_now_is_not_trusted(upload, path):
    os.utime(path, (time.time(), time.time() + 3600))
    [first] = upload(path)
    assert upload(path) != [first]


def test_a_file_whose_upload_was_deleted_is_stored_anew(upload, path, tmp_path):
    [first] = upload(path)

    async def delete():
        async with Host(tmp_path / "root") as host:
            await host.delete_file(first)

    asyncio.run(delete())
    assert upload(path) != [first]


def test_a_lost_or_foreign_log_only_costs_another_upload(upload, path, tmp_path):
    [first] = upload(path)
    [log] = (tmp_path / "root" / "uploads").rglob("*.jsonl")
    log.write_text('{"path": 1}\n')
    [second] = upload(path)
    assert second != first
    assert upload(path) == [second]


def test_former_states_are_remembered(upload, path, tmp_path):
    [first] = upload(path)
    path.write_text("The boiler is new.")
    upload(path)

    async def earlier():
        async with Host(tmp_path / "root") as host:
            return await host.uploads.earlier(path)

    assert asyncio.run(earlier()) == [first]


def test_a_name_that_is_no_text_is_stored(upload, tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(name, "w") as file:
        file.write("x")
    assert len(upload(os.fsdecode(name))) == 1


def test_a_file_that_is_not_there_is_named(upload, tmp_path):
    with pytest.raises(Invalid, match=r"gone\.txt cannot be read: No such file or directory"):
        upload(tmp_path / "gone.txt")
