"""Making assistants' folders."""

import json

import pytest


@pytest.fixture
def make(tmp_path):
    """Write an assistant's folder, `poet`: texts and bytes as they are, other values as JSON."""

    def write(files, name="poet"):
        folder = tmp_path / "assistants" / name
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, (str, bytes)) else json.dumps(content)
            (folder / path).write_bytes(text.encode() if isinstance(text, str) else text)
        return folder

    return write


@pytest.fixture
def problems(make):
    """Write a folder, read it, and list its problems as `file:line:column: message`."""
    from understudy.folder import read_folder

    return lambda files: [str(problem) for problem in read_folder(make(files)).problems]
