"""Every item has exactly one right answer, and its source says so: judged from the files, not by what made the items.

Values are read from the front matter as text; of a gap's sentence the source marks are read from the Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from bot.documents.markdown import split_front_matter
from bot.practice.items import Item
from tests.practice.desk import KNOWLEDGE, Desk

FIELD_OF = {
    "renewal_credits": "renewal_rule",
    "renewal_window": "renewal_rule",
    "largest_area": "skills",
    "retired": "status",
    "next.requires": "stacks_into",
    "next.one_of": "stacks_into",
    "next.recommended": "stacks_into",
    "next.leads_to": "stacks_into",
}
NUMERIC = {"cost", "validity", "exam_minutes", "study_hours", "courses", "exam_passing", "exam_questions"}
YEARS = {"one year": 12, "two years": 24, "three years": 36, "four years": 48, "five years": 60}
BANDS = (
    {"entry", "beginner", "foundational", "fundamentals"},
    {"associate", "intermediate", "undergraduate"},
    {"professional", "specialty", "advanced", "expert", "graduate"},
)


@cache
def front(document: str) -> dict[str, Any]:
    return split_front_matter((KNOWLEDGE / f"{document}.md").read_text("utf-8"))[0] or {}


@cache
def by_name() -> dict[str, str]:
    """The documents of credentials by each of their names and codes."""
    names: dict[str, str] = {}
    for path in (KNOWLEDGE / "credentials").glob("*.md"):
        document = f"credentials/{path.stem}"
        told = front(document)
        codes = told.get("codes", [])
        for name in (path.stem, told["short"], *codes, *(f"{told['short']} ({code})" for code in codes)):
            names[name] = document
    return names


def readings(document: str, field: str) -> list[Any]:
    """All that any source says or said of a field: now, in conflict, or before."""
    value = front(document).get(field)
    if field == "awarding_body":
        return [value]
    if field == "codes":
        return list(front(document).get("codes", []))
    if value is None:
        return []
    every = [value, *value.get("conflict", ()), *value.get("older", ())]
    return [reading["value"] for reading in every if "value" in reading]


def current(document: str, field: str) -> Any:
    """What the sources agree on now."""
    value = front(document).get(field)
    if field in {"awarding_body", "codes"}:
        return value[0] if isinstance(value, list) else value
    assert isinstance(value, dict), f"{document}: {field} is not there"
    assert "value" in value, f"{document}: {field} is not agreed"
    return value["value"]


def figure(text: str) -> float | None:
    """The first figure of an option, years in months; never is infinite."""
    if "expire" in text:
        return float("inf")
    if text in YEARS:
        return float(YEARS[text])
    found = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return float(found[0].replace(",", "")) if found else None


def as_figure(value: Any) -> float | None:
    return float("inf") if value == "never" else figure(str(value))


def aspect_items(items: list[Item], kind: str = "field") -> Iterator[tuple[Item, str, str]]:
    for item in items:
        if item.kind == kind:
            yield item, item.aspect, FIELD_OF.get(item.aspect, item.aspect)


class TestTheWhole:
    def test_there_are_more_than_five_hundred_items_of_every_kind(self, items: list[Item]) -> None:
        kinds = Counter(item.kind for item in items)
        assert len(items) > 500
        assert set(kinds) == {"field", "fit", "true_false", "cloze", "typed", "recall"}
        assert min(kinds.values()) >= 25

    def test_no_two_items_have_the_same_id(self, items: list[Item]) -> None:
        assert [] == [identity for identity, count in Counter(item.id for item in items).items() if count > 1]

    def test_every_key_has_a_passage_and_every_fact_told_stands_in_it(self, items: list[Item], desk: Desk) -> None:
        """With the gate as the judge, which knows nothing of how items are made."""
        for item in items:
            assert item.passage.document == item.document
            assert desk.gate.problem(item.explanation, "") is None, item.id
            passages = [passage.text for passage in desk.passages[item.document]]
            assert any(item.passage.text == text for text in passages), item.id
            assert item.quote in item.passage.text, item.id

    def test_every_rationale_passes_the_gate(self, items: list[Item], desk: Desk) -> None:
        told = [o.rationale for item in items for o in item.options if o.rationale is not None]
        assert len(told) > 500
        assert [] == [statement.text for statement in told if desk.gate.problem(statement, "") is not None]

    def test_questions_and_options_fit_the_platforms(self, items: list[Item]) -> None:
        assert [] == [item.id for item in items if len(item.question) > 300 or "$" in item.question.replace("US$", "")]
        labels = [(item.id, f"A: {option.text}") for item in items for option in item.options]
        assert [] == [label for label in labels if len(label[1]) > 80]

    def test_the_key_is_among_the_options_once_and_stands_anywhere(self, items: list[Item]) -> None:
        chosen = [item for item in items if item.options and item.kind != "true_false"]
        for item in chosen:
            texts = [option.text.casefold() for option in item.options]
            assert item.options[item.key_index].text == item.key
            assert len(set(texts)) == len(texts)
        places = Counter(item.key_index for item in chosen if len(item.options) == 4)
        assert set(places) == {0, 1, 2, 3}
        assert max(places.values()) < 1.5 * min(places.values())

    def test_the_key_is_not_to_be_told_by_its_length(self, items: list[Item]) -> None:
        chosen = [item for item in items if item.kind == "field"]
        longest = [i for i in chosen if all(len(i.key) > len(o.text) for o in i.options if o.text != i.key)]
        assert len(longest) < 0.4 * len(chosen)

    def test_the_key_is_not_to_be_told_by_its_rank(self, items: list[Item]) -> None:
        ranks: Counter[int] = Counter()
        for item in items:
            if item.kind == "field" and item.aspect in {"cost", "exam_minutes"}:
                figures = sorted(figure(option.text) or 0 for option in item.options)
                ranks[figures.index(figure(item.key) or 0)] += 1
        assert set(ranks) == {0, 1, 2, 3}
        assert max(ranks.values()) < 0.4 * ranks.total(), ranks

    def test_no_question_says_its_own_answer(self, items: list[Item]) -> None:
        def told(item: Item) -> bool:
            return bool(re.search(rf"(?<!\w){re.escape(item.key.casefold())}(?!\w)", item.question.casefold()))

        assert [] == [item.id for item in items if item.kind in {"field", "fit", "typed", "cloze"} and told(item)]


class TestFieldItems:
    def test_the_key_is_the_value_that_the_file_has_now(self, items: list[Item]) -> None:
        checked = 0
        for item, aspect, field in aspect_items(items):
            if aspect in NUMERIC:
                assert figure(item.key) == as_figure(current(item.document, field)), item.id
            elif aspect in {"level", "awarding_body", "codes", "retired_on"}:
                assert item.key == current(item.document, field), item.id
            elif aspect in {"replaces", "replaced_by"}:
                value = current(item.document, field)
                assert by_name().get(item.key, item.key) == by_name().get(value, value), item.id
            else:
                continue
            checked += 1
        assert checked > 250

    def test_no_distractor_is_what_any_source_says_or_said(self, items: list[Item]) -> None:
        for item, aspect, field in aspect_items(items):
            wrong = [option.text for i, option in enumerate(item.options) if i != item.key_index]
            held = readings(item.document, field)
            if aspect in NUMERIC:
                assert not {figure(text) for text in wrong} & {as_figure(value) for value in held}, item.id
                note = str(front(item.document)[field].get("note", ""))
                told = {float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", note)}
                assert not {figure(text) for text in wrong} & told, f"{item.id}: {note}"
            elif aspect in {"awarding_body", "codes", "retired_on"}:
                assert not set(wrong) & set(map(str, held)), item.id

    def test_a_wrong_level_is_of_another_band(self, items: list[Item]) -> None:
        for item, aspect, _ in aspect_items(items):
            if aspect == "level":
                band = next(band for band in BANDS if item.key in band)
                assert not any(option.text in band for option in item.options if option.text != item.key), item.id

    def test_only_the_key_is_what_it_leads_to_is_renewed_by_or_follows_it(self, items: list[Item]) -> None:
        for item, aspect, field in aspect_items(items):
            if aspect == "renewed_by":
                right = {identity for value in readings(item.document, field) for identity in value}
            elif aspect.startswith("next."):
                links = [link for value in readings(item.document, field) for link in value]
                right = {link.get("credential") or link["name"] for link in links}
            elif aspect in {"replaced_by", "replaces"}:
                right = set(map(str, readings(item.document, field)))
            else:
                continue
            documents = {by_name().get(value, value) for value in right}
            fitting = [o.text for o in item.options if by_name().get(o.text, o.text) in documents]
            assert fitting == [item.key], item.id

    def test_only_the_key_is_retired(self, items: list[Item]) -> None:
        asked = [item for item, aspect, _ in aspect_items(items) if aspect == "retired"]
        assert len(asked) >= 5
        for item in asked:
            states = {o.text: current(by_name()[o.text], "status") for o in item.options}
            assert [name for name, state in states.items() if state != "active"] == [item.key], item.id

    def test_only_the_key_weighs_most(self, items: list[Item]) -> None:
        for item, aspect, _ in aspect_items(items):
            if aspect == "largest_area":
                areas = [
                    re.fullmatch(r"(.+?) ([\d.]+)(?:-([\d.]+))?%", area) for area in current(item.document, "skills")
                ]
                weights = {area[1]: (float(area[2]), float(area[3] or area[2])) for area in areas if area}
                low, _ = weights[item.key]
                assert all(high <= low for name, (_, high) in weights.items() if name != item.key), item.id
                assert all(option.text in weights for option in item.options)

    def test_only_the_key_is_formally_required(self, items: list[Item]) -> None:
        for item, aspect, _ in aspect_items(items):
            if aspect != "prerequisites":
                continue
            groups = current(item.document, "prerequisites")["required"]
            required = [one.get("credential") or one["text"] for group in groups for one in group]
            names = {by_name().get(value, value.casefold()) for value in required}
            for option in item.options:
                parts = [part.strip() for part in re.split(r";", option.text)]
                fits = any(by_name().get(part, part.casefold()) in names for part in parts)
                if option.text == item.key:
                    assert fits or not names or "one of" in option.text.casefold(), item.id
                else:
                    assert not fits, f"{item.id}: {option.text}"
            assert ("No formal prerequisite" == item.key) == (not required), item.id
            # Part of what is required is required too: "five years of work" where it is five years of security.
            spans = set(re.findall(r"\w+ (?:years|months|hours)", item.key.casefold()))
            wrong = " ".join(option.text.casefold() for option in item.options if option.text != item.key)
            assert not any(span in wrong for span in spans), item.id
            own = front(item.document)["short"]
            assert not any(option.text.startswith(own) for option in item.options), item.id

    def test_no_key_is_a_bound_that_another_option_would_meet_too(self, items: list[Item]) -> None:
        loose = re.compile(r"\b(at most|at least|about|up to|around)\b")
        numeric = [item for item, aspect, _ in aspect_items(items) if aspect in NUMERIC]
        assert [] == [item.id for item in numeric if any(loose.search(option.text) for option in item.options)]

    def test_credits_and_windows_are_those_of_the_rule(self, items: list[Item]) -> None:
        for item, aspect, _ in aspect_items(items):
            if field := {"renewal_credits": "credits", "renewal_window": "window_days"}.get(aspect):
                figures = [figure(option.text) for option in item.options]
                value = front(item.document)["renewal_rule"][field]
                assert figures[item.key_index] == value
                assert figures.count(value) == 1, item.id


class TestScenarios:
    def test_exactly_one_option_meets_the_wishes_and_each_other_fails_one_that_is_known(
        self, items: list[Item]
    ) -> None:
        asked = [item for item in items if item.kind == "fit"]
        assert len(asked) >= 25
        for item in asked:
            wish = item.wish
            assert wish is not None
            assert f"USD {wish.max_cost:,.0f}" in item.question
            for option in item.options:
                told = front(by_name()[option.text])
                verdicts = [wish.topics[0] in told["topics"]]
                verdicts.append(told.get("level", {}).get("value") in BANDS[wish.bands[0] - 1])
                price = told.get("cost", {}).get("value")
                verdicts.append(price is not None and price <= wish.max_cost and told["cost_unit"] in {"exam", "exams"})
                if wish.no_renewal:
                    verdicts.append(told.get("validity", {}).get("value") == "never")
                if wish.no_prerequisites:
                    verdicts.append(not told.get("prerequisites", {}).get("value", {}).get("required", ["unknown"]))
                assert all(verdicts) == (option.text == item.key), f"{item.id}: {option.text}"
                assert current(by_name()[option.text], "status") == "active"
            assert all(option.rationale for option in item.options if option.text != item.key)


class TestTrueOrFalse:
    def test_a_claim_is_true_when_its_facts_stand_in_the_passage(self, items: list[Item], desk: Desk) -> None:
        numeric = {"claim.cost", "claim.validity", "claim.exam_minutes", "claim.exam_passing", "claim.retired_on"}
        asked = [item for item in items if item.kind == "true_false" and item.aspect in numeric]
        keys = Counter(item.key for item in asked)
        assert min(keys.values()) > 20
        for item in asked:
            claim = item.question.removeprefix("True or false? ")
            held = readings(item.document, item.aspect.removeprefix("claim."))
            told = re.split(r" (?:valid for|costs|takes|is(?! valid)|retired on) ", claim)[-1].rstrip(".")
            said = figure(claim if "expire" in claim else told)
            values = {as_figure(value) for value in held}
            if "retired" in item.aspect:
                said, values = told, set(held)
            assert (said in values) == (item.key == "True"), f"{claim} / {held}"

    def test_levels_and_successors_are_claimed_as_the_file_has_them_or_not(self, items: list[Item]) -> None:
        for item in items:
            if item.aspect == "claim.level":
                level = re.search(r" at (.+) level\.$", item.question)
                assert level is not None
                assert (level[1] == current(item.document, "level")) == (item.key == "True"), item.id
            elif item.aspect == "claim.replaced_by":
                name = re.search(r" replaced by (.+)\.$", item.question)
                value = current(item.document, "replaced_by")
                assert name is not None
                assert (by_name().get(name[1], name[1]) == by_name().get(value, value)) == (item.key == "True")

    def test_what_is_recommended_is_not_required(self, items: list[Item]) -> None:
        steps = [item for item in items if item.aspect.startswith("step.")]
        assert {item.key for item in steps} == {"True", "False"}
        for item in steps:
            needed = current(item.document, "prerequisites")
            required = [one.get("credential") for group in needed["required"] for one in group if len(group) == 1]
            assert (item.aspect.removeprefix("step.") in required) == (item.key == "True"), item.id

    def test_of_facts_in_conflict_only_the_conflict_is_asked(self, items: list[Item]) -> None:
        conflicts = 0
        for item in items:
            field = item.aspect.rpartition(".")[2]
            value = front(item.document).get(field) if item.document.startswith("credentials/") else None
            if isinstance(value, dict) and (value.get("conflict") or value.get("unknown")):
                assert item.aspect == f"agree.{field}", item.id
                assert item.key == "False"
                conflicts += 1
        assert conflicts >= 5


class TestGaps:
    @staticmethod
    def marked(document: str, sentence: str) -> bool:
        """Whether the sentence carries a source mark in the file."""
        text = " ".join((KNOWLEDGE / f"{document}.md").read_text("utf-8").split())
        text = re.sub(r"\[([^\]^]*)\]\([^)]*\)", r"\1", text)
        return bool(re.search(rf"{re.escape(sentence)}\s?\[\^", text))

    def test_the_sentence_carries_a_source_in_the_file(self, items: list[Item]) -> None:
        gaps = [item for item in items if item.kind == "cloze"]
        assert len(gaps) > 60
        assert [] == [item.id for item in gaps if not self.marked(item.document, item.quote)]

    def test_only_the_key_makes_the_sentence_of_the_document(self, items: list[Item], desk: Desk) -> None:
        for item in (item for item in items if item.kind == "cloze"):
            gapped = re.search(r'Fill the gap: "(.+)"$', item.question)
            assert gapped is not None
            assert gapped[1].count("____") == 1
            assert not re.search(r"\d [a-z]+$", item.key) or re.search(r"\d (\w+s|percent)$", item.key), item.key
            made = [option.text for option in item.options if gapped[1].replace("____", option.text) == item.quote]
            assert made == [item.key], item.id
            for option in item.options:
                if option.text != item.key:
                    again = re.search(rf"(?<![\w.,]){re.escape(option.text)}(?!\w)", item.passage.text)
                    assert again is None, f"{item.id}: {option.text}"


class TestLanguages:
    @pytest.mark.parametrize("language", ["es", "de", "fr", "pt", "hi", "zh"])
    def test_the_same_things_are_asked_in_another_language(self, desk: Desk, language: str) -> None:
        documents = ["credentials/az-104", "credentials/cka", "guides/renewal-models"]
        for document in documents:
            english = {item.id for item in desk.book.items_of(document)}
            other = desk.book.items_of(document, language)
            assert len({item.id for item in other} & english) >= 0.8 * len(english)
            assert all(desk.gate.problem(item.explanation, "", same_language=False) is None for item in other)
            assert all(len(item.question) <= 300 for item in other)
