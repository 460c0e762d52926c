"""fetch in assistants' code: requests become effects of the run, answers come in pieces."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest

from understudy.errors import Invalid

IN_BOTH = pytest.mark.parametrize("isolation", ["here", "jail"])


def chunk(text):
    return {"chunk": base64.b64encode(text.encode()).decode()}


def head(url="http://api.test/", status=200, headers=(), **more):
    pairs = [list(pair) for pair in headers]
    return {
        "status": status,
        "status_text": "",
        "headers": pairs,
        "url": url,
        "redirected": False,
    } | more


def answering(workshop, *items):
    run = workshop.run_class()

    async def fetch(payload):
        for item in items:
            yield item

    run.streams["fetch"] = fetch
    return run


@IN_BOTH
def test_a_request_is_an_effect_with_all_that_it_says(workshop):
    run = answering(
        workshop, head(status=201, headers=[("X-A", "1"), ("Set-Cookie", "a=b")]), chunk("{}")
    )
    index = """export async function* invoke() {
      const answer = await fetch('http://api.test/items?q=ä', {
        method: 'PUT', body: JSON.stringify({ a: 1 }), headers: { 'X-B': '2' }, redirect: 'manual',
      });
      yield JSON.stringify([answer.status, answer.ok, answer.url, answer.headers.get('x-a'),
        await answer.json()]);
    }"""
    (part,) = workshop.invoke(index, run)
    assert json.loads(part) == [201, True, "http://api.test/items?q=%C3%A4", "1", {}]
    ((kind, payload),) = run.asked
    assert kind == "fetch"
    assert payload == {
        "url": "http://api.test/items?q=%C3%A4",
        "method": "PUT",
        "headers": [["X-B", "2"], ["content-type", "text/plain;charset=UTF-8"]],
        "body": base64.b64encode(b'{"a":1}').decode(),
        "redirect": "manual",
    }


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ("new URLSearchParams({ a: 'b c' })", b"a=b+c"),
        ("new Blob(['x', 'y'])", b"xy"),
        ("new Uint8Array([1, 2, 255])", b"\x01\x02\xff"),
    ],
)
def test_bodies_of_every_kind_are_sent(workshop, body, sent):
    run = answering(workshop, head(status=204))
    index = f"""export async function invoke() {{
      const answer = await fetch('http://api.test/', {{ method: 'POST', duplex: 'half',
        body: {body} }});
      return String(answer.body);
    }}"""
    assert workshop.invoke(index, run) == ["null"]
    assert base64.b64decode(run.asked[0][1]["body"]) == sent


@IN_BOTH
def test_an_event_stream_is_read_event_by_event(workshop):
    run = workshop.run_class()
    gates = [asyncio.Event() for _ in range(3)]
    index = """export async function* invoke() {
      const answer = await fetch('http://api.test/sse');
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) yield text;
    }"""

    async def fetch(payload):
        yield head(headers=[("content-type", "text/event-stream")])
        for number, gate in enumerate(gates):
            await gate.wait()
            yield chunk(f"data: {number}\n\n")

    run.streams["fetch"] = fetch
    workshop.write({"index.js": index})

    async def scene():
        program = await workshop.open()
        parts = program.invoke(run)
        read = []
        for gate in gates:
            gate.set()  # the next event comes only when the one before has been read
            read.append(await anext(parts))
        assert await anext(parts, None) is None
        return read

    assert workshop.play(scene) == ["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"]


ABORTED = """export async function invoke() {
  const control = new AbortController();
  const asked = fetch('http://api.test/slow', { signal: control.signal });
  setTimeout(() => control.abort(%s), 1);
  try { await (await asked).text(); } catch (error) { return String(error.name ?? error); }
}"""


@pytest.mark.parametrize("headed", [False, True])
@pytest.mark.parametrize(("reason", "seen"), [("", "AbortError"), ("'enough'", "enough")])
@IN_BOTH
def test_an_aborted_request_is_ended_at_the_host(workshop, headed, reason, seen):
    run = workshop.run_class()
    ended = []

    async def fetch(payload):
        try:
            if headed:
                yield head()
            await asyncio.Event().wait()
        finally:
            ended.append("closed")
        yield head()

    run.streams["fetch"] = fetch
    assert workshop.invoke(ABORTED % reason, run) == [seen]
    assert ended == ["closed"]


def test_the_runs_own_signal_ends_a_request(workshop):
    run = workshop.run_class()
    started, ended = asyncio.Event(), []
    index = """export async function* invoke(run) {
      yield 'ready';
      try { await fetch('http://api.test/', { signal: run.signal }); }
      catch (error) { run.log(error.name, run.signal instanceof AbortSignal); }
    }"""

    async def fetch(payload):
        try:
            started.set()
            await asyncio.Event().wait()
            yield head()
        finally:
            ended.append("closed")

    run.streams["fetch"] = fetch
    workshop.write({"index.js": index})

    async def scene():
        program = await workshop.open()
        parts = program.invoke(run)
        await anext(parts)
        waiting = asyncio.ensure_future(anext(parts))
        await started.wait()
        waiting.cancel()
        await asyncio.wait({waiting})
        await parts.aclose()

    workshop.play(scene)
    assert ended == ["closed"]
    assert ("info", "AbortError true") in run.logs


def test_a_request_without_a_signal_ends_with_its_run(workshop):
    run = workshop.run_class()
    ended = []

    async def fetch(payload):
        try:
            await asyncio.Event().wait()
            yield head()
        finally:
            ended.append("closed")

    run.streams["fetch"] = fetch
    index = (
        "export function invoke() { fetch('http://api.test/').catch(() => {}); return 'gone on'; }"
    )
    assert workshop.invoke(index, run) == ["gone on"]
    assert ended == ["closed"]


def test_a_refusal_is_a_type_error_that_says_what_the_host_said(workshop):
    run = workshop.run_class()

    async def fetch(payload):
        raise Invalid("api.test is not allowed; grant it with `understudy trust`")
        yield

    run.streams["fetch"] = fetch
    index = """export async function invoke() {
      try { await fetch('http://api.test/'); }
      catch (error) { return [error instanceof TypeError, error.message,
        error.cause.name].join('|'); }
    }"""
    message = "fetch failed: api.test is not allowed; grant it with `understudy trust`"
    assert workshop.invoke(index, run) == [f"true|{message}|Invalid"]
    error = workshop.failure("export const invoke = () => fetch('http://api.test/')", run)
    assert message in str(error)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("fetch('nowhere')", "Failed to parse URL"),
        ("fetch('ftp://x/')", "ftp: URLs cannot be fetched"),
        ("fetch('http://x:25/')", "port 25 is for another protocol"),
        ("fetch('http://x/', { method: 'GET', body: 'x' })", "cannot have body"),
        ("fetch('http://x/', { headers: { 'a b': 'c' } })", "invalid header name"),
        ("fetch()", "fetch takes a URL"),
    ],
)
def test_a_request_that_makes_no_sense_is_a_type_error(workshop, call, message):
    index = f"""export async function invoke() {{
      try {{ await {call}; }} catch (error) {{ return error.name + ': ' + error.message; }}
    }}"""
    (part,) = workshop.invoke(index)
    assert part.startswith("TypeError: ")
    assert message in part


def test_a_body_that_breaks_off_is_an_error_of_the_reader(workshop):
    run = workshop.run_class()

    async def fetch(payload):
        yield head()
        yield chunk("some")
        raise Invalid("the connection was lost")

    run.streams["fetch"] = fetch
    index = """export async function invoke() {
      const answer = await fetch('http://api.test/');
      try { return await answer.text(); } catch (error) {
        return error.name + ': ' + error.message; }
    }"""
    assert workshop.invoke(index, run) == ["TypeError: fetch failed: the connection was lost"]


def test_without_a_run_there_is_no_fetch(workshop):
    error = workshop.failure("await fetch('http://api.test/');\nexport const invoke = () => 1;")
    assert "no run" in str(error)
    assert (error.file, error.line) == ("index.js", 1)


def test_twenty_requests_at_once_each_have_their_answer(workshop):
    run = workshop.run_class()

    async def fetch(payload):
        yield head(payload["url"])
        await asyncio.sleep(0)
        yield chunk(payload["url"][-2:])

    run.streams["fetch"] = fetch
    index = """export async function invoke() {
      const numbers = Array.from({ length: 20 }, (_, n) => String(n).padStart(2, '0'));
      const texts = await Promise.all(numbers.map(async (n) =>
        (await fetch('http://api.test/' + n)).text()));
      return String(texts.join() === numbers.join());
    }"""
    assert workshop.invoke(index, run) == ["true"]
