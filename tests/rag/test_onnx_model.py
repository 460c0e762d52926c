"""Vectors from a model in a folder: a small one, in the files that real ones come in."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from understudy.embeddings import EmbeddingModel
from understudy.errors import Invalid, ModelError
from understudy_rag.meaning.onnx_model import OnnxEmbeddings

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "dog", "cat", "rent", "##s"]
DIMENSIONS = len(VOCABULARY)


def write_model(path, *, pooled=False):
    """Each token's vector has a 1 where the token stands in the vocabulary."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = numpy_helper.from_array(np.eye(DIMENSIONS, dtype=np.float32), "table")
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["tokens"])]
    if pooled:
        nodes.append(helper.make_node("ReduceMax", ["tokens"], ["out"], axes=[1], keepdims=0))
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "length"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "length"])
    shape = ["batch", DIMENSIONS] if pooled else ["batch", "length", DIMENSIONS]
    name = "out" if pooled else "tokens"
    out = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "tiny", [ids, mask], [out], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


@pytest.fixture
def folder(tmp_path):
    write_model(tmp_path / "tiny" / "model.onnx")
    (tmp_path / "tiny" / "vocab.txt").write_text("\n".join(VOCABULARY))
    return tmp_path / "tiny"


def embed(folder, *texts, purpose="passage", **settings):
    async def main():
        embedder = OnnxEmbeddings(EmbeddingModel.named(str(folder), settings))
        try:
            vectors = await embedder.embed(texts, purpose)
        finally:
            await embedder.close()
        return [dict(zip(VOCABULARY, vector, strict=True)) for vector in vectors]

    return asyncio.run(main())


def test_a_texts_vector_is_the_mean_of_its_tokens(folder):
    [vector] = embed(folder, "Dog, rents")  # [CLS] dog , rent ##s [SEP]
    assert vector["dog"] == vector["rent"] == vector["##s"] == pytest.approx(1 / 6)
    assert vector["cat"] == 0


def test_what_a_shorter_text_is_filled_up_with_does_not_count(folder):
    [alone] = embed(folder, "dog")
    beside, _ = embed(folder, "dog", "cat cat cat cat cat")
    assert beside == pytest.approx(alone)
    assert beside["[PAD]"] == 0


def test_the_folder_says_how_tokens_become_one_vector(folder):
    (folder / "1_Pooling").mkdir()
    config = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))
    [vector] = embed(folder, "dog")
    assert (vector["[CLS]"], vector["dog"]) == (1, 0)
    [vector] = embed(folder, "dog", pooling="mean")
    assert vector["dog"] == pytest.approx(1 / 3)


def test_a_model_that_pools_by_itself_is_taken_at_its_word(folder):
    write_model(folder / "model.onnx", pooled=True)
    [vector] = embed(folder, "dog cat")
    assert (vector["dog"], vector["cat"], vector["rent"]) == (1, 1, 0)


def test_a_long_text_is_cut_where_the_folder_says(folder):
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 8}')
    [vector] = embed(folder, "dog " * 1_000 + "rent")
    assert (vector["dog"], vector["rent"]) == (pytest.approx(6 / 8), 0)
    [vector] = embed(folder, "dog " * 20 + "rent", max_tokens=64)
    assert vector["rent"] > 0


def test_a_tokenizer_json_goes_before_a_vocabulary(folder):
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {name: at for at, name in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_padding(length=32)  # as files of real models say; it must not count
    tokenizer.save(str(folder / "tokenizer.json"))
    [vector] = embed(folder, "dog rents")
    assert (vector["dog"], vector["[UNK]"], vector["[CLS]"]) == (0.5, 0.5, 0)


def test_prefixes_are_put_before_texts(folder):
    [vector] = embed(folder, "dog", purpose="query", query_prefix="rent ")
    assert vector["rent"] == vector["dog"] == pytest.approx(1 / 4)


def test_the_model_may_lie_in_a_folder_onnx(folder):
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    assert embed(folder, "dog")[0]["dog"] > 0


def test_a_folder_without_a_model_says_what_belongs_in_it(tmp_path):
    with pytest.raises(Invalid, match=r"has no model\.onnx") as caught:
        embed(tmp_path, "dog")
    assert "tokenizer.json" in str(caught.value.hint)


def test_a_folder_without_a_tokenizer_says_so(folder):
    (folder / "vocab.txt").unlink()
    with pytest.raises(ModelError, match=r"neither tokenizer\.json nor vocab\.txt"):
        embed(folder, "dog")


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_damaged_model_is_an_error_that_names_it(folder, content):
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"tiny/model\.onnx"):
        embed(folder, "dog")


def test_another_file_under_the_same_name_is_another_model(folder):
    def identity():
        return OnnxEmbeddings(EmbeddingModel.named(str(folder))).identity

    before = identity()
    assert identity() == before
    write_model(folder / "model.onnx", pooled=True)
    assert identity() != before


def test_nothing_heavy_is_imported_before_a_text_comes(folder):
    code = f"""
import sys
from understudy.embeddings import EmbeddingModel
from understudy_rag.meaning.onnx_model import OnnxEmbeddings
OnnxEmbeddings(EmbeddingModel.named({str(folder)!r}))
print([name for name in ("onnxruntime", "tokenizers", "numpy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_the_extra_the_error_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError) as caught:
        embed(folder, "dog")
    assert "understudy[rag-local]" in str(caught.value.hint)
