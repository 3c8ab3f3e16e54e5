"""Simulation scripts, `knowledge/simulations/*.yaml`: read, and held against what a script must be.

They stand beside the documents because they rest on them and are checked with them. They are no documents: of the
packaged knowledge only Markdown is indexed, so that no story is ever cited as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.core.answer import Statement
from bot.documents.markdown import read_yaml
from bot.errors import DocumentError, Problem
from bot.grounding.gate import Gate
from bot.practice.items import LETTERS, MAX_OPTION
from bot.practice.simulation import Choice, PassagesOf, Simulation, Told, cited, statement

FOLDER = "simulations"
MAX_SCENE = 60  # words: what a phone shows without scrolling, with the choices below
MAX_FEEDBACK = 60
MIN_CHOICES = 2
MIN_DECISIONS, MAX_DECISIONS = 3, 6  # on any way through
MIN_ENDINGS = 2
MIN_TAKEAWAYS = 2
_SCRIPT = TypeAdapter(Simulation)


def load_simulations(folder: Path) -> dict[str, Simulation]:
    """All simulations of a knowledge folder. Raises `DocumentError` for a script that cannot be read."""
    return {path.stem: parse_simulation(path.stem, path.read_text("utf-8")) for path in _files(folder)}


def parse_simulation(identity: str, text: str) -> Simulation:
    """One script. Raises `DocumentError` with every problem of its form."""
    name = f"{FOLDER}/{identity}.yaml"
    try:
        data = read_yaml(text)
        parsed: Simulation = _SCRIPT.validate_python({**data, "id": identity})
    except ValueError as error:
        if not isinstance(error, ValidationError):
            raise DocumentError([Problem(name, "file", str(error))]) from error
        problems = [Problem(name, ".".join(map(str, e["loc"])) or "file", e["msg"]) for e in error.errors()]
        raise DocumentError(problems) from error
    return parsed


def check_simulations(folder: Path, passages_of: PassagesOf, gate: Gate) -> list[Problem]:
    """Everything wrong with the scripts of a knowledge folder, by file and place."""
    problems: list[Problem] = []
    for path in _files(folder):
        try:
            script = parse_simulation(path.stem, path.read_text("utf-8"))
        except DocumentError as error:
            problems += error.problems
            continue
        except UnicodeDecodeError:
            problems.append(Problem(f"{FOLDER}/{path.name}", "file", "is not UTF-8 text"))
            continue
        found = [*_ways(script), *_forms(script), *_sources(script, passages_of), *_facts(script, passages_of, gate)]
        problems += [Problem(f"{FOLDER}/{path.name}", where, reason) for where, reason in found]
    return problems


def _files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.yaml"))


Finding = tuple[str, str]  # the place in the script, and the reason


def _ways(script: Simulation) -> Iterator[Finding]:
    """Every scene is reached, every way ends, after three to six decisions, and not always in the same place."""
    targets = {script.start, *(choice.to for scene in script.scenes.values() for choice in scene.choices)}
    for missing in sorted(targets - script.scenes.keys()):
        yield missing, "is led to, and there is no such scene"
    for unreached in sorted(script.scenes.keys() - targets):
        yield unreached, "is never reached"
    endings = {name for name, scene in script.scenes.items() if scene.ending is not None}
    kinds = {script.scenes[name].ending for name in endings}
    if len(endings) < MIN_ENDINGS or len(kinds) < MIN_ENDINGS:
        yield "scenes", f"have {len(endings)} endings of {len(kinds)} kinds, at least {MIN_ENDINGS} are wanted"
    if targets <= script.scenes.keys():
        try:
            lengths = _lengths(script, script.start, ())
        except ValueError as error:
            yield "scenes", str(error)
        else:
            if min(lengths) < MIN_DECISIONS or max(lengths) > MAX_DECISIONS:
                told = f"{min(lengths)} to {max(lengths)} decisions on a way"
                yield "scenes", f"ask for {told}, {MIN_DECISIONS} to {MAX_DECISIONS} are wanted"


def _lengths(script: Simulation, name: str, before: tuple[str, ...]) -> set[int]:
    """How many decisions are left on the ways from a scene. Raises `ValueError` for a way that comes back."""
    if name in before:
        raise ValueError(f"go round in a circle at {name}")
    scene = script.scenes[name]
    if not scene.choices:
        return {0}
    return {length + 1 for choice in scene.choices for length in _lengths(script, choice.to, (*before, name))}


def _forms(script: Simulation) -> Iterator[Finding]:
    for name, scene in script.scenes.items():
        if len(scene.text.split()) > MAX_SCENE:
            yield name, f"has {len(scene.text.split())} words, at most {MAX_SCENE} fit"
        if (scene.ending is None) == (not scene.choices):
            yield name, "is either a decision with choices or an ending"
        if scene.ending is not None and len(scene.takeaways) < MIN_TAKEAWAYS:
            yield name, f"has {len(scene.takeaways)} takeaways, at least {MIN_TAKEAWAYS} are wanted"
        if scene.choices and not MIN_CHOICES <= len(scene.choices) <= len(LETTERS):
            yield name, f"has {len(scene.choices)} choices, {MIN_CHOICES} to {len(LETTERS)} are wanted"
        for number, choice in enumerate(scene.choices, 1):
            yield from _choice_forms(f"{name}.choices.{number}", choice)


def _choice_forms(where: str, choice: Choice) -> Iterator[Finding]:
    if len(choice.text) > MAX_OPTION:
        yield where, f"has {len(choice.text)} characters, at most {MAX_OPTION} fit on a button with its letter"
    length = sum(len(told.say.split()) for told in choice.feedback)
    if length > MAX_FEEDBACK:
        yield where, f"has feedback of {length} words, at most {MAX_FEEDBACK} fit"
    if not any(told.cite for told in choice.feedback):
        yield where, "has feedback that names no source"


def _sources(script: Simulation, passages_of: PassagesOf) -> Iterator[Finding]:
    """Every source exists and is used, and nothing names one that is not listed."""
    for key, cite in script.cites.items():
        if not cited(cite, passages_of):
            yield f"cites.{key}", f"{cite.document} has no section {cite.heading!r}"
    used: set[str] = set()
    for where, told in _everything_told(script):
        used |= set(told.cite)
        yield from (
            (where, f"names the source {key!r}, which is not among cites")
            for key in told.cite
            if key not in script.cites
        )
    for key in script.cites:
        if key not in used:
            yield f"cites.{key}", "is named by nothing"


def _facts(script: Simulation, passages_of: PassagesOf, gate: Gate) -> Iterator[Finding]:
    """What is said passes the gate as an answer would; the story may hold its own facts, which are in `given`."""
    for where, told in _everything_told(script):
        reason = gate.problem(statement(told, script, passages_of), script.own_words)
        if reason is not None:
            yield where, f"{reason}: {told.say}"
    for where, text in _story(script):
        reason = gate.problem(Statement(text=text), script.own_words)
        if reason is not None:
            yield where, f"{reason.replace('its citations', 'what is given')}: {text}"


def _everything_told(script: Simulation) -> Iterator[tuple[str, Told]]:
    for name, scene in script.scenes.items():
        yield from ((f"{name}.takeaways", told) for told in scene.takeaways)
        for number, choice in enumerate(scene.choices, 1):
            yield from ((f"{name}.choices.{number}.feedback", told) for told in choice.feedback)


def _story(script: Simulation) -> Iterator[tuple[str, str]]:
    for name, scene in script.scenes.items():
        yield name, scene.text
        yield from ((f"{name}.choices.{number}", choice.text) for number, choice in enumerate(scene.choices, 1))
