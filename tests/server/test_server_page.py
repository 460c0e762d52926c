"""docs/server.md: its app runs, and its commands do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

from understudy.testing.server import KEY

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
[APP] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
CONSOLE = re.findall(r"^\$ (understudy key.*?)(?:\s+#.*)?$", PAGE, re.MULTILINE)
ASK = """
import asyncio

async def main():
    sent, events = [], [{"type": "lifespan.startup"}]
    headers = [(b"host", b"testserver"), (b"authorization", b"Bearer my-key")]
    scope = {"type": "http", "method": "GET", "path": "/assistants/v1/models/math-tutor",
             "headers": headers, "query_string": b"", "root_path": ""}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        sent.append(event)

    async with lifespan(app):
        await app(scope, receive, send)
        await app({**scope, "path": "/assistants/v1/none"}, receive, send)
    print(sent[0]["status"], sent[1]["body"].decode(), sent[2]["status"])

asyncio.run(main())
"""


def test_the_app_of_the_page_serves_below_its_mount(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", APP + textwrap.dedent(ASK)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('200 {"id":"math-tutor"')
    assert done.stdout.endswith(" 404\n")


def test_the_commands_of_the_page_work_in_their_order(start_server, root):
    server = start_server(UNDERSTUDY_API_KEY="")
    assert len(CONSOLE) == 4
    shown = []
    for command in CONSOLE:
        arguments = [sys.executable, "-m", *command.split()]
        arguments[3:3] = ["--root", str(root)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        shown.append(done.stdout.strip())
    assert shown[2:] == ["", "default"]
    assert server.get("/models", Authorization=f"Bearer {shown[0]}").status == 200
    assert server.get("/models", Authorization=f"Bearer {KEY}").status == 401
