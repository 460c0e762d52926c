import asyncio
import os

from understudy_rag.tools.sources import attached, beside


def write(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(folder):
    return [source.name for source in beside(folder)]


async def whole(source):
    return b"".join([piece async for piece in source.open()])


def test_files_are_found_by_name_in_all_folders(tmp_path):
    for name in ("b.txt", "a.txt", "deep/er/c.txt"):
        write(tmp_path / name)
    assert names(tmp_path) == ["a.txt", "b.txt", "deep/er/c.txt"]


def test_what_is_hidden_or_left_by_programs_is_left_out(tmp_path):
    for name in (".DS_Store", ".git/config", "~$letter.docx", "Thumbs.db", "node_modules/x.js"):
        write(tmp_path / name)
    write(tmp_path / "seen.txt")
    assert names(tmp_path) == ["seen.txt"]


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    secret = write(tmp_path / "outside" / "secret.txt", "secret")
    files = tmp_path / "files"
    inside = write(files / "real.txt")
    (files / "leak.txt").symlink_to(secret)
    (files / "leak").symlink_to(secret.parent)
    (files / "dangling.txt").symlink_to(files / "nowhere")
    (files / "circle.txt").symlink_to(files / "circle.txt")
    (files / "fine.txt").symlink_to(inside)
    assert names(files) == ["fine.txt", "real.txt"]


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == []


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert names(tmp_path / "files") == []


def test_a_file_is_read_whole(tmp_path, thread):
    write(tmp_path / "notes.txt", "x" * 3_000_000)
    (source,) = beside(tmp_path)
    assert asyncio.run(whole(source)) == b"x" * 3_000_000
    (source,) = attached(thread({"notes.txt": b"a text in several pieces"}))
    assert (source.name, source.file_id) == ("notes.txt", "file-notes.txt")
    assert asyncio.run(whole(source)) == b"a text in several pieces"
