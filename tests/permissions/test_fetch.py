"""Requests of code: which hosts they reach, what they carry, and what they may bring back."""

import asyncio
import base64
import gzip
import socket
import zlib
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from understudy import Invalid, NetworkError, NotAllowed
from understudy.network import client as client_module
from understudy.network.client import Client
from understudy.permissions.grant import Grant
from understudy.permissions.hosts import Hosts
from understudy.permissions.standing import Standing
from understudy.runs.fetch import Answered, as_items, recorded


class Site:
    """A real server on loopback that remembers what it was asked."""

    def __init__(self):
        self.requests = []
        self.handlers = {}

    async def answer(self, request):
        body = await request.read()
        self.requests.append((request.method, request.path, dict(request.headers), body))
        handler = self.handlers.get(request.path)
        return await handler(request) if handler else web.Response(text="hello")

    @asynccontextmanager
    async def open(self):
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()

    def redirect(self, path, target, status=302):
        async def handler(_request):
            return web.Response(status=status, headers={"Location": target})

        self.handlers[path] = handler

    def say(self, path, body, **headers):
        async def handler(_request):
            return web.Response(body=body, headers=headers)

        self.handlers[path] = handler


def with_site(work, *patterns):
    """Run `work(site, fetch)`; `{port}` in a pattern is the site's."""

    async def main():
        site = Site()
        async with site.open():
            net = tuple(pattern.format(port=site.port) for pattern in patterns)
            client = Client(Hosts(net), Standing("poet", grant=Grant(net=net)).refuse_host)

            async def fetch(url, **payload):
                whole = Answered()
                payload = {"url": url.format(port=site.port), **payload}
                async for item in client.fetch(payload):
                    whole.add(item)
                answer = whole.message()
                return answer | {"body": base64.b64decode(answer["body"])}

            try:
                return await work(site, fetch)
            finally:
                await client.close()

    return asyncio.run(main())


HERE = "127.0.0.1:{port}"


def test_a_request_goes_out_as_it_was_asked_and_the_answer_comes_back():
    async def work(site, fetch):
        site.say("/items", b"\x00\xff", **{"X-Kind": "bytes"})
        answer = await fetch(
            "http://127.0.0.1:{port}/items?q=1#top",
            method="post",
            headers=[["X-A", "1"], ["x-a", "2"], ["Content-Type", "text/plain"]],
            body=base64.b64encode(b"data").decode(),
        )
        return site, answer

    site, answer = with_site(work, HERE)
    [(method, path, headers, body)] = site.requests
    assert (method, path, body) == ("POST", "/items", b"data")
    assert headers["Content-Type"] == "text/plain"
    assert answer["status"] == 200
    assert answer["body"] == b"\x00\xff"
    assert ["x-kind", "bytes"] in answer["headers"]
    assert answer["url"].endswith("/items?q=1")
    assert answer["redirected"] is False


def test_pieces_come_as_they_are_sent():
    async def work(site, _fetch):
        gate = asyncio.Event()

        async def slow(request):
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"one")
            await gate.wait()
            await response.write(b"two")
            return response

        site.handlers["/slow"] = slow
        client = Client(Hosts(["127.0.0.1"]), Standing("p").refuse_host)
        seen = []
        async for item in client.fetch({"url": f"http://127.0.0.1:{site.port}/slow"}):
            if "chunk" in item:
                seen.append(base64.b64decode(item["chunk"]))
                gate.set()
        await client.close()
        return b"".join(seen), len(seen)

    assert with_site(work) == (b"onetwo", 2)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/"],
)
def test_a_host_that_was_not_granted_is_not_asked(url):
    async def work(site, fetch):
        with pytest.raises(NotAllowed, match="may not connect to"):
            await fetch(url)
        return site.requests

    assert with_site(work, "api.example.com", "127.0.0.1:1") == []


