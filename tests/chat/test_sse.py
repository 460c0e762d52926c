"""Server-sent events, however their bytes were cut."""

import pytest

from understudy_chat.sse import EventParser


def _events(*pieces):
    parser = EventParser()
    return [event for piece in pieces for event in parser.feed(piece)] + parser.close()


STREAM = (
    ': a comment\n\ndata: {"a": "é"}\n\ndata:no space\r\n\r\nevent: error\ndata: x\ndata:  y\n\n'
    "id: 7\nretry: 10\n\ndata: [DONE]"
).encode()
EXPECTED = [
    (b"", '{"a": "é"}'.encode()),
    (b"", b"no space"),
    (b"error", b"x\n y"),
    (b"", b"[DONE]"),
]


def test_names_data_comments_and_line_ends_are_understood():
    assert _events(STREAM) == EXPECTED


@pytest.mark.parametrize("cut", range(1, len(STREAM)))
def test_a_cut_anywhere_changes_nothing(cut):
    assert _events(STREAM[:cut], STREAM[cut:]) == EXPECTED


def test_single_bytes_change_nothing():
    assert _events(*(STREAM[i : i + 1] for i in range(len(STREAM)))) == EXPECTED


def test_a_carriage_return_at_a_cut_does_not_end_an_event():
    assert _events(b"data: a\r", b"\ndata: b\r\n\r\n") == [(b"", b"a\nb")]


def test_old_line_ends_are_understood():
    assert _events(b"data: a\r\rdata: b\r\r") == [(b"", b"a"), (b"", b"b")]


def test_a_line_of_megabytes_in_many_pieces_arrives_whole():
    pieces = [b"data: ", *[b"x" * 4096] * 1024, b"\n\n"]
    assert _events(*pieces) == [(b"", b"x" * 4096 * 1024)]


def test_only_an_empty_line_or_the_end_completes_an_event():
    parser = EventParser()
    assert parser.feed(b"data: half\n") == []
    assert parser.feed(b"\n") == [(b"", b"half")]
    assert parser.close() == []
