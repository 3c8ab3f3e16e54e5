"""A folder that someone has deleted can be taken out of the index by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import open_library
from bot.errors import InputError
from bot.settings import Settings


def test_ingesting_a_deleted_folder_again_forgets_what_it_held(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# Weaving\n\nThe weaving course has nine lessons in all.\n")
    library = open_library(Settings(_env_file=None, credway_home=tmp_path / "home", embeddings="none"))
    library.ingest([notes])
    (notes / "a.md").unlink()
    notes.rmdir()

    assert ("notes/a.md",) == library.ingest([notes]).removed
    assert 0 == library.index.passage_count()
    library.close()


def test_a_folder_that_was_never_indexed_and_is_not_there_is_refused(tmp_path: Path) -> None:
    library = open_library(Settings(_env_file=None, credway_home=tmp_path / "home", embeddings="none"))

    with pytest.raises(InputError, match="does not exist"):
        library.ingest([tmp_path / "nowhere"])
    library.close()
