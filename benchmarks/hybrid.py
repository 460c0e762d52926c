"""Search by words and vectors: how well it ranks, and what it costs beside the floor.

    python benchmarks/hybrid.py --beir DIR --model FOLDER [--vectors FILE]
    python benchmarks/hybrid.py --chunks 100000

The first prints nDCG@10 on a BEIR collection (corpus.jsonl, queries.jsonl, qrels.tsv) for words
alone, vectors alone, both, and both joined by reciprocal ranks, as OpenAI documents it. FOLDER
holds model.onnx and tokenizer.json; FILE keeps the vectors, since making them takes minutes.

The second prints milliseconds of CPU per query, the median of interleaved rounds, given the
query's vector, beside the bare product of a matrix with a vector.
"""

import argparse
import asyncio
import json
import math
import os
import random
import sqlite3
import statistics
import tempfile
import time
from array import array
from collections import defaultdict
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from understudy.embeddings import EmbeddingModel
from understudy.indexes import IndexedFile, Weights
from understudy_rag.index import RagIndex
from understudy_rag.meaning.dense import CANDIDATES
from understudy_rag.meaning.filling import model_name
from understudy_rag.meaning.onnx_model import OnnxEmbeddings
from understudy_rag.meaning.stored_vectors import StoredVectors
from understudy_rag.meaning.vectors import pack
from understudy_rag.stored import StoredIndex

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # CPU of threads that only wait counts, too
STORE = "bench"
DIMENSIONS = 384
ROUNDS = 30
RRF = 60
WORDS = Weights(1.0, 0.0)
VECTORS = Weights(0.0, 1.0)


class Kept:
    """An embedder whose vectors are kept in a file."""

    def __init__(self, embedder, path):
        self._embedder = embedder
        self._db = sqlite3.connect(path)
        self._db.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, vector BLOB)")

    identity = property(lambda self: self._embedder.identity)
    at_once = 64

    async def embed(self, texts, purpose):
        keys = [sha256(f"{self.identity} {purpose} {text}".encode()).digest() for text in texts]
        missing = [at for at, key in enumerate(keys) if self._vector(key) is None]
        missing.sort(key=lambda at: len(texts[at]))  # those of one length need no filling up
        step = self._embedder.at_once
        for first in range(0, len(missing), step):
            part = missing[first : first + step]
            made = await self._embedder.embed([texts[at] for at in part], purpose)
            rows = [(keys[at], array("f", vector)) for at, vector in zip(part, made, strict=True)]
            self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", rows)
            self._db.commit()
        return [self._vector(key) for key in keys]

    def _vector(self, key):
        row = self._db.execute("SELECT vector FROM kept WHERE key = ?", (key,)).fetchone()
        return array("f", row[0]).tolist() if row else None

    async def close(self):
        await self._embedder.close()


async def content(text):
    yield text.encode()


def lines(path):
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def judgements(folder):
    judged = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, *_, document, grade = line.split()
        if grade.isdigit():
            judged[query][document] = int(grade)
    return judged


def ndcg(ranked, judged):
    gain = sum(judged.get(one, 0) / math.log2(at + 2) for at, one in enumerate(ranked[:10]))
    ideal = sorted(judged.values(), reverse=True)[:10]
    return gain / sum(grade / math.log2(at + 2) for at, grade in enumerate(ideal))


def by_reciprocal_ranks(*rankings):
    scores = defaultdict(float)
    for ranked in rankings:
        for at, one in enumerate(ranked):
            scores[one] += 1 / (RRF + at + 1)
    return sorted(scores, key=scores.get, reverse=True)


async def filled(index, path, embedder, documents):
    for one in documents:
        text = f"# {one['title']}\n\n{one['text']}"
        file = IndexedFile(one["_id"], f"{one['_id']}.md", content(text), embedder=embedder)
        await index.add(STORE, file)
    with sqlite3.connect(path) as db:
        while left := db.execute("SELECT count(*) FROM todo").fetchone()[0]:
            print(f"\r{left} vectors to make ", end="", flush=True)
            await asyncio.sleep(1)
    print("\r", end="")


async def ranking(index, query, embedder, weights):
    hits = await index.search(
        [STORE],
        query,
        limit=CANDIDATES,
        only={},
        embedders={STORE: embedder} if weights != WORDS else {},
        weights=weights,
    )
    return list(dict.fromkeys(hit.file_id for hit in hits))


