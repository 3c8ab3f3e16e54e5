"""`/check`: each claim of a text held against the documents, and never told as true where they do not say it."""

from __future__ import annotations

import pytest

from bot.learning.learner import Room
from tests.dialogue.conftest import Place

BACKED, CONTRADICTED, OPEN, UNSAID = "Backed", "say otherwise", "Read for yourself", "do not say"


async def findings(place: Place, text: str) -> list[str]:
    """What was found of each claim, in their order."""
    told = await place.person().says(f"/check {text}")
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    return [next(word for word in (BACKED, CONTRADICTED, OPEN, UNSAID) if word in line) for line in lines]


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ("Security+ costs 425 dollars.", [BACKED]),
        ("Security+ costs 425 dollars and is valid for three years.", [BACKED]),
        ("Security+ costs 425 dollars and is valid for 5 years.", [CONTRADICTED]),
        ("AZ-104 never expires. It costs 500 dollars. I love it!", [CONTRADICTED, CONTRADICTED]),
        ("AZ-900 is free.", [CONTRADICTED]),
        ("AZ-104 has no prerequisites.", [BACKED]),
        ("CISSP requires five years of work experience.", [BACKED]),
        ("I heard that AZ-104 is 165 dollars.", [BACKED]),
        ("Security+ is renewed with 50 CEUs every three years.", [BACKED]),
        # About something else than the field that it has a word of.
        ("A prep course for AZ-104 costs 900 dollars.", [UNSAID]),
        ("AZ-104 is not free.", [UNSAID]),
        ("Security+ counts for DoD 8140.", [UNSAID]),
        # Who needs whom is read, not guessed from the order of names.
        ("AZ-104 requires AZ-900.", [OPEN]),
        ("SAA-C03 is harder than CLF-C02 and takes 12 hours.", [UNSAID]),
        ("AZ-500 is replaced by SC-500.", [OPEN]),
        # Its figure stands in the same passage, but for something else.
        ("One ECTS credit is 15 hours of work.", [UNSAID]),
        # The passage has all its words, and denies or affirms what it does not.
        ("ISC2 charges no annual fee.", [UNSAID]),
        ("ISC2 charges an annual fee.", [BACKED]),
        ("CISA needs no yearly fee.", [UNSAID]),
        ("Udemy certificates are accredited.", [UNSAID]),
        ("PMP needs no experience.", [UNSAID]),
        # Gone, but not since then.
        ("DP-100 was retired on 1 June 2026.", [BACKED]),
        ("DP-100 was retired on 31 December 2027.", [CONTRADICTED]),
        # Of a provider and not of one of its credentials.
        ("AWS certifications are valid for three years.", [BACKED]),
    ],
)
async def test_a_claim_is_backed_or_contradicted_only_by_what_says_so(
    place: Place, claims: str, found: list[str]
) -> None:
    assert await findings(place, claims) == found


async def test_what_the_source_says_stands_beside_the_claim_with_its_mark(place: Place) -> None:
    person = place.person()
    told = await person.says("/check Security+ is valid for 5 years")
    assert "“Security+ is valid for 5 years”. CompTIA Security+ (SY0-701) is valid for three years [1]." in told
    assert [citation.heading for citation in person.answers[-1].citations] == ["Validity and renewal"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "AZ-104 kostet 165 Dollar. Es läuft nach 12 Monaten ab. Es läuft nie ab.",
            ["Belegt", "Belegt", "etwas anderes"],
        ),
        ("La certification Security+ est valable cinq ans", ["autre chose"]),
        ("AZ-104 est gratuit", ["autre chose"]),
        ("CCNA es válido por tres años", ["Respaldado"]),
    ],
)
async def test_a_claim_in_another_language_is_checked_too(place: Place, text: str, found: list[str]) -> None:
    told = await place.person().says(f"/check {text}")
    lines = [line for line in told.splitlines() if line.startswith("- ")]
    assert len(lines) == len(found)
    assert all(word in line for word, line in zip(found, lines, strict=True))


async def test_questions_and_greetings_claim_nothing(place: Place) -> None:
    assert "nothing in this" in await place.person().says("/check Hello all! Is CCNA 300 dollars?")


async def test_links_and_mentions_of_a_message_are_not_repeated(place: Place) -> None:
    told = await place.person().says(
        "/check **CCNA** costs 300 dollars, says <@123456> @everyone https://evil.example/x"
    )
    assert "CCNA costs 300 dollars" in told
    assert not any(part in told for part in ("evil", "@", "123456", "**CCNA"))


async def test_it_is_checked_where_others_are_too(place: Place) -> None:
    group = Room(platform="test", number="group", private=False)
    assert "say otherwise" in await place.person().says("/check AZ-900 is free", room=group)


async def test_without_a_claim_it_asks_for_one(place: Place) -> None:
    assert "Which claim" in await place.person().says("/check")
