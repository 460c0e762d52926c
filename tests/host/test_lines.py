"""The lines of a journal: what is packed comes out as it went in."""

from understudy.runs.lines import events_in, last_number, packed


def delta(n, text, message="msg_1", index=0, annotations=()):
    value = {"value": text, "annotations": [*annotations]}
    content = [{"index": index, "type": "text", "text": value}]
    data = {"id": message, "object": "thread.message.delta", "delta": {"content": content}}
    return {"n": n, "t": 1.0, "event": "thread.message.delta", "data": data}


def effect(n):
    return {"n": n, "t": 1.0, "effect": "model", "id": "e1", "payload": {}}


def same_after_packing(lines):
    stored = packed(lines)
    assert events_in(stored) == events_in(lines)
    assert last_number(stored) == lines[-1]["n"]
    return stored


def test_deltas_of_one_text_share_a_line():
    lines = [delta(n, f"word {n}") for n in range(3, 9)]
    [stored] = same_after_packing(lines)
    assert stored["more"] == [f"word {n}" for n in range(4, 9)]


def test_another_message_or_part_or_an_effect_between_begins_another_line():
    lines = [delta(1, "a"), delta(2, "b", message="msg_2"), delta(3, "c", "msg_2", index=1)]
    assert len(same_after_packing(lines)) == 3
    assert len(same_after_packing([delta(1, "a"), effect(2), delta(3, "b")])) == 3


def test_a_gap_in_the_numbers_begins_another_line():
    assert len(same_after_packing([delta(1, "a"), delta(3, "b")])) == 2


def test_a_delta_with_citations_keeps_them():
    cited = delta(2, "b", annotations=[{"type": "file_citation", "index": 0}])
    assert len(same_after_packing([delta(1, "a"), cited, delta(3, "c")])) == 3


def test_packing_changes_no_line_that_it_was_given():
    lines = [delta(1, "a"), delta(2, "b")]
    packed(lines)
    assert lines == [delta(1, "a"), delta(2, "b")]


def test_an_empty_journal_begins_at_nothing():
    assert last_number(packed([])) == 0
