"""Exports of process.js, called and streamed, in deno, in Node and in the jail."""

import asyncio

import pytest

from understudy.errors import Invalid, NotFound, ScriptError

COUNT = """
export async function* count(to) {
  try {
    for (let i = 1; i <= to; i++) yield i;
  } finally {
    console.log("counted no further");
  }
}
"""


def test_an_export_is_called_with_json_and_answers_with_json(anywhere):
    anywhere.write("export const add = (a, b) => ({ sum: a + b, text: 'é😀\\ud800' });")

    async def scene():
        return await anywhere.call("add", 1, 2)

    assert anywhere.play(scene) == {"sum": 3, "text": "é😀�"}


def test_a_module_of_commonjs_works_as_one_of_the_language_does(anywhere):
    anywhere.write(
        "exports.half = (n) => require('./half') + n; module.exports.one = async () => 1;"
    )
    anywhere.write("module.exports = 0.5;", "src/half.js")

    async def scene():
        return await anywhere.call("half", 1), await anywhere.call("one")

    assert anywhere.play(scene) == (1.5, 1)


def test_its_modules_are_nodes_and_its_own(either):
    either.write(
        "import { createHash } from 'node:crypto';\nimport { salt } from './salt.mjs';\n"
        "await null;\n"
        "export default { hash: (t) => createHash('sha1').update(salt + t).digest('hex') };"
    )
    either.write("export const salt = 'a';", "src/salt.mjs")

    async def scene():
        return await either.call("hash", "bc")

    assert either.play(scene) == "a9993e364706816aba3e25717850c26c9cd0d89d"


def test_typescript_runs_in_deno(desk):
    desk.settings["engine"] = "deno"
    desk.write("export const twice = (n: number): number => 2 * n;", "src/process.ts")

    async def scene():
        return await desk.call("twice", 21)

    assert desk.play(scene) == 42


def test_a_generator_is_streamed_as_it_yields_or_given_as_a_list(anywhere):
    anywhere.write(COUNT)

    async def scene():
        return [item async for item in anywhere.stream("count", 3)], await anywhere.call("count", 2)

    assert anywhere.play(scene) == ([1, 2, 3], [1, 2])


def test_what_is_no_generator_streams_its_one_result(anywhere):
    anywhere.write("export const list = () => [1, 2];")

    async def scene():
        return [item async for item in anywhere.stream("list")]

    assert anywhere.play(scene) == [[1, 2]]


def test_a_stream_is_made_no_faster_than_it_is_read_and_ends_when_it_is_left(desk):
    desk.write(
        "let made = 0;\nexport function* forever() {"
        " try { for (;;) yield ++made; } finally { made = -made; } }\n"
        "export const count = () => made;"
    )

    async def scene():
        items = desk.stream("forever")
        async for item in items:
            if item == 3:
                break
        await items.aclose()
        return await desk.call("count")

    assert desk.play(scene) == -3


def test_calls_run_side_by_side(desk):
    desk.write(
        "const waiting = [];\n"
        "export const meet = () => new Promise((go) => {"
        " waiting.push(go); if (waiting.length === 50) waiting.forEach((one, i) => one(i)); });"
    )

    async def scene():
        return await asyncio.gather(*(desk.call("meet") for _ in range(50)))

    assert sorted(desk.play(scene)) == list(range(50))


def test_a_call_that_is_cancelled_leaves_the_others_alone(desk):
    desk.write(
        "export const never = () => new Promise(() => {});\n"
        "let n = 0; export const next = () => ++n;"
    )

    async def scene():
        first = await desk.call("next")
        pid = desk.process.pid
        waiting = asyncio.create_task(desk.call("never"))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return first, await desk.call("next"), desk.process.pid == pid

    assert desk.play(scene) == (1, 2, True)


def test_a_name_that_is_not_exported_suggests_the_one_that_was_meant(desk):
    error = desk.failure("export const translate = 1, transcribe = () => 1;", "transcribed")
    assert isinstance(error, NotFound)
    assert "src/process.js exports no function `transcribed`" in str(error)
    assert "Did you mean `transcribe`?" in str(error)


def test_what_it_throws_has_its_place_and_not_ours(anywhere):
    error = anywhere.failure("export function go() {\n  throw new RangeError('too far');\n}", "go")
    assert isinstance(error, ScriptError)
    assert str(error) == "src/process.js:2:9: `go` failed: RangeError: too far"
    assert (error.file, error.line, error.column) == ("src/process.js", 2, 9)
    assert "driver" not in (error.stack or "")
    assert str(anywhere.folder) not in (error.stack or "")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("throw 'a text'", "a text"),
        ("throw null", "null"),
        ("throw { status: 3 }", 'status"?: ?3'),
        ("return 10n", "serialize a BigInt"),
        ("const a = {}; a.a = a; return a", "circular"),
        ("return 'x'.repeat(17 * 2 ** 20)", "more than 16 MB"),
    ],
)
def test_what_cannot_be_given_is_the_error_of_that_call_alone(desk, code, said):
    desk.write(f"export function go() {{ {code} }}\nexport const fine = () => true;")

    async def scene():
        with pytest.raises(ScriptError, match=said):
            await desk.call("go")
        return await desk.call("fine")

    assert desk.play(scene) is True


def test_arguments_that_are_not_json_are_refused(desk):
    desk.write("export const go = (x) => x;")

    async def scene():
        with pytest.raises(Invalid, match="must be JSON"):
            await desk.call("go", {1, 2})
        return await desk.call("go", 1)

    assert desk.play(scene) == 1


def test_an_error_in_the_middle_of_a_stream_comes_behind_what_was_yielded(desk):
    desk.write("export function* go() { yield 1; throw new Error('enough'); }")

    async def scene():
        items = desk.stream("go")
        first = await anext(items)
        with pytest.raises(ScriptError, match="enough"):
            await anext(items)
        return first

    assert desk.play(scene) == 1


def test_a_megabyte_goes_there_and_back(desk):
    desk.write("export const echo = (x) => x;")
    text = "päckchen " * 130_000

    async def scene():
        return await desk.call("echo", text)

    assert desk.play(scene) == text
