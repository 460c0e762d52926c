"""Modules: every form of import and export, linked as the language says, without a bundler."""

from __future__ import annotations

import json

import pytest

SHOW = "export function* invoke() { yield JSON.stringify(show()); }\n"


def value(workshop, files):
    (text,) = workshop.invoke(files)
    return json.loads(text)


@pytest.mark.parametrize(
    ("exporting", "importing", "expected"),
    [
        ("export const a = 1, b = 2;", "import { a, b } from './m.js'; {a, b}", {"a": 1, "b": 2}),
        ("export let { x, y: [z = 3, ...w] } = { x: 1, y: [,4,5] };",
         "import { x, z, w } from './m.js'; {x, z, w}", {"x": 1, "z": 3, "w": [4, 5]}),
        ("export function f() { return 1 }", "import { f } from './m.js'; f()", 1),
        ("export async function f() {}\nexport const n = f.name",
         "import { n } from './m.js'; n", "f"),
        ("export function* g() { yield 1 }", "import { g } from './m.js'; [...g()]", [1]),
        ("export class C { v = 4 }", "import { C } from './m.js'; new C().v", 4),
        ("export default 40 + 2;", "import x from './m.js'; x", 42),
        ("export default (1, 2)", "import x from './m.js'; x", 2),
        ("export default function () { return 7 }", "import f from './m.js'; f()", 7),
        ("export default function* () { yield 7 }", "import f from './m.js'; [...f()]", [7]),
        ("export default async function () {}", "import f from './m.js'; typeof f", "function"),
        ("export default function named() { return named.name }",
         "import f from './m.js'; f()", "named"),
        ("export default class { v = 5 }", "import C from './m.js'; new C().v", 5),
        ("export default class Named { static n = Named.name }",
         "import C from './m.js'; C.n", "Named"),
        ("export default class extends Array {}", "import C from './m.js'; new C(3).length", 3),
        ("export default () => 9", "import f from './m.js'; f()", 9),
        ("const a = 1; export { a, a as b, a as default, a as 'c-d' };",
         "import d, { b, 'c-d' as c } from './m.js'; [d, b, c]", [1, 1, 1]),
        ("export const a = 1; export default 2;",
         "import d, * as ns from './m.js'; [d, ns.a, ns.default, Object.keys(ns)]",
         [2, 1, 2, ["a", "default"]]),
        ("export const a = 1;",
         "import * as ns from './m.js'; ({}).toString.call(ns)", "[object Module]"),
        ("export const a = 1;", "import { a as b } from './m.js'; ({ b }).b", 1),
        ("export var $é = 1;", "import { $é } from './m.js'; $é", 1),
    ],
)  # fmt: skip
def test_every_form_of_export_can_be_imported(workshop, exporting, importing, expected):
    head, _, expression = importing.rpartition("; ")
    index = f"{head};\nconst show = () => ({expression});\n{SHOW}"
    assert value(workshop, {"m.js": exporting, "index.js": index}) == expected


@pytest.mark.parametrize(
    ("between", "importing", "expected"),
    [
        ("export { a as b } from './m.js'", "import { b } from './x.js'; b", 1),
        ("export { default } from './m.js'", "import d from './x.js'; d", 2),
        ("export { default as d, a as default } from './m.js'",
         "import a, { d } from './x.js'; [a, d]", [1, 2]),
        ("export * from './m.js'", "import * as x from './x.js'; Object.keys(x)", ["a"]),
        ("export * from './m.js'; export const a = 5", "import { a } from './x.js'; a", 5),
        ("export * as ns from './m.js'", "import { ns } from './x.js'; ns.a", 1),
        ("import { a } from './m.js'; export { a as z }", "import { z } from './x.js'; z", 1),
        ("import * as ns from './m.js'; export { ns }", "import { ns } from './x.js'; ns.a", 1),
        ("import d from './m.js'; export default d", "import d from './x.js'; d", 2),
    ],
)  # fmt: skip
def test_reexports_lead_to_the_origin(workshop, between, importing, expected):
    head, _, expression = importing.rpartition("; ")
    index = f"{head};\nconst show = () => ({expression});\n{SHOW}"
    module = "export const a = 1; export default 2;"
    files = {"m.js": module, "x.js": between, "index.js": index}
    assert value(workshop, files) == expected


