"""docs/permissions.md: its folders are written and its commands run, in their order."""

from __future__ import annotations

import re
import shlex
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from understudy.testing.model_server import call_tools, say

PAGE = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```(?:js|json)\n// (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", "".join(BLOCKS), re.MULTILINE)


class Weather(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Sunny in Rome.")

    def log_message(self, *_args):
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Weather) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_page_works_as_it_stands(root, model, port, write_assistant, command_line):
    def here(text):
        return text.replace("8099", str(port))

    for path, text in FILES:
        name, _, file = path.partition("/")
        write_assistant(name, {file: here(text)})
    model.script([call_tools([("send_mail", {"to": "ada"})]), say("I did not send it.")])
    assert len(EXAMPLES) >= 6
    for line, expected in EXAMPLES:
        _, *words = shlex.split(line)
        out, err = command_line(*words)
        assert sorted((out + err).splitlines()) == sorted(here(expected).splitlines()), line


def test_every_permission_is_on_the_page():
    from understudy.folder.permissions import Permissions

    assert [name for name in Permissions.model_fields if f"| `{name}`" not in PAGE] == []
