"""`understudy serve`: the HTTP door, opened on the loopback."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from understudy import Host, Invalid
from understudy.store import Durability
from understudy_server.key import chosen_root
from understudy_server.key_file import KeyFile
from understudy_server.keys import Keys

_BACKLOG: Final = 2048
_FAST: Final = "Durability: fast. A power cut may take back what was answered."
_EPILOG = """\b
Examples:
  understudy serve
  understudy serve --port 9000 --quiet
  understudy serve --host 0.0.0.0 --name mybox.lan
  OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=$(understudy key) python my_app.py

\b
The server asks for a key: UNDERSTUDY_API_KEY, or one that `understudy key` shows.
Requests are logged on standard error, without queries, contents and keys.
"""


@click.command(epilog=_EPILOG)
@click.option("--host", "address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0: any free port.",
)
@click.option("--root", type=click.Path(file_okay=False), help="The data root to serve.")
@click.option(
    "--name",
    "names",
    multiple=True,
    help="A host name that clients use for this machine, such as mybox.lan or 192.168.1.5. Other "
    "names than these and localhost are refused, whatever --host is. May be repeated.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    help="A web page that may call (CORS), such as https://example.com. May be repeated.",
)
@click.option(
    "--read-timeout",
    "patience",
    metavar="SECONDS",
    default=30.0,
    show_default=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Cut clients that send less than 1 KB of a request in this time.",
)
@click.option(
    "--durability",
    type=click.Choice(["full", "fast"]),
    help="fast: do not wait for the disk; a power cut may take back what was answered. "
    "Default: UNDERSTUDY_DURABILITY, or full.",
)
@click.option("-q", "--quiet", is_flag=True, help="Log errors only, no requests.")
@click.pass_context
def command(
    context: click.Context,
    address: str,
    port: int,
    root: str | None,
    names: tuple[str, ...],
    origins: tuple[str, ...],
    patience: float,
    durability: Durability | None,
    quiet: bool,
) -> None:
    """Serve the assistants as OpenAI's API, so that unchanged code runs against them."""
    chosen = Path(root).expanduser() if root else chosen_root(context)
    keys = _keys(KeyFile(chosen))
    options = {"keys": keys, "hosts": {*names, address}, "origins": origins}
    _log_requests(quiet)
    with _listening(address, port) as listening, asyncio.Runner(loop_factory=_new_loop()) as runner:
        host = Host(chosen, durability=durability, resume="all")
        runner.run(_serve(listening, host, options, patience))


def _keys(file: KeyFile) -> Keys:
    from_environment = os.environ.get("UNDERSTUDY_API_KEY")
    if not from_environment:
        file.ensure()
    return Keys([from_environment or ""], file)


def _log_requests(quiet: bool) -> None:
    logger = logging.getLogger("understudy.access")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.WARNING if quiet else logging.INFO)


def _listening(address: str, port: int) -> socket.socket:
    """A socket that takes connections from now on. Raises `Invalid`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise Invalid(
            f"Cannot listen on {address} port {port}: {error.strerror}.",
            hint="Choose another port with --port; --port 0 takes any free one.",
        ) from None
    return listening


def _new_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop


async def _serve(
    listening: socket.socket, host: Host, options: dict[str, Any], patience: float
) -> None:
    from understudy_server.app import create_app
    from understudy_server.process import Server

    def ready() -> None:
        click.echo("`understudy key` shows the API key.", err=True)
        if host.durability == "fast":
            click.echo(_FAST, err=True)
        click.echo(f"Serving {host.root} at {_url(listening)}", err=True)

    async with host:
        server = Server(create_app(host, **options), host, ready, patience=patience)
        await server.serve(sockets=[listening])


def _url(listening: socket.socket) -> str:
    address, port = listening.getsockname()[:2]
    return f"http://[{address}]:{port}/v1" if ":" in address else f"http://{address}:{port}/v1"
