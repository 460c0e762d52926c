"""TypeScript in an assistant's folder: types go away, the rest stays where it was."""

from __future__ import annotations

import json

import pytest

SHOW = "import { show } from './m.js';\nexport function* invoke() { yield JSON.stringify(show()); }"


def value(workshop, text, **files):
    written = {f"{name}.ts": other for name, other in files.items()}
    (shown,) = workshop.invoke({"index.js": SHOW, "m.ts": text, **written})
    return json.loads(shown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("interface I<T> { x: T }\ntype A = I<number> | null;\nconst a: A = { x: 1 };\n"
         "export const show = (): unknown => a!.x as number as any", 1),
        ("function f(x: string): string\nfunction f(x: any): any { return x }\n"
         "export const show = () => f('over')", "over"),
        ("function f(this: string, n?: number) { return this + n }\n"
         "export const show = () => f.call('a', 1)", "a1"),
        ("export const show = <T,>(x: T = 1 as any): T => (x! satisfies T)", 1),
        ("const m = new Map<string, Array<number>>([['a', [1]]]);\n"
         "export function show(): number[] | undefined { return m.get('a') }", [1]),
        ("let x!: number; x = <number>2\nfor (const y of [3] as number[]) x += y\n"
         "export const show = () => x", 5),
        ("declare const gone: number\ndeclare global { interface W { } }\n"
         "export const show = () => typeof gone", "undefined"),
        ("const [a, { b }]: [number, { b: string }] = [1, { b: 'b' }]\n"
         "export const show = () => [a, b] as const", [1, "b"]),
        ("const is = (x: unknown): x is string => typeof x === 'string'\n"
         "export const show = () => { try { throw 1 } catch (e: any) { return is(e) } }", False),
        ("const s = `${'a' as string}` as `${string}`; export const show = () => s", "a"),
    ],
)  # fmt: skip
def test_types_go_away(workshop, text, expected):
    assert value(workshop, text) == expected


def test_classes_keep_what_is_not_a_type(workshop):
    text = """
    abstract class Shape<T extends object = {}> implements Iterable<T> {
      declare ghost: number; readonly kind: string = "shape"; private static made = 0; x?: T;
      [key: string]: any;
      constructor(protected readonly name: string, public age?: number) { Shape.made++; }
      abstract area(): number;
      public static get count(): number { return this.made; }
      *[Symbol.iterator](): Iterator<T> { yield this.age as any; }
    }
    class Square extends Shape<{}> {
      constructor(private side: number) { super("square", 4); }
      override area() { return this.side ** 2; }
      get title(): string { return this.name; }
    }
    export function show() {
      const s = new Square(3);
      return [s.area(), s.title, [...s], Square.count, s.kind, "ghost" in s, Object.keys(s)];
    }"""
    keys = ["kind", "x", "name", "age", "side"]
    assert value(workshop, text) == [9, "square", [4], 1, "shape", False, keys]


def test_enums_are_written_out(workshop):
    text = """
    enum Color { Red, Green = 5, Blue, Mix = Red | Green, Name = "n", "a-b" = 7, Next }
    export const enum Size {
      Small = 1, // smallest
      Large,
    }
    export const show = () => [Color.Red, Color[6], Color.Blue, Color.Mix, Color.Name, Color["a-b"],
      Color.Next, Size.Large, Size[2]];"""
    assert value(workshop, text) == [0, "Blue", 6, 5, "n", 7, 8, 2, "Large"]


def test_what_is_imported_for_its_type_need_not_be_there(workshop):
    text = """
    import type { A } from "./gone";
    import { type B, C, c } from "./other.js";
    import D, * as ns from "./other";
    import { E } from "./nowhere";
    export type { A } from "./gone";
    export { type B, c };
    const x: [A, B, C, D, E, ns.F] | null = null;
    export const show = () => [x, c];"""
    assert value(workshop, text, other="export const c = 1;") == [None, 1]


def test_a_failure_is_where_the_author_wrote_it(workshop):
    text = "type Long = { a: string };\nexport function show(): void { (null as any)!.x.y; }"
    error = workshop.failure({"index.js": SHOW, "m.ts": text})
    assert (error.file, error.line, error.column) == ("m.ts", 2, 47)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("export namespace N { export const a = 1 }", "m.ts:1:8: SyntaxError: namespaces"),
        ("import x = require('./y')", "m.ts:1:8: SyntaxError: `import … = require()`"),
        ("let a: number = ;\nexport const show = 1", "m.ts:1:17: SyntaxError: Unexpected token"),
    ],
)
def test_what_cannot_be_taken_away_is_said(workshop, text, message):
    assert str(workshop.failure({"index.js": SHOW, "m.ts": text})).startswith(message)


def test_an_assistant_may_start_in_typescript(workshop):
    workshop.write({"index.mts": "export const load = (a: any): object => ({ ...a, name: 'ts' })"})

    async def scene():
        program = await workshop.open("index.mts")
        return await program.load({"id": "a"})

    assert workshop.play(scene) == {"id": "a", "name": "ts"}