@pytest.mark.parametrize("host", ["evil.test", "0x7f.1"])
def test_a_name_that_leads_to_a_private_address_is_refused(host, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1"))

    async def work(site, fetch):
        with pytest.raises(NotAllowed, match="must be named by itself"):
            await fetch(f"http://{host}:{{port}}/")
        return site.requests

    assert with_site(work, "*", "evil.test") == []


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0"])
def test_odd_ways_to_write_an_address_lead_nowhere(host):
    async def work(site, fetch):
        with pytest.raises(NetworkError, match="the name of no host"):
            await fetch(f"http://{host}:{{port}}/")
        return site.requests

    assert with_site(work, "*", host) == []


def leading_to(*addresses):
    """A resolver whose answers change with each question."""
    answers = list(addresses)

    def getaddrinfo(host, port, *_args, **_options):
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    return getaddrinfo


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1", "127.0.0.2"))

    async def work(_site, fetch):
        return await fetch("http://rebind.test:{port}/")

    assert with_site(work, "rebind.test", "127.0.0.1")["body"] == b"hello"


def test_each_redirect_is_checked():
    async def work(site, fetch):
        site.redirect("/a", f"http://127.0.0.1:{site.port}/b")
        site.redirect("/b", f"http://localhost:{site.port}/secret")
        with pytest.raises(NotAllowed, match="may not connect to localhost"):
            await fetch("http://127.0.0.1:{port}/a")
        return [path for _, path, _, _ in site.requests]

    assert with_site(work, HERE) == ["/a", "/b"]


def test_another_origin_gets_no_header_that_may_hold_a_key():
    secret = [["Authorization", "Bearer CANARY"], ["X-Api-Key", "CANARY"], ["Cookie", "a=CANARY"]]

    async def work(site, fetch):
        site.redirect("/a", f"http://localhost:{site.port}/b")
        site.redirect("/same", "/b")
        await fetch("http://127.0.0.1:{port}/a", headers=[*secret, ["Accept", "text/html"]])
        elsewhere = site.requests[-1][2]
        await fetch("http://127.0.0.1:{port}/same", headers=secret)
        return elsewhere, site.requests[-1][2]

    elsewhere, same = with_site(work, HERE, "localhost")
    assert "CANARY" not in str(elsewhere)
    assert elsewhere["Accept"] == "text/html"
    assert str(same).count("CANARY") == 3


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [(301, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"), (302, "PUT", "PUT")],
)
def test_redirects_change_the_method_as_the_standard_says(status, method, then):
    async def work(site, fetch):
        site.redirect("/a", "/b", status)
        answer = await fetch("http://127.0.0.1:{port}/a", method=method, body="eA==")
        return site.requests[-1], answer

    (made, path, _, body), answer = with_site(work, HERE)
    assert (made, path) == (then, "/b")
    assert body == (b"" if then == "GET" else b"x")
    assert answer["redirected"] is True


def test_redirects_can_be_refused_or_shown_and_do_not_go_round_for_ever():
    async def work(site, fetch):
        site.redirect("/a", "/a")
        with pytest.raises(NetworkError, match="redirects more than 20 times"):
            await fetch("http://127.0.0.1:{port}/a")
        with pytest.raises(NetworkError, match="was to be an error"):
            await fetch("http://127.0.0.1:{port}/a", redirect="error")
        site.redirect("/file", "file:///etc/passwd")
        with pytest.raises(NetworkError, match="no address"):
            await fetch("http://127.0.0.1:{port}/file")
        return (await fetch("http://127.0.0.1:{port}/a", redirect="manual"))["status"]

    assert with_site(work, HERE) == 302


def zeros(size):
    return bytes(size)


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("gzip", lambda data: gzip.compress(data[:3]) + gzip.compress(data[3:])),
    ],
)
def test_what_is_packed_is_unpacked(encoding, pack):
    async def work(site, fetch):
        site.say("/z", pack(b"some text"), **{"Content-Encoding": encoding})
        return (await fetch("http://127.0.0.1:{port}/z"))["body"]

    assert with_site(work, HERE) == b"some text"


