"""Documents into the index: only what changed, whole documents at a time, resumable after a kill."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from bot.catalog.catalog import Catalog, on
from bot.catalog.credential import Credential
from bot.catalog.wording import Wording
from bot.core.ports import Embedder, Vectors
from bot.documents.cleared import Clearing, cleared, cleared_data, cleared_passages
from bot.documents.foreign import SUPPORTED, read_file
from bot.documents.model import Document
from bot.documents.passages import fact_passages, passages_of
from bot.documents.schema import credential_from, parse_document
from bot.errors import DocumentError, InputError, Problem
from bot.retrieval.index import Index, IndexedDocument

PACKAGED = "packaged"
BATCH = 16
# How documents are cut and worded is part of what they become: a change here reads every file again.
CUTTING = 2

Progress = Callable[[str, int, int], None]
WordingFor = Callable[[Catalog], Wording]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """For those who do not watch."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file to index. `own` marks the packaged knowledge, whose ids have no prefix.

    `may_be_gone`: someone names it by hand, so if it was indexed and is no longer there, its documents are forgotten;
    a set folder that is missing is more likely a disk that is not mounted.
    """

    path: Path
    own: bool = False
    may_be_gone: bool = False

    @property
    def origin(self) -> str:
        return PACKAGED if self.own else _printable(self.path.resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an ingest did, by document id, and what it refused and why.

    `left_out` names the places of documents that gave orders to a machine and are indexed without them.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    refused: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    embedded: int = 0
    passages: int = 0


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    document: str
    origin: str
    digest: str = ""


@dataclass(slots=True)
class _Plan:
    """What is to be done, found by comparing files with the index."""

    added: list[_File] = field(default_factory=list)
    changed: list[_File] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Problem] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)


class Ingest:
    """Brings an index up to date. `shipped` are vectors that need not be computed, by key."""

    def __init__(
        self,
        index: Index,
        embedder: Embedder | None,
        wording_for: WordingFor,
        shipped: Mapping[str, Vectors],
        recipe: str,
        clearing: Clearing,
    ) -> None:
        """`recipe` names everything besides a file's text that shapes its passages (the phrases' versions).

        `clearing` takes out of documents that are not packaged what gives orders to a machine.
        """
        self._index = index
        self._embedder = embedder
        self._wording_for = wording_for
        self._shipped = shipped
        self._recipe = f"{CUTTING}/{recipe}"
        self._clearing = clearing

    def run(
        self, roots: Sequence[Root], today: date, *, dry_run: bool = False, progress: Progress = no_progress
    ) -> Report:
        """Index what is new or changed under the roots, drop what is gone from them, embed what has no vector.

        Other roots' documents stay. A broken file is refused and the rest go on; what it held before stays indexed
        until it can be read again. Raises `InputError` when a root does not exist.
        """
        plan = self._plan(roots)
        documents = self._read(plan, progress)
        if dry_run:
            return _report(plan)
        if documents or plan.removed:
            self._store(documents, plan.removed, today, progress)
        self._clear_older()
        embedded = self.embed(progress)
        # Also when nothing has changed: an ingest that was killed may have left some.
        self._index.prune_vectors()
        return replace(_report(plan), embedded=embedded, passages=self._index.passage_count())

    def _plan(self, roots: Sequence[Root]) -> _Plan:
        plan = _Plan()
        held = self._index.documents()
        names = _Names(held)
        for root in {root.origin: root for root in roots}.values():
            known = any(document.origin == root.origin for document in held.values())
            if not root.path.exists() and not (root.may_be_gone and known):
                raise InputError(f"{root.path} does not exist; give a file or folder that does")
            present = set()
            for path in _files_of(root, plan.refused):
                document = names.claim(root, path)
                present.add(document)
                self._sort_in(_File(path, document, root.origin), held.get(document), plan)
            plan.removed += [d.id for d in held.values() if d.origin == root.origin and d.id not in present]
        return plan

    def _sort_in(self, file: _File, before: IndexedDocument | None, plan: _Plan) -> None:
        try:
            file = replace(file, digest=self._digest(file))
        except OSError as error:
            plan.refused.append(Problem(file.document, "file", f"cannot be read ({error.strerror or error})"))
            return
        if before is None:
            plan.added.append(file)
        elif before.digest != file.digest:
            plan.changed.append(file)
        else:
            plan.unchanged += 1

    def _digest(self, file: _File) -> str:
        recipe = self._recipe if file.origin == PACKAGED else f"{self._recipe}/{self._clearing.provenance}"
        with file.path.open("rb") as content:
            return hashlib.file_digest(content, lambda: hashlib.sha256(f"{recipe}\0".encode())).hexdigest()[:32]

    def _read(self, plan: _Plan, progress: Progress) -> list[tuple[_File, Document]]:
        files = [*plan.added, *plan.changed]
        documents: list[tuple[_File, Document]] = []
        for done, file in enumerate(files, 1):
            try:
                documents.append((file, self._cleared(file, _parse(file), plan)))
            except DocumentError as error:
                plan.refused += error.problems
                if file in plan.added:
                    plan.added.remove(file)
                else:
                    plan.changed.remove(file)
            progress("reading", done, len(files))
        return documents

    def _cleared(self, file: _File, document: Document, plan: _Plan) -> Document:
        """The packaged knowledge is ours and stays as it is; whoever wrote the rest, nothing in it is obeyed."""
        if file.origin == PACKAGED:
            return document
        document, found = cleared(document, self._clearing)
        plan.left_out += found
        return document

    def _clear_older(self) -> None:
        """Clear what was indexed before these words were known and is not read again, as its folder was not named."""
        mark = self._clearing.provenance
        for document in self._index.documents().values():
            data = json.loads(document.data)
            if document.origin == PACKAGED or data.get("cleared") == mark:
                continue
            data = {**cleared_data(data, self._clearing), "cleared": mark}
            passages = cleared_passages(self._index.passages_of(document.id), self._clearing)
            self._index.put(replace(document, data=json.dumps(data, ensure_ascii=False)), passages)

    def _store(
        self, documents: list[tuple[_File, Document]], removed: Sequence[str], today: date, progress: Progress
    ) -> None:
        before = list(stored_credentials(self._index))
        leaving = {*removed, *(file.document for file, _ in documents)}
        staying = [credential for credential in before if credential.document not in leaving]
        after = _own_last([*staying, *(document.credential for _, document in documents if document.credential)])
        wording = self._wording_for(Catalog(after, on(today)))
        # First, so that an ingest that is killed meanwhile still sees what is new and does this again.
        self._reword(staying, _renamed(before, after), wording)
        for done, (file, document) in enumerate(documents, 1):
            self._index.put(self._indexed(file, document), passages_of(document, wording))
            progress("indexing", done, len(documents))
        for gone in removed:
            self._index.remove(gone)

    def _indexed(self, file: _File, document: Document) -> IndexedDocument:
        data = {
            "summary": document.summary,
            "aliases": document.aliases,
            "topics": document.topics,
            "url": document.url,
            "credential": asdict(document.credential) if document.credential else None,
            "cleared": None if file.origin == PACKAGED else self._clearing.provenance,
        }
        return IndexedDocument(
            id=file.document,
            origin=file.origin,
            digest=file.digest,
            kind=document.kind,
            title=document.title,
            data=json.dumps(data, ensure_ascii=False),
        )

    def _reword(self, credentials: Iterable[Credential], renamed: Iterable[str], wording: Wording) -> None:
        """Tell the facts of credentials anew that name a credential which is called otherwise than before."""
        held = self._index.documents()
        marks = [f'"{identity}"' for identity in renamed]
        for credential in credentials:
            document = held[credential.document]
            if any(mark in document.data for mark in marks):
                facts = {passage.id: passage for passage in fact_passages(credential, wording)}
                others = [p for p in self._index.passages_of(document.id) if p.id not in facts]
                self._index.put(document, [*facts.values(), *others])

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


def _files_of(root: Root, refused: list[Problem]) -> Iterable[Path]:
    """Files to read; those whose kind is not supported are refused. Hidden files are passed over."""
    if root.path.is_file():
        yield root.path
        return
    for path in sorted(root.path.rglob("*")):
        relative = path.relative_to(root.path)
        if not path.is_file() or any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix.lower() in ({".md"} if root.own else SUPPORTED):
            yield path
        elif not root.own:
            name = f"{root.path.resolve().name}/{relative}"
            refused.append(Problem(name, "file", f"{path.suffix or 'no ending'} is not a supported kind of file"))


class _Names:
    """What documents are called: packaged ones by their path, others by folder and path, each by a name of its own."""

    def __init__(self, held: Mapping[str, IndexedDocument]) -> None:
        self._owners = {document.id: document.origin for document in held.values()}
        self._claimed: set[str] = set()

    def claim(self, root: Root, path: Path) -> str:
        """The name that the file bears already, else the shortest that no other file bears."""
        names = _possible_names(root, path)
        free = [n for n in names if n not in self._claimed and self._owners.get(n, root.origin) == root.origin]
        name = next((n for n in free if n in self._owners), (free or names[-1:])[0])
        self._claimed.add(name)
        self._owners[name] = root.origin
        return name


def _possible_names(root: Root, path: Path) -> list[str]:
    """Folder and path, then more and more of what stands in front of it."""
    below = path.relative_to(root.path)
    if root.own:
        return [_printable(below.with_suffix(""))]
    full = root.path.resolve() / below
    shortest = len(root.path.resolve().parts) - 1
    return [_printable(Path(*full.parts[start:])) for start in range(shortest, -1, -1)]


def _printable(path: Path) -> str:
    """The path as text; bytes of a file name that are not UTF-8 are spelt out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _own_last(credentials: Iterable[Credential]) -> list[Credential]:
    """In an order of their own: of two with the same id a catalogue keeps the last."""
    return sorted(credentials, key=lambda credential: (credential.document.endswith(".md"), credential.document))


