"""What lexical search costs: ours beside SQLite's own ranking, and beside what people use.

    python benchmarks/retrieval.py [FOLDER …]         # texts of these folders, else words
    python benchmarks/retrieval.py --beir DIR         # nDCG@10 of a collection in BEIR's format
    python benchmarks/retrieval.py --headings DIR …   # the same, headings asking for their sections
    python benchmarks/retrieval.py --peers            # also tantivy and what people use
    python benchmarks/retrieval.py --chunks 1000000   # one size only

Times are of the processor, not of the clock; ratios matter, since both are of the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from peers.installed import NotInstalled, installed

from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Chunk, Document
from understudy_rag.stored import Source, StoredIndex
from understudy_rag.words.lexicon import default_scorer
from understudy_rag.words.postings import PlainScorer, Scorer
from understudy_rag.words.scoring import best
from understudy_rag.words.words import words

SIZES = (3_000, 10_000, 100_000)
LETTERS = 770
PER_FILE = 200
QUERIES = 200
PATIENCE = 600
TOKENIZE = "unicode61 remove_diacritics 2"
PEERS = {
    "tantivy": ("tantivy",),
    "LangChain": ("langchain-community", "rank-bm25"),
    "LlamaIndex": ("llama-index-retrievers-bm25",),
    "Haystack": ("haystack-ai",),
}
Search = Callable[[str], object]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--beir", type=Path)
    parser.add_argument("--headings", type=Path, nargs="+")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--chunks", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.beir:
            quality(beir(options.beir), Path(folder))
            return
        if options.headings:
            quality(sections(options.headings), Path(folder))
            return
        texts = list(sample(options.folders))
        ingest(texts, Path(folder))
        for size in [options.chunks] if options.chunks else SIZES:
            queries_at(size, texts, Path(folder))
        if options.peers:
            peers(texts[:10_000], Path(folder))


# -- text


def sample(folders: Sequence[Path]) -> Iterator[str]:
    """Chunks of the folders' text files, else of words that are as unevenly common as real ones."""
    if not folders:
        rng = random.Random(1)
        letters = "abcdeilmnorstu"
        vocabulary = ["".join(rng.choices(letters, k=rng.randint(3, 10))) for _ in range(50_000)]
        odds = [1 / (2 + at) for at in range(len(vocabulary))]
        for _ in range(20_000):
            yield " ".join(rng.choices(vocabulary, odds, k=110))
    for path in sorted(path for folder in folders for path in folder.rglob("*.txt")):
        text = path.read_text(encoding="utf-8", errors="ignore")
        yield from (text[at : at + LETTERS] for at in range(0, len(text), LETTERS))


