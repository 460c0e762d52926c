"""Malformed assistants' folders, and the words that `understudy validate` must say about each."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JS = "export function invoke() { return 'x'; }"
FINE = {"assistant.json": {"model": "m"}}
CODE = {**FINE, "src/index.js": JS}


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Pipe:
    """A named pipe: whoever opens it waits."""


@dataclass(frozen=True)
class Sparse:
    """A file of so many bytes that takes no space."""

    size: int


@dataclass(frozen=True)
class Folder:
    """A folder where a file should be."""


Files = dict[str, Any]


def write(folder: Path, files: Files) -> None:
    """Write the files: texts and bytes as they are, other plain values as JSON."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match content:
            case Link(target):
                path.symlink_to(target)
            case Pipe():
                os.mkfifo(path)
            case Folder():
                path.mkdir()
            case Sparse(size):
                with path.open("wb") as file:
                    file.truncate(size)
            case bytes():
                path.write_bytes(content)
            case str():
                path.write_text(content, encoding="utf-8")
            case _:
                path.write_text(json.dumps(content))


def assistant(**fields: Any) -> Files:
    """An assistant.json with these fields."""
    return {"assistant.json": {"model": "m", **fields}}


def package(**fields: Any) -> Files:
    """A package.json with these fields, beside an assistant and code that are fine."""
    return {**CODE, "package.json": fields}


