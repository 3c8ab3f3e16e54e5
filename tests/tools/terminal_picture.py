"""Draw the README's picture: a real conversation in the terminal, as the console adapter shows it, saved as SVG."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.adapters.console.terminal import TerminalView
from bot.app import build_retriever, open_library
from bot.cli.learners import served
from bot.settings import Settings, content_folder
from bot.text.prompts import Phrases

QUESTIONS = (
    "sec+ cost, and how long is it valid?",
    "which is cheaper, that or CCNA?",
    "I passed Security+ on 2023-12-01 and have 6 hours a week",
    "/plan SC-100",
    "¿qué necesito para SC-100?",
)
PICTURE = content_folder("knowledge").parent / ".github" / "terminal.svg"


def main() -> None:
    settings = Settings(_env_file=None, knowledge_dirs=())
    console = Console(record=True, width=96, file=sys.stderr, force_terminal=True)
    with tempfile.TemporaryDirectory() as home:
        library = open_library(settings.model_copy(update={"credway_home": Path(home)}))
        library.ingest()
        phrases = Phrases.load(settings.prompts_dir / "console")
        with asyncio.Runner() as runner, served(library, build_retriever(library), "me", runner) as desk:
            chat = desk.chat(TerminalView(console, phrases), phrases)
            for question in QUESTIONS:
                console.print(Text(f"\n› {question}", style="bold"))
                runner.run(chat.respond(question))
        library.close()
    PICTURE.parent.mkdir(exist_ok=True)
    console.save_svg(str(PICTURE), title="make chat")


if __name__ == "__main__":
    main()
