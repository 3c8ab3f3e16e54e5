"""The check of the packaged knowledge finds what a reader would stumble over, and names the file and the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.documents.check import check_knowledge
from bot.errors import Problem
from bot.grounding.facts import FactReader, FactWords

READER = FactReader(
    FactWords(
        numbers={"two": 2, "three": 3, "five": 5},
        units={"years": "year", "months": "month", "hours": "hour", "minutes": "minute", "days": "day"},
        months={"june": 6},
    )
)
ENA = """\
---
kind: certification
title: Example Network Associate
short: ENA
codes: [EX-100]
aliases: [example network]
provider: example
awarding_body: Example
topics: [networking]
summary: An entry certification for people who run small networks.
status: {value: active, source: [shop]}
cost: {value: 300, source: [shop], note: "members pay USD 250", older: [{value: 280, source: [shop]}]}
cost_unit: exam
exam_minutes: {value: 90, source: [shop]}
validity: {value: 36, source: [shop]}
renewal_rule: {by: [assessment], window_days: 180}
prerequisites: {value: {required: [[{credential: old}]], recommended: []}, source: [shop]}
skills: {value: [Cables, Routes], source: [shop]}
replaces: {value: old, source: [shop]}
sources:
  shop: {title: Example shop, kind: official, url: "https://example.org/ena", date: 2026-06}
---

## What does ENA cover?

ENA covers two areas in 90 minutes, and it costs USD 300 or, for members, USD 250.[^shop] It is valid for three years.
[Its old form](old.md) was cheaper, at USD 200, and SC0x is a course. The list is of June 2026.
The maker is [Example](../providers/example.md).
"""
OLD = """\
---
kind: certification
title: Example Network Starter
short: ENS
aliases: [example network]
provider: example
awarding_body: Example
topics: [networking]
summary: A certification that is no longer offered.
status: {value: retired, source: [shop]}
cost: {value: 200, source: [shop]}
retired_on: {value: 2026-06-30, source: [shop]}
replaced_by: {value: ena, source: [shop]}
sources:
  shop: {title: Example shop, kind: official, url: "https://example.org/ens"}
---

## Can I still take ENS?

You can no longer take ENS, because it has been replaced by a newer certification of the same maker.
"""
EXAMPLE = """\
---
kind: provider
title: Example
summary: Example issues certifications for people who run networks.
as_of: 2026-11
sources:
  shop: {title: Example shop, kind: official, url: "https://example.org"}
---

## What does Example issue?

