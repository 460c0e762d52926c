"""What runs process.js: deno, or Node for those that are trusted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from understudy import Grant
from understudy.errors import NotAllowed, NotFound, ScriptError
from understudy_process.network import net_flags
from understudy_process.settings import Settings
from understudy_process.site import Site

DRIVER: Final = Path(__file__).with_name("driver.mjs")
CALLS: Final = DRIVER.with_name("calls.mjs")
_ENGINE_BYTES: Final = {"deno": 700 * 2**20, "node": 160 * 2**20}
"""What an engine reserves before it has run a line: V8's code range alone is 512 MB in deno."""
_INSTALL: Final = 'pip install "understudy[process]"'


@dataclass(frozen=True, slots=True)
class Command:
    """A program, its environment, and the limits that the kernel keeps, by `resource`'s names."""

    argv: tuple[str, ...]
    env: dict[str, str] = field(hash=False)
    limits: dict[str, int] = field(hash=False)


def command(site: Site, grant: Grant, settings: Settings, need: str | None) -> Command:
    """How to start process.js with what was granted and no more. It blocks: files are looked at.

    `need` is what it needs an engine for, if that is known.

    Raises `NotFound` if there is no engine, `NotAllowed` if there is only one that cannot keep
    untrusted code from the network.
    """
    if grant.files:
        site.require_no_way_out((site.folder,))
    deno = find_deno() if settings.engine in (None, "deno") else None
    if deno is not None:
        argv = [deno, *_deno_flags(site, grant, settings)]
        return _command("deno", argv, site, grant, settings)
    node = shutil.which("node") if settings.engine in (None, "node") else None
    if node is None:
        raise _no_engine(site, settings, need)
    if not grant.trusted:
        raise _node_is_open(site)
    return _command(
        "node", [node, *_node_flags(node, site, grant, settings)], site, grant, settings
    )


def find_deno() -> str | None:
    """The deno of the Python package, else the one on PATH."""
    try:
        import deno

        found: str = deno.find_deno_bin()
        return found
    except (ImportError, FileNotFoundError):
        return shutil.which("deno")


def _command(engine: str, argv: list[str], site: Site, grant: Grant, settings: Settings) -> Command:
    memory = int(settings.memory_mb * 2**20) + _ENGINE_BYTES[engine]
    limits = {
        "RLIMIT_DATA": memory,
        "RLIMIT_CPU": settings.cpu_seconds,
        "RLIMIT_NOFILE": 256,
        "RLIMIT_CORE": 0,
    }
    granted = {name: os.environ[name] for name in grant.env if name in os.environ}
    env = {"NO_COLOR": "1", "DENO_DIR": _cache_folder(), "DENO_NO_UPDATE_CHECK": "1"}
    # What the engine needs for itself, the driver takes out before process.js is loaded.
    driven = (str(DRIVER), str(site.file), ",".join(granted))
    return Command((*argv, *driven), env | granted, limits)


def _deno_flags(site: Site, grant: Grant, settings: Settings) -> list[str]:
    flags = ["run", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--cached-only"]
    flags += ["--unstable-detect-cjs", "--node-modules-dir=manual"]
    flags += ["--allow-env"]  # there is nothing in it but what was granted
    flags += [f"--allow-read={_listed(site, (site.folder,) if grant.files else site.code)}"]
    if grant.files:
        flags += [f"--deny-read={_listed(site, site.private)}"]
    if grant.files == "write":
        flags += [f"--allow-write={_listed(site, site.writable)}"]
    return [*flags, *net_flags(grant.net), f"--v8-flags={_heap_flag(settings)}"]


def _node_flags(node: str, site: Site, grant: Grant, settings: Settings) -> list[str]:
    reads = site.readable() if grant.files else site.code
    flags = [_permission_flag(node), "--no-warnings", _heap_flag(settings)]
    flags += [f"--allow-fs-read={path}" for path in (DRIVER, CALLS, *reads)]
    # Of a folder that is not there yet, Node must be told that it will be one.
    writes = [path if path.exists() else path / "*" for path in site.writable]
    if grant.files:
        flags += [f"--allow-fs-read={path}" for path in writes if path not in reads]
    if grant.files == "write":
        flags += [f"--allow-fs-write={path}" for path in writes]
    return flags


def _heap_flag(settings: Settings) -> str:
    return f"--max-old-space-size={int(settings.memory_mb)}"


@cache
def _permission_flag(node: str) -> str:
    """Node's permissions, stable since 22.13 and 23.5. Raises `ScriptError` if it has none."""
    done = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < (20, 19):
        raise ScriptError(f"{node} is too old to run process.js: 20.19 is needed", hint=_INSTALL)
    stable = version >= (23, 5) or (22, 13) <= version < (23, 0)
    return "--permission" if stable else "--experimental-permission"


def _listed(site: Site, paths: tuple[Path, ...]) -> str:
    if any("," in str(path) for path in paths):
        raise NotAllowed(
            f"assistant `{site.assistant_id}`: {site.folder} has a comma in its path, which parts "
            "paths in deno's permissions",
            hint="Rename the folder.",
        )
    return ",".join(map(str, paths))


def _cache_folder() -> str:
    from platformdirs import user_cache_path

    return str(user_cache_path("understudy") / "deno")


def _no_engine(site: Site, settings: Settings, need: str | None) -> NotFound:
    wanted = settings.engine or "deno"
    hint = _INSTALL if wanted == "deno" else "Install Node 20.19 or newer."
    why = f" ({need})" if need else ""
    return NotFound(
        f"assistant `{site.assistant_id}`: {site.name} needs {wanted}, which is not installed"
        f"{why}. {hint}",
        hint=hint,
    )


def _node_is_open(site: Site) -> NotAllowed:
    return NotAllowed(
        f"assistant `{site.assistant_id}`: {site.name} may not run in Node, which cannot keep it "
        f"from the network, and it is not trusted. Install deno, which can: {_INSTALL}",
        hint=_INSTALL,
    )
