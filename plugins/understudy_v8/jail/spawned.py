"""What a worker runs that was started and not forked."""

from __future__ import annotations

import socket
import sys

from understudy_v8.jail.confinement import confine
from understudy_v8.jail.library import load
from understudy_v8.jail.worker import work
from understudy_v8.snapshot.blob import install_from


def main() -> None:
    """Arguments: the number of the socket, mini-racer's folder, V8's flags, the snapshot."""
    descriptor, folder, flags, snapshot = sys.argv[1:]
    connection = socket.socket(fileno=int(descriptor))
    confine()
    library = load(folder, flags)
    install_from(library, snapshot)
    work(library, connection)
