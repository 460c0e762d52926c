"""Every hook, with every argument, as Understudy 0.1 called them."""

from understudy import Function, Problem, hookimpl

after = ("nobody",)
events = []


class Fossil:
    def __init__(self, context):
        self.functions = [Function("dig", "Dig.", {"type": "object"})]
        self.assistant = context.assistant_id

    async def call(self, call):
        return f"{call.name} for {self.assistant}"

    async def close(self):
        pass


class Shovel:
    functions = (Function("shovel"),)

    async def call(self, call):
        return "dug"

    async def close(self):
        pass


@hookimpl
def load_assistant(assistant):
    return assistant.model_copy(update={"metadata": {"age": "old"}})


@hookimpl
def validate_assistant(assistant):
    return [Problem("old", "it is old", file="assistant.json", line=1, severity="warning")]


@hookimpl
async def provide_tools(assistant):
    return [Shovel()]


@hookimpl
async def invoke_assistant(run, proceed):
    async for part in proceed(run):
        yield part
    yield " (dug out)"


@hookimpl
async def call_tool(call, proceed):
    return [await proceed(call), "carefully"]


@hookimpl
def observe_event(run, event):
    events.append((run.id, event.n, event.name, event.data))
