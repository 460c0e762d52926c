"""The ASGI app: routes behind a guard, every failure in OpenAI's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from starlette.types import ASGIApp

from understudy import Host
from understudy_server.access import Access
from understudy_server.guard import Guard
from understudy_server.keys import Keys
from understudy_server.origins import Origins
from understudy_server.versions import Versions


def create_app(
    host: Host,
    *,
    keys: Iterable[str] | Keys,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
) -> ASGIApp:
    """An ASGI app that serves an open host. The caller closes the host.

    `keys` open the door. `hosts` are names that the server answers to besides the loopback's;
    `origins` are web pages that may call it. `"*"` means any.
    """
    allowed = Origins(origins)
    checked = keys if isinstance(keys, Keys) else Keys(keys)
    guard = Guard(Versions(host), checked, hosts=hosts, origins=allowed)
    return Access(guard, allowed)
