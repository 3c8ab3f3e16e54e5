"""Simulations: the packaged ones hold on every way through; the check finds what is wrong; the engine is pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.app import simulation_problems
from bot.core.answer import Draft
from bot.errors import DocumentError
from bot.learning.exercise import SimulationState
from bot.practice.scripts import check_simulations, load_simulations, parse_simulation
from bot.practice.simulation import Simulation, Simulations
from bot.settings import Settings
from tests.practice.desk import KNOWLEDGE, Desk

SCRIPTS = load_simulations(KNOWLEDGE)


def text_of(draft: Draft) -> str:
    return "\n".join(statement.text for statement in draft.statements)


@pytest.fixture(scope="module")
def simulations(desk: Desk) -> Simulations:
    return Simulations(SCRIPTS, lambda document: desk.passages[document], desk.phrases)


def ways(script: Simulation, name: str, before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every way through a script, as the choices made."""
    choices = script.scenes[name].choices
    if not choices:
        yield before
    for place, choice in enumerate(choices):
        yield from ways(script, choice.to, (*before, place))


class TestThePackagedOnes:
    def test_there_are_the_eight_that_people_meet(self) -> None:
        assert set(SCRIPTS) == {
            "asking-the-employer-to-pay",
            "expired-before-the-interview",
            "first-cloud-step",
            "planning-a-renewal-year",
            "recognition-abroad",
            "spotting-a-worthless-certificate",
            "stacking-into-a-degree",
            "two-certificates-one-budget",
        }

    def test_the_check_finds_nothing(self) -> None:
        assert [str(problem) for problem in simulation_problems(Settings(_env_file=None))] == []

    @pytest.mark.parametrize("name", sorted(SCRIPTS))
    def test_every_way_through_ends_and_every_word_passes_the_gate(
        self, name: str, simulations: Simulations, desk: Desk
    ) -> None:
        script = SCRIPTS[name]
        seen: set[str] = set()
        lengths: set[int] = set()
        gated: set[tuple[str, int]] = set()
        for way in ways(script, script.start):
            step = simulations.start(name)
            assert step is not None
            assert desk.gate.release(step.draft, step.own_words).dropped == ()
            for place in way:
                assert step.state is not None
                scene = step.state.scene
                step = simulations.reply(step.state, "ABCD"[place])
                assert step is not None
                seen |= {scene, script.scenes[scene].choices[place].to}
                if (scene, place) not in gated:
                    gated.add((scene, place))
                    self.passes(step.draft, step.own_words, desk)
            assert step.state is None
            lengths.add(len(way))
        assert seen == set(script.scenes)
        assert 3 <= min(lengths) <= max(lengths) <= 6
        endings = {scene.ending for scene in script.scenes.values()} - {None}
        assert len(endings) >= 2

    @staticmethod
    def passes(draft: Draft, own_words: str, desk: Desk) -> None:
        """Of what follows a choice something is told from a source, nothing is dropped, and the buttons fit."""
        released = desk.gate.release(draft, own_words)
        assert released.dropped == ()
        assert released.citations != ()
        assert all(len(suggestion.label) <= 80 for suggestion in draft.suggestions)

    @pytest.mark.parametrize("name", sorted(SCRIPTS))
    def test_scenes_and_feedback_fit_a_phone(self, name: str) -> None:
        script = SCRIPTS[name]
        choices = [choice for scene in script.scenes.values() for choice in scene.choices]
        assert max(len(scene.text.split()) for scene in script.scenes.values()) <= 60
        assert max(sum(len(told.say.split()) for told in choice.feedback) for choice in choices) <= 60
        assert all(2 <= len(scene.choices) <= 4 for scene in script.scenes.values() if scene.choices)

    @pytest.mark.parametrize("name", sorted(SCRIPTS))
    def test_every_number_of_the_world_stands_in_the_section_that_is_cited(self, name: str, desk: Desk) -> None:
        """Without the gate's help: figures of feedback are in the cited text or among the story's own."""
        script = SCRIPTS[name]
        for scene in script.scenes.values():
            for told in (*scene.takeaways, *(told for choice in scene.choices for told in choice.feedback)):
                cites = [script.cites[key] for key in told.cite]
                text = " ".join(
                    f"{passage.title} {passage.text} {passage.as_of}"
                    for cite in cites
                    for passage in desk.passages[cite.document]
                    if passage.heading == cite.heading
                )
                figures = {word.strip(".,;:%()") for word in told.say.split() if any(c.isdigit() for c in word)}
                assert all(figure in f"{text} {script.given}" for figure in figures), told.say

    def test_no_story_is_indexed_as_a_document(self) -> None:
        from bot.retrieval.ingest import Root, _files_of  # noqa: PLC0415 - only this test reaches in

        read = list(_files_of(Root(KNOWLEDGE, own=True), []))
        assert read
        assert not any("simulations" in path.parts for path in read)


