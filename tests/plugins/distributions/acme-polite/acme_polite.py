"""Good manners, in every hook."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import Problem, hookimpl

seen = []


class Thanks:
    functions = ()

    async def call(self, call):
        return "you are welcome"

    async def close(self): ...


@hookimpl
def load_assistant(assistant):
    return assistant.model_copy(update={"instructions": f"{assistant.instructions}, please"})


@hookimpl
def validate_assistant(assistant):
    if not assistant.name:
        yield Problem("rude", "it has no name", severity="warning")


@hookimpl
async def provide_tools():
    return [Thanks()]


@hookimpl
async def invoke_assistant(run, proceed):
    yield "Dear user, "
    async for part in proceed(run):
        yield part


@hookimpl
async def call_tool(call, proceed):
    return f"{await proceed(call)}, with thanks"


@hookimpl
def observe_event(event):
    seen.append(event)
