"""`/stack`: how credentials add up, each step by the field that says so; `/sources`: where it was read."""

from __future__ import annotations

from bot.learning.learner import Room
from tests.dialogue.conftest import Place


async def test_what_one_leads_to_and_what_leads_to_it(place: Place) -> None:
    person = place.person()
    told = await person.says("/stack az-104")
    up, down = told.split("What leads to AZ-104")
    assert "What AZ-104 leads to" in up
    assert "required for AZ-305" in up
    assert "recommended: AZ-900" in down
    answer = person.answers[-1]
    assert len(answer.claims) == len(answer.citations) >= 3
    assert [suggestion.ask for suggestion in answer.suggestions] == ["/plan AZ-104"]


async def test_further_steps_up_are_told_by_those_between(place: Place) -> None:
    told = await place.person().says("/stack network+")
    assert "CompTIA Cloud+ (CV0-004) leads on to CompTIA CloudNetX" in told
    assert told.count("CompTIA Network+ (N10-009) is a recommended step before") == 1


async def test_without_a_name_the_small_steps_towards_a_degree(place: Place) -> None:
    assert "count towards a degree" in await place.person().says("/stack")


async def test_what_is_unknown_is_said_so(place: Place) -> None:
    assert "no credential called “foo bar”" in await place.person().says("/stack foo bar")


async def test_part_of_a_name_is_enough_where_one_alone_has_it(place: Place) -> None:
    person = place.person()
    assert "What MITx Supply Chain MicroMasters leads to" in await person.says("/stack mitx supply chain")
    assert "Which one" in await person.says("/stack georgia tech")
    asks = [suggestion.ask for suggestion in person.answers[-1].suggestions]
    assert asks == ["/stack Georgia Tech OMS Analytics", "/stack Georgia Tech OMSCS"]


async def test_what_one_of_them_counts_towards_is_asked_of_that_one(place: Place) -> None:
    told = await place.person().says("does capm count towards a degree")
    assert "These small steps" not in told
    assert "CAPM" in told


async def test_the_last_answer_that_rests_on_anything_has_its_sources_shown(place: Place) -> None:
    person = place.person()
    assert "None of my last answers" in await person.says("/sources")
    await person.says("What does AZ-104 cost?")
    cited = person.answers[-1].citations
    await person.says("I have 5 hours a week")
    assert "“What does AZ-104 cost?”" in await person.says("/sources")
    assert person.answers[-1].citations == cited
    await person.says("/sources")
    assert person.answers[-1].citations == cited


async def test_sources_of_one_room_are_not_those_of_another(place: Place) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?")
    group = Room(platform="test", number="group", private=False)
    assert "None of my last answers" in await person.says("/sources", room=group)


async def test_asking_for_sources_does_not_change_what_is_talked_about(place: Place) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?", "/sources")
    assert "one year" in await person.says("and how long is it valid?")


async def test_all_pages_about_one_credential(place: Place) -> None:
    person = place.person()
    told = await person.says("/sources az-104")
    assert "Cost [" in told
    pages = [citation.url for citation in person.answers[-1].citations]
    assert "https://learn.microsoft.com/en-us/certifications/exam-duration-question-types" in pages
    assert len(set(pages)) > 3
