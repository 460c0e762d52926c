"""What reading and cutting files costs, beside the libraries that do the bare work, in one run.

    python benchmarks/parsing.py [ROUNDS] [FILE.pdf …]

CPU time of this process and all that it started (on Linux, from /proc); medians of interleaved
rounds. `pypdfium2` is the floor of PDF: the same pages read in this process, without isolation.
`a Python for each file` is what isolation costs without the warm process. Chunking is beside a copy
of the text's pieces, the least that any chunker does. Without files, a PDF of plain pages is made.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from understudy.testing.documents import docx, epub, pdf, pptx, xlsx
from understudy_rag.parsing.chunking import split
from understudy_rag.parsing.documents import Document
from understudy_rag.parsing.extraction import extract
from understudy_rag.parsing.headings import written_headings
from understudy_rag.parsing.reading import read_text
from understudy_rag.parsing.workshop import WORKSHOP

ROUNDS = 5
SIZES = {"size": 3_200, "overlap": 400}
SENTENCES = (
    "The heron stands in the water and waits. It does not move for an hour! Then it strikes. "
)
SMALL = {
    "small.pdf": pdf("The rent is 900 euros."),
    "small.docx": docx("# Pets", "Dogs are allowed."),
    "small.pptx": pptx("one", "two"),
    "small.xlsx": xlsx(One=[["a", 1]]),
    "small.epub": epub(one="<h1>One</h1>"),
    "small.html": b"<h1>One</h1><p>text",
}
COLD = """import sys
from understudy_rag.parsing.formats.pdf import read
read(sys.stdin.buffer.read(), "")"""


def main(rounds: int, files: list[Path]) -> None:
    pdfs = {path.name: path.read_bytes() for path in files} or {"made.pdf": pdf(*_pages(400))}
    for name, data in pdfs.items():
        report_pdf(name, data, rounds)
    report_small(rounds)
    report_text(rounds)


def report_pdf(name: str, data: bytes, rounds: int) -> None:
    pages = len(bare_pdf(data))
    print(f"\n{name}: {pages} pages, {len(data) / 1e6:.1f} MB")
    cases = {
        "pypdfium2, in this process (the floor)": lambda: bare_pdf(data),
        "extract, in a child": lambda: extracted(name, data),
        "a Python for each file": lambda: cold(data),
    }
    seconds = measure(cases, rounds)
    floor = seconds["pypdfium2, in this process (the floor)"]
    for case, spent in seconds.items():
        print(f"{case:<42}{pages / spent:9.0f} pages/s   x {spent / floor:.2f}")


def report_small(rounds: int) -> None:
    print("\nsmall files, each in a child of its own")
    cases: dict[str, Callable[[], object]] = {
        name: lambda name=name, data=data: extracted(name, data, times=50)
        for name, data in SMALL.items()
    }
    for case, spent in measure(cases, rounds).items():
        print(f"{case:<42}{spent / 50 * 1e3:9.2f} ms")


def report_text(rounds: int) -> None:
    print("\ntext of 8 MB")
    wrapped = "\n\n".join("\n".join(SENTENCES for _ in range(8)) for _ in range(11_000))
    rows = "".join(f"{n},boiler,serviced in October,900\n" for n in range(220_000))
    marked = wrapped.replace("\n\n", "\n\n## The heron\n\n")
    cases: dict[str, Callable[[], object]] = {
        "copy of the pieces (the floor)": lambda: [
            wrapped[at : at + 3_200] for at in range(0, len(wrapped), 2_800)
        ],
        "chunks of prose": lambda: split(Document(wrapped), **SIZES),
        "chunks of rows": lambda: split(Document(rows, is_prose=False), **SIZES),
        "chunks of one line": lambda: split(Document("x" * 8_000_000), **SIZES),
        "headings of Markdown": lambda: written_headings(marked),
        "decode and chunk a .txt": lambda: split(read_text("a.txt", wrapped.encode()), **SIZES),
        "decode and chunk a .md": lambda: split(read_text("a.md", marked.encode()), **SIZES),
    }
    for case, spent in measure(cases, rounds).items():
        print(f"{case:<42}{8 / spent:9.0f} MB/s")


def measure(cases: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The CPU seconds of each case."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for case in cases.values():
        case()
    for _ in range(rounds):
        for name, case in cases.items():
            before = cpu()
            case()
            seconds[name].append(max(1e-6, cpu() - before))
    return {name: statistics.median(spent) for name, spent in seconds.items()}


def cpu() -> float:
    """Of this process, of children that have ended, and of the warm process with its own."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + warm()


def warm() -> float:
    stat = Path(f"/proc/{WORKSHOP.pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def extracted(name: str, data: bytes, times: int = 1) -> None:
    async def run() -> None:
        for _ in range(times):
            await extract(name, data, WORKSHOP)

    asyncio.run(run())


def bare_pdf(data: bytes) -> list[str]:
    import pypdfium2

    texts = []
    document = pypdfium2.PdfDocument(data)
    for page in document:
        texts.append(page.get_textpage().get_text_range())
        page.close()
    return texts


def cold(data: bytes) -> None:
    subprocess.run([sys.executable, "-c", COLD], input=data, check=True)


def _pages(count: int) -> list[str]:
    return [f"Page {n}. {SENTENCES * 4}" for n in range(count)]


if __name__ == "__main__":
    given = sys.argv[1:]
    first = int(given.pop(0)) if given and given[0].isdigit() else ROUNDS
    main(first, [Path(each) for each in given])
