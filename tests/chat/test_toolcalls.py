"""Tool calls of servers with their own ideas come out in OpenAI's form."""

import json

from understudy_chat.toolcalls import ToolCalls


def _calls(*chunks):
    """The calls as a client puts them together: by index, arguments concatenated."""
    calls, merged = ToolCalls(), {}
    for chunk in chunks:
        for delta in calls.deltas(chunk):
            call = merged.setdefault(delta.index, {"id": "", "name": "", "arguments": ""})
            call["id"] += delta.id or ""
            call["name"] += delta.name or ""
            call["arguments"] += delta.arguments
    assert list(merged) == list(range(len(merged)))
    return [merged[index] for index in sorted(merged)]


def _piece(name=None, arguments=None, **others):
    return {**others, "function": {"name": name, "arguments": arguments}}


ROME = {"id": "call_a", "name": "weather", "arguments": '{"city": "Rome"}'}
OSLO = {"id": "call_b", "name": "weather", "arguments": '{"city": "Oslo"}'}


def test_pieces_are_told_apart_by_index_even_interleaved():
    assert _calls(
        [_piece("weather", "", index=0, id="call_a")],
        [_piece("weather", "", index=1, id="call_b")],
        [_piece(arguments='{"city": ', index=0), _piece(arguments='{"city": ', index=1)],
        [_piece(arguments='"Oslo"}', index=1)],
        [_piece(arguments='"Rome"}', index=0)],
    ) == [ROME, OSLO]


def test_whole_calls_in_one_chunk_without_index():
    rome = _piece("weather", ROME["arguments"], id="call_a")
    oslo = _piece("weather", OSLO["arguments"], id="call_b")
    assert _calls([rome, oslo]) == [ROME, OSLO]


def test_whole_calls_that_all_have_index_0():
    rome = _piece("weather", ROME["arguments"], id="call_a", index=0)
    oslo = _piece("weather", OSLO["arguments"], id="call_b", index=0)
    assert _calls([rome], [oslo]) == [ROME, OSLO]


def test_missing_and_empty_ids_are_made_up_and_differ():
    calls = _calls([_piece("weather", "{}", id=""), _piece("weather", "{}"), _piece("time", "{}")])
    assert [call["name"] for call in calls] == ["weather", "weather", "time"]
    assert len({call["id"] for call in calls}) == 3
    assert all(call["id"].startswith("call_") for call in calls)


def test_id_and_name_repeated_in_every_piece_are_said_once():
    pieces = [
        [_piece("weather", part, id="call_a", index=0)] for part in ('{"city"', ': "Rome', '"}')
    ]
    assert _calls(*pieces) == [ROME]


def test_a_fresh_id_in_every_piece_is_still_one_call():
    assert _calls(
        [_piece("weather", '{"city": ', index=0, id="call_a")],
        [_piece(arguments='"Rome"}', index=0, id="call_z")],
    ) == [ROME]


def test_pieces_without_index_and_id_belong_to_the_last_call():
    assert _calls(
        [_piece("weather", "", id="call_a")],
        [_piece(arguments='{"city": ')],
        [_piece(arguments='"Rome"}')],
    ) == [ROME]


def test_a_name_may_come_after_the_id():
    assert _calls(
        [{"index": 0, "id": "call_a"}], [_piece("weather", ROME["arguments"], index=0)]
    ) == [ROME]


def test_arguments_sent_as_an_object_become_text():
    (call,) = _calls([_piece("weather", {"city": "Rome"}, id="call_a")])
    assert json.loads(call["arguments"]) == {"city": "Rome"}
    assert _calls([_piece("now", {}, id="x")])[0]["arguments"] == ""
