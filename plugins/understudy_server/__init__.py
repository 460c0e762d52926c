"""The HTTP door: OpenAI's Assistants API, served from an open `Host`.

from understudy import Host
from understudy_server import create_app

app = create_app(Host("data"), keys=["my-key"])     # an ASGI app; `understudy serve` runs it
"""

from understudy_server.app import create_app

__all__ = ["create_app"]
