"""Vectors from a model in a folder, as sentence-transformers and Hugging Face lay it out.

`model.onnx` (or `onnx/model.onnx`) and `tokenizer.json` (or a BERT `vocab.txt`); how the vectors of
tokens become one is read in `1_Pooling/config.json`, the longest text in
`sentence_bert_config.json`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from understudy.embeddings import EmbeddingModel, Purpose, Vector
from understudy.errors import Invalid, ModelError
from understudy_rag.meaning.embedding_settings import FolderSettings, read_settings

if TYPE_CHECKING:
    import numpy as np

_MODELS: Final = ("model.onnx", "onnx/model.onnx")
_MAX_TOKENS: Final = 512
_MISSING: Final = "Install what it needs: `pip install 'understudy[rag-local]'`."


class OnnxEmbeddings:
    """Runs the model in a thread of its own. It is loaded when the first text comes."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._settings = read_settings(model, FolderSettings)
        self._folder = Path(model.name).expanduser()
        self._file = _model_file(self._folder)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="understudy-onnx")
        self._loaded: _Loaded | None = None

    @property
    def identity(self) -> str:
        """Changes with the model's file, and with what the settings do to its vectors."""
        status = self._file.stat()
        parts = (self._folder.name, status.st_size, status.st_mtime_ns)
        dumped = self._settings.model_dump_json(exclude={"at_once", "threads"})
        return "\0".join((*map(str, parts), dumped))

    @property
    def at_once(self) -> int:
        """The most texts that are run through the model together."""
        return self._settings.at_once

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> Sequence[Vector]:
        """One vector for each text. Raises `ModelError`."""
        settings = self._settings
        prefix = settings.query_prefix if purpose == "query" else settings.passage_prefix
        prefixed = [prefix + text for text in texts]
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._worker, self._run, prefixed)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.cancel()  # if it has not begun; the worker finishes what it has
            raise

    async def close(self) -> None:
        """Wait for what is under way, forget the model."""
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)
        self._loaded = None

    def _run(self, texts: Sequence[str]) -> Sequence[Vector]:
        try:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._file, self._settings)
            return self._loaded.embed(texts)
        except ModelError:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise whatever they like
            raise ModelError(f"{self._file}: {_line(error)}", kind="broken") from error


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: Any
    tokenizer: Any
    inputs: frozenset[str]
    pooling: Literal["mean", "cls"]

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        import numpy as np

        encoded = self.tokenizer.encode_batch(list(texts))
        fields = {
            "input_ids": [each.ids for each in encoded],
            "attention_mask": [each.attention_mask for each in encoded],
            "token_type_ids": [each.type_ids for each in encoded],
        }
        arrays = {name: np.array(value, dtype=np.int64) for name, value in fields.items()}
        given = {name: arrays[name] for name in arrays if name in self.inputs}
        output = self.session.run(None, given)[0]
        vectors: Sequence[Vector] = self._pooled(output, arrays["attention_mask"]).tolist()
        return vectors

    def _pooled(self, output: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if output.ndim == 2:  # the model pools by itself
            return output
        if self.pooling == "cls":
            return output[:, 0]
        weights = mask[:, :, None].astype(output.dtype)
        pooled: np.ndarray = (output * weights).sum(1) / weights.sum(1).clip(1e-9)
        return pooled


def _model_file(folder: Path) -> Path:
    for name in _MODELS:
        if (folder / name).is_file():
            return folder / name
    hint = "It needs model.onnx and tokenizer.json; `UNDERSTUDY_EMBEDDINGS` names the folder."
    raise Invalid(f"the embedding model {folder} has no model.onnx", hint=hint)


def _load(folder: Path, file: Path, settings: FolderSettings) -> _Loaded:
    try:
        import onnxruntime
        import tokenizers  # noqa: F401 - looked for before the model is loaded
    except ImportError as error:
        raise ModelError(f"{folder}: {error}", kind="not_found", hint=_MISSING) from None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = settings.threads or 0
    # Threads that wait busily take half of the processor from everything else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    names = frozenset(each.name for each in session.get_inputs())
    return _Loaded(session, _tokenizer(folder, settings), names, _pooling(folder, settings))


def _tokenizer(folder: Path, settings: FolderSettings) -> Any:
    import tokenizers

    tokenizer: Any
    if (folder / "tokenizer.json").is_file():
        tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif (folder / "vocab.txt").is_file():
        tokenizer = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"))
    else:
        raise ModelError(f"{folder} has neither tokenizer.json nor vocab.txt", kind="not_found")
    padding = tokenizer.padding or {}
    kept = {name: padding[name] for name in ("pad_id", "pad_token") if name in padding}
    tokenizer.enable_padding(**kept)  # to the longest of a call; the file may say to a fixed length
    tokenizer.enable_truncation(settings.max_tokens or _max_tokens(folder))
    return tokenizer


def _pooling(folder: Path, settings: FolderSettings) -> Literal["mean", "cls"]:
    config = _json(folder / "1_Pooling" / "config.json")
    return settings.pooling or ("cls" if config.get("pooling_mode_cls_token") is True else "mean")


def _max_tokens(folder: Path) -> int:
    given = _json(folder / "sentence_bert_config.json").get("max_seq_length")
    return given if isinstance(given, int) and given > 2 else _MAX_TOKENS


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
