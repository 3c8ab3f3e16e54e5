"""Documents into the index: only what changed, whole documents at a time, resumable after a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.wording import Wording
from bot.core.ports import Embedder, Vectors
from bot.documents.foreign import SUPPORTED, read_file
from bot.documents.model import Document
from bot.documents.passages import passages_of
from bot.documents.schema import credential_from, parse_document
from bot.errors import DocumentError, InputError, Problem
from bot.retrieval.index import Index, IndexedDocument

BATCH = 16
# How documents are cut and worded is part of what they become: a change here reads every file again.
CUTTING = 1

Progress = Callable[[str, int, int], None]
WordingFor = Callable[[Catalog], Wording]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """For those who do not watch."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file to index. `own` marks the packaged knowledge, whose ids have no prefix."""

    path: Path
    own: bool = False

    @property
    def origin(self) -> str:
        return "packaged" if self.own else str(self.path.resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an ingest did, by document id, and what it refused and why."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    refused: tuple[Problem, ...] = ()
    embedded: int = 0
    passages: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    document: str
    origin: str
    digest: str


@dataclass(slots=True)
class _Plan:
    """What is to be done, found by comparing files with the index."""

    added: list[_File] = field(default_factory=list)
    changed: list[_File] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Problem] = field(default_factory=list)


class Ingest:
    """Brings an index up to date. `shipped` are vectors that need not be computed, by key."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder | None,
        wording_for: WordingFor,
        shipped: Mapping[str, Vectors],
        recipe: str,
    ) -> None:
        """`recipe` names everything besides a file's text that shapes its passages (the phrases' versions)."""
        self._index = index
        self._embedder = embedder
        self._wording_for = wording_for
        self._shipped = shipped
        self._recipe = f"{CUTTING}/{recipe}"

    def run(self, roots: Sequence[Root], today: date, *, dry_run: bool = False, progress: Progress = no_progress) -> Report:
        """Index what is new or changed under the roots, drop what is gone from them, embed what has no vector.

        Other roots' documents stay. A broken file is refused and the rest go on; what it held before stays indexed
        until it can be read again. Raises `InputError` when a root does not exist.
        """
        plan = self._plan(roots)
        if dry_run:
            return _report(plan)
        documents = self._read(plan, progress)
        self._store(documents, plan, today, progress)
        for document in plan.removed:
            self._index.remove(document)
        embedded = self.embed(progress)
        if plan.changed or plan.removed:
            self._index.prune_vectors()
        return replace(_report(plan), embedded=embedded, passages=self._index.passage_count())

    def _plan(self, roots: Sequence[Root]) -> _Plan:
        plan = _Plan()
        held = self._index.documents()
        for root in roots:
            files, refused = self._scan(root, held)
            plan.refused += refused
            for file in files:
                before = held.get(file.document)
                if before is None:
                    plan.added.append(file)
                elif before.digest != file.digest:
                    plan.changed.append(file)
                else:
                    plan.unchanged += 1
            present = {file.document for file in files}
            plan.removed += [d.id for d in held.values() if d.origin == root.origin and d.id not in present]
        return plan

    def _scan(self, root: Root, held: Mapping[str, IndexedDocument]) -> tuple[list[_File], list[Problem]]:
        if not root.path.exists():
            raise InputError(f"{root.path} does not exist; give a file or folder that does")
        if root.path.is_file():
            found, refused = [(root.path, root.path.name)], []
        else:
            found, refused = _files_below(root)
        files = []
        for path, name in found:
            document = str(Path(name).with_suffix("")) if root.own else _free_name(name, path, root, held)
            files.append(_File(path, document, root.origin, self._digest(path)))
        return files, refused

    def _digest(self, path: Path) -> str:
        return hashlib.sha256(self._recipe.encode() + b"\0" + path.read_bytes()).hexdigest()[:32]

    def _read(self, plan: _Plan, progress: Progress) -> list[tuple[_File, Document]]:
        files = [*plan.added, *plan.changed]
        documents: list[tuple[_File, Document]] = []
        for done, file in enumerate(files, 1):
            try:
                documents.append((file, _parse(file)))
            except DocumentError as error:
                plan.refused += error.problems
                if file in plan.added:
                    plan.added.remove(file)
                else:
                    plan.changed.remove(file)
            progress("reading", done, len(files))
        return documents

    def _store(self, documents: list[tuple[_File, Document]], plan: _Plan, today: date, progress: Progress) -> None:
        if not documents:
            return
        known = {c.id: c for c in stored_credentials(self._index)}
        known |= {d.credential.id: d.credential for _, d in documents if d.credential}
        wording = self._wording_for(Catalog(known.values(), today))
        for done, (file, document) in enumerate(documents, 1):
            self._index.put(_indexed(file, document), passages_of(document, wording))
            progress("indexing", done, len(documents))

    def embed(self, progress: Progress = no_progress) -> int:
        """Give every passage its vector; returns how many had to be computed. Done in batches that are each kept."""
        if self._embedder is None:
            return 0
        missing = self._index.missing_vectors()
        shipped = [(key, self._shipped[key]) for key, _ in missing if key in self._shipped]
        if shipped:
            self._index.put_vectors(shipped)
        left = [(key, text) for key, text in missing if key not in self._shipped]
        for start in range(0, len(left), BATCH):
            batch = left[start : start + BATCH]
            vectors = self._embedder.embed_passages([text for _, text in batch])
            self._index.put_vectors((key, vector) for (key, _), vector in zip(batch, vectors, strict=True))
            progress("embedding", start + len(batch), len(left))
        return len(left)


def _files_below(root: Root) -> tuple[list[tuple[Path, str]], list[Problem]]:
    """Files to read, with their display names, and those whose kind is not supported. Hidden files are passed over."""
    found: list[tuple[Path, str]] = []
    refused: list[Problem] = []
    for path in sorted(root.path.rglob("*")):
        relative = path.relative_to(root.path)
        if not path.is_file() or any(part.startswith(".") for part in relative.parts):
            continue
        name = str(relative) if root.own else f"{root.path.resolve().name}/{relative}"
        if path.suffix.lower() in ({".md"} if root.own else SUPPORTED):
            found.append((path, name))
        elif not root.own:
            refused.append(Problem(name, "file", f"{path.suffix or 'no ending'} is not a supported kind of file"))
    return found, refused


def _free_name(name: str, path: Path, root: Root, held: Mapping[str, IndexedDocument]) -> str:
    """The display name, with more of the path in front while another root's file bears it."""
    parents = list(root.path.resolve().parts[1:-1])
    while name in held and held[name].origin != root.origin and parents:
        name = f"{parents.pop()}/{name}"
    return name


