"""load → validate → invoke ⇄ tool-call: every hook is fired in a real run, in order."""

import asyncio

import pytest

from understudy import Function, Host, Invalid, PluginError, Problem, ToolError, hookimpl, hookspecs
from understudy.objects import NewFile
from understudy.registration import specs
from understudy.testing.model_server import call_tools, say

INDEX = """
export const tools = [{
  name: "double", parameters: { type: "object" },
  execute: ({ n }) => { console.log("execute"); return n * 2; },
}];
export function load(assistant) {
  return { ...assistant, description: assistant.description + " js" };
}
export function validate(assistant) {
  return [{ message: "described as: " + assistant.description, severity: "warning" }];
}
export async function* invoke(run) {
  yield "js[";
  yield* run.next();
  yield "]";
}
export async function toolCall(call, next) { return `js(${await next(call)})`; }
"""


class Clock:
    """A tool that is only known at run time."""

    functions = (Function("clock"),)

    async def call(self, call):
        return "noon"

    async def close(self):
        pass


class Witness:
    """A plugin that implements every hook and writes down when it is called."""

    def __init__(self):
        self.seen = []

    @hookimpl
    def load_assistant(self, assistant):
        self.seen.append("load")
        return assistant.model_copy(update={"description": "py"})

    @hookimpl
    def validate_assistant(self, assistant):
        self.seen.append(f"validate {assistant.description}")
        yield Problem("note", "seen by the witness", severity="warning")

    @hookimpl
    async def provide_tools(self, assistant):
        self.seen.append("provide")
        return [Clock()]

    @hookimpl
    async def invoke_assistant(self, run, proceed):
        self.seen.append("invoke")
        async for part in proceed(run):
            yield part.upper() if isinstance(part, str) else part
        self.seen.append("invoked")

    @hookimpl
    async def call_tool(self, call, proceed):
        self.seen.append(f"call {call.name}")
        result = await proceed(call)
        self.seen.append(f"called {call.name}")
        return f"py({result})"

    @hookimpl
    async def rerank_results(self, query, results):
        self.seen.append(f"rerank {query}")
        return [result for result in results if "Paris" in result.text]

    @hookimpl
    def observe_event(self, run, event):
        if event.name in ("thread.run.created", "thread.run.completed"):
            self.seen.append(event.name)


def run(root, work, **options):
    async def main():
        async with Host(root, **options) as host:
            return await work(host)

    return asyncio.run(main())


def test_every_hook_is_fired_in_order_around_the_code_of_the_assistant(
    root, model, write_assistant
):
    write_assistant("both", {"assistant.json": {}, "src/index.js": INDEX})
    model.script([call_tools([("double", {"n": 21}), ("clock", {})]), say("done")])
    witness = Witness()

    async def work(host):
        reply = await host.run("both", "Hi", parallel_tool_calls=False)
        return reply, await host.validate("both")

    reply, problems = run(root, work, plugins=[witness])
    assert witness.seen == [
        "load",
        "provide",
        "validate py js",
        "thread.run.created",
        "invoke",
        "call double",
        "called double",
        "call clock",
        "called clock",
        "invoked",
        "thread.run.completed",
    ]
    assert reply.text == "JS[\n\nDONE]"
    outputs = [m["content"] for m in model.requests[1].body["messages"] if m["role"] == "tool"]
    assert outputs == ["py(js(42))", "py(js(noon))"]
    assert {problem.message for problem in problems} == {
        "seen by the witness",
        "described as: py js",
    }
    assert {problem.plugin for problem in problems} == {"Witness", None}


def test_what_a_search_has_found_is_ranked_by_hooks(root, tmp_path):
    for city in ("Paris", "London"):
        (tmp_path / f"{city}.txt").write_text(f"{city} is a capital.")
    witness = Witness()

    async def work(host):
        files = [await host.upload(tmp_path / f"{city}.txt") for city in ("Paris", "London")]
        added = [NewFile(file_id=file.id) for file in files]
        store = await host.vector_store_files.create_store(added)
        assert await host.vector_stores.settled([store.id], 30)
        return await host.vector_stores.search([store.id], "capital")

    found = run(root, work, plugins=[witness])
    assert witness.seen == ["rerank capital"]
    assert [result.filename for result in found] == ["Paris.txt"]


