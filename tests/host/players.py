"""A host with tools that count their calls, for a process that is killed.

    python players.py ROOT ASSISTANT [THREAD RUN]

asks the assistant, or goes on with a run, and prints its events; `calling …` when a tool is called.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from understudy import Function, Host, hookimpl


class Counting:
    """A tool of one function, whose calls are counted in a file that outlives the process."""

    name, idempotent, answer = "note", False, "noted {text}"

    def __init__(self, context):
        self.functions = (Function(self.name, idempotent=self.idempotent),)

    async def call(self, call):
        with Path(os.environ["COUNTED"]).open("a") as file:
            file.write(f"{self.name}\n")
            file.flush()
            os.fsync(file.fileno())
        tell(f"calling {self.name}")
        if call.arguments.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        if call.arguments.get("hold") and "HOLD" in os.environ:
            await asyncio.get_running_loop().create_future()
        return self.answer.format(**{"text": "", **call.arguments})

    async def close(self):
        pass


class Pay(Counting):
    """Not to be called twice."""

    name, answer = "pay", "paid"


class Look(Counting):
    """May be called twice."""

    name, idempotent, answer = "look", True, "seen"


class DiesOnTheWay:
    """Ends the process before a run can do again what it did before."""

    @hookimpl
    def invoke_assistant(self, run, proceed):
        os.kill(os.getpid(), signal.SIGKILL)
        return proceed(run)


def tell(line):
    """Say it to whoever has started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def opened(root, **options):
    """A host on the root, with the tools."""
    os.environ["COUNTED"] = str(Path(root).parent / "calls")
    tools = {"note": Counting, "pay": Pay, "look": Look}
    plugins = [DiesOnTheWay()] if "DIE" in os.environ else []
    return Host(root, providers={"tools": tools}, plugins=plugins, **options)


async def main(root, assistant, *ids):
    """Ask, or go on."""
    async with opened(root) as host:
        if ids:
            execution = await host.runs.execution(*ids)
        else:
            execution = await host.start(assistant, "Begin.")
        tell(f"{execution.run.thread_id} {execution.run.id}")
        async for event in execution.events():
            tell(f"{event.n} {event.name}")
            if event.name == "thread.run.requires_action":
                calls = execution.run.required_action.submit_tool_outputs.tool_calls
                answers = {call.id: "25 degrees" for call in calls}
                await asyncio.create_task(execution.submit(answers))


if __name__ == "__main__":
    os.environ["HOLD"] = "until killed"
    asyncio.run(main(*sys.argv[1:]))
