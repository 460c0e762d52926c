"""What an assistant exports, and what happens when it is not what it should be."""

from __future__ import annotations

import pytest

from understudy.errors import ScriptError, ToolError
from understudy.tools import ToolCall

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])


def use(workshop, source, scene):
    """Open index.js and hand the program to `scene`."""
    workshop.write({"index.js": source})

    async def stage():
        return await scene(await workshop.open())

    return workshop.play(stage)


def call(workshop, name="add", **arguments):
    return ToolCall("call_1", name, arguments, workshop.run_class())


ALL = """
export function load(assistant) { return { ...assistant, name: assistant.name + '!' } }
export async function validate() { return ['first', { message: 'second', line: 2 }] }
export async function* invoke() { yield 'hi' }
export async function toolCall(call, next) { return next(call) }
export const tools = [{
  name: 'add', description: 'Adds.', idempotent: true,
  parameters: { type: 'object', properties: { a: { type: 'number' } } },
  async execute({ a, b }, call) { return { sum: a + b, id: call.id, name: call.name } },
}];
"""


def test_all_exports_are_found(workshop):
    async def scene(program):
        assert program.exports == {"load", "validate", "invoke", "toolCall", "tools"}
        (function,) = program.functions
        assert (function.name, function.description, function.idempotent) == ("add", "Adds.", True)
        assert function.parameters["properties"] == {"a": {"type": "number"}}
        assert await program.load({"name": "Ada"}) == {"name": "Ada!"}
        assert await program.validate({}) == ["first", {"message": "second", "line": 2}]
        result = await program.execute(call(workshop, a=1, b=2))
        assert result == {"sum": 3, "id": "call_1", "name": "add"}

    use(workshop, ALL, scene)


def test_nothing_needs_to_be_exported(workshop):
    async def scene(program):
        assert program.exports == frozenset()
        assert program.functions == ()

    use(workshop, "", scene)


@pytest.mark.parametrize(
    "source",
    [
        "export default { greeting: 'hi', *invoke() { yield this.greeting } }",
        "module.exports = { greeting: 'hi', *invoke() { yield this.greeting } }",
        "exports.invoke = function* () { yield 'hi' }",
        "class A { g = 'hi'; *invoke() { yield this.g } } export default new A();",
    ],
)
def test_exports_are_found_on_the_default_export_too(workshop, source):
    assert workshop.invoke(source) == ["hi"]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("export async function* invoke() { yield 'a'; yield 'b' }", ["a", "b"]),
        ("export function* invoke() { yield 'a'; yield Promise.resolve('b') }", ["a", "b"]),
        ("export async function invoke() { return 'whole' }", ["whole"]),
        ("export function invoke() { return 'whole' }", ["whole"]),
        ("export const invoke = () => ['a', 'b']", ["a", "b"]),
        ("export const invoke = async () => new Set(['a', 'b'])", ["a", "b"]),
        ("export const invoke = () => {}", []),
        ("export const invoke = () => ({ type: 'text', text: { value: 'x' } })",
         [{"type": "text", "text": {"value": "x"}}]),
        ("export function* invoke() { yield 42; yield 1.5; yield '' }", ["42", "1.5", ""]),
        ("export function* invoke() { yield '\\ud800 é 😀'; yield '\\\\ud800 \\\\\\udfff' }",
         ["\ufffd é 😀", "\\ud800 \\\ufffd"]),
        ("export const invoke = () => ({ i: 0, [Symbol.asyncIterator]() { return this },"
         " async next() { return { done: this.i > 1, value: 'n' + this.i++ } } })", ["n0", "n1"]),
    ],
)  # fmt: skip
def test_invoke_may_be_written_in_many_ways(workshop, body, parts):
    assert workshop.invoke(body) == parts


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("10n", "`invoke` yielded a bigint; convert it with String(x)"),
        ("{ text: 'chunk' }", "of a model's chunk, yield `chunk.text`"),
        ("undefined", "`invoke` yielded undefined; yield text"),
        ("null", "`invoke` yielded null"),
        ("true", "`invoke` yielded a boolean"),
        ("[1]", "`invoke` yielded an array"),
        ("() => 1", "`invoke` yielded a function"),
        ("{ type: 'x', n: 1n }", "it holds a BigInt; convert it with String(x)"),
        ("(() => { const o = { type: 'x' }; o.o = o; return o })()", "it refers to itself"),
        ("'x'.repeat(9e6)", "larger than 8 MB"),
    ],
)
def test_a_part_of_another_shape_is_refused(workshop, value, message):
    error = workshop.failure(f"export function* invoke() {{ yield 'fine'; yield {value} }}")
    assert message in str(error)
    assert error.file == "index.js"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("export const tools = {}", "`tools` must be an array; it is an object; write `export"),
        ("export const tools = [1]", "`tools[0]` must be an object; it is a number"),
        ("export const tools = [{}]", "`tools[0]` needs a `name`"),
        ("export const tools = [{ name: 'a b' }]", "`tools[0]` needs a `name`"),
        ("export const tools = [{ name: 'a' }]", "`tools[0]` (`a`) has no `execute` function; add"),
        ("const t = { name: 'a', execute() {} }; export const tools = [t, t]", "two tools are"),
        ("export const tools = [{ name: 'a', execute() {}, parameters: [] }]",
         "`parameters` must be a JSON schema object; it is an array"),
        ("export const tools = [{ name: 'a', execute() {}, description: 1 }]",
         "`description` must be text; it is a number"),
        ("export const tools = [{ name: 'a', execute() {}, parameters: { n: 1n } }]", "BigInt"),
        ("export const invoke = 'hi'", "`invoke` must be a function; it is a string"),
        ("export const load = null", "`load` must be a function; it is null"),
    ],
)  # fmt: skip
def test_an_export_of_the_wrong_shape_is_named(workshop, source, message):
    assert message in str(workshop.failure(source))


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        ("export const load = () => 'text'", "load", "`load` must return the assistant"),
        ("export const load = () => [1]", "load", "`load` must return the assistant"),
        ("export const validate = () => 5", "validate", "`validate` must return problems"),
        ("export const validate = () => [{}]", "validate", "`validate` must return problems"),
        ("export const load = () => ({ n: 1n })", "load", "what `load` returned cannot be sent"),
    ],
)
def test_a_hook_that_returns_nonsense_is_told_what_to_return(workshop, source, name, message):
    async def scene(program):
        with pytest.raises(ScriptError) as caught:
            await getattr(program, name)({})
        return str(caught.value)

    assert message in use(workshop, source, scene)


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("() => {}", []),
        ("() => 'one'", ["one"]),
        ("() => ({ message: 'm' })", [{"message": "m"}]),
        ("function* () { yield 'a'; yield 'b' }", ["a", "b"]),
    ],
)
def test_validate_may_return_problems_in_many_ways(workshop, body, problems):
    async def scene(program):
        return await program.validate({"id": "a"})

    assert use(workshop, f"export const validate = {body}", scene) == problems


