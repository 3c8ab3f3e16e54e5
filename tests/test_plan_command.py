"""`credway plan`: what it prints for machines and people, from the packaged credentials and from a list."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_library
from bot.cli.main import run
from bot.settings import Settings

Plan = Callable[..., dict[str, Any]]
KEYS = [
    "status", "objective", "steps", "total_cost_usd", "total_hours", "finish", "alternatives", "assumptions",
    "conflicts", "suggestions", "citations",
]  # fmt: skip
STEP_KEYS = [
    "credential", "title", "start", "finish", "hours", "hours_assumed", "cost_usd", "cost_assumed", "why", "citations",
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the packaged knowledge, indexed once."""
    home = tmp_path_factory.mktemp("plans")
    library = open_library(Settings(_env_file=None, credway_home=home, knowledge_dirs=(), embeddings="none"))
    library.ingest()
    library.close()
    return home


@pytest.fixture(autouse=True)
def _place(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("KNOWLEDGE_DIRS", "PROMPTS_DIR", "LLM_MODEL", "CHROMA_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CREDWAY_HOME", str(home))
    monkeypatch.setenv("EMBEDDINGS", "none")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))


@pytest.fixture
def plan(capsys: pytest.CaptureFixture[str]) -> Plan:
    def call(*options: str) -> dict[str, Any]:
        assert run(["plan", *options, "--json"]) == 0, capsys.readouterr().err
        (line,) = capsys.readouterr().out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found

    return call


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def call(*options: str) -> str:
        assert run(["plan", *options]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        return said.err

    return call


def written(content: Any) -> str:
    Path("list.json").write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return "list.json"


OWN = [
    {"id": "a", "hours": 7, "cost_usd": 100, "skills": ["Law"]},
    {"id": "b", "hours": 7.5, "cost_usd": 70.5, "requires": [["a", "c"]], "validity_months": 12},
    {"id": "c", "hours": 1, "cost_usd": 120, "retired_on": "2027-01-01"},
]


class TestPackaged:
    def test_a_plan_has_these_fields_and_a_source_for_each_step(self, plan: Plan) -> None:
        found = plan("--goal", "AZ-305", "--have", "az-900", "--start", "2026-11-23")
        assert KEYS == list(found)
        assert STEP_KEYS == list(found["steps"][0])
        assert [("az-104", "2026-11-23", "2027-02-14"), ("az-305", "2027-02-15", "2027-07-04")] == [
            (step["credential"], step["start"], step["finish"]) for step in found["steps"]
        ]
        assert (330, 160, "2027-07-04") == (found["total_cost_usd"], found["total_hours"], found["finish"])
        numbers = {citation["n"] for citation in found["citations"]}
        assert all(step["citations"] and numbers.issuperset(step["citations"]) for step in found["steps"])

    def test_a_budget_too_small_is_an_answer(self, plan: Plan) -> None:
        found = plan("--goal", "az-305", "--budget", "300")
        (conflict,) = found["conflicts"]
        assert ("infeasible", "budget", 330, 300) == (
            found["status"], conflict["constraint"], conflict["needed"], conflict["given"],
        )  # fmt: skip
        assert ([], None, None) == (found["steps"], found["total_cost_usd"], found["finish"])

    def test_a_retired_goal_says_so_and_offers_what_replaced_it(self, plan: Plan) -> None:
        found = plan("--goal", "ai-900")
        (conflict,) = found["conflicts"]
        assert ("retired", ["ai-900"]) == (conflict["constraint"], conflict["about"])
        assert "replaced by AI-901" in conflict["says"]
        assert {"label": "Plan for AI-901 instead", "ask": "Plan a path to AI-901"} in found["suggestions"]

    @pytest.mark.parametrize("goal", ["AZ-305", "az305", "Azure Solutions Architect Expert"])
    def test_a_goal_is_understood_by_code_and_by_name(self, plan: Plan, goal: str) -> None:
        assert "az-305" == plan("--goal", goal)["steps"][-1]["credential"]

    def test_several_goals_repeat_or_take_a_comma_list(self, plan: Plan) -> None:
        repeated = plan("--goal", "az-104", "--goal", "sc-900")
        assert repeated["steps"] == plan("--goal", "az-104,sc-900")["steps"]
        assert {"az-104", "sc-900"} == {step["credential"] for step in repeated["steps"]}

    def test_skills_may_be_topics_or_words_of_skills(self, plan: Plan) -> None:
        assert {"covers cloud", "covers python"} == {s["why"] for s in plan("--skills", "cloud,Python")["steps"]}

    def test_people_read_steps_sums_assumptions_and_sources(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["plan", "--goal", "az-305", "--start", "2026-11-23"]) == 0
        text = capsys.readouterr().out
        for part in ("(AZ-104), 2026-11-23 to 2027-02-14", "Cost in all: USD 330 [1][3].", "takes for granted", "[2] "):
            assert part in text

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (("--goal", "az-350"), "there is no credential 'az-350'; did you mean az-305"),
            (("--goal", "azure solutoins architect"), "did you mean az-305"),
            (("--goal", "az-305", "--have", "nothing at all"), "there is no credential 'nothing at all'"),
            (("--skills", "pyton"), "nothing here teaches 'pyton'; did you mean Python"),
            (("--goal", "az-305", "--hours-per-week", "0"), "hours a week must be from 0.01 to 168"),
            (("--goal", "az-305", "--budget=-1"), "the budget must be from 0"),
            (("--goal", "az-305", "--deadline", "June"), "--deadline takes a date such as 2027-06-30, not 'June'"),
            (("--goal", "az-305", "--minimise", "fun"), "--minimise takes cost, hours, steps, not 'fun'"),
            ((), "a plan needs a goal or a skill"),
        ],
    )
    def test_what_cannot_be_planned_is_refused_with_what_to_change(
        self, refusal: Callable[..., str], options: tuple[str, ...], message: str
    ) -> None:
        assert message in refusal(*options)