class TestTheEngine:
    def test_a_choice_leads_to_its_scene_with_what_is_said_of_it(self, simulations: Simulations) -> None:
        script = SCRIPTS["two-certificates-one-budget"]
        step = simulations.start(script.id)
        assert step is not None
        assert step.state == SimulationState(simulation=script.id, scene="kitchen")
        assert script.title in text_of(step.draft)
        assert [suggestion.ask for suggestion in step.draft.suggestions] == ["A", "B", "C"]
        step = simulations.reply(step.state, "B")
        assert step is not None
        assert step.state == SimulationState(simulation=script.id, scene="course", path=(1,))
        assert "USD 1,000 to 1,500" in text_of(step.draft)
        assert script.scenes["course"].text in text_of(step.draft)

    @pytest.mark.parametrize(
        "said", ["B", "b", "(b)", "2", "2.", "Book the CSM course today", "book the csm course today"]
    )
    def test_a_choice_is_made_by_letter_number_or_words(self, simulations: Simulations, said: str) -> None:
        step = simulations.reply(SimulationState(simulation="two-certificates-one-budget", scene="kitchen"), said)
        assert step is not None
        assert step.state is not None
        assert step.state.path == (1,)

    @pytest.mark.parametrize("said", ["D", "9", "What does CSM cost?", "hello", ""])
    def test_what_is_no_choice_is_left_to_the_conversation(self, simulations: Simulations, said: str) -> None:
        state = SimulationState(simulation="two-certificates-one-budget", scene="kitchen")
        assert simulations.reply(state, said) is None

    def test_an_ending_is_told_with_what_to_take_away(self, simulations: Simulations, desk: Desk) -> None:
        step = simulations.reply(SimulationState(simulation="two-certificates-one-budget", scene="prepare"), "B")
        assert step is not None
        assert step.state is None
        released = desk.gate.release(step.draft, step.own_words)
        assert "What to take away:" in released.text
        assert "\n- Count what employers near you ask for" in released.text
        assert step.draft.suggestions == ()

    def test_an_unknown_simulation_is_none_and_a_changed_one_begins_again(self, simulations: Simulations) -> None:
        assert simulations.start("there-is-none") is None
        assert simulations.reply(SimulationState(simulation="there-is-none", scene="a"), "A") is None
        step = simulations.reply(SimulationState(simulation="first-cloud-step", scene="was-once"), "A")
        assert step is not None
        assert step.state == SimulationState(simulation="first-cloud-step", scene="desk")

    def test_they_are_found_by_topic(self, simulations: Simulations) -> None:
        assert {script.id for script in simulations.about("agile")} == {"two-certificates-one-budget"}
        assert len(simulations.about()) >= 8


SCRIPT = """\
title: A test
summary: A test.
topics: [agile]
given: "USD 400"
cites:
  psm: {document: credentials/psm-i, heading: "Does PSM I expire?"}
start: a
scenes:
  a: {text: You have USD 400., choices: [
    {text: Left, to: b, feedback: [{say: PSM I never expires., cite: [psm]}]},
    {text: Right, to: b, feedback: [{say: PSM I never expires., cite: [psm]}]}]}
  b: {text: You wait., choices: [
    {text: Left, to: c, feedback: [{say: PSM I never expires., cite: [psm]}]},
    {text: Right, to: c, feedback: [{say: PSM I never expires., cite: [psm]}]}]}
  c: {text: You choose., choices: [
    {text: Left, to: well, feedback: [{say: PSM I never expires., cite: [psm]}]},
    {text: Right, to: ill, feedback: [{say: PSM I never expires., cite: [psm]}]}]}
  well: {text: It goes well., ending: good, takeaways: [{say: PSM I never expires., cite: [psm]}, {say: Breathe.}]}
  ill: {text: It does not., ending: hard, takeaways: [{say: PSM I never expires., cite: [psm]}, {say: Breathe.}]}
"""


