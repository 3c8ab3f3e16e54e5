"""The index on disk keeps documents, passages, terms and vectors, each document whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.retrieval import index as module
from bot.retrieval.index import NO_MODEL, Index, IndexedDocument, vector_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def index(file: Path) -> Iterator[Index]:
    opened = Index(file, "model-a")
    yield opened
    opened.close()


def a_document(name: str, digest: str = "1") -> IndexedDocument:
    return IndexedDocument(id=name, origin="here", digest=digest, kind="general", title=name)


def a_passage(name: str, text: str, document: str = "doc", **fields: str) -> Passage:
    known = {"title": document, "heading": "", **fields}
    return Passage(id=f"{document}#{name}", document=document, kind="general", text=text, **known)


def put(index: Index, document: str, *texts: str) -> list[Passage]:
    passages = [a_passage(str(place), text, document) for place, text in enumerate(texts)]
    index.put(a_document(document), passages)
    return passages


def found(index: Index, *terms: str, limit: int = 10, within: frozenset[int] | None = None) -> list[str]:
    """The texts of the passages that match, best first."""
    numbers = [number for number, _ in index.match(terms, limit, within)]
    passages = index.passages(numbers)
    return [passages[number].text for number in numbers]


def unit(*values: float) -> Vectors:
    vector = np.asarray(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def embed_all(index: Index, vector: Vectors) -> None:
    index.put_vectors((key, vector) for key, _ in index.missing_vectors())


def test_a_new_index_holds_nothing(index: Index) -> None:
    assert ({}, 0, {}) == (index.documents(), index.passage_count(), index.document_frequencies())
    assert [] == index.vectors()[0]
    assert [] == index.match(["exam"], 10, None)


def test_passages_come_back_as_they_were_put_with_every_field(index: Index) -> None:
    passage = Passage(
        id="doc#cost",
        document="doc",
        kind="credential",
        title="Título 云",
        heading="Cost",
        text="USD 165\nper exam",
        url="https://example.org/a?b=c",
        source="A page",
        as_of="2026-08",
        links=("https://example.org/a", "https://example.org/b"),
        aliases=("AZ-104", "Azure admin"),
    )
    index.put(a_document("doc"), [passage])
    assert [passage] == index.passages_of("doc")
    assert [passage] == list(index.passages([1]).values())


def test_a_closed_index_is_found_again_when_it_is_opened(file: Path) -> None:
    first = Index(file, "model-a")
    put(first, "doc", "cloud exam")
    embed_all(first, unit(1, 2))
    first.close()
    second = Index(file, "model-a")
    assert ["doc"] == list(second.documents())
    assert ["cloud exam"] == found(second, "cloud")
    assert [] == second.missing_vectors()
    second.close()


def test_putting_a_document_again_leaves_nothing_of_what_it_held_before(index: Index) -> None:
    put(index, "doc", "old words", "more of them")
    put(index, "doc", "new text")
    assert ["new text"] == [passage.text for passage in index.passages_of("doc")]
    assert [] == found(index, "old")
    assert {"new", "text", "doc"} == index.document_frequencies().keys()


def test_removing_a_document_leaves_the_others(index: Index) -> None:
    put(index, "gone", "shared word")
    put(index, "kept", "shared thought")
    index.remove("gone")
    assert ["kept"] == list(index.documents())
    assert ["shared thought"] == found(index, "share")
    assert {"kept"} == set(index.document_of_passages().values())


def test_removing_what_is_not_there_changes_nothing(index: Index) -> None:
    put(index, "doc", "text")
    index.remove("other")
    assert ["doc"] == list(index.documents())


def test_a_document_that_cannot_be_stored_whole_leaves_the_index_as_it_was(index: Index) -> None:
    put(index, "doc", "what was there")
    twice = a_passage("same", "first"), a_passage("same", "second")
    with pytest.raises(sqlite3.IntegrityError):
        index.put(a_document("doc", digest="2"), twice)
    assert ["what was there"] == [passage.text for passage in index.passages_of("doc")]
    assert "1" == index.documents()["doc"].digest
    assert [] == found(index, "first")


def test_another_opening_sees_whole_documents_only(index: Index, file: Path) -> None:
    """Readers in other processes never see a document with half of its passages, or with none."""
    put(index, "doc", "before")
    reader = sqlite3.connect(file)
    seen: list[list[str]] = []

    class Watched(list[Passage]):
        def __iter__(self) -> Iterator[Passage]:
            for passage in super().__iter__():
                seen.append(
                    [text for (text,) in reader.execute("SELECT data ->> 'text' FROM passages ORDER BY number")]
                )
                yield passage

    index.put(a_document("doc"), Watched([a_passage("0", "first"), a_passage("1", "second")]))
    reader.close()
    assert [["before"], ["before"]] == seen
    assert ["first", "second"] == [passage.text for passage in index.passages_of("doc")]


def test_documents_are_listed_in_the_order_of_their_ids(index: Index) -> None:
    for name in ("c", "a", "b"):
        put(index, name, "text")
    assert ["a", "b", "c"] == list(index.documents())


def test_numbers_of_documents_are_those_of_their_passages(index: Index) -> None:
    put(index, "a", "one", "two")
    put(index, "b", "three")
    assert {1: "a", 2: "a", 3: "b"} == index.document_of_passages()
    assert frozenset({1, 2}) == index.numbers_of(["a", "unknown"])


def test_a_restriction_may_name_more_than_sqlite_takes_parameters(index: Index) -> None:
    put(index, "doc", "cloud exam")
    many = 300_000
    assert frozenset({1}) == index.numbers_of([*(f"d{number}" for number in range(many)), "doc"])
    assert ["cloud exam"] == found(index, "cloud", within=frozenset(range(many)))
    assert [1] == list(index.passages(range(many)))


class TestMatching:
    def test_the_rarer_term_counts_more(self, index: Index) -> None:
        put(index, "doc", "cloud exam", "cloud cost", "cloud hours", "rare exam")
        assert "rare exam" == found(index, "cloud", "rare")[0]

    def test_a_title_or_heading_counts_more_than_text(self, index: Index) -> None:
        filler = "words that say nothing"
        passages = [
            a_passage("text", f"renewal {filler}"),
            a_passage("heading", f"{filler} nothing", heading="renewal"),
            *(a_passage(str(number), filler) for number in range(5)),
        ]
        index.put(a_document("doc"), passages)
        assert [f"{filler} nothing", f"renewal {filler}"] == found(index, "renew")

    def test_aliases_are_searched(self, index: Index) -> None:
        index.put(a_document("doc"), [replace(a_passage("a", "text"), aliases=("Azure Admin",))])
        assert ["text"] == found(index, "azur")

    def test_a_code_is_matched_whole(self, index: Index) -> None:
        put(index, "doc", "AZ-104 exam", "AZ-900 exam", "room 104")
        assert ["AZ-104 exam"] == found(index, "az-104")

    def test_scores_are_positive_and_fall(self, index: Index) -> None:
        put(index, "doc", "cloud", "cloud cloud cloud", "cloud and much else besides that is not it", "other")
        scores = [score for _, score in index.match(["cloud"], 10, None)]
        assert sorted(scores, reverse=True) == scores
        assert 0 < min(scores)

    def test_the_restriction_comes_before_the_limit(self, index: Index) -> None:
        put(index, "best", *["cloud cloud"] * 20)
        put(index, "other", "cloud among many other words that make it a worse match")
        assert [21] == [number for number, _ in index.match(["cloud"], 5, frozenset({21}))]

    def test_an_empty_restriction_matches_nothing(self, index: Index) -> None:
        put(index, "doc", "cloud")
        assert [] == index.match(["cloud"], 5, frozenset())

    @pytest.mark.parametrize("term", ["not", "or", "near", "text:", "*", "(", "c++", "'", "a-b", "云"])
    def test_no_term_is_taken_for_an_operator(self, index: Index, term: str) -> None:
        put(index, "doc", "plain words")
        assert [] == index.match([term], 5, None)


class TestVectors:
    def test_what_has_no_vector_yet_is_told_with_its_text(self, index: Index) -> None:
        (passage,) = put(index, "doc", "cloud exam")
        assert [(vector_key("model-a", passage.indexed_text), passage.indexed_text)] == index.missing_vectors()
        embed_all(index, unit(1, 0))
        assert [] == index.missing_vectors()

    def test_the_same_text_needs_one_vector_only(self, index: Index) -> None:
        same = [a_passage(str(number), "same text") for number in range(2)]
        index.put(a_document("doc"), same)
        assert 1 == len(index.missing_vectors())
        embed_all(index, unit(3, 4))
        numbers, matrix = index.vectors()
        assert [1, 2] == numbers
        assert np.allclose([[0.6, 0.8], [0.6, 0.8]], matrix, atol=1e-3)

    def test_a_text_that_moves_to_another_document_keeps_its_vector(self, index: Index) -> None:
        passage = a_passage("a", "text", document="first", title="Title")
        index.put(a_document("first"), [passage])
        embed_all(index, unit(1, 0))
        index.remove("first")
        index.put(a_document("second"), [replace(passage, id="second#a", document="second")])
        assert [] == index.missing_vectors()

    def test_vectors_that_no_passage_uses_are_forgotten(self, index: Index) -> None:
        put(index, "kept", "kept text")
        put(index, "gone", "gone text")
        embed_all(index, unit(1, 0))
        index.remove("gone")
        index.prune_vectors()
        assert [vector_key("model-a", "kept\nkept text")] == list(index.keyed_vectors())

    def test_another_model_never_gets_the_vectors_of_the_first(self, index: Index, file: Path) -> None:
        """Both may have the same dimension, so a mix-up would show in nothing but bad answers."""
        put(index, "doc", "cloud exam")
        embed_all(index, unit(1, 0))
        other = Index(file, "model-b")
        assert [] == other.vectors()[0]
        assert [(vector_key("model-b", "doc\ncloud exam"), "doc\ncloud exam")] == other.missing_vectors()
        assert [] == index.vectors()[0]
        other.close()

    def test_two_models_that_have_the_file_open_at_once_do_not_mix(self, index: Index, file: Path) -> None:
        other = Index(file, "model-b")
        put(index, "of a", "cloud exam")
        put(other, "of b", "cloud exam")
        assert [[vector_key("model-a", "of a\ncloud exam")], [vector_key("model-b", "of b\ncloud exam")]] == [
            [key for key, _ in each.missing_vectors()] for each in (index, other)
        ]
        embed_all(index, unit(1, 0))
        embed_all(other, unit(0, 1))
        assert [[[1, 0]], [[0, 1]]] == [each.vectors()[1].tolist() for each in (index, other)]
        other.close()

    def test_the_first_model_finds_its_vectors_again_after_another_was_tried(self, index: Index, file: Path) -> None:
        put(index, "doc", "cloud exam")
        embed_all(index, unit(1, 0))
        index.close()
        Index(file, "model-b").close()
        again = Index(file, "model-a")
        assert [1] == again.vectors()[0]
        again.close()

    def test_a_start_without_a_model_leaves_vectors_for_the_next_with_one(self, index: Index, file: Path) -> None:
        put(index, "doc", "cloud exam")
        embed_all(index, unit(1, 0))
        index.close()
        lexical = Index(file, NO_MODEL)
        put(lexical, "new", "indexed by words only")
        lexical.close()
        again = Index(file, "model-a")
        assert [1] == again.vectors()[0]
        assert ["new\nindexed by words only"] == [text for _, text in again.missing_vectors()]
        again.close()


class TestSchema:
    def test_a_file_of_another_schema_is_emptied_but_for_its_vectors(
        self, index: Index, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(index, "doc", "cloud exam")
        embed_all(index, unit(1, 0))
        index.close()
        monkeypatch.setattr(module, "SCHEMA", module.SCHEMA + 1)
        newer = Index(file, "model-a")
        assert ({}, 0, {}) == (newer.documents(), newer.passage_count(), newer.document_frequencies())
        put(newer, "doc", "cloud exam")
        assert [] == newer.missing_vectors()
        newer.close()

    def test_a_file_of_this_schema_is_left_alone(self, index: Index, file: Path) -> None:
        put(index, "doc", "cloud exam")
        index.close()
        again = Index(file, "model-a")
        assert ["doc"] == list(again.documents())
        again.close()

    def test_what_is_stored_of_a_passage_is_readable_json(self, index: Index, file: Path) -> None:
        put(index, "doc", "云 exam")
        with sqlite3.connect(file) as reader:
            (data,) = reader.execute("SELECT data FROM passages").fetchone()
        reader.close()
        assert "云 exam" == json.loads(data)["text"]