def test_bindings_are_live(workshop):
    files = {
        "m.js": "export let n = 0; export function inc() { n++; }",
        "index.js": "import { n, inc as i } from './m.js';\n"
        "const show = () => { const before = n\n i()\n i()\n return [before, n, { n }.n] };" + SHOW,
    }
    assert value(workshop, files) == [0, 2, 2]


def test_names_declared_further_in_hide_the_import(workshop):
    index = (
        """
      import { a } from './m.js';
      const results = [];
      const see = (x) => results.push(x);
      const f = (a) => see(a); f("arrow");
      (a => see(a))("bare");
      (function ({ a }) { see(a) })({ a: "pattern" });
      (function ([b = a, ...a]) { see(a.length) })(["x", 1, 2]);
      function g(x = a) { var a = "var"; see(x); see(a); } g();
      { let a = "let"; see(a); }
      { class a {} ; see(typeof a); }
      { function a() {} ; see(typeof a); }
      for (const a of ["of"]) see(a);
      for (let a = 0; a < 1; a++) see(a);
      for (var i in { key: 1 }) { see(a); }
      try { throw "caught" } catch (a) { see(a) }
      (function a() { see(typeof a) })();
      (class a { static s = see(typeof a) });
      switch (1) { case 1: let a = "case"; see(a); }
      const o = { a() { return a }, b: { a }, [a]: 1, a: a };
      see(o.b.a); see(Object.keys(o).join());
      class K { [a]() { return a } static { var q = a; see(q); }
        a = a; #p = a; get p() { return this.#p } }
      see(new K().origin()); see(new K().a); see(new K().p);
      label: for (;;) { see(a); break label; }
      see(`${a}`); see(a ? a : 0); see(typeof a);
      const show = () => results;
    """
        + SHOW
    )
    assert value(workshop, {"m.js": "export const a = 'origin';", "index.js": index}) == [
        "arrow", "bare", "pattern", 2, "origin", "var", "let", "function", "function", "of", 0,
        "origin", "caught", "function", "function", "case", "origin", "a,b,origin", "origin",
        "origin", "origin", "origin", "origin", "origin", "origin", "string",
    ]  # fmt: skip


def test_imported_functions_are_called_without_this(workshop):
    files = {
        "m.js": "export function who() { return this === undefined }\n"
        "export const tag = (s) => s[0]; export class K { constructor(x) { this.x = x } }\n"
        "export const o = { me() { return this === o } };",
        "index.js": "import { who, tag, K, o } from './m.js'; import * as ns from './m.js';\n"
        "let log = []\nlog.push(1)\nwho()\nif (1) who()\nelse who()\n"
        "const show = () => [who(), who?.(), tag`x`, new K(3).x, o.me(), ns.o.me()];" + SHOW,
    }
    assert value(workshop, files) == [True, True, "x", 3, True, True]


def test_a_statement_before_an_import_keeps_its_end(workshop):
    files = {
        "m.js": "export const f = (x) => x",
        "index.js": "let a = 1\nimport { f } from './m.js'\n(() => {})()\nlet b = f\nf(2)\n"
        "export { a }\nf(1)\nconst show = () => [a, b === f]\n" + SHOW,
    }
    assert value(workshop, files) == [1, True]


def test_cycles_see_hoisted_functions_and_dead_zones(workshop):
    files = {
        "index.js": "import { b, early } from './b.js'; export function a() { return 'a' + b() }\n"
        "export const late = 1; const show = () => [a(), early];" + SHOW,
        "b.js": "import { a, late } from './index.js'; export const b = () => 'b';\n"
        "let early; try { late } catch (e) { early = e.name + typeof a } export { early };",
    }
    assert value(workshop, files) == ["ab", "ReferenceErrorfunction"]