class TestTheCheck:
    def found(self, folder: Path, desk: Desk, before: str, after: str) -> list[str]:
        assert before in SCRIPT
        path = folder / "simulations" / "test.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SCRIPT.replace(before, after))
        problems = check_simulations(folder, lambda document: desk.passages.get(document, ()), desk.gate)
        assert all(problem.file == "simulations/test.yaml" for problem in problems)
        return [f"{problem.field}: {problem.reason}" for problem in problems]

    def test_nothing_is_found_where_nothing_is_wrong(self, tmp_path: Path, desk: Desk) -> None:
        assert self.found(tmp_path, desk, "A test", "A test") == []

    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ("title: A test\n", "", "title: Field required"),
            ("ending: good", "ending: splendid", "scenes.well.ending: Input should be 'good', 'mixed' or 'hard'"),
            ("topics: [agile]", "topics: [agile]\nmood: fine", "mood: Unexpected keyword argument"),
            ("title: A test", "title: [", "file: not valid YAML"),
            ("to: ill", "to: nowhere", "nowhere: is led to, and there is no such scene"),
            ("to: ill", "to: well", "ill: is never reached"),
            ("ending: hard", "ending: good", "scenes: have 2 endings of 1 kinds, at least 2 are wanted"),
            ("to: ill", "to: a", "scenes: go round in a circle at a"),
            ("start: a", "start: c", "scenes: ask for 1 to 1 decisions on a way, 3 to 6 are wanted"),
            ("You wait.", "You wait" + " long" * 60, "b: has 62 words, at most 60 fit"),
            ("text: Right, to: ill", f"text: {'x' * 77}, to: ill", "c.choices.2: has 77 characters, at most 76 fit"),
            (", {say: Breathe.}]}\n  ill", "]}\n  ill", "well: has 1 takeaways, at least 2 are wanted"),
            ("Does PSM I expire?", "Does it?", "cites.psm: credentials/psm-i has no section 'Does it?'"),
            ("credentials/psm-i", "credentials/none", "cites.psm: credentials/none has no section"),
            (
                "ill, feedback: [{say: PSM I never expires., cite: [psm]}",
                "ill, feedback: [{say: Fine.}",
                "c.choices.2: has feedback that names no source",
            ),
            (
                "cite: [psm]}, {say: Breathe.}]}\n  ill",
                "cite: [pms]}, {say: Breathe.}]}\n  ill",
                "well.takeaways: names the source 'pms', which is not among cites",
            ),
            (
                "start: a",
                '  two: {document: guides/eqf-and-ects, heading: "How many hours is one ECTS credit?"}\nstart: a',
                "cites.two: is named by nothing",
            ),
            (
                "{say: Breathe.}]}\n  ill",
                "{say: It costs USD 200.}]}\n  ill",
                "well.takeaways: money 'usd 200' is in none of its citations",
            ),
            (
                "{say: Breathe.}]}\n  ill",
                "{say: Bananas ripen slowly., cite: [psm]}]}\n  ill",
                "well.takeaways: shares too few words with its citations",
            ),
            ("You have USD 400.", "You have USD 500.", "a: money 'usd 500' is in none of what is given"),
            ("text: Left, to: b", "text: Pay USD 30, to: b", "a.choices.1: money 'usd 30' is in none of what is given"),
        ],
    )
    def test_each_fault_is_named_with_its_place(
        self, tmp_path: Path, desk: Desk, before: str, after: str, expected: str
    ) -> None:
        found = self.found(tmp_path, desk, before, after)
        assert any(problem.startswith(expected) for problem in found) if expected else found == []

    def test_too_many_or_too_few_choices_are_named(self, tmp_path: Path, desk: Desk) -> None:
        script = yaml.safe_load(SCRIPT)
        script["scenes"]["a"]["choices"] = script["scenes"]["a"]["choices"][:1]
        script["scenes"]["b"]["choices"] *= 3
        path = tmp_path / "simulations" / "test.yaml"
        path.parent.mkdir()
        path.write_text(yaml.safe_dump(script))
        problems = check_simulations(tmp_path, lambda document: desk.passages.get(document, ()), desk.gate)
        assert [str(problem) for problem in problems] == [
            "simulations/test.yaml: a: has 1 choices, 2 to 4 are wanted",
            "simulations/test.yaml: b: has 6 choices, 2 to 4 are wanted",
        ]

    def test_a_script_that_is_broken_stops_its_reading_with_every_problem(self) -> None:
        with pytest.raises(DocumentError, match="title"):
            parse_simulation("test", SCRIPT.replace("title: A test\n", ""))
        with pytest.raises(DocumentError, match="not a mapping"):
            parse_simulation("test", "- a\n- b\n")
