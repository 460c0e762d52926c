"""Errors: where the author can see them, in the author's own words."""

from __future__ import annotations

import os

import pytest

from understudy.errors import ModelError

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])

M = {"m.js": "export const f = (g) => g(); export const o = {}; export default 1;"}
HEAD = "import { f, o } from './m.js'; import * as ns from './m.js';\n"


def at(error):
    return error.file, error.line, error.column


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("  null.x;", 8, "TypeError: Cannot read properties of null (reading 'x')"),
        ("  /* é😀 */ null.x;", 18, "TypeError: Cannot read properties of null (reading 'x')"),
        ("  o.x.y;", 7, "TypeError: Cannot read properties of undefined (reading 'y')"),
        ("  o.missing();", 5, "TypeError: o.missing is not a function"),
        ("  o(1);", 3, "TypeError: o is not a function"),
        ("  f(o, o); o(1);", 3, "TypeError: g is not a function"),
        ("  ({ o }).o.x.y;", 15, "TypeError: Cannot read properties of undefined (reading 'y')"),
        ("  throw new RangeError('too far');", 9, "RangeError: too far"),
        ("  throw Object.assign(new Error('named'), { name: 'Own' });", 23, "Own: named"),
        ("  undeclared;", 3, "ReferenceError: undeclared is not defined"),
        ("  new o();", 3, "TypeError: o is not a constructor"),
        ("  ns.o = 1;", 8, "TypeError: Cannot set property o of [object Module]"),
    ],
)
def test_an_exception_has_its_place(workshop, line, column, message):
    error = workshop.failure(
        {**M, "index.js": f"{HEAD}export async function* invoke() {{\n{line}\n}}"}
    )
    assert message in str(error)
    if message.startswith("TypeError: g "):
        assert at(error) == ("m.js", 1, 25)
        assert f"at invoke (index.js:3:{column})" in error.stack
    else:
        assert at(error) == ("index.js", 3, column)
        assert str(error).startswith(f"index.js:3:{column}: ")
    assert error.kind == "error"


def test_the_stack_is_the_authors(workshop):
    files = {
        "lib/deep.js": "export default function () {\n  return inner();\n}\n"
        "function inner() {\n  throw new Error('deep');\n}",
        "index.js": "import deep from './lib/deep.js';\n"
        "export async function* invoke(run) {\n  await 0;\n  yield deep();\n}",
    }
    error = workshop.failure(files)
    assert str(error) == ("lib/deep.js:5:9: deep (called from lib/deep.js:2, index.js:4)")
    assert error.stack.splitlines() == [
        "deep",
        "    at inner (lib/deep.js:5:9)",
        "    at default (lib/deep.js:2:10)",
        "    at invoke (index.js:4:9)",
    ]


def test_the_first_line_has_its_own_columns(workshop):
    error = workshop.failure("export function invoke() { throw new Error('first') }")
    assert at(error) == ("index.js", 1, 34)
    error = workshop.failure("null.x")
    assert at(error) == ("index.js", 1, 6)


def test_a_module_that_throws_while_it_loads(workshop):
    error = workshop.failure({"a.js": "\n throw new Error('no')", "index.js": "import './a.js'"})
    assert at(error) == ("a.js", 2, 8)


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("export const a = ;", (1, 18), "Unexpected token ';'"),
        ("const a = 1;\nfoo(1 2);", (2, 5), "missing ) after argument list"),
        ("export { nope };", (1, 10), "Export 'nope' is not defined in module"),
        ("export const a = 1; export { a };", (1, 30), "Duplicate export of 'a'"),
        ("import { f } from './m.js';\nlet f;", (2, 5), "Identifier 'f' has already been declared"),
        ("import { f, o as f } from './m.js';", (1, 18), "already been declared"),
        ("import { nope } from './m.js';", (1, 10), "does not provide an export named 'nope'"),
        ("export { nope } from './m.js';", (1, 10), "does not provide an export named 'nope'"),
        ("import f, from './m.js';", (1, 8), "Unexpected 'f, from'"),
        ("export function if(a) {}", (1, 17), "Unexpected token 'if'"),
        ("export default function if(a) {}", (1, 25), "Unexpected token 'if'"),
        ("if (1) { export const a = 1 }", (1, 10), "Unexpected token 'export'"),
        ("export {};\nreturn 1;", (2, 1), "Illegal return statement"),
        ("export {};\nyield 1;", (2, 1), "Unexpected strict mode reserved word"),
        ("import { f } from './m.js'; f(f, f; let x", (1, 34), "missing ) after argument list"),
        ("export {};\n}); (() => {", (2, 2), "Unexpected token"),
        ("export {};\n}; const z = function* () {", None, "SyntaxError"),
        ("exports.a = 1;\n}; const z = function () {", None, "SyntaxError"),
        ("export const s = `open", (1, None), "SyntaxError: "),
        ("export const x = 1;\nlet x = 2;", (2, 5), "Identifier 'x' has already been declared"),
    ],
)
def test_a_syntax_error_has_its_place(workshop, source, place, message):
    error = workshop.failure({**M, "index.js": source})
    assert message in str(error)
    assert error.kind == "syntax"
    assert error.file == "index.js"
    if place is not None:
        assert (error.line, error.column) == place