@pytest.mark.parametrize(
    ("body", "encoding", "said"),
    [
        (gzip.compress(zeros(18 * 2**20)), "gzip", "larger than 16 MB"),
        (zeros(17 * 2**20), "identity", "larger than 16 MB"),
        (b"no gzip", "gzip", "damaged"),
        (gzip.compress(b"cut off" * 99)[:-12], "gzip", "its end is missing"),
        (b"?", "br", "was not asked for"),
    ],
    ids=["bomb", "large", "damaged", "cut", "unknown"],
)
def test_bodies_that_are_too_much_or_broken_are_stopped(body, encoding, said):
    async def work(site, fetch):
        site.say("/z", body, **{"Content-Encoding": encoding})
        with pytest.raises(NetworkError, match=said):
            await fetch("http://127.0.0.1:{port}/z")

    with_site(work, HERE)


def test_silence_ends_a_request(monkeypatch):
    monkeypatch.setattr(client_module, "_TIMES", client_module.aiohttp.ClientTimeout(sock_read=0.1))

    async def work(site, fetch):
        async def silent(_request):
            await asyncio.Event().wait()

        site.handlers["/silent"] = silent
        with pytest.raises(NetworkError, match="took too long"):
            await fetch("http://127.0.0.1:{port}/silent")

    with_site(work, HERE)


def test_what_cannot_be_reached_is_said_without_the_url_that_may_hold_a_key():
    async def work(_site, fetch):
        with pytest.raises(NetworkError) as caught:
            await fetch("http://127.0.0.1:1/path?key=CANARY")
        return str(caught.value)

    said = with_site(work, "127.0.0.1")
    assert said.startswith("http://127.0.0.1:1 cannot be reached")
    assert "CANARY" not in said


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"url": "ftp://example.com"}, "whole address"),
        ({"url": "/relative"}, "whole address"),
        ({"url": "http://a:b@example.com/"}, "name or password"),
        ({"url": "http://x", "method": "CONNECT"}, "CONNECT is not allowed"),
        ({"url": "http://x", "method": "GET x"}, "`method`"),
        ({"url": "http://x", "headers": [["a", "b\r\nc: d"]]}, "line break"),
        ({"url": "http://x", "headers": [["a:b", "c"]]}, "`headers"),
        ({"url": "http://x", "headers": [["a", "\u20ac"]]}, "Latin-1"),
        ({"url": "http://x", "body": "eA=="}, "GET request has no body"),
        ({"url": "http://x", "method": "PUT", "body": "%"}, "not base64"),
        ({"url": 7}, "`url`"),
        ({}, "`url`"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(payload, said):
    async def work(_site, _fetch):
        client = Client(Hosts(["*"]), Standing("p").refuse_host)
        with pytest.raises(Invalid, match=said):
            await anext(client.fetch(payload))

    with_site(work)


def test_headers_of_the_connection_are_not_codes_to_set():
    async def work(site, fetch):
        headers = {"Host": "other", "Transfer-Encoding": "chunked", "Proxy-Authorization": "x"}
        await fetch("http://127.0.0.1:{port}/", headers=headers)
        return site.requests[-1][2]

    sent = with_site(work, HERE)
    assert sent["Host"].startswith("127.0.0.1")
    assert not {"Transfer-Encoding", "Proxy-Authorization"} & set(sent)


def test_cookies_are_not_kept():
    async def work(site, fetch):
        site.say("/set", b"", **{"Set-Cookie": "session=CANARY"})
        await fetch("http://127.0.0.1:{port}/set")
        await fetch("http://127.0.0.1:{port}/next")
        return site.requests[-1][2]

    assert "CANARY" not in str(with_site(work, HERE))


def test_the_journal_keeps_the_answer_and_not_the_keys():
    payload = {"url": "http://x", "headers": [["Authorization", "CANARY"], ["Accept", "a/b"]]}
    assert recorded(payload)["headers"] == [["Authorization", "[not kept]"], ["Accept", "a/b"]]
    items = [{"status": 200}, {"chunk": "b25l"}, {"chunk": "dHdv"}]
    whole = Answered()
    for item in items:
        whole.add(item)
    assert list(as_items(whole.message())) == [{"status": 200}, {"chunk": "b25ldHdv"}]
