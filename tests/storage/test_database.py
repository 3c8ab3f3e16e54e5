"""A database that cannot be used is told in one line: what to set, and never with the password."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot import app
from bot.cli import checking
from bot.cli.main import run
from bot.errors import CredwayError, InputError, MissingService
from bot.settings import Settings
from bot.storage import reminder_claims
from bot.storage.database import Database
from tests.contracts.people import NOW, Person, Place
from tests.servers.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
SECRET = "hunter2"  # noqa: S105 - of nobody


async def told(url: str, home: Path) -> str:
    """What is said of a database that cannot be used, the same by whoever needs it and by `check`."""
    settings = Settings(credway_home=home, database_url=url)
    said = set()
    for attempt in (app.open_store(settings).__aenter__, lambda: app.database_state(settings)):
        with pytest.raises(CredwayError) as refused:
            await attempt()  # type: ignore[operator]
        said.add(f"{type(refused.value).__name__}: {refused.value}")
        assert refused.value.__cause__ is None
    [line] = said
    assert "\n" not in line
    return line


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{SECRET}@127.0.0.1:1/credway",
        f"postgresql://ada:{SECRET}@no-such-host.invalid/credway",
        f"postgresql://ada:x@{SECRET}@no-such-host.invalid/credway",
        f"postgresql://ada:x/{SECRET}@127.0.0.1:1/credway",
        f"postgresql://ada:{SECRET}@127.0.0.1:1/credway?sslmode={SECRET}",
        f"postgresql://127.0.0.1:1/credway?user=ada&password={SECRET}",
        f"postgres://ada:{SECRET}%40@127.0.0.1:1/credway",
        f"postgresql//ada:{SECRET}@127.0.0.1/credway",
        f"postgresql://ada:{SECRET}@127.0.0.1:port/credway",
        f"mysql://ada:{SECRET}@127.0.0.1/credway",
        f"postgresql://ada:12/{SECRET}@127.0.0.1:1/credway",
        f"postgresql://ada:12?{SECRET}@127.0.0.1:1/credway",
        f"postgresql://ada:12#{SECRET}@127.0.0.1:1/credway",
        f"postgresql://ada@12:{SECRET}@127.0.0.1:1/credway",
        f"ada {SECRET}",
    ],
)
async def test_no_address_that_fails_shows_the_password(url: str, tmp_path: Path) -> None:
    line = await told(url, tmp_path)

    assert "DATABASE_URL" in line
    assert SECRET not in line
    assert SECRET not in repr(Settings(credway_home=tmp_path, database_url=url))


async def test_a_server_that_is_not_there_is_told_with_its_address_and_the_reason(tmp_path: Path) -> None:
    line = await told(f"postgresql://ada:{SECRET}@127.0.0.1:1/credway", tmp_path)

    assert line.startswith("Unreachable: the PostgreSQL database credway at 127.0.0.1:1 cannot be used (")
    assert "refused" in line


async def test_a_database_that_is_not_there_is_told_by_name(postgres: Postgres, tmp_path: Path) -> None:
    assert 'database "nowhere" does not exist' in await told(postgres.of("nowhere"), tmp_path)


async def test_a_folder_that_cannot_be_written_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(credway_home=tmp_path / "file", database_url="")

    with pytest.raises(MissingService, match="set CREDWAY_HOME to a folder you can write to"):
        await app.open_store(settings).__aenter__()


async def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "credway.db"
    file.write_text("not a database, but somebody's text" * 99)

    assert "file is not a database" in await told("", tmp_path)
    assert file.read_text().startswith("not a database")


async def test_a_store_outlives_a_server_that_lost_its_connections(postgres: Postgres, postgres_place: Place) -> None:
    async with postgres_place.open() as store:
        await Person(store).says("before")
        postgres.cut_off(postgres_place.settings.database_url)

        assert 1 == (await Person(store).says("after")).version


async def test_a_server_that_is_gone_without_a_word_is_not_waited_for_long(
    postgres: Postgres, postgres_place: Place
) -> None:
    url = postgres_place.settings.database_url
    for given, idle in ((url, "10"), (f"{url}&keepalives_idle=77", "77")):
        database = Database(given)
        async with database.read() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            told = raw.info.get_parameters()
        await database.close()
        assert (idle, "5", "3") == tuple(told[f"keepalives_{name}"] for name in ("idle", "interval", "count"))
        assert "20000" == told["tcp_user_timeout"]


async def test_a_question_has_no_words_in_an_error(postgres: Postgres, tmp_path: Path) -> None:
    place = Place(Settings(credway_home=tmp_path, database_url=postgres.empty_url()))
    async with place.open() as store, place.database() as database:
        async with database.write() as connection:
            await connection.exec_driver_sql("DROP TABLE reviews")
            await connection.exec_driver_sql("ALTER TABLE turns DROP COLUMN answer")
        with pytest.raises(Exception, match="turns") as failed:
            await Person(store).says("my secret plan")

    assert "secret" not in str(failed.value)


async def test_a_worker_passes_over_what_another_is_taking_and_does_not_wait(postgres_place: Place) -> None:
    async with postgres_place.open() as store, postgres_place.database() as database:
        await Person(store).wants_to_hear("a", "b", "c")
        async with database.write() as connection:
            taken = await reminder_claims.claim(connection, NOW, 2)
            rest = await store.claim_reminders(NOW)

    assert (2, 1) == (len(taken), len(rest))


def test_a_postgresql_address_is_understood_in_either_spelling() -> None:
    for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        database = Database(f"{scheme}://ada:{SECRET}@db.example:6432/credway?sslmode=require")
        assert "PostgreSQL database credway at db.example:6432" == database.name


@pytest.mark.parametrize("url", ["sqlite:///elsewhere.db", "sqlite://", "credway.db", "://"])
def test_anything_else_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(InputError, match="postgresql://user:password@host:5432/database"):
        Database(url)


def test_who_keeps_nothing_loads_no_database_library() -> None:
    code = "import sys, bot.app, bot.cli.main; print({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "set()\n" == done.stdout


class TestCheck:
    """`_database` is one line of `check`, whose others take a second to find out."""

    def said(self, home: Path, url: str = "") -> str:
        finding = checking._database(Settings(credway_home=home, database_url=url))
        assert SECRET not in str(finding)
        return f"{finding.state}: {finding.says}"

    def test_a_file_that_is_not_there_yet_is_fine_and_is_not_made(self, tmp_path: Path) -> None:
        file = tmp_path / "credway.db"

        assert f"ok: SQLite file {file}, made when there is something to keep" == self.said(tmp_path)
        assert not file.exists()

    def test_a_database_is_told_with_its_migration(self, postgres: Postgres, tmp_path: Path) -> None:
        assert self.said(tmp_path, postgres.url()).endswith(", migration 0008")

    def test_an_older_one_is_told_and_left_as_it_is(self, tmp_path: Path) -> None:
        shutil.copy(Path(__file__).parent / "data" / "learners-0001.db", tmp_path / "credway.db")

        assert self.said(tmp_path).endswith(", migration 0001; 7 more will be run at the next start")
        assert self.said(tmp_path) == self.said(tmp_path)

    def test_an_empty_database_is_told_and_left_empty(self, postgres: Postgres, tmp_path: Path) -> None:
        url = postgres.empty_url()

        assert "made when there is something to keep" in self.said(tmp_path, url)
        assert self.said(tmp_path, url) == self.said(tmp_path, url)

    def test_an_address_that_cannot_be_understood_stops_the_work(self, tmp_path: Path) -> None:
        assert self.said(tmp_path, f"postgresql//ada:{SECRET}@db").startswith("missing: DATABASE_URL: write it as")

    def test_a_server_that_is_not_there_stops_the_work(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("bot.documents.check.check_knowledge", lambda *_: [])
        monkeypatch.chdir(tmp_path)
        for name in ("KNOWLEDGE_DIRS", "PROMPTS_DIR", "CHROMA_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CREDWAY_HOME", str(tmp_path))
        monkeypatch.setenv("EMBEDDINGS", "none")
        monkeypatch.setenv("DATABASE_URL", f"postgresql://ada:{SECRET}@127.0.0.1:1/credway")

        assert 69 == run(["check"])

        out = capsys.readouterr().out
        [line] = [line for line in out.splitlines() if line.split()[1] == "learners"]
        assert "missing  learners        the PostgreSQL database credway at 127.0.0.1:1 cannot be used" in line
        assert line.endswith("correct DATABASE_URL")
        assert SECRET not in out