def test_json_that_is_none_has_its_place(workshop):
    error = workshop.failure({"d.json": '{\n  "a": 1,\n}', "index.js": "import './d.json'"})
    assert at(error) == ("d.json", 3, 1)
    assert "not JSON" in str(error)


@pytest.mark.parametrize(
    ("specifier", "message"),
    [
        ("lodash", "npm package"),
        ("@scope/pkg", "run `understudy npm install a`"),
        (
            "fs",
            "`fs` is part of Node.js, which index.js does not run in; move what needs it to src/",
        ),
        (
            "node:fs/promises",
            "src/process.js, which may import it, and call that: `await run.process",
        ),
        ("node:path", "`node:path` is part of Node.js: "),
        ("https://example.com/x.js", "is an address"),
        ("./missing.js", "there is no file `./missing.js`, seen from `index.js`"),
        ("../outside.js", "leads out of the assistant's folder"),
        ("/../outside.js", "leads out of the assistant's folder"),
        ("./link.js", "link out of the assistant's folder"),
        ("./nul\\u0000.js", "there is no file"),
    ],
)
def test_an_import_that_leads_nowhere_says_why(workshop, specifier, message):
    outside = workshop.folder.parent / "outside.js"
    outside.write_text("export {}")
    (workshop.folder / "link.js").symlink_to(outside)
    error = workshop.failure(f"\nimport '{specifier}';")
    assert message in str(error)
    assert at(error) == ("index.js", 2, 8)


def test_a_link_within_the_folder_is_followed(workshop):
    workshop.write({"real.js": "export default 'real'"})
    (workshop.folder / "link.js").symlink_to("real.js")
    index = "import r from './link.js'; export const invoke = () => r"
    assert workshop.invoke(index) == ["real"]


def test_unfit_files_are_refused(workshop):
    workshop.write({"big.js": " " * (4 * 2**20 + 1)})
    assert "larger than 4 MB" in str(workshop.failure("import './big.js'"))
    (workshop.folder / "latin.js").write_bytes(b"// caf\xe9")
    assert "not UTF-8" in str(workshop.failure("import './latin.js'"))
    os.mkfifo(workshop.folder / "pipe.js")
    assert "there is no file" in str(workshop.failure("import './pipe.js'"))


def test_the_main_file_may_be_missing(workshop):
    async def scene():
        await workshop.open("gone.js")

    with pytest.raises(Exception, match=r"there is no file `gone\.js`"):
        workshop.play(scene)


@pytest.mark.parametrize(
    ("thrown", "message"),
    [
        ("'text'", "text"),
        ("undefined", "undefined"),
        ("{ code: 7 }", '{"code":7}'),
        ("10n", "10"),
        ("Symbol('s')", "Symbol(s)"),
        ("Object.create(null)", "{}"),
        ("{ get message() { throw 1 } }", "[object Object]"),
        ("{ toString() { throw 1 }, toJSON() { throw 1 } }", "cannot be shown"),
        ("Object.assign(new Error('x'.repeat(1e6)), { stack: 'y'.repeat(1e6) })", "x…"),
    ],
)
def test_anything_can_be_thrown(workshop, thrown, message):
    error = workshop.failure(f"export function invoke() {{ throw {thrown} }}")
    assert message.rstrip("…") in str(error)
    assert len(str(error)) < 2200
    assert len(error.stack) < 11000


def test_an_effects_error_that_nobody_catches_stays_what_it_was(workshop):
    run = workshop.run_class()
    original = ModelError("no model", kind="unreachable", hint="start one")

    async def answer(_):
        raise original

    run.answers["model"] = answer
    index = "export async function invoke(run) { return await run.model.chat().text() }"
    with pytest.raises(ModelError) as caught:
        workshop.invoke(index, run)
    assert caught.value is original


def test_an_effects_error_can_be_caught_and_tells_no_secrets(workshop):
    run = workshop.run_class()

    async def limited(_):
        raise ModelError("slow down", kind="rate_limit", status=429)

    async def broken(_):
        raise FileNotFoundError("/home/secret/path")

    run.answers.update(model=limited, tool=broken)
    index = """export async function* invoke(run) {
      try {
        await run.model.chat({}).message();
      } catch (e) {
        yield [e instanceof Error, e.name, e.message, e.kind, e.status].join();
        yield e.stack.split('\\n').find((l) => l.includes('index.js')).trim();
      }
      try { await run.tools.call('x', {}) } catch (e) { yield e.message + e.stack }
    }"""
    first, stack, secret = workshop.invoke(index, run)
    assert first == "true,ModelError,slow down,rate_limit,429"
    assert stack.startswith("at async invoke (index.js:3:")
    assert "secret" not in secret
    assert "Traceback" not in secret
