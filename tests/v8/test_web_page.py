"""docs/web.md: its examples do what it says, and it names what there is."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from understudy_v8.web import all_globals

PAGE = (Path(__file__).parents[2] / "docs/web.md").read_text()
DIGEST, STREAM, UPLOAD = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)


def test_the_digest_of_the_question_is_answered(workshop):
    (part,) = workshop.invoke(DIGEST, workshop.run_class("hello"))
    assert part == hashlib.sha256(b"hello").hexdigest()


def test_a_stream_is_passed_on_piece_by_piece(workshop):
    run = workshop.run_class()

    async def fetch(payload):
        yield {"status": 200, "headers": [], "url": payload["url"], "redirected": False}
        for piece in (b"a", b"\xc3", b"\xa9"):
            yield {"chunk": base64.b64encode(piece).decode()}

    run.streams["fetch"] = fetch
    assert workshop.invoke(STREAM, run) == ["a", "é"]


def test_a_body_is_sent_line_by_line(workshop):
    run = workshop.run_class()
    sent = []

    async def fetch(payload):
        sent.extend([piece async for piece in payload["body"]])
        yield {"status": 200, "headers": [], "url": payload["url"], "redirected": False}
        yield {"chunk": base64.b64encode(b"thanks").decode()}

    run.streams["fetch"] = fetch
    run.text = "hello"
    assert workshop.invoke(UPLOAD, run) == ["thanks"]
    assert sent == [b"hello\n"]


def test_what_the_page_names_is_there_and_what_it_denies_is_not(workshop):
    table = PAGE.partition("| --- | --- |")[2].partition("```")[0]
    named = re.findall(r"`(\w+)(?:\.[\w.]+)?`", table)
    index = f"export const invoke = () => [{', '.join(f'typeof {name}' for name in named)}].join()"
    (kinds,) = workshop.invoke(index.replace("typeof env", "'a field'"))
    assert "undefined" not in kinds
    denied = "export const invoke = () => [typeof WebAssembly, typeof Atomics].join()"
    assert workshop.invoke(denied) == ["undefined,undefined"]
    assert {"fetch", "URLPattern", "CompressionStream", "Buffer"} <= set(named) & set(all_globals())
