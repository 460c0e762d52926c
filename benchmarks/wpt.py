"""The Web APIs of assistants' code against web-platform-tests: passed and seen, by directory.

    python benchmarks/wpt.py FOLDER [DIRECTORY …] [--failures]

FOLDER is a checkout of web-platform-tests, or a part of one with `resources/`; nothing is fetched.
Each `.any.js` file (each variant of it) runs as the code of an assistant, in an isolate of its
own, with the real testharness.js. The files that it fetches come from FOLDER.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import re
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from understudy.errors import UnderstudyError
from understudy.runtimes import Limits, Source
from understudy_v8 import V8Runtime
from understudy_v8.web import all_globals

SITE = "http://web-platform.test"
SELECTION = [
    "url",
    "encoding",
    "compression",
    "urlpattern",
    "streams/queuing-strategies.any.js",
    "streams/readable-streams",
    "streams/readable-byte-streams",
    "streams/writable-streams",
    "streams/transform-streams",
    "streams/piping",
    "dom/abort",
    "dom/events",
    "html/webappapis/atob",
    "html/webappapis/timers",
    "html/webappapis/microtask-queuing",
    "html/webappapis/structured-clone",
    "hr-time",
    "console",
    "fetch/api/headers",
    "fetch/api/request",
    "fetch/api/response",
    "fetch/api/body",
    "fetch/api/abort",
    "fetch/data-urls",
    "mimesniff",
    "FileAPI",
    "WebIDL",
    "WebCryptoAPI",
    "performance-timeline",
    "user-timing",
]

SECONDS = 30.0
LONG_SECONDS = 120.0
LONG = re.compile(r"^// META: timeout=long", re.MULTILINE)
ENDS = re.compile(r"explicit_done: *true|(?<![.\w])done\(\)")  # it says itself when it is done
SERVED = {"/resources/WebIDLParser.js": "/resources/webidl2/lib/webidl2.js"}  # by WPT's own server

INDEX = """
import job from './job.json';
// %(names)s

const { href, search, pathname, origin } = new URL(job.url);
globalThis.location = { href, search, pathname, origin };
globalThis[Symbol.for('undici.globalOrigin.1')] = new URL(href);
  // so that relative URLs have a base
globalThis.GLOBAL = { isWindow: () => false, isWorker: () => false, isShadowRealm: () => false };