Example issues certifications for networks, such as [ENA](../credentials/ena.md), AZ-104 or 220-1201. It began with five
people in 1999.[^shop] Ask two of them "what now?" A badge costs $5.[^shop]
"""

WHERE = "What does ENA cover?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("credentials/ena", ENA), ("credentials/old", OLD), ("providers/example", EXAMPLE)):
        path = tmp_path / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def changed(folder: Path, name: str, before: str, after: str) -> list[Problem]:
    """The problems after one change of one file."""
    path = folder / f"{name}.md"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    return check_knowledge(folder, READER)


def test_sound_knowledge_has_no_problems(folder: Path) -> None:
    assert check_knowledge(folder, READER) == []


@pytest.mark.parametrize(
    ("before", "after", "field", "reason"),
    [
        pytest.param("provider: example", "provider: exemple", "provider", "no file in providers/", id="provider"),
        pytest.param("{credential: old}", "{credential: odl}", "prerequisites", "names odl", id="prerequisite"),
        pytest.param("replaces: {value: old", "replaces: {value: odl", "replaces", "names odl", id="predecessor"),
        pytest.param("replaces: {value: old", "replaces: {value: ena", "replaces", "the credential itself", id="self"),
        pytest.param(
            "skills:",
            "renewed_by: {value: [odl], source: [shop]}\nskills:",
            "renewed_by",
            "names odl",
            id="what renews it",
        ),
        pytest.param(
            "skills:",
            "stacks_into: {value: [{relation: leads_to, credential: odl}], source: [shop]}\nskills:",
            "stacks_into",
            "names odl",
            id="what it leads to",
        ),
        pytest.param(
            "skills:",
            "stacks_into: {value: [{relation: renews, credential: old}], source: [shop]}\nskills:",
            "stacks_into",
            "says that it renews old",
            id="what it renews, in the wrong direction",
        ),
        pytest.param("short: ENA\n", "", "short", "is missing", id="no short name"),
        pytest.param("short: ENA", f"short: {'E' * 41}", "short", "41 characters", id="a long short name"),
        pytest.param("for people who", "for " * 30 + "people who", "summary", "at most 32", id="a long summary"),
        pytest.param("example.md)", "exemple.md)", WHERE, "does not exist", id="a dead link"),
        pytest.param("example.md)", "example.md#a)", WHERE, "link to the page", id="a link to a heading"),
        pytest.param("../providers/example.md", "https://x.org", WHERE, "belongs in sources", id="outside"),
        pytest.param("value: active", "value: retired", "retired_on", "is missing", id="retired without a date"),
        pytest.param("value: active", "value: retiring", "retired_on", "is missing", id="retiring without a date"),
        pytest.param("## What", "### What", "body", "heading of level 3", id="a deeper heading"),
        pytest.param("## What", "# What", "body", "heading of level 1", id="a title in the body"),
        pytest.param("## What does ENA cover?\n", "", "body", "before its first heading", id="text without heading"),
        pytest.param("ENA covers", "- Cables\n\nENA covers", WHERE, "open with a sentence", id="a list first"),
        pytest.param("ENA covers", "word " * 100 + "ENA covers", WHERE, "at most 125", id="a long section"),
        pytest.param(
            "  shop:", "  blog: {title: B, kind: press}\n  shop:", "sources.blog", "no field", id="an unused source"
        ),
    ],
)
def test_a_broken_credential_is_found(folder: Path, before: str, after: str, field: str, reason: str) -> None:
    (problem,) = changed(folder, "credentials/ena", before, after)
    assert ("credentials/ena.md", field) == (problem.file, problem.field)
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("before", "after", "fact"),
    [
        pytest.param("for three years", "for two years", "duration '24 months'", id="another span"),
        pytest.param("costs USD 300", "costs USD 310", "money 'usd 310'", id="another price"),
        pytest.param("in 90 minutes", "in 95 minutes", "duration '95 minutes'", id="another length"),
        pytest.param("covers two areas", "covers five areas", "number '5'", id="another count"),
        pytest.param("at USD 200", "at USD 210", "money 'usd 210'", id="another price of the page that it links to"),
        pytest.param("June 2026", "June 2025", "date '2025-06'", id="another date"),
    ],
)
def test_prose_that_has_drifted_from_the_data_is_found(folder: Path, before: str, after: str, fact: str) -> None:
    (problem,) = changed(folder, "credentials/ena", before, after)
    assert problem.field == WHERE
    assert f"says {fact}, which the front matter does not" == problem.reason


def test_data_that_has_drifted_from_the_prose_is_found_too(folder: Path) -> None:
    (problem,) = changed(folder, "credentials/ena", "value: 300", "value: 310")
    assert problem.reason == "says money 'usd 300', which the front matter does not"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("It takes 180 days to open.", True, id="a number of the renewal rule in its unit"),
        pytest.param("It once cost USD 280.", True, id="a superseded value"),
        pytest.param("Take SC1x or AZ0x first.", True, id="the codes of courses"),
        pytest.param("It takes 180 minutes.", False, id="the right number in the wrong unit"),
    ],
)
def test_what_the_front_matter_says_in_any_form_may_be_told(folder: Path, text: str, *, told: bool) -> None:
    assert told is (changed(folder, "credentials/ena", "The list is", f"{text} The list is") == [])


@pytest.mark.parametrize(
    ("before", "after", "field", "reason"),
    [
        pytest.param(
            "value: retired,", "value: active,", "status", "retired_on is 2026-06-30", id="active but retired"
        ),
        pytest.param("2026-06-30", "end of June", "retired_on", "not a date", id="a date that cannot be compared"),
    ],
)
def test_a_status_that_contradicts_its_date_is_found(
    folder: Path, before: str, after: str, field: str, reason: str
) -> None:
    found = changed(folder, "credentials/old", before, after)
    assert any(problem.field == field and reason in problem.reason for problem in found)


def test_an_unknown_date_of_retirement_is_enough(folder: Path) -> None:
    assert changed(folder, "credentials/old", "{value: 2026-06-30, source: [shop]}", "{unknown: nobody says}") == []


def test_active_credentials_may_not_share_a_name_and_both_are_told(folder: Path) -> None:
    twin = ENA.replace("short: ENA", "short: ENB").replace("Example Network Associate", "Example Network Twin")
    (folder / "credentials/twin.md").write_text(twin)
    assert {
        "credentials/ena.md: codes: 'EX-100' also names credentials/twin.md",
        "credentials/twin.md: codes: 'EX-100' also names credentials/ena.md",
        "credentials/ena.md: aliases: 'example network' also names credentials/twin.md",
        "credentials/twin.md: aliases: 'example network' also names credentials/ena.md",
    } == {str(problem) for problem in check_knowledge(folder, READER)}


def test_kinds_of_programme_may_share_a_name_but_not_with_a_credential(folder: Path) -> None:
    programme = ENA.replace("kind: certification", "kind: programme_type").replace("codes: [EX-100]\n", "")
    for name in ("one", "two"):
        text = programme.replace("short: ENA", f"short: {name}").replace(
            "Example Network Associate", f"Programme {name}"
        )
        (folder / f"credentials/{name}.md").write_text(text)
    found = {problem.file: problem.reason for problem in check_knowledge(folder, READER)}
    assert found.pop("credentials/ena.md").endswith("also names credentials/one.md, credentials/two.md")
    assert set(found.values()) == {"'example network' also names credentials/ena.md"}


def test_a_retired_credential_may_keep_an_alias_but_no_short_name(folder: Path) -> None:
    """In a list both would stand side by side; of the aliases of the sound knowledge above one is shared."""
    found = changed(folder, "credentials/old", "short: ENS", "short: ENA")
    assert [problem.file for problem in found] == ["credentials/ena.md", "credentials/old.md"]
    assert {"short"} == {problem.field for problem in found}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("in 1999.[^shop]", "in 1999.", id="a year"),
        pytest.param("costs $5.[^shop]", "costs $5.", id="a price"),
        pytest.param("Ask two of them", "Ask 2 of them", id="a number beside a marked sentence"),
        pytest.param("such as [ENA]", "mid-2026 [ENA]", id="a year that is written like a code"),
        pytest.param("Ask two of them", "Ask half (50%) of them", id="a percentage"),
    ],
)
def test_figures_of_provider_pages_need_a_source_in_their_own_sentence(folder: Path, before: str, after: str) -> None:
    found = changed(folder, "providers/example", before, after)
    assert [problem.field for problem in found if "without a source" in problem.reason] == ["What does Example issue?"]


def test_a_figure_in_a_list_needs_its_own_source(folder: Path) -> None:
    found = changed(folder, "providers/example", "A badge costs $5.[^shop]", "\n\n- One badge: 5\n- All: 9[^shop]")
    assert [problem.reason for problem in found] == ["has a figure without a source: - One badge: 5"]


def test_a_file_in_the_wrong_folder_is_found(folder: Path) -> None:
    (folder / "guides").mkdir()
    (folder / "guides/exam.md").write_text("# Exams\n\nJust notes.")
    (problem,) = check_knowledge(folder, READER)
    assert str(problem) == "guides/exam.md: kind: a file in guides/ is a guide, and this is a general"


def test_a_file_that_does_not_parse_is_told_and_the_others_are_still_checked(folder: Path) -> None:
    (folder / "credentials/broken.md").write_text(ENA.replace("kind: certification", "kind: licence"))
    (folder / "providers/broken.md").write_bytes(b"\xff\xfe")
    found = changed(folder, "providers/example", "costs $5.[^shop]", "costs $5.")
    assert [(problem.file, problem.field) for problem in found] == [
        ("credentials/broken.md", "kind"),
        ("providers/broken.md", "file"),
        ("providers/example.md", "What does Example issue?"),
    ]


def test_notes_beside_the_knowledge_need_no_sources_but_their_links_must_work(folder: Path) -> None:
    (folder / "README.md").write_text("# Read me\n\n[42](credentials/ena.md) [site](https://x.org) [gone](gone.md)")
    (problem,) = check_knowledge(folder, READER)
    assert str(problem) == "README.md: Read me: links to gone.md, which does not exist"
