"""Evaluation of retrieval on a BEIR folder: lexical, dense and hybrid with the production index and retriever."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.ports import Embedder
from bot.documents.model import Document, Passage, Section
from bot.documents.passages import MAX_WORDS, cut
from bot.errors import InputError
from bot.evaluation.answers import numbered_lines
from bot.retrieval.dense import ExactVectors
from bot.retrieval.index import NO_MODEL, Index, IndexedDocument
from bot.retrieval.ingest import BATCH, Progress, no_progress
from bot.retrieval.retriever import HybridRetriever

DEPTH = 100
_CUT = 10

Qrels = Mapping[str, Mapping[str, int]]
Run = dict[str, list[tuple[str, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Means over the queries that have judgements; each 0 to 1."""

    name: str
    ndcg: float
    recall: float
    mrr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beir:
    """A test set: documents and queries by id, and which document is how relevant to which query."""

    corpus: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    qrels: Qrels


def read_beir(folder: Path) -> Beir:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv`. Raises `InputError` naming what is wrong."""
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        if not (folder / name).is_file():
            raise InputError(
                f"{folder / name} is missing; a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv"
            )
    corpus = {identity: (title, text) for identity, title, text in _rows(folder / "corpus.jsonl")}
    queries = {identity: text for identity, _, text in _rows(folder / "queries.jsonl")}
    return Beir(corpus=corpus, queries=queries, qrels=_qrels(folder / "qrels" / "test.tsv"))


def _rows(path: Path) -> Iterable[tuple[str, str, str]]:
    """Id, title and text of each row. An id may be a number, and a title `null`."""
    for place, line in numbered_lines(path):
        try:
            row = json.loads(line)
            identity, title, text = str(row["_id"]), row.get("title") or "", row["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{place} is not a BEIR row with _id and text: {error!r}") from error
        if not isinstance(title, str) or not isinstance(text, str):
            raise InputError(f"{place} is not a BEIR row: title and text have to be text")
        yield identity, title, text


def _qrels(path: Path) -> Qrels:
    judged: dict[str, dict[str, int]] = {}
    for place, line in numbered_lines(path):
        row = [part.strip() for part in line.split("\t")]
        if not judged and row[0] == "query-id":
            continue
        try:
            query, document, grade = row[0], row[1], int(row[2])
        except (IndexError, ValueError) as error:
            raise InputError(f"{place} is not a judgement (query-id, corpus-id, score, between tabs)") from error
        judged.setdefault(query, {})[document] = grade
    if not judged:
        raise InputError(f"{path} holds no judgements (query-id, corpus-id, score, between tabs)")
    return judged


def index_corpus(beir: Beir, file: Path, embedder: Embedder | None, progress: Progress = no_progress) -> Index:
    """The corpus in a production index at `file`; what an earlier run has indexed is not done again."""
    index = Index(file, embedder.model if embedder else NO_MODEL)
    held = index.documents()
    for done, (identity, (title, text)) in enumerate(beir.corpus.items(), 1):
        digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()[:32]
        if identity not in held or held[identity].digest != digest:
            document = IndexedDocument(id=identity, origin="beir", digest=digest, kind="general", title=title)
            index.put(document, _passages(identity, title, text))
        progress("indexing", done, len(beir.corpus))
    for gone in held.keys() - beir.corpus.keys():
        index.remove(gone)
    if embedder is not None:
        _embed(index, embedder, progress)
    return index


def _passages(identity: str, title: str, text: str) -> list[Passage]:
    document = Document(id=identity, kind="general", title=title, sections=(Section(heading="", text=text),))
    return [
        Passage(
            id=f"{identity}#{place}", document=identity, kind="general", title=document.title, heading="", text=piece
        )
        for place, piece in enumerate(cut(text, MAX_WORDS) or [title])
    ]


def _embed(index: Index, embedder: Embedder, progress: Progress) -> None:
    missing = index.missing_vectors()
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors = embedder.embed_passages([text for _, text in batch])
        index.put_vectors((key, vector) for (key, _), vector in zip(batch, vectors, strict=True))
        progress("embedding", start + len(batch), len(missing))


def search(beir: Beir, index: Index, embedder: Embedder | None, progress: Progress = no_progress) -> dict[str, Run]:
    """The runs of each leg and of both together: for each query up to 100 documents by their best passage."""
    retriever = HybridRetriever(index, ExactVectors(), embedder)
    owner = index.document_of_passages()
    runs: dict[str, Run] = {"lexical": {}, "dense": {}, "hybrid": {}}
    for done, (identity, text) in enumerate(beir.queries.items(), 1):
        ranking = retriever.rank(text, retriever.query_terms(text), None)
        runs["lexical"][identity] = _by_document(ranking.lexical, owner)
        runs["dense"][identity] = _by_document(ranking.dense, owner)
        runs["hybrid"][identity] = _by_document(ranking.fused, owner)
        progress("searching", done, len(beir.queries))
    return runs


def _by_document(ranked: Sequence[tuple[int, float]], owner: Mapping[int, str]) -> list[tuple[str, float]]:
    best: dict[str, float] = {}
    for number, score in ranked:
        best.setdefault(owner[number], score)
    return list(best.items())[:DEPTH]


def scores(name: str, run: Run, qrels: Qrels) -> Scores:
    """nDCG@10, recall@10 and MRR@10 (Järvelin and Kekäläinen 2002 for nDCG, with linear gains as in trec_eval)."""
    judged = [query for query, relevant in qrels.items() if any(grade > 0 for grade in relevant.values())]
    return Scores(
        name=name,
        ndcg=_mean(judged, lambda query: _ndcg(run.get(query, []), qrels[query])),
        recall=_mean(judged, lambda query: _recall(run.get(query, []), qrels[query])),
        mrr=_mean(judged, lambda query: _reciprocal_rank(run.get(query, []), qrels[query])),
    )


def _mean(queries: Sequence[str], measure: Callable[[str], float]) -> float:
    return sum(measure(query) for query in queries) / len(queries) if queries else 0.0


def _ndcg(found: Sequence[tuple[str, float]], relevant: Mapping[str, int]) -> float:
    # Some sets grade spam below nought; it counts as not relevant.
    gains = [max(0, relevant.get(document, 0)) for document, _ in found[:_CUT]]
    ideal = sorted((grade for grade in relevant.values() if grade > 0), reverse=True)[:_CUT]
    return _discounted(gains) / _discounted(ideal)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _recall(found: Sequence[tuple[str, float]], relevant: Mapping[str, int]) -> float:
    wanted = {document for document, grade in relevant.items() if grade > 0}
    return len(wanted & {document for document, _ in found[:_CUT]}) / len(wanted)


def _reciprocal_rank(found: Sequence[tuple[str, float]], relevant: Mapping[str, int]) -> float:
    ranks = (rank for rank, (document, _) in enumerate(found[:_CUT], 1) if relevant.get(document, 0) > 0)
    return 1 / next(ranks, math.inf)


def write_trec(run: Run, path: Path, tag: str = "credway-hybrid") -> None:
    """One line a document: query Q0 document rank score tag. Every query is there; one without a hit has no line."""
    with path.open("w", encoding="utf-8") as file:
        for query, found in run.items():
            for rank, (document, score) in enumerate(found, 1):
                file.write(f"{query} Q0 {document} {rank} {score:.6f} {tag}\n")