export async function* invoke() {
  const results = new Promise((resolve) => {
    (0, eval)(job.harness);
    // idlharness.js wants to be in one of the scopes it knows.
    globalThis.DedicatedWorkerGlobalScope = class { static [Symbol.hasInstance]() { return true;
      } };
    setup({ explicit_done: true });
    add_completion_callback((tests, status) => resolve({ tests, status }));
  });
  try {
    (0, eval)(job.script);
  } catch (error) {
    yield { type: 'broken', message: String(error) };
    return;
  }
  if (!job.ends) done();
  const { tests } = await results;
  const failed = tests.filter((test) => test.status !== 0);
  const shown = failed.slice(0, 300).map((test) => [test.name, String(test.message).slice(0, 200)]);
  yield { type: 'counted', passed: tests.length - failed.length, seen: tests.length,
    failed: shown };
}
"""


@dataclass
class Count:
    files: int = 0
    passed: int = 0
    seen: int = 0
    broken: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class Run:
    """Answers `fetch` from the folder."""

    def __init__(self, folder: Path) -> None:
        self.id = "run_1"
        self.seed = secrets.token_bytes(32)
        self._folder = folder

    def view(self) -> dict[str, Any]:
        empty = {"id": self.id, "assistant": {}, "thread": {}, "messages": []}
        return empty | {"last_message": None, "files": [], "tools": []}

    @property
    def now(self) -> float:
        return time.time()

    async def effect(self, kind: str, payload: dict[str, Any]) -> None:
        """Timers take their time; logs are of no interest here."""
        if kind == "timer":
            await asyncio.sleep(payload["seconds"])

    async def stream(self, kind: str, payload: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        path = self._folder / urlsplit(payload["url"]).path.lstrip("/")
        found = payload["url"].startswith(SITE) and path.is_file()
        kind = "application/json" if path.suffix == ".json" else "text/plain"
        yield {
            "status": 200 if found else 404,
            "status_text": "OK" if found else "Not Found",
            "headers": [["content-type", kind]],
            "url": payload["url"],
            "redirected": False,
        }
        if found:
            yield {"chunk": base64.b64encode(path.read_bytes()).decode()}


def read(folder: Path, path: str) -> str:
    file = folder / SERVED.get(path, path).lstrip("/")
    return file.read_text("utf-8") if file.is_file() else f"throw new Error('no file {path}')"


def jobs(folder: Path, file: Path) -> Iterator[dict[str, Any]]:
    """One for each variant of a test file."""
    text = file.read_text("utf-8")
    place = "/" + file.relative_to(folder).as_posix()
    named = re.findall(r"^// META: script=(\S+)", text, re.MULTILINE)
    paths = [urljoin(place, name) for name in named]
    # As one script: what `let` and `const` declare is seen by the next, as on a page.
    script = "\n;".join([*(read(folder, path) for path in paths), text])
    harness = read(folder, "/resources/testharness.js")
    for variant in re.findall(r"^// META: variant=(\S*)", text, re.MULTILINE) or [""]:
        yield {
            "url": SITE + place + variant,
            "harness": harness,
            "script": script,
            "ends": ENDS.search(script) is not None,
            "seconds": LONG_SECONDS if LONG.search(text) else SECONDS,
        }


async def play(runtime: V8Runtime, folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        (home / "job.json").write_text(json.dumps(job))
        (home / "index.js").write_text(INDEX % {"names": " ".join(all_globals())})
        limits = Limits(turn_seconds=job["seconds"], memory_bytes=2**30)
        source = Source("wpt", home, home / "index.js", {"type": "module"}, limits)
        program = await runtime.open(source)
        try:
            parts = [part async for part in program.invoke(Run(folder))]  # type: ignore[arg-type]
        finally:
            await program.close()
    return parts[0] if parts else {"type": "broken", "message": "no result"}


async def count(runtime: V8Runtime, folder: Path, directory: str) -> Count:
    top = folder / directory
    counted = Count()
    for file in sorted(top.rglob("*.any.js")) if top.is_dir() else [top]:
        counted.files += 1
        for job in jobs(folder, file):
            name = job["url"].removeprefix(SITE)
            try:
                result = await asyncio.wait_for(play(runtime, folder, job), job["seconds"])
            except (UnderstudyError, TimeoutError) as error:
                result = {"type": "broken", "message": str(error) or "timed out"}
            if result["type"] == "broken":
                counted.broken.append(f"{name}: {result['message'][:300]}")
                continue
            counted.passed += result["passed"]
            counted.seen += result["seen"]
            counted.failed += [f"{name}: {test}: {why}" for test, why in result["failed"]]
    return counted


async def main(folder: Path, directories: list[str], *, failures: bool) -> None:
    total = Count()
    for directory in directories:
        if not (folder / directory).exists():
            print(f"{directory:40} is not in {folder}")
            continue
        # One runtime each: a context that a broken test has left behind goes with it.
        runtime = V8Runtime()
        try:
            found = await count(runtime, folder, directory)
        finally:
            await runtime.close()
        share = 100 * found.passed / found.seen if found.seen else 0
        broken = f"  {len(found.broken)} broken" if found.broken else ""
        sums = f"{found.passed:6} / {found.seen:6}  {share:5.1f} %"
        print(f"{directory:40} {found.files:3} files {sums}{broken}", flush=True)
        for line in (found.broken + found.failed) if failures else ():
            print(f"    {line}")
        total.files += found.files
        total.passed += found.passed
        total.seen += found.seen
    share = 100 * total.passed / total.seen if total.seen else 0
    print(f"{'all':40} {total.files:3} files {total.passed:6} / {total.seen:6}  {share:5.1f} %")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("directories", nargs="*", default=SELECTION)
    parser.add_argument("--failures", action="store_true", help="name each test that failed")
    given = parser.parse_args()
    asyncio.run(main(given.folder.resolve(), given.directories, failures=given.failures))
