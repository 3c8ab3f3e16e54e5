"""The command line: names, options and help. What a command does stands in the module named after it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.cli import (
    asking,
    chatting,
    checking,
    evaluating,
    feedback,
    ingesting,
    me,
    planning,
    searching,
    serving,
    wallet,
)
from bot.cli.searching import Request
from bot.errors import InputError

app = typer.Typer(
    help="A learning advisor in your terminal: sourced answers about credentials and learning paths.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

AsJson = Annotated[bool, typer.Option("--json", help="Nothing but JSON on standard output.")]
Learner = Annotated[str, typer.Option("--learner", metavar="ID", help="Who is remembered, by an id of your choice.")]
Many = list[str] | None


@app.command()
def chat(*, learner: Learner = "me") -> None:
    """Talk with the advisor, here or over a pipe. It remembers you."""
    chatting.chat(learner)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    *,
    batch: Annotated[
        str | None, typer.Option(metavar="FILE", help='JSON Lines of {"id", "question", "learner"?}; - for stdin.')
    ] = None,
    learner: Annotated[
        str | None, typer.Option(metavar="ID", help="Who asks; without it nothing is remembered.")
    ] = None,
    language: Annotated[str | None, typer.Option(metavar="TAG", help="The language to reply in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Answer one question, or each line of a batch file."""
    if batch is not None and question is None:
        asking.ask_many(batch, language, learner)
    elif question is not None and batch is None:
        asking.ask_one(question, language, learner, as_json=as_json)
    else:
        raise InputError("give a question, or --batch FILE; see `credway ask --help`")


@app.command()
def run() -> None:
    """Serve Telegram and Discord, whichever tokens are set. SIGTERM and Ctrl-C end it when what was begun is done."""
    serving.run()


@app.command("feedback")
def show_feedback(
    *, days: Annotated[int, typer.Option(min=1, max=365, help="How far to look back.")] = 7, as_json: AsJson = False
) -> None:
    """What people think of the answers: thumbs, and the questions that got thumbs down where all saw them."""
    feedback.show(days, as_json=as_json)


@app.command("wallet")
def show_wallet(*, learner: Learner = "me", as_json: AsJson = False) -> None:
    """Your credentials: until when they are valid, and how to renew them."""
    wallet.show_wallet(learner, as_json=as_json)


@app.command("practice")
def show_practice(*, learner: Learner = "me", as_json: AsJson = False) -> None:
    """How your practice goes, and what is due; `credway chat` and /practice begin a session."""
    wallet.show_practice(learner, as_json=as_json)


me_app = typer.Typer(help="What is kept of you: show it, export it, erase it.", invoke_without_command=True)
app.add_typer(me_app, name="me")


@me_app.callback()
def show_me(ctx: typer.Context, *, learner: Learner = "me", as_json: AsJson = False) -> None:
    """Show profile and wallet."""
    if ctx.invoked_subcommand is None:
        me.show(learner, as_json=as_json)


@me_app.command("export")
def export_me(*, learner: Learner = "me", as_json: AsJson = False) -> None:  # noqa: ARG001 - it is JSON anyway
    """Everything that is kept of you, as JSON."""
    me.export(learner)


