"""The HTTP door: OpenAI's Assistants API, served from an open `Host`.

from understudy import Host
from understudy_server import create_app

app = create_app(Host("data"), keys=["my-key"])     # an ASGI app; `understudy serve` runs it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy_server.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    # The commands lie in this package, too: `understudy key` needs no web server.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from understudy_server import app

    return getattr(app, name)