def _parse(file: _File) -> Document:
    if file.origin != "packaged" and not _is_ours(file.path):
        return read_file(file.path, file.document)
    try:
        text = file.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError([Problem(file.document, "file", f"cannot be read as UTF-8 text ({error})")]) from error
    document = parse_document(f"{file.document.removesuffix('.md')}.md", text)
    return replace(document, id=file.document)


def _is_ours(path: Path) -> bool:
    """Whether a Markdown file of an added folder is written by our schema: its front matter names a kind."""
    if path.suffix != ".md":
        return False
    head = path.read_bytes()[:400]
    return head.startswith(b"---") and b"\nkind:" in head


def _indexed(file: _File, document: Document) -> IndexedDocument:
    data = {
        "summary": document.summary,
        "aliases": document.aliases,
        "topics": document.topics,
        "url": document.url,
        "credential": asdict(document.credential) if document.credential else None,
    }
    return IndexedDocument(
        id=file.document,
        origin=file.origin,
        digest=file.digest,
        kind=document.kind,
        title=document.title,
        data=json.dumps(data, ensure_ascii=False),
    )


def stored_credentials(index: Index) -> Iterable[Credential]:
    """The credentials of an index, as they were read."""
    for document in index.documents().values():
        if document.kind == "credential":
            yield credential_from(json.loads(document.data)["credential"])


def _report(plan: _Plan) -> Report:
    return Report(
        added=tuple(file.document for file in plan.added),
        changed=tuple(file.document for file in plan.changed),
        removed=tuple(plan.removed),
        unchanged=plan.unchanged,
        refused=tuple(plan.refused),
    )


def load_shipped(path: Path) -> dict[str, Vectors]:
    """The vectors that came with the package, by key; none where the file is missing."""
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        keys = [bytes(key).hex() for key in stored["keys"]]
        return dict(zip(keys, stored["vectors"].astype(np.float32), strict=True))

