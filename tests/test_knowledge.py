"""The packaged knowledge is whole and keeps its own rules."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.app import build_fact_reader
from bot.catalog.credential import Credential
from bot.documents.check import check_knowledge
from bot.documents.model import Document
from bot.documents.schema import parse_document
from bot.settings import content_folder
from bot.text.lexicon import Lexicon

KNOWLEDGE = content_folder("knowledge")
# One for each record of the facts that the knowledge was written from.
CREDENTIALS = 84
PROVIDERS = {
    "aws", "cisco", "cncf", "comptia", "coursera", "edx", "employers", "google", "google-cloud", "hashicorp", "ibm",
    "isaca", "isc2", "microsoft", "pmi", "salesforce", "scrum-alliance", "scrum-org", "sophia-learning", "udemy",
    "universities",
}  # fmt: skip


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    paths = sorted(KNOWLEDGE.glob("*/*.md"))
    return [parse_document(path.relative_to(KNOWLEDGE).as_posix(), path.read_text("utf-8")) for path in paths]


@pytest.fixture(scope="module")
def credentials(documents: list[Document]) -> list[Credential]:
    return [document.credential for document in documents if document.credential]


def test_the_check_finds_nothing() -> None:
    reader = build_fact_reader(Lexicon.load(content_folder("prompts") / "understanding"))
    assert [str(problem) for problem in check_knowledge(KNOWLEDGE, reader)] == []


def test_every_credential_record_is_there(credentials: list[Credential]) -> None:
    assert len(credentials) >= CREDENTIALS


def test_there_are_guides_enough_for_what_people_ask_besides(documents: list[Document]) -> None:
    assert Counter(document.kind for document in documents)["guide"] >= 20


def test_every_provider_has_a_page_and_a_credential_or_a_reason(
    documents: list[Document], credentials: list[Credential]
) -> None:
    """Employers issue nothing here; their page says what an employer's own certificate is worth."""
    pages = {document.id.removeprefix("providers/") for document in documents if document.kind == "provider"}
    assert pages == PROVIDERS
    assert pages - {credential.provider for credential in credentials} == {"employers"}


def test_every_kind_of_credential_is_there(credentials: list[Credential]) -> None:
    assert {credential.kind for credential in credentials} == {
        "certification",
        "professional_certificate",
        "programme_type",
        "micromasters",
        "degree",
        "course_certificate",
        "course_with_credit",
    }


def test_names_in_lists_are_short_and_no_two_are_alike(credentials: list[Credential]) -> None:
    names = [credential.short for credential in credentials]
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= 40 for name in names)


def test_microsoft_exams_are_listed_by_the_code_that_people_ask_for(credentials: list[Credential]) -> None:
    listed = {credential.short: credential.codes for credential in credentials if credential.provider == "microsoft"}
    assert {name: (name,) for name in listed} == listed


def test_every_document_has_something_to_quote(documents: list[Document]) -> None:
    assert [document.id for document in documents if not document.sections or not document.summary] == []
