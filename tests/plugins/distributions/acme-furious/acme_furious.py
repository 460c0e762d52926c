"""Raises in every hook."""

import os

with open(os.environ.get("IMPORT_LOG", os.devnull), "a") as log:
    print(__name__, file=log)

from understudy import hookimpl


@hookimpl
def load_assistant(assistant):
    raise ValueError("not that one")


@hookimpl
def validate_assistant(assistant):
    raise KeyError("instructions")


@hookimpl
async def provide_tools(assistant):
    raise ConnectionError("no server")


@hookimpl
async def invoke_assistant(run, proceed):
    async for part in proceed(run):
        yield part
        raise RuntimeError("enough")


@hookimpl
async def call_tool(call, proceed):
    await proceed(call)
    raise ZeroDivisionError("division by zero")


@hookimpl
def observe_event(run, event):
    raise OSError("no space left")
