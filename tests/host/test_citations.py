"""Citations: any tool that returns chunks with markers can be cited."""

from __future__ import annotations

import asyncio

import pytest

from understudy import Function, Host
from understudy.runs.citations import citations, in_first_form, sources_in
from understudy.testing.model_server import call_tools, say


class Archive:
    """A tool of somebody else's, that searches."""

    def __init__(self, context):
        self.functions = [Function("archive", "Search the archive")]

    async def call(self, call):
        return {"chunks": [{"marker": "【a†source】", "file_id": "file-1", "text": "Rent: 900."}]}

    async def close(self):
        pass


def ask(root, write_assistant, code=None):
    files = {"assistant.json": {"model": "test-model", "tools": [{"type": "archive"}]}}
    write_assistant("clerk", files | ({"src/index.js": code} if code else {}))

    async def run():
        async with Host(root, providers={"tools": {"archive": Archive}}) as host:
            reply = await host.run("clerk", "How much?")
            return reply.messages[-1].content[0].text

    return asyncio.run(run())


def test_what_the_model_repeats_of_a_tools_markers_is_cited(root, model, write_assistant):
    model.script(
        [call_tools([("archive", {})]), say("😀 It is 900 【a†source】, not 【b†source】.")]
    )
    text = ask(root, write_assistant)
    (cited,) = text.annotations
    assert cited == {
        "type": "file_citation",
        "text": "【a†source】",
        "start_index": 12,
        "end_index": 22,
        "file_citation": {"file_id": "file-1", "quote": "Rent: 900."},
    }
    assert text.value[12:22] == "【a†source】"


def test_what_index_js_writes_is_cited_too(root, write_assistant):
    code = """
    export async function* invoke(run) {
      const { chunks } = await run.tools.call("archive", {});
      yield "900 ";
      yield chunks[0].marker;
    }
    """
    text = ask(root, write_assistant, code)
    assert [each["file_citation"]["file_id"] for each in text.annotations] == ["file-1"]


@pytest.mark.parametrize(
    "chunk",
    [
        {"marker": "【a†source】"},
        {"marker": "【a†source】", "file_id": None},
        {"marker": "a", "file_id": "file-1"},
        {"marker": "", "file_id": "file-1"},
        {"marker": ["【a†source】"], "file_id": "file-1"},
    ],
)
def test_a_chunk_without_a_marker_or_a_file_is_no_source(chunk):
    assert sources_in([chunk]) == {}


def test_markers_side_by_side_are_cited_each():
    found = list(citations("【a】【b】【【a】】", {"【a】": {"file_id": "file-1"}}))
    assert [(each["start_index"], each["end_index"]) for each in found] == [(0, 3), (7, 10)]


def test_in_the_first_version_markers_have_one_number_and_stay_apart():
    chunks = [{"marker": f"【{n}†source】", "file_id": "f"} for n in ("4:0", "4:31", "12:3", "a")]
    text = "Rent 【4:0†source】, deposit【4:31†source】【12:3†source】; 【b】 and 【a†source】"
    changed = in_first_form({"chunks": chunks, "text": text})
    markers = ["【400†source】", "【431†source】", "【1203†source】", "【a†source】"]
    assert [chunk["marker"] for chunk in changed["chunks"]] == markers
    assert changed["text"] == (
        "Rent 【400†source】, deposit【431†source】【1203†source】; 【b】 and 【a†source】"
    )
    assert in_first_form("【4:0†source】") == "【4:0†source】"
