"""What the command line costs at its start, beside `python -c pass` in the same run.

    python benchmarks/startup.py [ROUNDS]

CPU time of the child process (user and system), median of interleaved rounds; a ratio of 1 is the
bare interpreter. The plugins are folders of metadata and modules in a temporary place: *light*
ones are empty, *heavy* ones import pydantic and aiohttp. They cost what finding them costs, as
long as they are not imported. `discovery` is the time of the scan itself, in milliseconds of
thread time. `serve` is the server's time until it answers its first request, beside the import of
what it stands on; its wall-clock and memory are told, too. A run of math-tutor computes in V8.
Linux, for it reads /proc.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent))

from servers import understudy

PLUGINS = 50
ROUNDS = 10
# What pip writes into the script `understudy`.
UNDERSTUDY = [sys.executable, "-c", "import sys; from understudy.cli import main; sys.exit(main())"]
BARE = [sys.executable, "-c", "pass"]
LIBRARIES = [sys.executable, "-c", "import click, pluggy, pydantic, starlette, uvicorn, uvloop"]
CLICK = [sys.executable, "-c", "import click"]
SOURCES = {"light": "", "heavy": "import aiohttp\nimport pydantic\n"}


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        sites = {kind: install(Path(place, kind), source) for kind, source in SOURCES.items()}
        report(measure(cases(sites, Path(place, "root")), rounds), rounds)
        served(Path(place), 5)
        for count in (50, 1000):
            site = install(Path(place, str(count)), "", count)
            print(f"{f'discovery, {count} distributions':<34}{discovery(site):8.2f} ms")


def cases(sites: dict[str, Path], root: Path) -> dict[str, Callable[[], float]]:
    """Each gives the CPU seconds of one start."""
    return {
        "python -c pass": lambda: cpu(BARE),
        "import click (the floor)": lambda: cpu(CLICK),
        "import understudy": lambda: cpu([sys.executable, "-c", "import understudy"]),
        "from understudy import Host": lambda: cpu(
            [sys.executable, "-c", "from understudy import Host"]
        ),
        "--version": lambda: cpu([*UNDERSTUDY, "--version"]),
        "--version, 50 plugins": lambda: cpu([*UNDERSTUDY, "--version"], sites["light"]),
        "--help": lambda: cpu([*UNDERSTUDY, "--help"]),
        "--help, 50 light plugins": lambda: cpu([*UNDERSTUDY, "--help"], sites["light"]),
        "--help, 50 heavy plugins": lambda: cpu([*UNDERSTUDY, "--help"], sites["heavy"]),
        "plugins list, 50 plugins": lambda: cpu([*UNDERSTUDY, "plugins", "list"], sites["light"]),
        "run math-tutor": lambda: cpu(
            [*UNDERSTUDY, "--root", str(root), "run", "math-tutor", "Solve 3x + 5 = 20"]
        ),
        "libraries of the server (floor)": lambda: cpu(LIBRARIES),
    }


def measure(cases: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run the cases in turn, so that a busy moment of the machine hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for case in cases.values():
        case()  # compiles, and fills the page cache
    for _ in range(rounds):
        for name, case in cases.items():
            seconds[name].append(case())
    return {name: statistics.median(values) for name, values in seconds.items()}


def report(medians: dict[str, float], rounds: int) -> None:
    floor = medians["python -c pass"]
    print(f"CPU time, median of {rounds} rounds{'':<8}      ms   x pass   goal")
    goals = {"--version": "4.5", "--version, 50 plugins": "4.5", "--help, 50 light plugins": "5"}
    for name, value in medians.items():
        print(f"{name:<34}{value * 1000:8.1f} {value / floor:8.2f}   {goals.get(name, '')}")
    extra = medians["--help, 50 heavy plugins"] / medians["--help, 50 light plugins"] - 1
    print(f"{'heavy plugins add to --help':<34}{extra:8.1%}            10 %")


def served(folder: Path, rounds: int) -> None:
    """Starts of the server: until its first answer."""
    spent, seconds, sizes = [], [], []
    for number in range(rounds + 1):
        model = SimpleNamespace(port=1)  # nobody there: it is not asked
        with understudy(folder, model) as server:
            figures = server.processor(), server.seconds, server.memory()
        if number:
            for values, figure in zip((spent, seconds, sizes), figures, strict=True):
                values.append(figure)
    bare = statistics.median(cpu(BARE) for _ in range(rounds))
    value = statistics.median(spent)
    print(
        f"{'serve, to the first answer':<34}{value * 1000:8.1f} {value / bare:8.2f}   "
        f"{statistics.median(seconds):.2f} s (goal 0.6), {statistics.median(sizes):.0f} MB"
    )


def cpu(command: Sequence[str], site: Path | None = None) -> float:
    """User and system seconds of one child."""
    env = os.environ | ({"PYTHONPATH": str(site)} if site else {})
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def install(site: Path, source: str, count: int = PLUGINS) -> Path:
    """Plugins as pip would leave them: a command, a tool and a hook each."""
    for number in range(count):
        name = f"bench_plugin_{number}"
        metadata = site / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (site / f"{name}.py").write_text(source)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        groups = ("commands", "tools", "hooks")
        lines = [f"[understudy.{group}]\nbench{number} = {name}\n" for group in groups]
        (metadata / "entry_points.txt").write_text("\n".join(lines))
    return site


def discovery(site: Path) -> float:
    """Milliseconds of one scan of a site folder, the least of 25."""
    from understudy.entrypoints import scan
    from understudy.plugins import KINDS

    def once() -> float:
        started = time.thread_time()
        scan((f"understudy.{group}" for group in KINDS), [str(site)])
        return (time.thread_time() - started) * 1000

    return min(once() for _ in range(25))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
