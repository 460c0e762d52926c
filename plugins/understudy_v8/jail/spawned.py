"""What a worker runs that was started and not forked."""

from __future__ import annotations

import socket
import sys

from understudy_v8.jail.confinement import confine
from understudy_v8.jail.library import load
from understudy_v8.jail.worker import work


def main() -> None:
    """Arguments: the number of the socket, mini-racer's folder, V8's flags."""
    descriptor, folder, flags = sys.argv[1:]
    connection = socket.socket(fileno=int(descriptor))
    confine()
    work(load(folder, flags), connection)