def test_the_witness_has_seen_every_hook_there_is():
    implemented = {
        name for name in vars(Witness) if hasattr(vars(Witness)[name], "understudy_impl")
    }
    assert implemented == set(specs())
    assert all(spec.__doc__ for spec in specs().values())
    assert hookspecs.hookimpl is hookimpl


def test_without_index_js_the_hooks_stand_around_the_default_loop(root, model):
    witness = Witness()

    async def work(host):
        return (await host.run("jan", "Hello")).text

    assert run(root, work, plugins=[witness]) == "YOU SAID: HELLO"


def test_an_error_of_a_validator_keeps_the_assistant_from_running(root, model):
    class Strict:
        @hookimpl
        def validate_assistant(self, assistant):
            return [Problem("no", "not on Tuesdays", hint="Wait.")]

    async def work(host):
        with pytest.raises(Invalid, match="not on Tuesdays"):
            await host.run("jan", "Hello")
        return [problem.plugin for problem in await host.validate("jan")]

    assert run(root, work, plugins=[Strict()]) == ["Strict"]
    assert model.requests == []


def test_a_policy_can_refuse_a_tool_call_and_the_model_is_told(root, model, write_assistant):
    write_assistant("both", {"assistant.json": {}, "src/index.js": INDEX})
    model.script([call_tools([("double", {"n": 1})]), say("I may not.")])

    class Policy:
        @hookimpl
        async def call_tool(self, call, proceed):
            raise ToolError("doubling is forbidden")

    async def work(host):
        return (await host.run("both", "Hi")).text

    run(root, work, plugins=[Policy()])
    assert model.requests[1].body["messages"][-1]["content"] == "Error: doubling is forbidden"


def test_a_hook_that_fails_around_a_run_is_named_and_the_thread_stays_usable(root, model):
    class Clumsy:
        @hookimpl
        async def invoke_assistant(self, run, proceed):
            yield "before "
            raise KeyError("oops")

    async def work(host):
        execution = await host.start("jan", "Hi")
        run = await execution.wait()
        await host.say(run.thread_id, "Still here")
        assert isinstance(execution.error, PluginError)
        return run.last_error.message

    message = run(root, work, plugins=[Clumsy()])
    assert "Clumsy" in message and "invoke_assistant" in message


def test_a_hook_can_answer_by_itself(root):
    class Canned:
        @hookimpl
        async def invoke_assistant(self, run, proceed):
            yield f"About {run.last_message.text}: no comment."

    async def work(host):
        return (await host.run("jan", "taxes")).text

    assert run(root, work, plugins=[Canned()]) == "About taxes: no comment."


def test_an_edited_index_js_counts_from_the_next_run_on(root, write_assistant):
    code = 'import { word } from "./word.js"; export async function* invoke() { yield word; }'
    files = {"src/index.js": code, "src/word.js": 'export const word = "one";'}
    folder = write_assistant("live", files)

    async def work(host):
        first = (await host.run("live", "Hi")).text
        (folder / "src/word.js").write_text('export const word = "two";')
        return first, (await host.run("live", "Hi")).text

    assert run(root, work) == ("one", "two")


def test_tools_called_by_the_code_are_steps_of_the_run(root, write_assistant):
    code = """
    export const tools = [{ name: "double", execute: ({ n }) => n * 2 }];
    export async function* invoke(run) {
      yield "before ";
      const both = await Promise.all([1, 2].map((n) => run.tools.call("double", { n })));
      yield both.join();
    }
    """
    write_assistant("busy", {"src/index.js": code})

    async def work(host):
        reply = await host.run("busy", "Hi")
        return reply.text, await host.runs.steps(reply.thread_id, reply.run.id)

    text, steps = run(root, work)
    assert text == "before \n\n2,4"
    assert [step.type for step in steps] == ["message_creation", "tool_calls", "message_creation"]
    outputs = [call["function"]["output"] for call in steps[1].step_details["tool_calls"]]
    assert outputs == ["2", "4"]