REFUSED: dict[str, tuple[Files, str]] = {
    # assistant.json as a file
    "empty-file": ({"assistant.json": ""}, "the file is empty"),
    "truncated": (
        {"assistant.json": '{"name": "x", "tools": ['},
        'the file ends here: a "}" or "]" is missing',
    ),
    "no-object": ({"assistant.json": "[]"}, "the file must hold an object"),
    "text-only": ({"assistant.json": '"assistant"'}, "the file must hold an object"),
    "nan": ({"assistant.json": '{"temperature": NaN}'}, "is not a number that JSON can hold"),
    "infinity": (
        {"assistant.json": '{"temperature": 1e999}'},
        "is not a number that JSON can hold",
    ),
    "long-number": (
        {"assistant.json": '{"created_at": ' + "9" * 5000 + "}"},
        "is not a number that JSON can hold",
    ),
    "deep": ({"assistant.json": '{"metadata": ' + "[" * 100_000}, "nested more than 200 deep"),
    "deep-closed": (
        {"assistant.json": '{"a": ' + "[" * 50_000 + "]" * 50_000 + "}"},
        "nested more than 200 deep",
    ),
    "binary": ({"assistant.json": bytes(range(256))}, "the byte 0x80 is not UTF-8 text"),
    "zeros": ({"assistant.json": b"\0" * 4096}, "not even text"),
    "latin-1": (
        {"assistant.json": '{"name": "é"}'.encode("latin-1")},
        "the byte 0xe9 is not UTF-8 text",
    ),
    "utf-16": ({"assistant.json": '{"name": "x"}'.encode("utf-16")}, "the file is UTF-16"),
    "surrogate": ({"assistant.json": '{"name": "\\ud800"}'}, "escape must be one of a pair"),
    "merge-conflict": (
        {"assistant.json": "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n"},
        "is not a JSON value",
    ),
    "html": ({"assistant.json": "<!doctype html><title>404</title>"}, "is not a JSON value"),
    "pipe": ({"assistant.json": Pipe()}, "this is not a file"),
    "device": ({"assistant.json": Link("/dev/zero")}, "this leads out of the assistant's folder"),
    "terminal": ({"assistant.json": Link("/dev/tty")}, "this leads out of the assistant's folder"),
    "proc": (
        {"assistant.json": Link("/proc/self/environ")},
        "this leads out of the assistant's folder",
    ),
    "sparse": ({"assistant.json": Sparse(10 * 2**30)}, "the file is larger than 16 MB"),
    "directory": ({"assistant.json": Folder()}, "is a directory"),
    "link-out": (
        {"assistant.json": Link("/etc/passwd")},
        "this leads out of the assistant's folder",
    ),
    "link-circle": (
        {"assistant.json": Link("assistant.json")},
        "too many levels of symbolic links",
    ),
    "link-nowhere": ({"assistant.json": Link("gone.json")}, "leads nowhere"),
    "link-up": (
        {"assistant.json": Link("../../secret.json")},
        "this leads out of the assistant's folder",
    ),
    # its fields
    "name-number": (assistant(name=7), '"name" must be a text'),
    "name-long": (assistant(name="x" * 300), '"name" may have 256 characters'),
    "tools-object": (assistant(tools={"type": "rag"}), '"tools" must be a list'),
    "tools-unknown": (
        assistant(tools=[{"type": "root_shell"}]),
        'no plugin provides the tool "root_shell"',
    ),
    "tools-null": (assistant(tools=[None]), '"tools[0]" must be an object'),
    "tools-many": (assistant(tools=[{"type": "rag"}] * 200), '"tools" may have 128 entries'),
    "function-name": (
        assistant(tools=[{"type": "function", "function": {"name": "../../x"}}]),
        '"tools[0].function.name" may hold',
    ),
    "metadata-list": (assistant(metadata=[1]), '"metadata" must be an object'),
    "metadata-large": (
        assistant(metadata={"k": "x" * 10_000}),
        '"metadata.k" may have 512 characters',
    ),
    "temperature": (assistant(temperature="hot"), '"temperature" must be a number'),
    "model-object": (assistant(model={"id": 7}), '"model" must be a text'),
    "id-of-another": (assistant(id="../../../etc"), '"id" must be a name'),
    "instructions-list": (assistant(instructions=["a", 1]), '"instructions" must be a text'),
    "instructions-long": (assistant(instructions="x" * 300_000), "may have 256000 characters"),
    "instructions-file": (
        assistant(instructions={"$file": "/etc/passwd"}),
        '"instructions" must be a text',
    ),
    # package.json and code
    "package-broken": (
        {**CODE, "package.json": "{"},
        'the file ends here: a "}" or "]" is missing',
    ),
    "package-list": ({**CODE, "package.json": "[]"}, "the file must hold an object"),
    "package-link": (
        {**CODE, "package.json": Link("/etc/passwd")},
        "this leads out of the assistant's folder",
    ),
    "package-pipe": ({**CODE, "package.json": Pipe()}, "this is not a file"),
    "main-number": (package(main=7), '"main" must be the path of a file'),
    "main-absolute": (package(main="/etc/passwd"), "this leads out of the assistant's folder"),
    "main-outside": (
        package(main="../../../etc/passwd"),
        "this leads out of the assistant's folder",
    ),
    "main-missing": (package(main="gone.js"), "there is no file `gone.js`"),
    "limits": (package(understudy={"limits": {"turn_seconds": -1}}), '"limits" must be such as'),
    "limits-list": (package(understudy={"limits": [1]}), '"limits" must be such as'),
    "runtime": (package(understudy={"runtime": "../sh"}), "there is no runtime"),
    "isolation": (package(understudy={"isolation": "none"}), '"isolation" can only be "jail"'),
    "permissions": (
        package(understudy={"permissions": {"net": "everything"}}),
        'net" must be a list',
    ),
    "permissions-root": (
        package(understudy={"permissions": {"root": True}}),
        'there is no permission "root"',
    ),
    "code-link": (
        {**FINE, "src/index.js": Link("/etc/passwd")},
        "this leads out of the assistant's folder",
    ),
    "code-pipe": ({**FINE, "src/index.js": Pipe()}, "this is not a file"),
    "code-device": (
        {**FINE, "src/index.js": Link("/dev/zero")},
        "this leads out of the assistant's folder",
    ),
    "code-sparse": ({**FINE, "src/index.js": Sparse(2**30)}, "is larger than 4 MB"),
    "code-binary": ({**FINE, "src/index.js": b"\x7fELF\x00\xff\xfe"}, "is not UTF-8 text (byte 6)"),
    "code-folder": ({**FINE, "src/index.js": Folder()}, "this is not a file"),
    "src-link": ({**FINE, "src": Link("/etc")}, "this leads out of the assistant's folder"),
    # model.json and instructions
    "model-broken": ({**FINE, "model.json": "{,}"}, "a name is missing"),
    "model-list": ({**FINE, "model.json": "[]"}, "the file must hold an object"),
    "model-pipe": ({**FINE, "model.json": Pipe()}, "this is not a file"),
    "model-link": (
        {**FINE, "model.json": Link("/proc/self/mem")},
        "this leads out of the assistant's folder",
    ),
    "agents-pipe": ({**FINE, "AGENTS.md": Pipe()}, "this is not a file"),
    "agents-sparse": ({**FINE, "AGENTS.md": Sparse(2**33)}, "the file is larger than 1 MB"),
    "agents-link": (
        {**FINE, "AGENTS.md": Link("/etc/shadow")},
        "this leads out of the assistant's folder",
    ),
    "agents-binary": ({**FINE, "AGENTS.md": b"\xff\xfe\x00\x01"}, "the file is UTF-16"),
}
"""Folders that cannot run: what is in them, and words of the report."""

HARMLESS: dict[str, Files] = {
    "thread-elsewhere": assistant(thread_location="/etc"),
    "main-is-a-folder": package(main="src"),
    "comments": {"assistant.json": '// mine\n{"model": "m", /* old */ "name": "x",}\n'},
    "byte-order-mark": {"assistant.json": b'\xef\xbb\xbf{"model": "m"}'},
    "null-fields": assistant(name=None, description=None, metadata=None, temperature=None),
    "unknown-fields": assistant(colour="red", nested={"a": [1, {"b": None}]}),
    "hostile-names": {
        **FINE,
        "files/; rm -rf ~.txt": "x",
        "files/-rf": "x",
        "files/\u202egnp.js": "x",
    },
    "pipe-among-files": {**FINE, "files/pipe.txt": Pipe()},
    "links-among-files": {**FINE, "files/passwd": Link("/etc/passwd"), "files/loop": Link("loop")},
    "deep-folders": {**FINE, "/".join(["files", *["deep"] * 60, "x.txt"]): "x"},
}
"""Folders that look bad and run all the same."""
