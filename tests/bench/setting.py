"""What is measured and where: the machine, and libraries of the benchmark's own below `CREDWAY_HOME/bench`."""

from __future__ import annotations

import hashlib
import os
import platform
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from bot.app import Library, open_library, shipped_vectors
from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.retrieval.index import IndexedDocument, vector_key
from bot.settings import Settings, content_folder
from tests.bench.distractors import PREFIX, distractors
from tests.tools.ship_vectors import example_keys

Steps = Callable[[str, int, int], None]

NOT_SHIPPED = "vectors not shipped: run make vectors"
# So few that come without vectors are embedded on the way; more would take minutes.
_FEW = 64
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`shipped`: whether every vector comes with the package; `missing`: passages that have none even so."""

    home: Path
    library: Library
    shipped: bool
    missing: int


def machine() -> dict[str, Any]:
    """What the figures depend on. Load is of the last minute, before the benchmark has begun."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": _processor(),
        "cores": cores,
        "load": round(load, 2),
        "busy": load > cores / 4,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def cores_in_use() -> tuple[float, float] | None:
    """Processor seconds so far, of all processes and of this one with its ended children; None where not told."""
    try:
        ticks = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _, _, interrupts, soft, *_ = (int(tick) / os.sysconf("SC_CLK_TCK") for tick in ticks)
    return user + nice + system + interrupts + soft, sum(os.times()[:4])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def bench_folder() -> Path:
    return Settings().credway_home / "bench"


def own_settings(home: Path) -> Settings:
    """The product as it comes: whatever `.env` and the environment set does not count here."""
    return Settings(
        _env_file=None,
        credway_home=home,
        knowledge_dirs=(),
        prompts_dir=content_folder("prompts"),
        chroma_url="",
        embeddings="",
    )


def prepare(steps: Steps) -> Bench:
    """The packaged knowledge, indexed. Vectors that are not shipped come from the user's own index if it has them."""
    home = bench_folder() / "packaged"
    library = open_library(own_settings(home))
    held = kept_vectors(Settings().index_file)
    missing = stock(library, {**held, **shipped_vectors()}, steps)
    if 0 < missing <= _FEW:
        missing -= library.embed(steps)
    return Bench(home=home, library=library, shipped=_all_shipped(library), missing=missing)


def stock(library: Library, vectors: Mapping[str, Vectors], steps: Steps) -> int:
    """Bring a library up to date without embedding; returns how many passages have no vector."""
    replace(library, embedder=None).ingest(progress=steps)
    absent = [key for key, _ in library.index.missing_vectors()]
    library.index.put_vectors((key, vectors[key]) for key in absent if key in vectors)
    return sum(key not in vectors for key in absent)


def _all_shipped(library: Library) -> bool:
    """Whether a first start has nothing to embed, neither passages nor example questions."""
    shipped, model = shipped_vectors(), library.index.model
    needed = {vector_key(model, passage.indexed_text) for passage in passages_of(library)}
    return (needed | example_keys(library, model).keys()) <= shipped.keys()


def passages_of(library: Library) -> list[Passage]:
    return [passage for document in library.index.documents() for passage in library.index.passages_of(document)]


def kept_vectors(file: Path) -> dict[str, Vectors]:
    """The vectors of an index that is not ours: opened for reading only, and none where it cannot be read."""
    if not file.is_file():
        return {}
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT key, vector FROM vectors").fetchall()
    except sqlite3.Error:
        return {}
    return {key: np.frombuffer(vector, dtype=np.float16).astype(np.float32) for key, vector in rows}


def enlarged(bench: Bench, size: int, until: float, steps: Steps) -> Library:
    """The packaged knowledge among made-up courses, `size` documents in all; kept, so that a later run is fast.

    Embedding them stops at `until` (of `time.monotonic`), after whole batches: the next run goes on from there.
    """
    library = open_library(own_settings(bench_folder() / str(size)))
    stock(library, bench.library.index.keyed_vectors(), steps)
    wanted = {passage.document: passage for passage in distractors(size - len(bench.library.index.documents()))}
    held = {d.id: d.digest for d in library.index.documents().values() if d.id.startswith(f"{PREFIX}/")}
    for document in held.keys() - wanted.keys():
        library.index.remove(document)
    new = [passage for document, passage in wanted.items() if held.get(document) != _digest(passage)]
    _put(library, _embedded(library, new, until, steps))
    return library


def _embedded(library: Library, passages: list[Passage], until: float, steps: Steps) -> Iterator[list[Passage]]:
    """The passages in batches, each once its vectors are kept; runs of other sizes may have them already."""
    known: dict[str, Vectors] = {}
    for file in bench_folder().glob("*/index.db") if passages else ():
        known |= kept_vectors(file)
    keys = {passage.id: vector_key(library.index.model, passage.indexed_text) for passage in passages}
    ready = [passage for passage in passages if keys[passage.id] in known]
    library.index.put_vectors((keys[passage.id], known[keys[passage.id]]) for passage in ready)
    yield ready
    left = [passage for passage in passages if keys[passage.id] not in known]
    embedder = library.embedder
    if embedder is None:
        return
    for start in range(0, len(left), _BATCH):
        if time.monotonic() > until:
            return
        batch = left[start : start + _BATCH]
        vectors = embedder.embed_passages([passage.indexed_text for passage in batch])
        library.index.put_vectors(zip((keys[passage.id] for passage in batch), vectors, strict=True))
        yield batch
        steps("embedding courses", start + len(batch), len(left))


def _put(library: Library, batches: Iterable[list[Passage]]) -> None:
    """Documents of one passage each; their vectors are there before them, so none is ever found without."""
    for passage in chain.from_iterable(batches):
        document = IndexedDocument(
            id=passage.document, origin="bench", digest=_digest(passage), kind="general", title=passage.title
        )
        library.index.put(document, [passage])


def _digest(passage: Passage) -> str:
    return hashlib.sha256(passage.indexed_text.encode()).hexdigest()[:32]
