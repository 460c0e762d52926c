"""An isolate made ready for a script: bare, with the Web APIs in use, and with LangChain.js.

    python benchmarks/cold.py
    python benchmarks/cold.py --rounds 30

In this process and in a jail, with the snapshot of V8 and without. Medians of CPU time, the jail's
own included. The floor is a bare heap of V8, made by mini-racer in the same process. `langchain` is
the built-in researcher (`langchain`, `@langchain/openai`, `zod`); it is left out until its packages
are there: `understudy npm install researcher`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from py_mini_racer import mini_racer

from understudy.errors import ScriptError
from understudy.permissions.grant import Grant
from understudy.root import builtin_assistants
from understudy.runtimes import Source
from understudy_v8.embedded import make_embedded
from understudy_v8.isolate import Isolate
from understudy_v8.jail.jail import Jail
from understudy_v8.modules.graph import Graph, load_graph
from understudy_v8.session import Session
from understudy_v8.web import Layer, choose

SCRIPTS = {
    "bare": "export const invoke = () => 'ready';",
    "web": """new URL("http://a.example/b"); new Headers({ a: "b" }); new AbortController();
new TextEncoder().encode("a"); new ReadableStream(); new Request("http://a.example"); new Blob([]);
export const invoke = () => 'ready';""",
}
Programs = dict[str, tuple[Graph, Layer]]


def programs(folder: Path) -> Programs:
    """What is loaded, by name."""
    found: Programs = {}
    sources = [(name, write(folder / name, text)) for name, text in SCRIPTS.items()]
    for name, source in [*sources, ("langchain", researcher())]:
        try:
            graph = load_graph(source)
        except ScriptError as error:
            print(f"{name}: {error}", file=sys.stderr)
        else:
            found[name] = (graph, choose(graph.texts()))
    return found


def write(folder: Path, text: str) -> Source:
    folder.mkdir()
    (folder / "index.js").write_text(text)
    return Source("a", folder, folder / "index.js", grant=Grant(trusted=True))


def researcher() -> Source:
    folder = builtin_assistants() / "researcher"
    package = json.loads((folder / "package.json").read_text())
    return Source("researcher", folder, folder / "src/index.js", package, grant=Grant(trusted=True))


def jails_spent() -> float:
    """Milliseconds of CPU of all processes below this one that are alive."""
    return sum(map(threads_spent, below(os.getpid())))


def below(pid: int) -> list[int]:
    files = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for file in files for child in file.read_text().split()]
    return own + [deeper for child in own for deeper in below(child)]


def threads_spent(pid: int) -> float:
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text().split()[0]) for file in files) / 1e6


async def load(make: Callable[[], Awaitable[Isolate]], graph: Graph, layer: Layer) -> float:
    jails, own = jails_spent(), time.process_time()
    session = Session(await make(), graph, layer, time.time)
    await session.load()
    used = (time.process_time() - own) * 1e3 + jails_spent() - jails
    await session.close()
    return used


async def floor() -> float:
    before = time.process_time()
    with mini_racer(asyncio.get_running_loop()) as racer:
        await racer.eval_cancelable("1")
        return (time.process_time() - before) * 1e3


async def measure(rounds: int, folder: Path) -> dict[str, float]:
    jail = Jail()
    places = {"here": make_embedded, "jail": jail.make}
    work: dict[str, Callable[[], Awaitable[float]]] = {"floor": floor}
    for name, (graph, layer) in programs(folder).items():
        for place, make in places.items():
            work[f"{name}, {place}"] = partial(load, make, graph, layer)
    for once in reversed(work.values()):  # the floor last: whoever is first initialises V8
        await once()
    samples = {name: [await once() for _ in range(rounds)] for name, once in work.items()}
    await jail.close()
    return {name: statistics.median(times) for name, times in samples.items()}


def in_child(rounds: int, snapshot: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", "--rounds", str(rounds)]
    environment = os.environ | {"UNDERSTUDY_SNAPSHOT": snapshot}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        with tempfile.TemporaryDirectory() as folder:
            return print(json.dumps(asyncio.run(measure(options.rounds, Path(folder)))))
    plain, frozen = (in_child(options.rounds, wish) for wish in ("never", "auto"))
    print(f"{'ms of CPU':18} {'without':>9} {'snapshot':>9}")
    for name, without in plain.items():
        print(f"{name:18} {without:9.1f} {frozen[name]:9.1f}")
    return None


if __name__ == "__main__":
    main()