def test_star_exports_go_in_circles_and_drop_what_is_ambiguous(workshop):
    files = {
        "x.js": "export * from './y.js'; export const one = 1, both = 'x';",
        "y.js": "export * from './x.js'; export const two = 2, both = 'y';",
        "z.js": "export const both = 'z';",
        "all.js": "export * from './x.js'; export * from './z.js';",
        "index.js": "import * as x from './x.js'; import * as all from './all.js';\n"
        "const show = () => [Object.keys(x), x.both, Object.keys(all)];" + SHOW,
    }
    assert value(workshop, files) == [["both", "one", "two"], "x", ["one", "two"]]


def test_modules_run_once_and_in_order(workshop):
    files = {
        "log.js": "export const log = [];",
        "a.js": "import { log } from './log.js'; import './c.js'; log.push('a');",
        "b.js": "import { log } from './log.js'; import './c.js'; log.push('b');",
        "c.js": "import { log } from './log.js'; log.push('c');",
        "index.js": "import { log } from './log.js'; import './a.js'; import './b.js';\n"
        "const show = () => log;" + SHOW,
    }
    assert value(workshop, files) == ["c", "a", "b"]


def test_a_module_may_await_at_its_top(workshop):
    files = {
        "slow.js": "const { v } = await import('./v.js'); for await (const x of [v]) ;\n"
        "await new Promise((done) => setTimeout(done, 1)); export { v };",
        "v.js": "export const v = 'awaited';",
        "index.js": "import { v } from './slow.js'; const show = () => v;" + SHOW,
    }
    assert value(workshop, files) == "awaited"


def test_import_is_a_promise_of_the_namespace(workshop):
    files = {
        "m.js": "export const m = 1; export default 2;",
        "index.js": "export async function* invoke() {\n"
        " const ns = await import('./m.js'); yield JSON.stringify(ns);\n"
        " try { await import('./none.js') } catch (e) { yield e.code }\n"
        " try { await import('lodash') } catch (e) { yield String(e.message.includes('npm')) }\n"
        " try { await import('./' + 'x.js') } catch (e) { yield e.message.slice(0, 12) } }",
    }
    expected = ['{"default":2,"m":1}', "MODULE_NOT_FOUND", "true", "import() was"]
    assert workshop.invoke(files) == expected


def test_import_meta_is_relative_to_the_folder(workshop):
    files = {
        "lib/m.js": "const { url, filename, dirname } = import.meta;"
        "export { url, filename, dirname };",
        "index.js": "import { url, filename, dirname } from './lib/m.js';\n"
        "const show = () => [url, filename, dirname, import.meta.dirname];" + SHOW,
    }
    assert value(workshop, files) == ["file:///lib/m.js", "/lib/m.js", "/lib", "/"]


def test_json_is_imported_as_data(workshop):
    files = {
        "d.json": '{"a": [1, "é"], "__proto__": 5}',
        "index.js": "import d from './d.json' with { type: 'json' }; "
        "import { a } from './d.json';\n"
        "const show = () => [d.a, a[1]];" + SHOW,
    }
    assert value(workshop, files) == [[1, "é"], "é"]


def test_commonjs_has_its_five_names(workshop):
    files = {
        "lib/c.js": "exports.a = this === exports; exports.f = __filename; exports.d = __dirname;\n"
        "exports.m = module.exports === exports; exports.j = require('./d.json').x;\n"
        "try { require('./none') } catch (e) { exports.code = e.code }",
        "lib/d.json": '{"x": 3}',
        "index.js": "const c = require('./lib/c'); const show = () => c;\n"
        "module.exports = { *invoke() { yield JSON.stringify(show()) } };",
    }
    assert value(workshop, files) == {
        "a": True, "f": "/lib/c.js", "d": "/lib", "m": True, "j": 3, "code": "MODULE_NOT_FOUND",
    }  # fmt: skip