async def quality(args, root):
    path = root / "vector_stores" / STORE / "index.sqlite3"
    embedder = Kept(OnnxEmbeddings(EmbeddingModel.named(args.model)), args.vectors)
    index, judged, scores = RagIndex(root), judgements(args.beir), defaultdict(list)
    await filled(index, path, embedder, lines(args.beir / "corpus.jsonl"))
    for query in lines(args.beir / "queries.jsonl"):
        if not (wanted := judged.get(query["_id"])):
            continue
        text = query["text"]
        words = await ranking(index, text, embedder, WORDS)
        vectors = await ranking(index, text, embedder, VECTORS)
        scores["words alone"].append(ndcg(words, wanted))
        scores["vectors alone"].append(ndcg(vectors, wanted))
        scores["both"].append(ndcg(await ranking(index, text, embedder, Weights()), wanted))
        scores["reciprocal ranks"].append(ndcg(by_reciprocal_ranks(words, vectors), wanted))
    await index.close()
    await embedder.close()
    print(f"nDCG@10 over {len(scores['both'])} queries")
    for name, each in scores.items():
        print(f"  {name:18} {statistics.mean(each):.3f}")


class Given:
    """An embedder that knows one query's vector."""

    identity = "given"
    at_once = 64

    def __init__(self, vector):
        self._vector = vector

    async def embed(self, texts, purpose):
        return [self._vector for _ in texts]


def some_vector(rng):
    return [rng.gauss(0, 1) for _ in range(DIMENSIONS)]


async def furnish(index, path, number, rng):
    """Chunks of words as frequent as in a language, and a vector for each."""
    words = [f"word{n}" for n in range(20_000)]
    weights = list(accumulate(1 / (n + 5) for n in range(len(words))))
    for name in range(number // 1_000):
        text = "\n\n".join(
            " ".join(rng.choices(words, cum_weights=weights, k=60)) for _ in range(1_000)
        )
        file = IndexedFile(f"file{name}", f"{name}.txt", content(text), 100, 0)
        await index.add(STORE, file)
    stored = StoredVectors(path)
    model = model_name(Given([]), DIMENSIONS)
    stored.adopt(model)
    few = [pack(some_vector(rng)) for _ in range(2_000)]  # making them takes longer than storing
    count = 0
    while texts := stored.due(1_000):
        count += len(texts)
        stored.put(model, [(text, rng.choice(few)) for text in texts])
    stored.close()
    return words, weights, count


def gather(path):
    """Make the segments first: else the background would, while searches are timed."""
    stored = StoredIndex(path)
    while stored.gather():
        pass
    stored.close()


async def speed(args, root):
    import numpy as np

    rng = random.Random(7)
    path = root / "vector_stores" / STORE / "index.sqlite3"
    index = RagIndex(root)
    words, weights, count = await furnish(index, path, args.chunks, rng)
    gather(path)
    embedder = Given(some_vector(rng))
    matrix = np.random.default_rng(7).random((count, DIMENSIONS), dtype=np.float32)
    vector = np.array(embedder._vector, dtype=np.float32)
    spent = defaultdict(list)
    for _ in range(ROUNDS):
        for name, chosen in (("words alone", WORDS), ("both", Weights())):
            query = " ".join(rng.choices(words, cum_weights=weights, k=8))
            begin = time.process_time()
            await ranking(index, query, embedder, chosen)
            spent[name].append(time.process_time() - begin)
        begin = time.process_time()
        matrix @ vector
        spent["floor: product"].append(time.process_time() - begin)
    await index.close()
    print(f"{count} chunks of {DIMENSIONS} dimensions, ms of CPU per query (median, slowest)")
    for name, each in spent.items():
        kept = each[2:]  # the first ones read the vectors from the disk
        print(f"  {name:18} {statistics.median(kept) * 1e3:6.2f} {max(kept) * 1e3:6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--beir", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--vectors", type=Path, default=":memory:")
    parser.add_argument("--chunks", type=int)
    args = parser.parse_args()
    if bool(args.beir) is not bool(args.model) or not (args.beir or args.chunks):
        parser.error("give --beir DIR with --model FOLDER, or --chunks NUMBER")
    with tempfile.TemporaryDirectory() as root:
        asyncio.run((quality if args.beir else speed)(args, Path(root)))


if __name__ == "__main__":
    main()
