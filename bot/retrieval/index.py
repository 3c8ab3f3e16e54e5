"""The index on disk: documents, passages, their terms and vectors, in one SQLite file.

It can always be rebuilt from the documents. Everything about one document is written in one transaction, so a
process that dies leaves whole documents behind and the next ingest goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.retrieval.tokens import terms

# Raised when the tables, the terms or the way documents are cut change: the file is then rebuilt.
SCHEMA = 3
_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, origin TEXT NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL REFERENCES documents (id),
    model TEXT NOT NULL, vector_key TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_of_document ON passages (document);
CREATE INDEX IF NOT EXISTS passages_by_vector ON passages (model, vector_key);
CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS terms USING fts5 (
    title, heading, text, aliases, tokenize = "ascii tokenchars '-+.,'"
);
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab (terms, row);
"""


# One parameter however many values there are: SQLite allows 32,766 of them, and a filter may name more passages.
_LISTED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What the index knows of a document: where it came from and what it held when it was read.

    `data` is the document as JSON without its text, so that a start need not parse every file again.
    """

    id: str
    origin: str
    digest: str
    kind: str
    title: str
    data: str = "{}"


NO_MODEL = "none"


def vector_key(model: str, text: str) -> str:
    """Under which a vector is kept: the same text embedded by the same model is never embedded twice."""
    return hashlib.sha256(f"{model}\0{text}".encode()).hexdigest()[:32]


class Index:
    """One open index file. Calls may come from several threads; they are carried out one at a time.

    `model` is the embedding model whose vectors are kept and given out, `NO_MODEL` where there is none.
    """

    def __init__(self, path: Path | str, model: str) -> None:
        self.model = model
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        if self._db.execute("PRAGMA user_version").fetchone()[0] not in {0, SCHEMA}:
            self._drop()
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version={SCHEMA}")
        if model != NO_MODEL:
            self._adopt()

    def _drop(self) -> None:
        """All but the vectors: they are kept by the text they belong to, whatever the tables look like."""
        for table in ("vocabulary", "terms", "passages", "documents"):
            self._db.execute(f"DROP TABLE IF EXISTS {table}")

    def _adopt(self) -> None:
        """Passages that were indexed for another model get the keys of this one, or its vectors would pass for ours."""
        if self._db.execute("SELECT 1 FROM passages WHERE model != ? LIMIT 1", (self.model,)).fetchone() is None:
            return
        others = "SELECT number, data FROM passages WHERE model != ?"
        with self._transaction() as db:
            db.executemany(
                "UPDATE passages SET model = ?, vector_key = ? WHERE number = ?",
                [
                    (self.model, vector_key(self.model, passage_from(data).indexed_text), number)
                    for number, data in db.execute(others, (self.model,)).fetchall()
                ],
            )

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    # Documents

    def documents(self) -> dict[str, IndexedDocument]:
        with self._lock:
            rows = self._db.execute(
                "SELECT id, origin, digest, kind, title, data FROM documents ORDER BY id"
            ).fetchall()
        return {row[0]: IndexedDocument(*row) for row in rows}

    def version(self) -> str:
        """A digest of what is indexed: the same documents give the same, whenever they were read."""
        with self._lock:
            rows = self._db.execute("SELECT id, digest FROM documents ORDER BY id").fetchall()
        return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]

    def put(self, document: IndexedDocument, passages: Sequence[Passage]) -> None:
        """Store a document with all its passages in the place of what was there; whole or not at all."""
        with self._transaction() as db:
            self._delete(db, document.id)
            db.execute(
                "INSERT INTO documents (id, origin, digest, kind, title, data) VALUES (?, ?, ?, ?, ?, ?)",
                (document.id, document.origin, document.digest, document.kind, document.title, document.data),
            )
            for passage in passages:
                self._insert(db, passage)

    def _insert(self, db: sqlite3.Connection, passage: Passage) -> None:
        key = vector_key(self.model, passage.indexed_text)
        number = db.execute(
            "INSERT INTO passages (id, document, model, vector_key, data) VALUES (?, ?, ?, ?, ?)",
            (passage.id, passage.document, self.model, key, json.dumps(asdict(passage), ensure_ascii=False)),
        ).lastrowid
        db.execute(
            "INSERT INTO terms (rowid, title, heading, text, aliases) VALUES (?, ?, ?, ?, ?)",
            (number, *(" ".join(terms(part)) for part in _columns(passage))),
        )

    def remove(self, document: str) -> None:
        with self._transaction() as db:
            self._delete(db, document)

    @staticmethod
    def _delete(db: sqlite3.Connection, document: str) -> None:
        db.execute("DELETE FROM terms WHERE rowid IN (SELECT number FROM passages WHERE document = ?)", (document,))
        db.execute("DELETE FROM passages WHERE document = ?", (document,))
        db.execute("DELETE FROM documents WHERE id = ?", (document,))

    # Passages

    def passage_count(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM passages").fetchone()[0])

    def passages(self, numbers: Iterable[int]) -> dict[int, Passage]:
        with self._lock:
            rows = self._db.execute(
                f"SELECT number, data FROM passages WHERE number IN {_LISTED}",  # noqa: S608
                (_list(numbers),),
            ).fetchall()
        return {number: passage_from(data) for number, data in rows}

    def passages_of(self, document: str) -> list[Passage]:
        with self._lock:
            rows = self._db.execute(
                "SELECT data FROM passages WHERE document = ? ORDER BY number", (document,)
            ).fetchall()
        return [passage_from(data) for (data,) in rows]

    def numbers_of(self, documents: Iterable[str]) -> frozenset[int]:
        with self._lock:
            rows = self._db.execute(
                f"SELECT number FROM passages WHERE document IN {_LISTED}",  # noqa: S608
                (_list(documents),),
            ).fetchall()
        return frozenset(number for (number,) in rows)

    def document_of_passages(self) -> dict[int, str]:
        """To which document each passage belongs."""
        with self._lock:
            return dict(self._db.execute("SELECT number, document FROM passages").fetchall())

    # Vectors

    def missing_vectors(self) -> list[tuple[str, str]]:
        """Key and text of every passage that has no vector yet."""
        with self._lock:
            rows = self._db.execute(
                "SELECT DISTINCT vector_key, data FROM passages"
                " WHERE model = ? AND vector_key NOT IN (SELECT key FROM vectors) ORDER BY number",
                (self.model,),
            ).fetchall()
        texts = {key: passage_from(data).indexed_text for key, data in rows}
        return list(texts.items())

    def put_vectors(self, vectors: Iterable[tuple[str, Vectors]]) -> None:
        with self._transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)",
                [(key, vector.astype(np.float16).tobytes()) for key, vector in vectors],
            )

    def prune_vectors(self) -> None:
        """Forget vectors that no passage uses any more: a deleted text leaves nothing behind."""
        unused = "key NOT IN (SELECT vector_key FROM passages)"
        with self._lock:
            # Reading first: most often there is nothing to forget, and others may be writing.
            if self._db.execute(f"SELECT 1 FROM vectors WHERE {unused} LIMIT 1").fetchone() is None:  # noqa: S608
                return
        with self._transaction() as db:
            db.execute(f"DELETE FROM vectors WHERE {unused}")  # noqa: S608

    def vectors(self) -> tuple[list[int], Vectors]:
        """The numbers of all passages that have a vector of this model, and the vectors, shape (n, dimension)."""
        with self._lock:
            rows = self._db.execute(
                "SELECT number, vector FROM passages JOIN vectors ON key = vector_key WHERE model = ? ORDER BY number",
                (self.model,),
            ).fetchall()
        if not rows:
            return [], np.zeros((0, 1), dtype=np.float32)
        stacked = np.frombuffer(b"".join(vector for _, vector in rows), dtype=np.float16).reshape(len(rows), -1)
        return [number for number, _ in rows], stacked.astype(np.float32)

    def keyed_vectors(self) -> dict[str, Vectors]:
        """Every vector by its key."""
        with self._lock:
            rows = self._db.execute("SELECT key, vector FROM vectors").fetchall()
        return {key: np.frombuffer(vector, dtype=np.float16).astype(np.float32) for key, vector in rows}

    # Terms

    def match(self, query_terms: Sequence[str], limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        """Passage numbers with their BM25 score (higher is better), best first; title and heading count double."""
        if not query_terms:
            return []
        expression = " OR ".join(f'"{term}"' for term in query_terms)
        # The filter stands inside the query, so that it restricts before the limit cuts off. The plus keeps SQLite
        # from searching once for each row number: 8 ms instead of 1,700 for a filter of 10,000 passages.
        condition = f"AND +rowid IN {_LISTED}" if within is not None else ""
        with self._lock:
            rows = self._db.execute(
                "SELECT rowid, -bm25(terms, 2.0, 2.0, 1.0, 1.0) AS score FROM terms"  # noqa: S608
                f" WHERE terms MATCH ? {condition} ORDER BY score DESC, rowid LIMIT ?",
                (expression, *(() if within is None else (_list(within),)), limit),
            ).fetchall()
        return [(number, score) for number, score in rows]

    def document_frequencies(self) -> dict[str, int]:
        """In how many passages each term occurs."""
        with self._lock:
            return dict(self._db.execute("SELECT term, doc FROM vocabulary").fetchall())


def _columns(passage: Passage) -> tuple[str, str, str, str]:
    return passage.title, passage.heading, passage.text, " ".join(passage.aliases)


def _list(values: Iterable[object]) -> str:
    return json.dumps(list(values))


def passage_from(data: str) -> Passage:
    fields = json.loads(data)
    return Passage(**{**fields, "links": tuple(fields["links"]), "aliases": tuple(fields["aliases"])})
