"""The claims of the offline advisor's answers to the evaluation's English questions, as true claims."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.app import build_assistant, open_library
from bot.core.answer import Answer, Citation
from bot.documents.model import Passage
from bot.evaluation.answers import Case, read_cases, run
from bot.settings import Settings
from tests.grounding.changing import Truth
from tests.grounding.shelf import Shelf

QUESTIONS = Path(__file__).resolve().parents[1] / "evals"


def advised(held: Shelf) -> list[Truth]:
    cases = [case for case in read_cases(QUESTIONS) if case.language == "en"]
    with tempfile.TemporaryDirectory() as home:
        library = open_library(Settings(_env_file=None, credway_home=Path(home), knowledge_dirs=()))
        library.ingest()
        outcomes = asyncio.run(run(cases, build_assistant(library).ask))
        library.close()
    return list(
        {true.text: true for outcome in outcomes for true in _truths(held, outcome.case, outcome.answer)}.values()
    )


def _truths(held: Shelf, case: Case, answer: Answer) -> Iterator[Truth]:
    of_document = {credential.document: credential for credential in held.credentials}
    cited = {citation.n: citation for citation in answer.citations}
    asked = " ".join((*case.before, case.question))
    for claim in answer.claims:
        citations = [cited[number] for number in claim.citations]
        passages = tuple(_passage(held, citation) for citation in citations)
        yield Truth(claim.text, passages, "advised", of_document.get(citations[0].document), asked)


def _passage(held: Shelf, citation: Citation) -> Passage:
    same = next(
        (p for p in held.passages.values() if (p.document, p.text) == (citation.document, citation.passage)), None
    )
    return Passage(
        id=same.id if same else f"{citation.document}#cited",
        document=citation.document,
        kind=same.kind if same else "general",
        title=citation.title,
        heading=citation.heading,
        text=citation.passage,
        url=citation.url,
        source=citation.source,
        as_of=citation.as_of,
        links=same.links if same else (),
    )
