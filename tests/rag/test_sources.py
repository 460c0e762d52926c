import asyncio

import pytest

from understudy_rag import sources
from understudy_rag.documents import Unreadable
from understudy_rag.sources import attached, beside


def write(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_are_found_by_name_in_all_folders(tmp_path):
    for name in ("b.txt", "a.txt", "deep/er/c.txt"):
        write(tmp_path / name)
    assert [source.name for source in beside(tmp_path)] == ["a.txt", "b.txt", "deep/er/c.txt"]


def test_hidden_files_and_folders_are_left_out(tmp_path):
    for name in (".DS_Store", ".git/config", "seen.txt"):
        write(tmp_path / name)
    assert [source.name for source in beside(tmp_path)] == ["seen.txt"]


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    secret = write(tmp_path / "outside" / "secret.txt", "secret")
    files = tmp_path / "files"
    inside = write(files / "real.txt")
    (files / "leak.txt").symlink_to(secret)
    (files / "leak").symlink_to(secret.parent)
    (files / "dangling.txt").symlink_to(files / "nowhere")
    (files / "fine.txt").symlink_to(inside)
    assert [source.name for source in beside(files)] == ["fine.txt", "real.txt"]


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert list(beside(tmp_path / "files")) == []


def test_a_file_beyond_the_limit_is_not_read(tmp_path, thread, monkeypatch):
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 8)
    write(tmp_path / "large.txt", "123456789")
    (large,) = beside(tmp_path)
    for source in (large, *attached(thread({"large.txt": b"123456789"}))):
        with pytest.raises(Unreadable, match="larger than"):
            asyncio.run(source.read())


def test_an_attached_file_is_read_whole(thread):
    (source,) = attached(thread({"notes.txt": b"a text in several pieces"}))
    assert (source.name, source.file_id) == ("notes.txt", "file-notes.txt")
    assert asyncio.run(source.read()) == b"a text in several pieces"
