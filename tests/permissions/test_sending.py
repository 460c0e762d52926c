"""Bodies that are sent bit by bit: counted, hashed, and never half for whole."""

import asyncio
import hashlib

import pytest

from understudy import Invalid, NetworkError
from understudy.network.request import Request
from understudy.network.sending import Sending


async def pieces(*given):
    for piece in given:
        yield piece


def collected(body):
    async def main():
        return [piece async for piece in body]

    return asyncio.run(main())


def test_what_goes_by_is_counted_and_hashed():
    body = Sending(pieces(b"one", b"", b"two"), 6)
    assert body.note() == {"size": 0, "sha256": hashlib.sha256().hexdigest(), "whole": False}
    assert collected(body) == [b"one", b"", b"two"]
    digest = hashlib.sha256(b"onetwo").hexdigest()
    assert body.note() == {"size": 6, "sha256": digest, "whole": True}


@pytest.mark.parametrize(
    ("length", "said"), [(2, "more than the 2 bytes"), (9, "ended after 3 of 9 bytes")]
)
def test_a_body_of_another_length_than_it_said_is_no_whole_body(length, said):
    body = Sending(pieces(b"one"), length)
    with pytest.raises(NetworkError, match=said):
        collected(body)
    assert not body.is_whole
    assert said in str(body.failure)


def test_a_body_that_was_begun_is_not_sent_as_if_it_were_whole():
    body = Sending(pieces(b"one", b"two"))

    async def main():
        await anext(body)
        with pytest.raises(NetworkError, match="cannot be sent again"):
            aiter(body)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("more", "said"), [({"method": "GET"}, "has no body"), ({"length": -1}, "`length`")]
)
def test_a_request_that_makes_no_sense_with_it_is_refused(more, said):
    with pytest.raises(Invalid, match=said):
        Request.read({"url": "http://x", "method": "POST", "body": pieces(b"x")} | more)
