"""`eval`: right answers counted by kind of question, claims by what is found of them, retrieval on a BEIR folder."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.output import Steps, progress, say, say_json
from bot.cli.session import load_settings, ready_library
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Library
    from bot.core.answer import Answer
    from bot.core.assistant import Assistant
    from bot.core.conversation import Context
    from bot.evaluation.answers import Case, Outcome, Row
    from bot.evaluation.claims import ClaimOutcome
    from bot.evaluation.retrieval import Scores
    from bot.settings import Settings

QUESTIONS = Path(__file__).resolve().parents[2] / "tests" / "evals"
CLAIMS = QUESTIONS / "claims" / "claims.jsonl"


def evaluate_answers(file: Path | None, *, as_json: bool) -> None:
    """Ask the questions of a file, or of all files that come with the sources, and count what is right."""
    from bot.app import build_assistant
    from bot.evaluation.answers import read_cases, summary, table

    cases = read_cases(file or QUESTIONS)
    with ready_library(patient=True) as library, progress() as steps:
        runs = {"offline": asyncio.run(_ask_all(cases, build_assistant(library), steps))}
        if library.settings.llm_model:
            runs[library.settings.llm_model] = asyncio.run(_ask_model(cases, library, steps))
    if as_json:
        told = {name: _as_object(outcomes) for name, outcomes in runs.items()}
        # One run is told as it always was; beside it stands the model's.
        say_json({**told.pop("offline"), **({"models": told} if told else {})})
        return
    for name, outcomes in runs.items():
        if len(runs) > 1:
            say(f"{name}:")
        say("\n".join(answer_table(table(outcomes))))
        say("\n".join(f"{key.replace('_', ' ')}: {value:.3g}" for key, value in summary(outcomes).items()))


def _as_object(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    from bot.evaluation.answers import summary, table

    wrong = [{"id": o.case.id, "problems": list(o.problems)} for o in outcomes if not o.right]
    return {"rows": [asdict(row) for row in table(outcomes)], "summary": summary(outcomes), "wrong": wrong}


async def _ask_model(cases: Sequence[Case], library: Library, steps: Steps) -> list[Outcome]:
    """The same questions with the language model that is set."""
    from bot.app import build_assistant, open_model

    async with open_model(library.settings) as model:
        return await _ask_all(cases, build_assistant(library, model=model), steps)


async def _ask_all(cases: Sequence[Case], assistant: Assistant, steps: Steps) -> list[Outcome]:
    from bot.evaluation.answers import run

    asked = 0

    async def ask(question: str, context: Context | None) -> tuple[Answer, Context]:
        nonlocal asked
        asked += 1
        steps("asking", asked, sum(1 + len(case.before) for case in cases))
        return await assistant.ask(question, context)

    return await run(cases, ask)


def answer_table(rows: Sequence[Row]) -> list[str]:
    left = f"{'kind':<24}{'n':>6}{'right':>7}{'share':>7}"
    return [
        f"{left}  {'95 % interval':<14}{'abstained':>10}{'words':>7}{'unbacked':>9}",
        *(
            f"{row.kind:<24}{row.count:>6}{row.right:>7}{row.right / row.count if row.count else 0:>7.2f}"
            f"  {row.low:.2f} to {row.high:.2f}  {row.abstained:>10}{row.median_words:>7.0f}{row.unbacked:>9}"
            for row in rows
        ),
    ]


def evaluate_claims(file: Path | None, split: str | None, *, as_json: bool) -> None:
    """Check the claims of a file, or those that come with the sources, and count what is found of them."""
    from bot.app import build_claim_findings
    from bot.evaluation.claims import confusion, read_claims, run_claims

    cases = read_claims(file or CLAIMS, split)
    with ready_library(patient=True) as library:
        outcomes = asyncio.run(run_claims(cases, build_claim_findings(library)))
    if as_json:
        wrong = [{"id": o.case.id, "claim": o.case.claim, "found": o.found} for o in outcomes if not o.right]
        say_json({"confusion": confusion(outcomes), "summary": _of_claims(outcomes), "wrong": wrong})
        return
    say("\n".join(claims_table(confusion(outcomes))))
    say("\n".join(f"{key}: {value}" for key, value in _of_claims(outcomes).items()))


def _of_claims(outcomes: Sequence[ClaimOutcome]) -> dict[str, int]:
    return {
        "claims": len(outcomes),
        "right": sum(outcome.right for outcome in outcomes),
        "misleading": sum(outcome.misleads for outcome in outcomes),
    }


def claims_table(counted: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A row for what should be found, a column for what was."""
    columns = list(next(iter(counted.values())))
    head = f"{'should be':<14}" + "".join(f"{found:>14}" for found in columns)
    rows = (f"{finding:<14}" + "".join(f"{row[found]:>14}" for found in columns) for finding, row in counted.items())
    return [head, *rows]


def evaluate_retrieval(folder: Path, run_file: Path | None, *, as_json: bool) -> None:
    """Measure the production retriever on a BEIR folder; the hybrid run goes to `run_file` in TREC format."""
    from bot.app import build_embedder
    from bot.evaluation import retrieval

    settings = load_settings()
    beir = retrieval.read_beir(folder)
    embedder, problem = build_embedder(settings)
    with progress() as steps:
        index = retrieval.index_corpus(beir, _index_file(settings, folder), embedder, steps)
        runs = retrieval.search(beir, index, embedder, steps)
        index.close()
    legs = ["lexical"] if embedder is None else ["lexical", "dense", "hybrid"]
    scored = [retrieval.scores(name, runs[name], beir.qrels) for name in legs]
    if run_file is not None:
        try:
            retrieval.write_trec(runs["hybrid"], run_file)
        except OSError as error:
            raise InputError(f"the run cannot be written to {run_file} ({error})") from error
    if as_json:
        say_json([asdict(score) for score in scored])
    else:
        say("\n".join([*retrieval_table(scored), *([problem] if problem else [])]))


def retrieval_table(scored: Sequence[Scores]) -> list[str]:
    rows = [f"{score.name:<10}{score.ndcg:>10.4f}{score.recall:>12.4f}{score.mrr:>10.4f}" for score in scored]
    return [f"{'leg':<10}{'nDCG@10':>10}{'recall@10':>12}{'MRR@10':>10}", *rows]


def _index_file(settings: Settings, folder: Path) -> Path:
    """A file of its own for each test set, which a second run finds again."""
    place = settings.credway_home / "eval"
    place.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return place / f"beir-{key}.db"