def recombined(texts: Sequence[str], count: int) -> Iterator[str]:
    """As many chunks as asked for; beyond what there is, of halves of two."""
    rng = random.Random(2)
    yield from texts[:count]
    for _ in range(count - len(texts)):
        one, other = rng.choice(texts), rng.choice(texts)
        yield one[: LETTERS // 2] + other[LETTERS // 2 :]


def files(texts: Sequence[str], count: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in recombined(texts, count):
        batch.append(text)
        if len(batch) == PER_FILE:
            yield batch
            batch = []
    if batch:
        yield batch


# -- ingest


def ingest(texts: Sequence[str], folder: Path) -> None:
    documents = ["\n".join(texts[at : at + 800]) for at in range(0, min(len(texts), 16_000), 800)]
    megabytes = sum(map(len, documents)) / 1e6
    ours, floor = StoredIndex(folder / "ingest.db"), raw(folder / "raw-ingest.db")
    spent, spent_raw = 0.0, 0.0
    for number, text in enumerate(documents):
        began = time.process_time()
        chunks = split(Document(text), size=3_200, overlap=400)
        ours.add(Source(f"f{number}", "", b"", 3_200, 400), chunks)
        between = time.process_time()
        put_raw(floor, [chunk.text for chunk in chunks])
        spent, spent_raw = spent + between - began, spent_raw + time.process_time() - between
    print(f"ingest, 3,200 letters a chunk: {megabytes / spent:.1f} MB/s")
    print(f"  FTS5 alone, given the chunks: {megabytes / spent_raw:.1f} MB/s")
    ours.close()
    floor.close()


def raw(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("CREATE TABLE chunk (id INTEGER PRIMARY KEY, text TEXT)")
    options = f"content='chunk', content_rowid='id', tokenize='porter {TOKENIZE}'"
    db.execute(f"CREATE VIRTUAL TABLE words USING fts5(text, {options})")
    return db


def put_raw(db: sqlite3.Connection, texts: Sequence[str]) -> None:
    first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM chunk").fetchone()[0]
    with db:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO chunk VALUES (?, ?)", enumerate(texts, first))
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts, first))


# -- queries


def queries_at(size: int, texts: Sequence[str], folder: Path) -> None:
    path, floor = folder / f"{size}.db", raw(folder / f"raw{size}.db")
    store = StoredIndex(path)
    began = time.process_time()
    for number, batch in enumerate(files(texts, size)):
        store.add(Source(f"f{number}", "", b"", 800, 0), [Chunk(text, 1, 1) for text in batch])
    spent = time.process_time() - began
    if size <= SIZES[-1]:
        for batch in files(texts, size):
            put_raw(floor, batch)
    print(f"{size:,} chunks: {size / spent:,.0f} a second, {path.stat().st_size / 2**20:.0f} MiB")
    asked = questions(texts[:size])
    report("  numpy, straight after, asked first", ours(path, default_scorer()), asked)
    gathered(store, size)
    contenders: dict[str, Search] = {"numpy": ours(path, default_scorer())}
    if size <= SIZES[-1]:
        contenders |= {"no numpy": ours(path, PlainScorer()), "FTS5's bm25()": theirs(floor)}
    for name, search in contenders.items():
        for state in ("first", "again"):
            report(f"  {name}, asked {state}", search, asked)
    one_more(store, asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of this process: {peak:.0f} MiB")


def gathered(store: StoredIndex, size: int) -> None:
    """Make the segments, as the background does after the first search."""
    began = time.process_time()
    while store.gather():
        pass
    print(f"  segments: {size / (time.process_time() - began):,.0f} chunks a second")


def one_more(store: StoredIndex, asked: Sequence[str]) -> None:
    """What it costs until a file of 20 chunks can be searched: adding it, and the next question."""
    search, adding, asking = ours(store.path, default_scorer()), [], []
    search(asked[0])
    chunks = [Chunk(f"{text} extra", 1, 1) for text in asked[:20]]
    for number, question in enumerate(asked[:20]):
        began = time.process_time()
        store.add(Source(f"extra{number}", "", b"", 800, 0), chunks)
        between = time.process_time()
        search(f"{question} extra")
        adding.append(1000 * (between - began))
        asking.append(1000 * (time.process_time() - between))
    added, found = statistics.median(adding), statistics.median(asking)
    print(f"  a file of 20 chunks: {added:.1f} ms to add, {found:.1f} ms for the next question")


def questions(texts: Sequence[str]) -> list[str]:
    rng = random.Random(3)
    found = []
    for _ in range(QUERIES):
        spelt = rng.choice(texts).split()
        at = rng.randrange(max(1, len(spelt) - 8))
        found.append(" ".join(spelt[at : at + 8]))
    return found


def ours(path: Path, scorer: Scorer) -> Search:
    store = StoredIndex(path, scorer)
    return lambda query: best({"vs": store}, words(query), {}, 10)


def theirs(db: sqlite3.Connection, column: str = "text") -> Callable[[str], list[Any]]:
    query = f"SELECT {column} FROM words WHERE words MATCH ? ORDER BY rank LIMIT 10"

    def search(asked: str) -> list[Any]:
        match = " OR ".join(f'"{word}"' for word in words(asked))
        return [value for (value,) in db.execute(query, (match,))]

    return search


def report(name: str, search: Search, asked: Sequence[str]) -> None:
    spent = []
    for query in asked:
        began = time.process_time()
        search(query)
        spent.append(1000 * (time.process_time() - began))
    spent.sort()
    p50, p99 = statistics.median(spent), spent[int(len(spent) * 0.99)]
    print(f"{name:38} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms", flush=True)


# -- quality


@dataclass(frozen=True)
class Collection:
    """Documents (id, title, text), questions, and how good an answer each document is to each."""

    documents: list[tuple[str, str, str]]
    questions: dict[str, str]
    relevant: dict[str, dict[str, int]]


def beir(folder: Path) -> Collection:
    corpus = read_lines(folder / "corpus.jsonl")
    questions = {each["_id"]: each["text"] for each in read_lines(folder / "queries.jsonl")}
    documents = [(each["_id"], each.get("title", ""), each["text"]) for each in corpus]
    return Collection(documents, questions, judged(folder))


def read_lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sections(folders: Sequence[Path]) -> Collection:
    """Each section of Markdown files without its heading, to be found by that."""
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8", errors="ignore")
        for part in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
            heading, _, rest = part.partition("\n")
            if len(rest) > 200 and len(words(heading)) > 2:
                found.append((str(len(found)), heading, rest[:3_200]))
    asked = random.Random(4).sample(found, min(300, len(found)))
    questions = {number: heading for number, heading, _ in asked}
    documents = [(number, "", rest) for number, _, rest in found]
    return Collection(documents, questions, {number: {number: 1} for number in questions})


def quality(collection: Collection, folder: Path) -> None:
    store, floor = StoredIndex(folder / "quality.db"), raw(folder / "raw-quality.db")
    for id_, title, text in collection.documents:
        store.add(Source(id_, title, b"", 0, 0), [Chunk(text, 1, 1)])
    put_raw(floor, [f"{title} {text}" for _, title, text in collection.documents])
    ids = [id_ for id_, _, _ in collection.documents]
    ranked = {
        "ours": lambda q: [e.match.file_id for e in best({"vs": store}, words(q), {}, 10)],
        "FTS5's bm25()": lambda q: [ids[row - 1] for row in theirs(floor, "rowid")(q)],
    }
    for name, search in ranked.items():
        rank(name, search, collection)
    while store.gather():
        pass
    store = StoredIndex(folder / "quality.db")
    rank("ours, segments", ranked["ours"], collection)


def rank(name: str, search: Callable[[str], list[str]], collection: Collection) -> None:
    gains = [
        ndcg([judgements.get(id_, 0) for id_ in search(collection.questions[q])], judgements)
        for q, judgements in collection.relevant.items()
    ]
    print(f"{name:14} nDCG@10 {statistics.mean(gains):.4f} over {len(gains)} queries")


def judged(beir: Path) -> dict[str, dict[str, int]]:
    paths = [path for path in (beir / "qrels.tsv", beir / "qrels" / "test.tsv") if path.exists()]
    relevant: dict[str, dict[str, int]] = {}
    for line in paths[0].read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        relevant.setdefault(query, {})[document] = int(score)
    return relevant


def ndcg(gains: Sequence[int], judgements: dict[str, int]) -> float:
    ideal = sorted(judgements.values(), reverse=True)[:10]
    worth = [sum(gain / log2(at + 2) for at, gain in enumerate(each)) for each in (gains, ideal)]
    return worth[0] / (worth[1] or 1)


# -- peers, each in its own process of an environment of its own

PEER = """
import json, statistics, sys, time
texts, asked = json.load(open(sys.argv[2]))
began = time.process_time()
if sys.argv[1] == "LangChain":
    from langchain_community.retrievers import BM25Retriever
    began = time.process_time()
    search = BM25Retriever.from_texts(texts, k=10).invoke
elif sys.argv[1] == "tantivy":
    import tantivy
    began = time.process_time()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=True, tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    index.reload()
    def search(query):
        searcher = index.searcher()
        asked = index.parse_query("".join(c if c.isalnum() else " " for c in query), ["text"])
        return [searcher.doc(at) for _, at in searcher.search(asked, 10).hits]
elif sys.argv[1] == "LlamaIndex":
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever
    began = time.process_time()
    nodes = [TextNode(text=text) for text in texts]
    search = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=10).retrieve
else:
    from haystack import Document
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    began = time.process_time()
    store = InMemoryDocumentStore()
    store.write_documents([Document(content=text) for text in texts])
    retriever = InMemoryBM25Retriever(store, top_k=10)
    search = lambda query: retriever.run(query=query)
ingest = time.process_time() - began
spent = []
for query in asked:
    began = time.process_time()
    search(query)
    spent.append(1000 * (time.process_time() - began))
rate = sum(map(len, texts)) / 1e6 / ingest
p50 = statistics.median(spent)
print(f"  {sys.argv[1]:32} p50 {p50:8.2f} ms   ingest {rate:.1f} MB/s, in memory")
"""


def peers(texts: Sequence[str], folder: Path) -> None:
    given = folder / "given.json"
    given.write_text(json.dumps([texts, questions(texts)[:30]]), encoding="utf-8")
    print(f"peers, {len(texts):,} chunks", flush=True)
    for name, requirements in PEERS.items():
        try:
            python = installed(name, requirements) / "python"
            subprocess.run([python, "-c", PEER, name, given], check=True, timeout=PATIENCE)
        except (NotInstalled, subprocess.SubprocessError) as error:
            print(f"  {name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