def _renamed(before: Iterable[Credential], after: Iterable[Credential]) -> set[str]:
    """The ids of credentials that are new, gone or called otherwise."""
    old, new = ({c.id: (c.short_name, c.codes) for c in credentials} for credentials in (before, after))
    return {identity for identity in old.keys() | new.keys() if old.get(identity) != new.get(identity)}


def _parse(file: _File) -> Document:
    try:
        if file.origin != PACKAGED and not _is_ours(file.path):
            return read_file(file.path, file.document)
        text = file.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError([Problem(file.document, "file", f"cannot be read as UTF-8 text ({error})")]) from error
    document = parse_document(f"{file.document.removesuffix('.md')}.md", text)
    # Also in the credential: its passages name the document that they belong to.
    credential = document.credential and replace(document.credential, document=file.document)
    return replace(document, id=file.document, credential=credential)


def _is_ours(path: Path) -> bool:
    """Whether a Markdown file of an added folder is written by our schema: its front matter names a kind."""
    if path.suffix != ".md":
        return False
    head = path.read_bytes()[:400]
    return head.startswith(b"---") and b"\nkind:" in head


def stored_credentials(index: Index) -> Iterable[Credential]:
    """The credentials of an index, as they were read; one's own after the packaged ones, so that they count."""
    documents = (document for document in index.documents().values() if document.kind == "credential")
    return _own_last(credential_from(json.loads(document.data)["credential"]) for document in documents)


def _report(plan: _Plan) -> Report:
    return Report(
        added=tuple(file.document for file in plan.added),
        changed=tuple(file.document for file in plan.changed),
        removed=tuple(plan.removed),
        unchanged=plan.unchanged,
        refused=tuple(plan.refused),
        left_out=tuple(plan.left_out),
    )


def load_shipped(path: Path) -> dict[str, Vectors]:
    """The vectors that came with the package, by key; none where the file is missing."""
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        keys = [bytes(key).hex() for key in stored["keys"]]
        return dict(zip(keys, stored["vectors"].astype(np.float32), strict=True))
