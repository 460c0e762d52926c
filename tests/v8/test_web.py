"""The Web APIs that assistants' code has, in both places where it can run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from understudy_v8.web import all_globals, choose

IN_BOTH = pytest.mark.parametrize("isolation", ["here", "jail"])

# What an expression comes to, and the value that it must have.
EXPRESSIONS = {
    "new URL('../b?c=1#d', 'http://EXAMPLE.com/x/y').href": "http://example.com/b?c=1#d",
    "new URL('http://bücher.example/ä').href": "http://xn--bcher-kva.example/%C3%A4",
    "[...new URLSearchParams('a=1&b=%20')].join(';')": "a,1;b, ",
    "URL.canParse('no')": False,
    "new URLPattern({ pathname: '/a/:b' }).exec('http://x/a/c').pathname.groups.b": "c",
    "new TextDecoder().decode(new TextEncoder().encode('é€😀'))": "é€😀",
    "new TextDecoder('shift_jis').decode(new Uint8Array([0x83, 0x65]))": "テ",
    "new TextDecoder('utf-16le').decode(new Uint8Array([0x41, 0]))": "A",
    "atob(btoa('hi there'))": "hi there",
    "structuredClone(new Map([[1, { at: new Date(5), re: /x/g }]])).get(1).at.getTime()": 5,
    "((a) => { a.own = a; const b = structuredClone(a); return b.own === b })({})": True,
    "structuredClone(new RangeError('far')) instanceof RangeError": True,
    "((b) => structuredClone(b, { transfer: [b] }) && b.detached)(new ArrayBuffer(4))": True,
    "new Blob(['a', new Uint8Array([98])], { type: 'text/X' }).type": "text/x",
    "new File(['x'], 'n.txt').name": "n.txt",
    "Buffer.from('héllo').toString('base64')": "aMOpbGxv",
    "new Headers([['B', '2'], ['a', '1'], ['A', '3']]).get('a')": "1, 3",
    "new Response('x', { status: 404 }).ok": False,
    "new Request('http://x/', { method: 'post', body: '{}' }).method": "POST",
    "AbortSignal.abort().reason.name": "AbortError",
    "AbortSignal.any([new AbortController().signal, AbortSignal.abort(7)]).reason": 7,
    "new DOMException('m', 'DataCloneError').code": 25,
    "new CustomEvent('x', { detail: 3 }).detail": 3,
    "performance.mark('a').entryType + (performance.now() > 0)": "marktrue",
    "self === globalThis && navigator.userAgent": "Understudy",
    "Object.prototype.toString.call(crypto.subtle)": "[object SubtleCrypto]",
    "typeof process.nextTick + ('HOME' in process.env)": "functionfalse",
}
PROMISES = {
    """(async () => {
      const pieces = ReadableStream.from(['a', 'b']);
      const twice = new TransformStream({ transform(x, control) { control.enqueue(x + x); } });
      return (await Array.fromAsync(pieces.pipeThrough(twice))).join('');
    })()""": "aabb",
    """Array.fromAsync(new Blob(['hé']).stream().pipeThrough(new TextDecoderStream()))
      .then((texts) => texts.join(''))""": "hé",
    """new Response(new Blob(['x'.repeat(9999)]).stream()
      .pipeThrough(new CompressionStream('gzip'))
      .pipeThrough(new DecompressionStream('gzip'))).text().then((t) => t.length)""": 9999,
    """new Response(new Blob(['junk']).stream().pipeThrough(new DecompressionStream('deflate')))
      .text().catch((e) => e.name)""": "TypeError",
    """new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = (event) => done(event.data.x);
      port1.postMessage({ x: 5 });
    })""": 5,
    """new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsText(new Blob(['fr']));
    })""": "fr",
    """(async () => {
      const form = new FormData();
      form.append('a', 'b');
      form.append('f', new Blob(['x']), 'y.txt');
      const read = await new Request('http://x/', { method: 'POST', body: form }).formData();
      return read.get('a') + read.get('f').name + await read.get('f').text();
    })()""": "by.txtx",
    "fetch('data:text/plain,hi%20there').then((r) => r.text())": "hi there",
    "new Promise((r) => queueMicrotask(() => r('soon')))": "soon",
    """new Promise((done) => AbortSignal.timeout(1)
      .addEventListener('abort', (event) => done(event.target.reason.name)))""": "TimeoutError",
}


def evaluate(workshop, expressions):
    lines = "".join(f"  yield JSON.stringify(await ({code}) ?? null);\n" for code in expressions)
    parts = workshop.invoke("export async function* invoke() {\n" + lines + "}")
    return [json.loads(part) for part in parts]


@IN_BOTH
def test_each_does_what_it_does_elsewhere(workshop):
    expected = EXPRESSIONS | PROMISES
    got = evaluate(workshop, expected)
    assert dict(zip(expected, got, strict=True)) == expected


def test_each_is_there_for_a_script_that_names_no_other(workshop):
    async def scene():
        missing = []
        for name in all_globals():
            workshop.write(
                {f"{name}.js": f"export const invoke = () => typeof {name} + {name}.name"}
            )
            program = await workshop.open(f"{name}.js")
            (part,) = [part async for part in program.invoke(workshop.run_class())]
            kind = "function" if name[0].isupper() or part.startswith("function") else "object"
            if not part.startswith(kind) or (kind == "function" and part != f"function{name}"):
                missing.append((name, part))
            await program.close()
        return missing

    assert workshop.play(scene) == []


def test_a_script_that_names_none_is_given_none(workshop):
    assert choose(["export const invoke = () => 'plain text about urls'"]).parts == ()
    assert {part.name for part in choose(["new URL(x)"]).parts} == {"url"}
    index = (
        "export const invoke = () => [typeof globalThis['UR' + 'L'], typeof globalThis.x].join()"
    )
    assert workshop.invoke(index) == ["undefined,undefined"]


def test_what_a_script_puts_in_place_of_one_stays(workshop):
    index = """
    globalThis.fetch = () => 'mine';
    function URL() { return { href: 'own' } }
    export const invoke = () => fetch() + new URL().href + typeof Headers;
    """
    assert workshop.invoke(index) == ["mineownfunction"]


@IN_BOTH
def test_a_script_that_breaks_the_language_breaks_only_itself(workshop):
    async def scene():
        broken = """
        Array.prototype.push = Array.prototype.map = () => { throw 1 };
        Object.keys = Reflect.ownKeys = () => { throw 1 };
        Object.prototype.get = () => 'polluted';
        export async function invoke() { try { await fetch('http://x/') } catch { } return 'end' }
        """
        workshop.write(
            {"broken.js": broken, "fine.js": "export const invoke = () => new URL('a:b').href"}
        )
        for file in ("broken.js", "fine.js"):
            program = await workshop.open(file)
            yielded = [part async for part in program.invoke(workshop.run_class())]
        return yielded

    assert workshop.play(scene) == ["a:b"]


def test_what_a_listener_throws_is_logged_with_the_authors_line(workshop):
    run = workshop.run_class()
    index = """
    export function invoke() {
      const target = new EventTarget();
      target.addEventListener('x', () => { throw new Error('from a listener') });
      target.dispatchEvent(new Event('x'));
      reportError(new Error('told'));
      return 'on';
    }"""
    assert workshop.invoke(index, run) == ["on"]
    assert [level for level, _ in run.logs] == ["error", "error"]
    assert "from a listener" in run.logs[0][1]
    assert "told" in run.logs[1][1]


def test_an_error_in_a_web_api_points_at_the_authors_line(workshop):
    error = workshop.failure("export function invoke() {\n  return new URL('nowhere').href;\n}")
    assert (error.file, error.line) == ("index.js", 2)
    assert "Invalid URL: nowhere" in str(error)
    assert "understudy:" not in (error.stack or "")


@IN_BOTH
def test_the_process_has_only_the_variables_that_were_granted(workshop, isolation, monkeypatch):
    from understudy.permissions.grant import Grant

    monkeypatch.setenv("SEEN_VARIABLE", "seen")
    monkeypatch.setenv("OTHER_VARIABLE", "secret")
    workshop.grant = Grant(trusted=isolation == "here", env=("SEEN_VARIABLE", "NOT_SET"))
    index = """export const invoke = () =>
      ['SEEN_VARIABLE', 'OTHER_VARIABLE', 'NOT_SET', 'PATH']
        .map((name) => process.env[name]).join()"""
    assert workshop.invoke(index) == ["seen,,,"]


@IN_BOTH
@pytest.mark.parametrize("name", ["WebAssembly", "SharedArrayBuffer", "Atomics"])
def test_what_is_withheld_is_named_with_a_way_out(workshop, name):
    error = workshop.failure(f"export const invoke = () => {name}.isView")
    assert f"{name} is not defined" in str(error)
    assert "process.js" in error.hint


def test_an_installation_without_them_says_why_a_name_is_missing(tmp_path):
    code = f"""
import sys; sys.path.insert(0, "tests/v8")
from pathlib import Path
from understudy_v8 import web
web._parts = lambda: {{}}
from conftest import Workshop
workshop = Workshop(Path({str(tmp_path)!r}), 'here')
error = workshop.failure("export const invoke = () => new URL('a:b').href")
print(error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "installed without Web APIs (UNDERSTUDY_NO_WEB=1)" in done.stdout, done.stderr
