"""Patterns of hosts, and the addresses that they reach."""

import pytest

from understudy import Invalid
from understudy.permissions.hosts import HostPattern, Hosts, host_of


@pytest.mark.parametrize(
    ("pattern", "host", "port", "expected"),
    [
        ("api.example.com", "api.example.com", 443, True),
        ("API.Example.com.", "api.example.com", 443, True),
        ("api.example.com", "example.com", 443, False),
        ("api.example.com", "xapi.example.com", 443, False),
        ("*.example.com", "a.b.example.com", 80, True),
        ("*.example.com", "example.com", 80, False),
        ("*.example.com", "evilexample.com", 80, False),
        ("example.com:8443", "example.com", 8443, True),
        ("example.com:8443", "example.com", 443, False),
        ("*", "anything.org", 1, True),
        ("10.0.0.0/8", "10.1.2.3", 80, True),
        ("10.0.0.0/8", "11.1.2.3", 80, False),
        ("[::1]:8080", "::1", 8080, True),
        ("::1", "::1", 8080, True),
        ("127.0.0.1", "::ffff:127.0.0.1", 80, True),
        ("bücher.example", "xn--bcher-kva.example", 80, True),
    ],
)
def test_which_urls_a_pattern_means(pattern, host, port, expected):
    assert HostPattern.read(pattern).matches(host_of(host), port) is expected


@pytest.mark.parametrize(
    ("patterns", "address", "expected"),
    [
        (["*"], "93.184.216.34", True),
        (["*"], "2606:2800:21f::1", True),
        *[
            (["*", "*.internal", "intranet"], address, False)
            for address in (
                "127.0.0.1",
                "127.8.8.8",
                "10.0.0.1",
                "172.16.9.9",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "224.0.0.1",
                "255.255.255.255",
                "240.0.0.1",
                "::1",
                "::",
                "fe80::1%eth0",
                "fc00::1",
                "fec0::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:db8::1",
            )
        ],
        (["localhost"], "127.0.0.1", True),
        (["localhost"], "::1", True),
        (["localhost"], "192.168.1.1", False),
        (["localhost:80"], "127.0.0.1", False),
        (["192.168.1.5"], "192.168.1.5", True),
        (["192.168.0.0/16"], "192.168.1.5", True),
        (["192.168.1.5"], "192.168.1.6", False),
        (["fd00::/8"], "fd12::1", True),
    ],
)
def test_private_addresses_must_be_named_by_themselves(patterns, address, expected):
    assert Hosts(patterns).reach(address, 8080) is expected


@pytest.mark.parametrize(
    "text",
    ["https://api.example.com", "a b", "example.com/path", "", "*.*", "a..b", "x:0", "x:99999",
     "user@host", "exa*mple.com", "-" * 300, "10.0.0.0/33", "[::1", "a:b:c"],
)  # fmt: skip
def test_what_is_no_host_is_refused_with_an_example(text):
    with pytest.raises(Invalid) as caught:
        HostPattern.read(text)
    assert caught.value.hint
