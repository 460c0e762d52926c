"""Bodies that scripts send bit by bit, over the real client to a real server on loopback."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from understudy.network import sending
from understudy.network.client import Client
from understudy.permissions.hosts import Hosts
from understudy.permissions.standing import Standing

pytestmark = pytest.mark.parametrize("isolation", ["here", "jail"])


class Site:
    """Notes when each piece of a body comes, and how the body ends."""

    def __init__(self):
        self.arrived = asyncio.Event()
        self.ended = asyncio.Event()
        self.resume = asyncio.Event()
        self.sizes = []
        self.received = bytearray()
        self.headers = None
        self.asked = []

    async def take(self, request):
        self.headers = request.headers
        try:
            async for piece in request.content.iter_any():
                self.received += piece
                self.sizes.append(len(piece))
                self.arrived.set()
        except (OSError, web.HTTPException, asyncio.CancelledError) as error:
            self.sizes.append(type(error).__name__)
            raise
        finally:
            self.ended.set()
        return web.Response(text=hashlib.sha256(self.received).hexdigest())

    async def first(self, _request):
        await self.arrived.wait()
        return web.Response(text=str(len(self.received)))

    async def slow(self, request):
        await self.resume.wait()
        return await self.take(request)

    async def early(self, _request):
        return web.Response(status=413, text="too much")

    async def moved(self, request):
        self.asked.append(request.path)
        status = int(request.query["status"])
        await request.read()
        return web.Response(status=status, headers={"Location": "/landed"})

    async def landed(self, request):
        self.asked.append(f"{request.method} {request.path}")
        return web.Response(text="landed")

    async def freed(self, _request):
        self.resume.set()
        return web.Response(text="freed")

    @asynccontextmanager
    async def open(self):
        app = web.Application(client_max_size=2**30)
        for name in ("take", "first", "slow", "early", "moved", "landed", "freed"):
            app.router.add_route("*", f"/{name}", getattr(self, name))
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


def sent(workshop, body, *, ended=False):
    """What `body`, the inside of `invoke`, returned; the site; what the run was asked."""
    index = "export async function invoke(run) { const base = run.lastMessage.text;\n%s }"
    workshop.write({"index.js": index % body})

    async def scene():
        site = Site()
        async with site.open() as base:
            client = Client(Hosts(["127.0.0.1"]), Standing("poet").refuse_host)
            run = workshop.run_class(base)
            run.heads = []

            async def fetch(payload):
                items = client.fetch(payload)
                try:
                    async for item in items:
                        if "sent" in item:
                            run.heads.append(item)
                        yield item
                finally:
                    await items.aclose()

            run.streams["fetch"] = fetch
            try:
                program = await workshop.open()
                parts = [part async for part in program.invoke(run)]
                if ended:
                    await site.ended.wait()
            finally:
                await client.close()
        return parts, site, run

    return workshop.play(scene)


def test_the_first_piece_has_arrived_before_the_second_is_made(workshop):
    parts, site, run = sent(
        workshop,
        """async function* pieces() {
          yield "one";
          yield await (await fetch(base + "/first")).text();
        }
        const answer = await fetch(base + "/take", { method: "POST", duplex: "half",
          body: pieces() });
        return await answer.text();""",
    )
    assert bytes(site.received) == b"one3"
    digest = hashlib.sha256(b"one3").hexdigest()
    assert parts == [digest]
    assert site.headers["Transfer-Encoding"] == "chunked"
    assert run.heads[0]["sent"] == {"size": 4, "sha256": digest, "whole": True}


def test_a_slow_server_holds_the_producer_up(workshop):
    (made,), site, _ = sent(
        workshop,
        """let made = 0, last = -1, atRest = 0;
        const body = new ReadableStream({ pull(control) {
          if (made === 120) return control.close();
          made++;
          control.enqueue(new Uint8Array(2 ** 18));
        } });
        const asked = fetch(base + "/slow", { method: "POST", duplex: "half", body });
        while (made !== last || made === 0) {  // until nothing is taken any more
          last = made;
          await new Promise((resolve) => setTimeout(resolve, 300));
        }
        atRest = made;
        await fetch(base + "/freed");
        await (await asked).text();
        return String(atRest < 120) + made;""",
    )
    assert made == "true120"
    assert len(site.received) == 120 * 2**18


def test_a_hundred_bodies_at_once_all_arrive(workshop):
    (said,), site, run = sent(
        workshop,
        """const one = async () => {
          const body = new Blob([new Uint8Array(2 ** 17)]).stream();
          const answer = await fetch(base + "/take", { method: "POST", duplex: "half", body });
          return answer.status;
        };
        const all = await Promise.all(Array.from({ length: 100 }, one));
        return String(all.every((status) => status === 200));""",
    )
    assert said == "true"
    assert len(site.received) == 100 * 2**17
    assert all(head["sent"]["size"] == 2**17 for head in run.heads)


def test_a_large_form_goes_out_in_pieces_with_its_length(workshop):
    (digest,), site, run = sent(
        workshop,
        """const form = new FormData();
        form.append("file", new File([new Uint8Array(9 * 2 ** 20).fill(7)], "big.bin"));
        const answer = await fetch(base + "/take", { method: "PUT", body: form });
        return await answer.text();""",
    )
    assert int(site.headers["Content-Length"]) == len(site.received) > 9 * 2**20
    assert digest == hashlib.sha256(site.received).hexdigest()
    assert site.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert run.heads[0]["sent"]["sha256"] == digest


ENDLESS = """let told;
  const cancelled = new Promise((resolve) => { told = resolve; });
  const body = new ReadableStream({
    start(control) { control.enqueue(new Uint8Array([1])); %s },
    %s
    cancel(reason) { told(String(reason?.name ?? reason)); },
  });
  const control = new AbortController();
  const asked = fetch(base + "/%s", { method: "POST", duplex: "half", body,
    signal: control.signal });"""


def test_an_abort_in_the_middle_ends_the_request_and_the_stream(workshop):
    parts, site, _ = sent(
        workshop,
        ENDLESS % ("", "", "take")
        + """await fetch(base + "/first");
        control.abort();
        const name = await asked.catch((error) => error.name);
        return name + " " + await cancelled;""",
        ended=True,
    )
    assert parts == ["AbortError AbortError"]
    assert site.sizes[0] == 1
    assert isinstance(site.sizes[-1], str)  # the body never came to its end


def test_a_stream_that_fails_breaks_the_request_off(workshop):
    parts, site, _ = sent(
        workshop,
        ENDLESS
        % ("", "async pull() { await fetch(base + '/first'); throw Error('no more'); },", "take")
        + """const error = await asked.catch((error) => error);
        return [error.name, error.message, error.cause.message].join("|");""",
        ended=True,
    )
    assert parts == ["TypeError|fetch failed: its body broke off|no more"]
    assert isinstance(site.sizes[-1], str)


def test_only_bytes_are_sent(workshop):
    (said,), _, _ = sent(
        workshop,
        """const body = new ReadableStream({ start(c) { c.enqueue("text"); c.close(); } });
        return await fetch(base + "/take", { method: "POST", duplex: "half", body })
          .catch((error) => error.cause.message);""",
    )
    assert said == "the stream of a body must give Uint8Arrays"


def test_an_answer_that_comes_early_is_read_and_ends_the_stream(workshop):
    (said,), _, _ = sent(
        workshop,
        ENDLESS % ("", "", "early")
        + """const answer = await asked;
        const text = answer.status + " " + await answer.text();
        return text + " " + await cancelled;""",
    )
    assert said == "413 too much undefined"


@pytest.mark.parametrize("status", [302, 307, 308, 303])
def test_a_redirect_of_a_stream_is_refused_unless_it_asks_to_get(workshop, status):
    (said,), site, _ = sent(
        workshop,
        f"""async function* pieces() {{ yield "one"; }}
        return await fetch(base + "/moved?status={status}", {{ method: "POST", duplex: "half",
          body: pieces() }}).then((answer) => answer.text(), (error) => error.message);""",
    )
    if status == 303:
        assert (said, site.asked) == ("landed", ["/moved", "GET /landed"])
    else:
        assert "cannot be sent again" in said
        assert site.asked == ["/moved"]


def test_too_much_is_refused_in_words(workshop, monkeypatch):
    monkeypatch.setattr(sending, "MAX_SENT_BYTES", 2**20)
    (said,), site, _ = sent(
        workshop,
        """const body = new Blob([new Uint8Array(5 * 2 ** 20)]);
        return await fetch(base + "/take", { method: "POST", body })
          .catch((error) => error.message);""",
        ended=True,
    )
    assert said == "fetch failed: The body is larger than 1 MB."
    assert len(site.received) <= 2**20


def test_a_host_that_was_not_granted_gets_nothing(workshop):
    (said,), site, _ = sent(
        workshop,
        """async function* pieces() { yield "one"; }
        return await fetch(base.replace("127.0.0.1", "localhost") + "/take", { method: "POST",
          duplex: "half", body: pieces() }).catch((error) => error.message);""",
    )
    assert "may not connect to" in said
    assert site.headers is None
