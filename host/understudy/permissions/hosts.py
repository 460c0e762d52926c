"""Patterns of hosts, as `"net"` in package.json lists them, and which addresses they reach.

`api.example.com`, `*.example.com` (below it, at any depth), `host:8080` (only that port), `*` (any
host of the internet), `localhost`, an address (`192.168.1.5`, `[::1]:8080`) or a network
(`10.0.0.0/8`). Private addresses must be named by the last three: a name that leads to one is
refused, for whoever owns the name decides where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, Self

from understudy.errors import Invalid

Address = IPv4Address | IPv6Address
ANY: Final = "*"
LOCALHOST: Final = "localhost"
_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}")
_PORT = re.compile(r"(?P<host>[^:]+|\[[^\]]+\]):(?P<port>\d{1,5})")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class HostPattern:
    """One pattern. `port` None is any port."""

    host: str
    port: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a pattern. Raises `Invalid`, with an example in the hint."""
        found = _PORT.fullmatch(text)
        host = (found["host"] if found else text).strip("[]").rstrip(".").lower()
        port = int(found["port"]) if found else None
        if port is not None and not 0 < port < 65536:
            raise Invalid(f'"{text}" has no port that there is.', hint="Ports are 1 to 65535.")
        host = _ascii(host)
        is_host = host == ANY or _network(host) is not None or _NAME.fullmatch(host)
        if not is_host or text.count("[") != text.count("]"):
            raise Invalid(f'"{text}" is not a host.', hint=_hint(text))
        return cls(host, port)

    def matches(self, host: str, port: int) -> bool:
        """Whether a URL with this host and port is meant."""
        if self.port not in (None, port):
            return False
        if self.host in (ANY, host):
            return True
        address = address_of(host)
        if address is not None:
            return self.covers(address, port)
        return self.host.startswith("*.") and host.endswith(self.host[1:])

    def covers(self, address: Address, port: int) -> bool:
        """Whether the pattern names this very address: by itself, its network, or localhost."""
        if self.port not in (None, port):
            return False
        if self.host == LOCALHOST:
            return address.is_loopback
        network = _network(self.host)
        return network is not None and address.version == network.version and address in network


class Hosts:
    """All patterns of a grant."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(HostPattern.read(pattern) for pattern in patterns)

    def allow(self, host: str, port: int) -> bool:
        """Whether code may ask for a URL with this host and port."""
        return any(pattern.matches(host, port) for pattern in self._patterns)

    def reach(self, address: str, port: int) -> bool:
        """Whether a connection to this address is allowed, whatever name led to it."""
        real = unwrapped(ip_address(address.partition("%")[0]))
        return is_public(real) or any(pattern.covers(real, port) for pattern in self._patterns)


def host_of(name: str) -> str:
    """A URL's host as patterns know it: ASCII, lower case, no brackets, no dot at the end."""
    return _ascii(name.strip("[]").rstrip(".").lower())


def address_of(host: str) -> Address | None:
    """The address that a host is, if it is one."""
    try:
        return unwrapped(ip_address(host))
    except ValueError:
        return None


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4 and NAT64 lead there."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Whether the address belongs to the internet: not to this machine or a network of its own."""
    is_local = address.is_multicast or address.is_reserved
    if isinstance(address, IPv6Address):
        is_local = is_local or address.is_site_local
    return address.is_global and not is_local


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _hint(text: str) -> str:
    if "://" in text:
        rest = text.partition("://")[2].partition("/")[0]
        return f'Write the host alone: "{rest}".'
    return 'Write "api.example.com", "*.example.com", "localhost:8080" or "10.0.0.0/8".'
