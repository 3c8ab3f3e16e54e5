"""Which of the console's views a command shows its result with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bot.adapters.console.view import PlainView, View
from bot.cli.output import is_terminal
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from bot.adapters.console.terminal import TerminalView
    from bot.settings import Settings


def console_phrases(settings: Settings) -> Phrases:
    """What the console says: own prompts where they have a folder for it, else the packaged ones."""
    from bot.app import prompts_folder

    return Phrases.load(prompts_folder(settings, "console"))


def output_view(phrases: Phrases) -> View:
    """How to show things on standard output, whatever it is."""
    return terminal_view(phrases) if is_terminal(sys.stdout) else PlainView(sys.stdout, phrases)


def terminal_view(phrases: Phrases) -> TerminalView:
    from rich.console import Console

    from bot.adapters.console.terminal import TerminalView

    return TerminalView(Console(highlight=False), phrases)