def test_load_may_leave_the_assistant_alone(workshop):
    async def scene(program):
        return await program.load({"id": "a"})

    assert use(workshop, "export const load = (a) => { a.id }", scene) is None


def test_a_tool_uses_the_effects_of_its_run(workshop):
    source = """export const tools = [{ name: 'add', async execute(args, call) {
      call.log('looking up', args);
      return [await call.tools.call('rag', { q: 1 }), await call.model.chat({ n: 1 }).text(),
              await call.model.available(), await call.process.call('f', 1, 2), call.arguments];
    } }]"""
    request = call(workshop, x=1)

    async def answer(payload):
        return {"text": "whole"} if payload == {"n": 1} else payload

    request.run.answers = dict.fromkeys(("tool", "model", "model.available", "process"), answer)

    async def scene(program):
        return await program.execute(request)

    assert use(workshop, source, scene) == [
        {"name": "rag", "arguments": {"q": 1}}, "whole", {}, {"name": "f", "args": [1, 2]},
        {"x": 1},
    ]  # fmt: skip
    assert request.run.logs == [("info", 'looking up {"x":1}')]


def test_an_unknown_tool_is_an_error(workshop):
    async def scene(program):
        with pytest.raises(ScriptError, match="there is no tool named `nope`"):
            await program.execute(call(workshop, "nope"))

    use(workshop, ALL, scene)


def test_tool_call_stands_around_a_call(workshop):
    source = """export async function toolCall(call, next) {
      if (call.name === 'forbidden') throw new Error('not today');
      const args = { ...call.arguments, extra: true };
      const result = await next({ ...call, arguments: args });
      return { result, again: await next() };
    }"""
    seen = []

    async def proceed(inner):
        seen.append((inner.id, inner.name, dict(inner.arguments)))
        return len(seen)

    async def scene(program):
        result = await program.tool_call(call(workshop, "add", a=1), proceed)
        assert result == {"result": 1, "again": 2}
        with pytest.raises(ScriptError, match="not today"):
            await program.tool_call(call(workshop, "forbidden"), proceed)

    use(workshop, source, scene)
    assert seen == [("call_1", "add", {"a": 1, "extra": True}), ("call_1", "add", {"a": 1})]


def test_a_failed_tool_can_be_handled_or_passes_through(workshop):
    source = """export async function toolCall(call, next) {
      try { return await next(call) } catch (e) { if (call.arguments.catch) return e.name; throw e }
    }"""
    refusal = ToolError("closed on Sundays")

    async def proceed(_):
        raise refusal

    async def scene(program):
        assert await program.tool_call(call(workshop, catch=1), proceed) == "ToolError"
        with pytest.raises(ToolError) as caught:
            await program.tool_call(call(workshop), proceed)
        assert caught.value is refusal

    use(workshop, source, scene)


def test_next_must_be_given_a_call(workshop):
    async def proceed(_):
        return None

    async def scene(program):
        with pytest.raises(ScriptError, match="needs a call with a `name`"):
            await program.tool_call(call(workshop), proceed)

    use(workshop, "export const toolCall = (c, next) => next({ nome: 'x' })", scene)


def test_a_run_and_its_tools_share_what_the_modules_hold(workshop):
    source = """let count = 0;
      export const tools = [{ name: 'add', execute() { return ++count } }];
      export async function* invoke(run) { await run.tools.call('add'); yield String(count) }"""
    run = workshop.run_class()

    async def scene(program):
        async def answer(payload):
            return await program.execute(ToolCall("c", payload["name"], {}, run))

        run.answers["tool"] = answer
        return [part async for part in program.invoke(run)]

    assert use(workshop, source, scene) == ["1"]
