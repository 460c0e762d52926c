"""`understudy serve`: the HTTP door, opened on the loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from understudy import Host, Invalid
from understudy_server.keys import KeyFile

if TYPE_CHECKING:
    import uvicorn

_STOP_SECONDS: Final = 5
_EPILOG = """\b
Examples:
  understudy serve
  understudy serve --port 9000
  OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=$(understudy key) python my_app.py

\b
The server asks for a key: UNDERSTUDY_API_KEY, or one that `understudy key` shows.
"""


@click.command(epilog=_EPILOG)
@click.option("--host", "address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--root", type=click.Path(file_okay=False), help="The data root to serve.")
@click.option("--name", "names", multiple=True, help="A host name that the server answers to.")
@click.option("--origin", "origins", multiple=True, help="A web page that may call (CORS).")
@click.pass_context
def command(
    context: click.Context,
    address: str,
    port: int,
    root: str | None,
    names: tuple[str, ...],
    origins: tuple[str, ...],
) -> None:
    """Serve the assistants as OpenAI's API, so that unchanged code runs against them."""
    chosen = root or (context.parent.params.get("root") if context.parent else None)
    listening = _bind(address, port)
    asyncio.run(_serve(listening, chosen, {"hosts": {*names, address}, "origins": origins}))


def _bind(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
    except OSError as error:
        listening.close()
        raise Invalid(
            f"Cannot listen on {address} port {port}: {error.strerror}.",
            hint="Choose another port with --port; --port 0 takes any free one.",
        ) from None
    return listening


async def _serve(listening: socket.socket, root: str | None, options: dict[str, Any]) -> None:
    from understudy_server.app import create_app

    async with Host(root) as host:
        keys = _keys(host.root)
        app = create_app(host, keys=keys, **options)
        address, port = listening.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        server = _server(app)
        click.echo(f"Serving {host.root} at http://{shown}:{port}/v1", err=True)
        click.echo("`understudy key` shows the API key.", err=True)
        # Runs end before the connections that follow them: every stream gets its last event.
        await server.serve(sockets=[listening])


def _keys(root: Path) -> list[str]:
    named = KeyFile(root)
    from_environment = os.environ.get("UNDERSTUDY_API_KEY")
    if from_environment:
        return [from_environment, *named.read().values()]
    return list(named.ensure().values())


def _server(app: Any) -> uvicorn.Server:
    import uvicorn

    logging.getLogger("understudy.access").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        lifespan="off",
    )
    return uvicorn.Server(config)