def test_commonjs_and_es_modules_use_each_other(workshop):
    files = {
        "c.cjs": "const m = require('./m.mjs'); module.exports = { two: m.one + m.default };",
        "m.mjs": "export const one = 1; export default 1;",
        "f.cjs": "module.exports = function () { return 'called' }; module.exports.extra = 1;",
        "star.js": "export * from './c.cjs';",
        "index.js": "import c, { two } from './c.cjs'; import f, { extra } from './f.cjs';\n"
        "import * as ns from './c.cjs'; import { two as via } from './star.js';\n"
        "const show = () => [c.two, two, f(), extra, Object.keys(ns), via];" + SHOW,
    }
    assert value(workshop, files) == [2, 2, "called", 1, ["default", "two"], 2]


def test_commonjs_cycles_see_what_is_there_so_far(workshop):
    files = {
        "a.cjs": "exports.early = 1; exports.b = require('./b.cjs').seen; exports.late = 1;",
        "b.cjs": "exports.seen = Object.keys(require('./a.cjs'));",
        "index.js": "import a from './a.cjs'; const show = () => a.b;" + SHOW,
    }
    assert value(workshop, files) == ["early"]


def test_the_package_says_what_a_js_file_is(workshop):
    workshop.package = {"type": "module"}
    files = {
        "strict.js": "globalThis.isStrict = (function () { return this === undefined })();",
        "index.js": "import './strict.js'; const show = () => isStrict;" + SHOW,
    }
    assert value(workshop, files) is True
    workshop.package = {}
    assert value(workshop, files) is False


def test_files_are_found_without_their_ending(workshop):
    files = {
        "a/index.js": "export default 'folder'; export { default as up } from '../b';",
        "b.mjs": "export default 'up';",
        "c.js/keep.txt": "",
        "c.js.js": "export default 'c';",
        "index.js": "import a, { up } from './a'; import c from './c.js'; import r from '/b.mjs';\n"
        "const show = () => [a, up, c, r];" + SHOW,
    }
    assert value(workshop, files) == ["folder", "up", "c", "up"]


def test_a_byte_order_mark_and_a_hash_bang_are_skipped(workshop):
    index = "\ufeff#!/usr/bin/env node\nexport function* invoke() { yield 'ok' }\r\n// end"
    assert workshop.invoke(index) == ["ok"]


def test_our_own_names_step_aside(workshop):
    files = {
        "m.js": "export const a = 1;",
        "index.js": "import { a } from './m.js'; const __u = 2, __u0 = 3, factory = 4;\n"
        "const show = () => [a, __u, __u0, factory];" + SHOW,
    }
    assert value(workshop, files) == [1, 2, 3, 4]


def test_module_code_is_strict_and_has_no_this(workshop):
    index = "const self = this; const show = () => [self === undefined, typeof exports];" + SHOW
    assert value(workshop, index) == [True, "undefined"]


def test_a_namespace_cannot_be_changed(workshop):
    files = {
        "m.js": "export let a = 1;",
        "index.js": "import * as ns from './m.js'; const tries = [\n"
        "() => { ns.a = 2 }, () => { ns.b = 2 }, () => { delete ns.a }];\n"
        "const show = () => tries.map((t) => { try { t() } catch (e) { return e.name } });" + SHOW,
    }
    assert value(workshop, files) == ["TypeError"] * 3


@pytest.mark.parametrize("assign", ["a = 2", "a++", "({ a } = {})", "[a] = []", "a ||= 1",
                                    "for (a of []) ;", "({ x: a = 1 } = {})"])  # fmt: skip
def test_assigning_to_an_import_is_refused_at_its_place(workshop, assign):
    error = workshop.failure(
        {"m.js": "export let a = 1;", "index.js": f"import {{ a }} from './m.js';\n{assign}"}
    )
    assert error.kind == "syntax"
    assert (error.file, error.line) == ("index.js", 2)
    assert error.column == assign.index("a", 4 if assign.startswith("for") else 0) + 1 or (
        assign == "({ x: a = 1 } = {})"
    )
    assert "'a' is imported" in str(error)
