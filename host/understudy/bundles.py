"""Bundles: the npm packages of an assistant, linked into one file that a runtime can evaluate.

`understudy npm install` makes them, a runtime reads them; this is what both agree on. A bundle
belongs to a lock file: it lies in the cache under the digest of package.json's dependencies and
package-lock.json, and, for machines that have nothing, as `packages.bundle.js` in the folder.

The file is JavaScript for the body of a function of `(exports, require, module)`, behind two lines
of comment: the format's version, the digest of what follows and that of the lock; and a JSON list
of what can be asked for. `module.exports` has a function for each: `"import zod"` gives a
namespace, `"require zod"` what `require` returns.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

COMMITTED: Final = "packages.bundle.js"
LOCK: Final = "package-lock.json"
DEPENDENCIES: Final = ("dependencies", "optionalDependencies", "overrides")
"""The fields of package.json that say what is installed."""

_SIZE_LIMIT: Final = 64 * 2**20
_HEADER: Final = re.compile(rb"// understudy bundle 1 ([0-9a-f]{64}) ([0-9a-f]{64})\n// (\[.*\])\n")


class NoBundle(Exception):
    """There is no bundle that could be used. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle, read and found to be whole. `names` are what can be asked for."""

    path: Path
    lock: str
    names: frozenset[str]
    text: str = field(repr=False)


def cache_folder() -> Path:
    """Where what can be made again is kept: `UNDERSTUDY_CACHE`, or the platform's cache folder."""
    named = os.environ.get("UNDERSTUDY_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("understudy", appauthor=False)


def lock_digest(folder: Path, package: dict[str, Any]) -> str:
    """What identifies the packages that a folder asks for. `package` is its package.json."""
    asked = {name: package[name] for name in DEPENDENCIES if package.get(name)}
    try:
        lock = (folder / LOCK).read_bytes()
    except OSError:
        lock = b""
    said = json.dumps(asked, sort_keys=True).encode("utf-8", "surrogatepass")
    return hashlib.sha256(said + b"\0" + lock).hexdigest()


def package_home(digest: str) -> Path:
    """The folder in the cache that belongs to a lock."""
    return cache_folder() / "npm" / digest[:40]


def cached_bundle(digest: str) -> Path:
    """Where the bundle of a lock lies in the cache."""
    return package_home(digest) / COMMITTED


def find_bundle(folder: Path, package: dict[str, Any]) -> Bundle:
    """The bundle for an assistant's folder. Raises `NoBundle`."""
    digest = lock_digest(folder, package)
    problem = "its npm packages are not installed"
    for path in (cached_bundle(digest), folder / COMMITTED):
        try:
            bundle = read_bundle(path)
        except FileNotFoundError:
            continue
        except NoBundle as error:
            problem = str(error)
            continue
        if bundle.lock == digest:
            return bundle
        problem = f"`{COMMITTED}` was made for other versions than package.json and {LOCK} name"
    raise NoBundle(problem)


def read_bundle(path: Path) -> Bundle:
    """Read a bundle. Raises `FileNotFoundError`, `NoBundle` if it is damaged."""
    try:
        with path.open("rb") as file:
            content = file.read(_SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NoBundle(f"`{path.name}` cannot be read: {error.strerror}") from error
    header = _HEADER.match(content)
    if header is None or len(content) > _SIZE_LIMIT:
        raise NoBundle(f"`{path.name}` is not a bundle that this version can read")
    code = content[header.end() :]
    if _digest(header[3], code) != header[1].decode():
        raise NoBundle(f"`{path.name}` is damaged")
    names = frozenset(json.loads(header[3]))
    return Bundle(path, header[2].decode(), names, code.decode("utf-8", "replace"))


def bundle_text(code: str, names: Iterable[str], lock: str) -> str:
    """The content of a bundle's file."""
    listed = json.dumps(sorted(names))
    digest = _digest(listed.encode(), code.encode())
    return f"// understudy bundle 1 {digest} {lock}\n// {listed}\n{code}"


def _digest(listed: bytes, code: bytes) -> str:
    digest = hashlib.sha256(listed)
    digest.update(code)
    return digest.hexdigest()