@me_app.command("forget")
def forget_me(*, learner: Learner = "me", as_json: AsJson = False) -> None:
    """Erase everything that is kept of you."""
    me.forget(learner, as_json=as_json)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many passages at most.")] = 5,
    kind: Annotated[
        Many, typer.Option(metavar="K", help="credential, guide, provider, general, or a credential's kind.")
    ] = None,
    provider: Annotated[Many, typer.Option(metavar="P", help="Who offers it, by id or name.")] = None,
    level: Annotated[Many, typer.Option(metavar="L", help="The level, as sources name it.")] = None,
    max_price: Annotated[float | None, typer.Option(metavar="USD", min=0, help="The most it may cost in all.")] = None,
    max_hours: Annotated[float | None, typer.Option(metavar="H", min=0, help="The most hours of study.")] = None,
    skill: Annotated[Many, typer.Option(metavar="S", help="A topic, or words of a skill.")] = None,
    language: Annotated[Many, typer.Option(metavar="TAG", help="A language it is offered in.")] = None,
    include_retired: Annotated[bool, typer.Option("--include-retired", help="Also what is no longer offered.")] = False,
    batch: Annotated[
        str | None, typer.Option(metavar="FILE", help='JSON Lines of {"id", "query"}; - for stdin.')
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages, of all documents or of the credentials that the options describe.

    Options that take several values repeat or take a comma list.
    """
    request = Request(
        limit=limit,
        kinds=_listed(kind),
        providers=_listed(provider),
        levels=_listed(level),
        skills=_listed(skill),
        languages=_listed(language),
        max_price=max_price,
        max_hours=max_hours,
        include_retired=include_retired,
    )
    if batch is not None and query is None:
        searching.search_many(batch, request)
    elif query is not None and batch is None:
        searching.search_one(query, request, as_json=as_json)
    else:
        raise InputError("give a query, or --batch FILE; see `credway search --help`")


@app.command()
def ingest(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files and folders of your own.")] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: AsJson = False,
) -> int:
    """Index the packaged knowledge, or add your own files and folders; only what has changed is read."""
    return ingesting.ingest(paths or (), dry_run=dry_run, as_json=as_json)


@app.command()
def plan(
    *,
    goal: Annotated[Many, typer.Option(metavar="ID", help="What to reach, by id, code or name.")] = None,
    skills: Annotated[Many, typer.Option(metavar="A,B", help="Topics or skills to learn.")] = None,
    have: Annotated[Many, typer.Option(metavar="ID", help="What you hold already.")] = None,
    hours_per_week: Annotated[
        float | None, typer.Option(metavar="H", help=f"Hours of study a week ({planning.HOURS_PER_WEEK:g}).")
    ] = None,
    budget: Annotated[float | None, typer.Option(metavar="USD", help="The most it may cost in all.")] = None,
    start: Annotated[str | None, typer.Option(metavar="DATE", help="The first day of study (today).")] = None,
    deadline: Annotated[str | None, typer.Option(metavar="DATE", help="The last day of study.")] = None,
    minimise: Annotated[str, typer.Option(metavar="cost|hours|steps", help="What there should be least of.")] = "cost",
    catalog: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON list of credentials to plan with instead.")
    ] = None,
    image: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the path.")] = None,
    calendar: Annotated[Path | None, typer.Option(metavar="FILE.ics", help="Write its steps for a calendar.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find the provably best learning path, or what makes it impossible.

    Options that take several values repeat or take a comma list.
    """
    wish = planning.Wish(
        goals=_listed(goal),
        skills=_listed(skills),
        have=_listed(have),
        hours_per_week=hours_per_week,
        budget=budget,
        start=start,
        deadline=deadline,
        minimise=minimise,
        catalog=catalog,
    )
    planning.plan(wish, planning.Files(image=image, calendar=calendar), as_json=as_json)


@app.command()
def check(*, as_json: AsJson = False) -> int:
    """Say what is there and what is missing, and what to do about it."""
    return checking.check(as_json=as_json)


class EvalGroup(TyperGroup):
    """Lets `eval FILE` stand beside `eval retrieval`: what names no subcommand goes to the evaluation of answers."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["answers", *args]
        return super().parse_args(ctx, args)


evaluate = typer.Typer(
    cls=EvalGroup,
    help="Evaluate answers (eval [FILE]: JSON Lines of questions), /check (eval claims) or retrieval (eval retrieval).",
    subcommand_metavar="[FILE] | claims [FILE] | retrieval [OPTIONS]",
)
app.add_typer(evaluate, name="eval")


@evaluate.command("answers", hidden=True)
def evaluate_answers(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="JSON Lines of questions.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask the evaluation questions and print a table by kind, with 95 % Wilson intervals."""
    evaluating.evaluate_answers(file, as_json=as_json)


@evaluate.command("claims")
def evaluate_claims(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="JSON Lines of claims.")] = None,
    *,
    split: Annotated[str | None, typer.Option(metavar="HALF", help="Only the half dev, or held_out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check claims as /check does, and count what is found of those that are true, false, or told by no source."""
    evaluating.evaluate_claims(file, split, as_json=as_json)


@evaluate.command("retrieval")
def evaluate_retrieval(
    *,
    beir: Annotated[Path, typer.Option(metavar="FOLDER", help="corpus.jsonl, queries.jsonl and qrels/test.tsv.")],
    run: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the hybrid run here, in TREC format.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure nDCG@10, recall@10 and MRR@10 of lexical, dense and hybrid search on a BEIR folder."""
    evaluating.evaluate_retrieval(beir, run, as_json=as_json)


def _listed(values: Many) -> tuple[str, ...]:
    """Values of an option that may repeat or hold a comma list."""
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())
