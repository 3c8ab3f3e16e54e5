"""Documents belong to one learner or one community: what every `Shelf` promises."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Stores
from bot.core.ports import StaleLearner
from bot.core.shelf import Shelf
from bot.learning.learner import Identity, Room
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_document, a_turn

ADA = Identity(platform="telegram", number="1")
BO = Identity(platform="telegram", number="2")
# The same numbers as a person has, and as a group has elsewhere.
NAMESAKES = [
    Room(platform="telegram", number="1", private=False),
    Room(platform="discord", number="-77", private=False),
]
NOTES = a_document("notes", "First: ü😀.", "Second.", vectors=b"\x00\x3c" * 4, embedded=2, model="m")


@pytest.fixture
def shelf(stores: Stores) -> Shelf:
    return stores.shelf


@pytest.mark.parametrize("owner", [ADA, GROUP], ids=["learner", "community"])
async def test_a_document_is_read_as_it_was_put(shelf: Shelf, owner: Identity | Room) -> None:
    await shelf.put(owner, NOTES)

    assert [NOTES] == await shelf.read(owner, ["notes", "none"])
    (line,) = await shelf.documents(owner)
    assert ("notes", "notes.md", NOW, 2, 17) == (line.id, line.name, line.at, line.passages, line.characters)


@pytest.mark.parametrize("owner", [ADA, GROUP], ids=["learner", "community"])
async def test_nobody_else_sees_or_removes_it(shelf: Shelf, owner: Identity | Room) -> None:
    owners = [ADA, BO, GROUP, *NAMESAKES, Identity(platform="discord", number="1")]
    await shelf.put(owner, NOTES)

    for other in (one for one in owners if one != owner):
        assert [] == await shelf.documents(other)
        assert [] == await shelf.read(other, ["notes"])
        assert not await shelf.remove(other, "notes")
        assert 0 == await shelf.clear(other)
    assert [NOTES] == await shelf.read(owner, ["notes"])


async def test_the_same_file_twice_is_one_document(shelf: Shelf) -> None:
    for name in ("a.md", "b.md"):
        await shelf.put(ADA, a_document("same", name=name))

    assert ["b.md"] == [line.name for line in await shelf.documents(ADA)]


async def test_two_may_have_the_same_document(shelf: Shelf) -> None:
    for owner in (ADA, BO, GROUP):
        await shelf.put(owner, NOTES)
    await shelf.remove(ADA, "notes")

    assert ([], 1, 1) == (await shelf.documents(ADA), len(await shelf.documents(BO)), await shelf.clear(GROUP))


async def test_the_latest_comes_first(shelf: Shelf) -> None:
    for mark in ("one", "two"):
        await shelf.put(GROUP, a_document(mark))

    assert ["two", "one"] == [line.id for line in await shelf.documents(GROUP)]


async def test_a_private_room_owns_nothing(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="identity"):
        await shelf.put(Room(platform="telegram", number="1"), NOTES)
    with pytest.raises(ValueError, match="identity"):
        await shelf.documents(Room(platform="telegram", number="1"))


async def test_a_turn_shelves_what_came_with_it_whole_or_not_at_all(stores: Stores) -> None:
    ada = Person(stores.learners, "1")
    stale = await ada.learner()
    await ada.does(a_turn(ada.room, "notes.md", shelved=(NOTES,)))
    with pytest.raises(StaleLearner):
        await stores.learners.commit(ada.who, stale, a_turn(ada.room, "late.md", shelved=(a_document("late"),)))

    assert ["notes"] == [line.id for line in await stores.shelf.documents(ADA)]


async def test_a_repeated_turn_shelves_once_and_not_again_what_was_removed(stores: Stores) -> None:
    ada = Person(stores.learners, "1")
    turn = a_turn(ada.room, "notes.md", shelved=(NOTES,))
    await ada.does(turn)
    await stores.shelf.remove(ADA, "notes")
    await ada.does(turn)

    assert [] == await stores.shelf.documents(ADA)


async def test_two_who_become_one_have_the_documents_of_both_each_once(stores: Stores) -> None:
    there = Identity(platform="discord", number="1")
    for who, mark in ((ADA, "both"), (ADA, "ada"), (there, "both"), (there, "there")):
        await stores.shelf.put(who, a_document(mark))

    await stores.learners.redeem(await stores.learners.link_code(ADA, NOW), there, NOW)

    for who in (ADA, there):
        assert {"both", "ada", "there"} == {line.id for line in await stores.shelf.documents(who)}
    assert 3 == len(await stores.shelf.documents(ADA))


async def test_it_is_exported_and_forgotten_with_whose_it_is_and_a_communitys_with_nobody(stores: Stores) -> None:
    for owner in (ADA, BO, GROUP):
        await stores.shelf.put(owner, NOTES)

    (told,) = (await stores.learners.export(ADA))["own_documents"]
    assert ["First: ü😀.", "Second."] == [passage["text"] for passage in told["passages"]]
    json.dumps(told)
    assert 1 == (await stores.learners.forget(ADA, NOW)).erased["own_documents"]
    assert [] == await stores.shelf.documents(ADA)
    assert [NOTES] == await stores.shelf.read(BO, ["notes"]) == await stores.shelf.read(GROUP, ["notes"])


async def test_of_somebody_unknown_there_is_nothing_of_communities(stores: Stores) -> None:
    await stores.shelf.put(GROUP, NOTES)
    nobody = Identity(platform="telegram", number="nobody")

    assert "community_documents" not in await stores.learners.export(nobody)
    assert {} == (await stores.learners.forget(nobody, NOW)).erased
    assert [NOTES] == await stores.shelf.read(GROUP, ["notes"])


async def test_another_replica_sees_it_at_once_and_its_removal_too(place: Place) -> None:
    async with place.open_all() as one, place.open_all() as other:
        await one.shelf.put(ADA, NOTES)
        assert [NOTES] == await other.shelf.read(ADA, ["notes"])
        assert await other.shelf.remove(ADA, "notes")
        assert [] == await one.shelf.documents(ADA)


@pytest.mark.parametrize("ends", ["removed", "cleared", "forgotten"])
async def test_no_byte_of_it_is_left_in_the_files(place: Place, ends: str) -> None:
    if place.settings.database_url:
        pytest.skip("what PostgreSQL leaves in its pages is told in `dialects.leave_no_trace`")
    marks = [f"<canary {number}>" for number in range(300)]
    async with place.open_all() as stores:
        await stores.shelf.put(ADA, a_document("kept", "<canary kept>"))
        await stores.shelf.put(BO, a_document("gone", *(f"{mark} {'x' * 700}" for mark in marks)))
        assert "<canary 299>" in _bytes_in(place.settings.credway_home)
        if ends == "removed":
            await stores.shelf.remove(BO, "gone")
        elif ends == "cleared":
            await stores.shelf.clear(BO)
        else:
            await stores.learners.forget(BO, NOW)
        left = _bytes_in(place.settings.credway_home)
    assert not [mark for mark in marks if mark in left]
    assert "<canary kept>" in left


def _bytes_in(folder: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir() if file.is_file())


@pytest.mark.parametrize("owner", [ADA, GROUP], ids=["learner", "community"])
async def test_what_lacks_vectors_is_found_until_it_has_them(stores: Stores, owner: Identity | Room) -> None:
    await stores.shelf.put(owner, a_document("whole", vectors=b"\x00\x3c", embedded=1, model="m"))
    await stores.shelf.put(owner, replace(NOTES, embedded=1, vectors=b"\x00\x3c"))
    lacking = await stores.vectors.lacking("m")
    assert lacking is not None
    assert "notes" == lacking.document.id
    assert await stores.vectors.lacking("m", frozenset({lacking.place})) is None

    assert await stores.vectors.keep_vectors(lacking, NOTES)
    assert await stores.vectors.lacking("m") is None
    assert [NOTES] == await stores.shelf.read(owner, ["notes"])
    assert {(line.id, line.embedded, line.model) for line in await stores.shelf.documents(owner)} == {
        ("whole", 1, "m"),
        ("notes", 2, "m"),
    }


async def test_vectors_of_another_model_are_lacking(stores: Stores) -> None:
    await stores.shelf.put(ADA, NOTES)
    lacking = await stores.vectors.lacking("another")
    assert lacking is not None
    assert NOTES == lacking.document


async def test_vectors_for_what_is_gone_or_sent_again_are_not_kept(stores: Stores) -> None:
    part = replace(NOTES, embedded=1, vectors=b"\x00\x3c")
    await stores.shelf.put(ADA, part)
    lacking = await stores.vectors.lacking("m")
    assert lacking is not None
    await stores.shelf.put(ADA, replace(part, at=NOW + DAY))
    assert not await stores.vectors.keep_vectors(lacking, NOTES)
    await stores.shelf.remove(ADA, "notes")
    assert not await stores.vectors.keep_vectors(lacking, NOTES)
    assert [] == await stores.shelf.documents(ADA)
