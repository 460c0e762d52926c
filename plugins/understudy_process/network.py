"""The hosts of a grant in deno's flags.

deno looks at an address once more when a name has been resolved, but only against `--deny-net`:
private ones are denied there, but for those that the grant names. It cannot deny networks of IPv6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_network
from typing import Final

_LOOPBACK: Final = ("127.0.0.1", "[::1]")
_PRIVATE: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    )
)  # fmt: skip


def net_flags(patterns: Sequence[str]) -> list[str]:
    """The flags for a grant's `net`. Raises `NotAllowed` for what deno cannot keep to."""
    if not patterns:
        return []
    allowed = [host for pattern in patterns for host in _hosts(pattern)]
    allow = "--allow-net" if "*" in patterns else f"--allow-net={','.join(allowed)}"
    denied = [str(network) for network in _denied(patterns)]
    if not any(_is_loopback(pattern) for pattern in patterns):
        denied += ["[::1]", "[::]"]
    return [allow, f"--deny-net={','.join(denied)}"]


def _hosts(pattern: str) -> Iterator[str]:
    host, port = _parted(pattern)
    if host == "localhost":
        yield from (f"{address}{port}" for address in ("localhost", *_LOOPBACK))
    elif host != "*":
        yield f"{host}{port}"


def _parted(pattern: str) -> tuple[str, str]:
    """The host, and the port with its colon, if there is one."""
    host, colon, port = pattern.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.endswith("]")):
        return host, colon + port
    return (f"[{pattern}]" if ":" in pattern and not pattern.startswith("[") else pattern), ""


def _is_loopback(pattern: str) -> bool:
    host, _ = _parted(pattern)
    return host in ("localhost", "[::1]") or host.startswith("127.")


def _denied(patterns: Sequence[str]) -> Iterator[IPv4Network]:
    """The private networks, without what is granted."""
    left = list(_PRIVATE)
    for pattern in patterns:
        granted = _network(pattern)
        if granted is not None:
            left = [part for network in left for part in _without(network, granted)]
    yield from left


def _network(pattern: str) -> IPv4Network | None:
    host, _ = _parted(pattern)
    try:
        network = ip_network("127.0.0.0/8" if host == "localhost" else host)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None


def _without(network: IPv4Network, granted: IPv4Network) -> Iterator[IPv4Network]:
    if not network.overlaps(granted):
        yield network
    elif granted.subnet_of(network):
        yield from network.address_exclude(granted)
