"""`credway check` asks the model one thing; `credway eval` asks it all questions; a key alone asks nobody anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import Library, model_abilities
from bot.errors import MissingService
from bot.settings import Settings
from tests.servers.llm import faults
from tests.servers.llm.personas import Scripted
from tests.servers.llm.server import LlmServer
from tests.servers.llm.wire import Call, Said

READY = Call(name="report_ready", arguments='{"state": "ready"}')


def settings(server: LlmServer, home: Path) -> Settings:
    return Settings(_env_file=None, credway_home=home, llm_model="test-model", llm_base_url=server.base_url)


async def test_a_model_with_tools_says_so(server: LlmServer, tmp_path: Path) -> None:
    server.persona = Scripted(said=(Said(text="", calls=(READY,)),))
    able = await model_abilities(settings(server, tmp_path))
    assert (True, True, True) == (able.streaming, able.tools, able.usage)
    assert 1 == len(server.requests)


async def test_a_model_that_only_talks_says_so(server: LlmServer, tmp_path: Path) -> None:
    server.persona = Scripted(said=(Said(text="ready, I think"),))
    server.always = faults.no_usage()
    able = await model_abilities(settings(server, tmp_path))
    assert (True, False, False) == (able.streaming, able.tools, able.usage)


@pytest.mark.parametrize("fault", [faults.unauthorized(), faults.no_such_model(), faults.server_error()])
async def test_a_model_that_does_not_answer_is_missing(server: LlmServer, tmp_path: Path, fault: faults.Fault) -> None:
    server.always = fault
    with pytest.raises(MissingService, match="does not answer"):
        await model_abilities(settings(server, tmp_path))


def credway(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LLM_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env={**kept, "CREDWAY_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_key_without_a_model_stays_offline_and_check_says_so(library: Library) -> None:
    done = credway("check", home=library.settings.credway_home, OPENAI_API_KEY="sk-secret")
    assert "though a key is set; set LLM_MODEL" in done.stdout
    assert "sk-secret" not in done.stdout + done.stderr


def test_a_model_without_an_address_or_key_is_missing_and_its_line_says_what_to_set(library: Library) -> None:
    done = credway("check", home=library.settings.credway_home, LLM_MODEL="gpt-test")
    assert 69 == done.returncode
    assert "set LLM_API_KEY, or LLM_BASE_URL" in done.stdout


def test_the_evaluation_compares_the_rules_and_the_model(library: Library, server: LlmServer, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    case = {"id": "1", "kind": "lookup", "question": "What does AZ-104 cost?", "status": "answered", "must": ["165"]}
    questions.write_text(json.dumps(case), "utf-8")
    home = library.settings.credway_home
    done = credway("eval", str(questions), "--json", home=home, LLM_MODEL="test-model", LLM_BASE_URL=server.base_url)
    told = json.loads(done.stdout)
    assert (0.0, 1.0) == (told["summary"]["worded"], told["summary"]["answerable"])
    assert (1.0, 1.0) == (
        told["models"]["test-model"]["summary"]["worded"],
        told["models"]["test-model"]["summary"]["answerable"],
    )


def test_one_question_is_worded_by_the_model_that_is_set(library: Library, server: LlmServer) -> None:
    home = library.settings.credway_home
    done = credway(
        "ask", "What does AZ-104 cost?", "--json", home=home, LLM_MODEL="test-model", LLM_BASE_URL=server.base_url
    )
    told = json.loads(done.stdout)
    assert ("llm", "answered") == (told["mode"], told["status"])
    assert 1 == len(server.requests)
