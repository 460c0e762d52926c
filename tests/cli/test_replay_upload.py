"""Runs that sent a body bit by bit: the journal has its size and hash, and a replay must match."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CODE = """
export const tools = [{ name: "line", execute: ({ n }) => "line " + n + "\\n" }];
export async function* invoke(run) {
  async function* lines() {
    for (let n = 0; n < 3; n++) yield await run.tools.call("line", { n });
  }
  const body = lines();
  const answer = await fetch("URL", { method: "POST", duplex: "half", body });
  yield await answer.text();
  yield " " + await run.tools.call("line", { n: 9 });
}
"""
SENT = b"line 0\nline 1\nline 2\n"


class Taker(BaseHTTPRequestHandler):
    """Answers how much it was sent, by HTTP/1.1's chunks."""

    protocol_version = "HTTP/1.1"
    bodies: list[bytes]

    def do_POST(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        self.bodies.append(body)
        said = f"took {len(body)}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    handler = type("Site", (Taker,), {"bodies": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", handler.bodies
        server.shutdown()
        thread.join()


@pytest.fixture
def sender(understudy, write_assistant, site):
    """The code of an assistant that has sent a body, and the run that did."""
    asks = {"understudy": {"permissions": {"net": ["127.0.0.1"]}}}
    code = CODE.replace("URL", site[0])
    files = {"assistant.json": {}, "package.json": asks, "src/index.js": code}
    folder = write_assistant("sender", files)
    assert understudy("trust", "sender", "--yes").code == 0
    done = understudy("run", "sender", "send", "--json")
    assert done.code == 0, done
    return folder / "src" / "index.js", done.json()


def test_the_journal_keeps_size_and_hash_and_not_the_bytes(root, site, sender):
    _, run = sender
    assert run["text"].startswith("took 21")
    assert site[1] == [SENT]
    [journal] = (root / "threads").glob("*/runs/*/journal.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    [asked] = [line for line in lines if line.get("effect") == "fetch"]
    [answered] = [line for line in lines if line.get("result") == asked["id"]]
    assert asked["payload"]["body"] == "[sent bit by bit]"
    digest = hashlib.sha256(SENT).hexdigest()
    assert answered["value"]["sent"] == {"size": 21, "sha256": digest, "whole": True}


def test_a_replay_follows_and_sends_nothing(understudy, site, sender):
    _, run = sender
    done = understudy("runs", "replay", run["run_id"])
    assert done.code == 0, done
    assert site[1] == [SENT]


@pytest.mark.parametrize(
    "change",
    [("{ n });", "{ n }) + '!';"), ("yield await run", "await run")],
    ids=["more", "nothing"],
)
def test_a_replay_that_sends_something_else_is_told_so(understudy, site, sender, change):
    index, run = sender
    index.write_text(index.read_text().replace(*change))
    done = understudy("runs", "replay", run["run_id"])
    assert done.code != 0
    assert "it sends another body with `fetch` than before" in done.out + done.err
    assert site[1] == [SENT]