def test_an_error_of_the_code_names_file_and_line_and_fails_only_that_run(root, write_assistant):
    code = "export async function* invoke(run) {\n  yield 'so far';\n  null.length;\n}\n"
    write_assistant("broken", {"src/index.js": code})

    async def work(host):
        execution = await host.start("broken", "Hi")
        run = await execution.wait()
        page = await (await host.messages(run.thread_id)).page(limit=1)
        return (
            run.last_error.message,
            execution.error,
            page.items[0],
            (await host.run("math-tutor", "1+1")).text,
        )

    message, error, partial, other = run(root, work)
    assert "src/index.js:3" in message
    assert (error.file, error.line) == ("src/index.js", 3)
    assert (partial.text, partial.status) == ("so far", "incomplete")
    assert "2" in other


def test_a_model_failure_that_the_code_lets_pass_keeps_its_kind(root, model, write_assistant):
    from understudy.testing.model_server import fail

    code = "export async function* invoke(run) { yield* run.next(); }"
    settings = {"settings": {"max_retries": 0}}
    write_assistant("thin", {"src/index.js": code, "model.json": settings})
    model.script([fail(429)])

    async def work(host):
        return (await (await host.start("thin", "Hi")).wait()).last_error.code

    assert run(root, work) == "rate_limit_exceeded"


def test_an_endless_script_is_stopped_at_its_own_limit_and_its_file_is_named(root, write_assistant):
    package = {"understudy": {"limits": {"turn_seconds": 0.2}}}
    code = "export function* invoke() { while (true); }"
    write_assistant("endless", {"package.json": package, "src/index.js": code})

    async def work(host):
        execution = await host.start("endless", "Hi")
        return (await execution.wait()).last_error.message, execution.error.kind

    message, kind = run(root, work)
    assert message.startswith("src/index.js: the script ran for 0.2 s")
    assert kind == "time"


@pytest.mark.parametrize("limits", [{"turn_seconds": -1}, {"memory_mb": "much"}, [1]])
def test_limits_that_make_no_sense_are_a_problem_of_the_assistant(root, write_assistant, limits):
    package = {"understudy": {"limits": limits}}
    write_assistant(
        "odd", {"package.json": package, "src/index.js": "export function* invoke() {}"}
    )

    async def work(host):
        return [problem.message for problem in await host.validate("odd")]

    [message] = run(root, work)
    assert "limits" in message


def test_code_asks_for_less_and_never_for_more():
    from understudy import Limits
    from understudy.library.loading import _limits

    assert _limits({"limits": {"turn_seconds": 99, "memory_mb": 9999}}) == Limits()


def test_tools_of_index_js_run_side_by_side_to_their_own_ends(root, model, write_assistant):
    pause = "await new Promise((done) => setTimeout(done, %s)); return %r;"
    tools = [
        f'{{ name: "{name}", parameters: {{}}, async execute() {{ {pause % (wait, name)} }} }}'
        for name, wait in (("fast", 20), ("slow", 200), ("slower", 300))
    ]
    code = (
        f"export const tools = [{', '.join(tools)}];"
        "export async function toolCall(call, next) { return await next(call); }"
    )
    write_assistant("trio", {"assistant.json": {}, "src/index.js": code})
    model.script([call_tools([("fast", {}), ("slow", {}), ("slower", {})]), say("Done.")])

    async def work(host):
        async with asyncio.timeout(10):
            await host.run("trio", "Go")
        return [message["content"] for message in model.requests[1].body["messages"][-3:]]

    async def main():
        async with Host(root) as host:
            return await work(host)

    assert asyncio.run(main()) == ["fast", "slow", "slower"]