class TestOwnList:
    def test_a_list_is_planned_over_without_citations(self, plan: Plan) -> None:
        found = plan("--catalog", written(OWN), "--goal", "b", "--start", "2026-11-02", "--hours-per-week", "7")
        assert KEYS == list(found)
        assert [("a", "prerequisite for b", []), ("b", "your goal", [])] == [
            (step["credential"], step["why"], step["citations"]) for step in found["steps"]
        ]
        assert (170.5, 14.5, "2026-11-16", []) == (
            found["total_cost_usd"], found["total_hours"], found["finish"], found["citations"],
        )  # fmt: skip
        assert [["c", "b"]] == [[step["credential"] for step in path["steps"]] for path in found["alternatives"]]

    def test_the_start_is_today_where_none_is_given(self, plan: Plan) -> None:
        assert date.today().isoformat() == plan("--catalog", written(OWN), "--goal", "a")["steps"][0]["start"]  # noqa: DTZ011

    def test_a_skill_is_found_whatever_its_case(self, plan: Plan) -> None:
        assert ["a"] == [step["credential"] for step in plan("--catalog", written(OWN), "--skills", "law")["steps"]]

    def test_a_skill_that_nothing_gives_is_an_answer(self, plan: Plan) -> None:
        (conflict,) = plan("--catalog", written(OWN), "--skills", "lav")["conflicts"]
        assert ("unreachable", ["lav"], ["Law"]) == (conflict["constraint"], conflict["about"], conflict["nearest"])

    def test_people_can_read_it_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["plan", "--catalog", written(OWN), "--goal", "b", "--start", "2026-11-02"]) == 0
        assert "Cost in all: USD 170.50." in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("{", "list.json: file: it is no JSON"),
            ({"id": "a"}, "list.json: file: it must hold a list"),
            ([1], "list.json: [0]: it is no JSON object"),
            ([{"hours": 1, "cost_usd": 1}], "list.json: [0].id: it is missing"),
            ([{"id": "a", "cost_usd": 1}], "list.json: a.hours: it is missing"),
            ([{"id": "a", "hours": -1, "cost_usd": 1}], "list.json: a.hours: it must be a number"),
            ([{"id": "a", "hours": 1, "cost_usd": "1"}], "list.json: a.cost_usd: it must be a number"),
            ('[{"id": "a", "hours": NaN, "cost_usd": 1}]', "list.json: a.hours: it must be a number"),
            ([{**OWN[0], "requires": ["a"]}], "list.json: a.requires: it must be a list of groups"),
            ([{**OWN[0], "retired_on": "soon"}], "list.json: a.retired_on: it must be a date"),
            ([{**OWN[0], "validity_months": 0}], "list.json: a.validity_months: it must be a whole number"),
            ([{**OWN[0], "price": 1}], "list.json: a.price: there is no such field"),
            ([OWN[0], OWN[0]], "list.json: a.id: it stands twice"),
        ],
    )
    def test_a_broken_list_is_refused_with_field_and_reason(
        self, refusal: Callable[..., str], content: Any, message: str
    ) -> None:
        assert message in refusal("--catalog", written(content), "--goal", "a")

    def test_a_list_that_is_not_there_is_refused(self, refusal: Callable[..., str]) -> None:
        assert "none.json: file: it cannot be read" in refusal("--catalog", "none.json", "--goal", "a")
