"""The commands as people see them in Discord's menu, and what each asks the assistant. Pure.

Only descriptions are translated: names are short words that are the same in every language, as on Telegram.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.words import Words
from bot.text.prompts import DEFAULT_LANGUAGE

_CHAT, _MESSAGE = 1, 3
_STRING, _INTEGER, _BOOLEAN, _FILE, _SUBCOMMAND = 3, 4, 5, 11, 1
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_IN_GUILD, _IN_BOT_DM, _IN_OTHER_DM = 0, 1, 2
MANAGE_GUILD = 1 << 5
_MANAGE_MESSAGES = 1 << 13
_MAX_DESCRIPTION = 100
_MAX_TEXT = 1000
# The languages of ours by Discord's own tags.
_LOCALES = {
    "en": ("en-US", "en-GB"),
    "es": ("es-ES", "es-419"),
    "fr": ("fr",),
    "de": ("de",),
    "pt": ("pt-BR",),
    "hi": ("hi",),
    "zh": ("zh-CN",),
}
ASK_ABOUT, EXPLAIN, QUIZ, TEACH = "Ask about this", "Explain", "Make a quiz of this", "Teach the bot"
_MENU_KEYS = {ASK_ABOUT: "menu.ask", EXPLAIN: "menu.explain", QUIZ: "menu.quiz", TEACH: "menu.teach"}
MENUS = frozenset(_MENU_KEYS)
# What comes of these is for all who are there, and only in a server.
OF_ALL = frozenset({QUIZ, TEACH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`completes`: credentials are proposed while it is typed. `least` and `most` bound a number."""

    name: str
    kind: int = _STRING
    required: bool = False
    completes: bool = False
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`asks` is what it says to the assistant, with its options filled in; None where the desk does something else.

    `personal`: the answer is for the person alone. `community`: it is about a whole server, and only there.
    """

    name: str
    asks: str | None = None
    options: tuple[Option, ...] = ()
    personal: bool = False
    community: bool = False


_NAMED = Option(name="credential", completes=True)
_PRIVATELY = Option(name="private", kind=_BOOLEAN)
COMMANDS = (
    Command(name="ask", asks="$question", options=(Option(name="question"), _PRIVATELY)),
    Command(name="find", asks="$what", options=(Option(name="what", required=True), _PRIVATELY)),
    Command(
        name="compare",
        asks="compare $first and $second",
        options=(
            Option(name="first", required=True, completes=True),
            Option(name="second", required=True, completes=True),
        ),
    ),
    Command(
        name="plan",
        asks="/plan $goal",
        options=(
            # Without one it is the last path, wherever it was made.
            Option(name="goal", completes=True),
            Option(name="hours", kind=_INTEGER, least=1, most=60),
            Option(name="budget", kind=_INTEGER, least=0, most=100_000),
            _PRIVATELY,
        ),
    ),
    Command(name="wallet", asks="/wallet", personal=True),
    Command(name="practice", asks="/practice $credential", options=(_NAMED,), personal=True),
    Command(name="progress", asks="/progress", personal=True),
    Command(name="simulate", asks="/simulate", personal=True),
    Command(name="me", asks="/me", personal=True),
    Command(name="link", asks="/link $code", options=(Option(name="code"),), personal=True),
    Command(name="why", asks="/why", options=(_PRIVATELY,)),
    Command(name="export", asks="/export", personal=True),
    Command(name="forget", asks="/forget", personal=True),
    Command(name="privacy", personal=True),
    Command(name="help", asks="/help", personal=True),
    Command(name="quiz", options=(_NAMED,), community=True),
    Command(name="leaderboard", asks="/leaderboard", community=True),
    Command(name="join", asks="/join $name", options=(Option(name="name", required=True),), community=True),
    Command(name="leave", asks="/leave", community=True),
)
SERVER = "server"
SERVER_SETTINGS = ("mute", "unmute", "language", "model", "show", "digest", "teach", "documents")
BY_NAME = {command.name: command for command in COMMANDS}


def asked(command: Command, options: Mapping[str, Any], words: Words, language: str) -> str:
    """What a command says to the assistant. How many hours and how much money is said in the person's language, by
    which it is understood what they speak.
    """
    text = command.asks or ""
    for option in command.options:
        value = " ".join(str(options.get(option.name, "")).split())
        text = text.replace(f"${option.name}", value)
    said = [words.say(f"plan.{name}", language, n=options[name]) for name in ("hours", "budget") if name in options]
    return " ".join([text.strip(), *said])


def menu(words: Words) -> list[dict[str, Any]]:
    """All commands as Discord takes them, for people and for servers."""
    found = [_command(command, words) for command in COMMANDS]
    found.append(_server(words))
    for name, key in _MENU_KEYS.items():
        localized = {tag: words.say(key, language)[:32] for language, tag in _tags(words)}
        around = {**_in_servers(), "type": _MESSAGE} if name in OF_ALL else _anywhere(_MESSAGE)
        found.append({**around, "name": name, "name_localizations": localized})
        if name == TEACH:
            # Whoever may pin and delete messages may propose what is to be learnt of one; who manages the server says
            # whether it is used.
            found[-1]["default_member_permissions"] = _MANAGE_MESSAGES
    return found


def fingerprint(commands: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()


def _anywhere(kind: int) -> dict[str, Any]:
    return {
        "type": kind,
        "integration_types": [_GUILD_INSTALL, _USER_INSTALL],
        "contexts": [_IN_GUILD, _IN_BOT_DM, _IN_OTHER_DM],
    }


def _in_servers() -> dict[str, Any]:
    return {"type": _CHAT, "integration_types": [_GUILD_INSTALL], "contexts": [_IN_GUILD]}


def _command(command: Command, words: Words) -> dict[str, Any]:
    around = _in_servers() if command.community else _anywhere(_CHAT)
    options = [_option(option, words) for option in command.options]
    return {**around, "name": command.name, **_described("commands", command.name, words), "options": options}


def _option(option: Option, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": option.kind,
        "name": option.name,
        **_described("options", option.name, words),
        "required": option.required,
    }
    if option.kind == _STRING:
        found |= {"max_length": _MAX_TEXT, "autocomplete": option.completes}
    if option.least is not None:
        found |= {"min_value": option.least, "max_value": option.most}
    return found


def _server(words: Words) -> dict[str, Any]:
    """What moderators set. Discord shows it only to them, and it is checked again when it arrives."""
    inside: dict[str, list[dict[str, Any]]] = {name: [] for name in SERVER_SETTINGS}
    languages = [{"name": name, "value": tag} for tag, name in words.items("languages", DEFAULT_LANGUAGE)]
    inside["language"] = [
        {
            "type": _STRING,
            "name": "language",
            **_described("options", "language", words),
            "required": True,
            "choices": languages,
        }
    ]
    inside["model"] = [
        {"type": _BOOLEAN, "name": "on", **_described("options", "on", words), "required": True},
    ]
    inside["digest"] = [
        {"type": _BOOLEAN, "name": "weekly", **_described("options", "weekly", words), "required": False},
    ]
    inside["teach"] = [
        {"type": _FILE, "name": "file", **_described("options", "file", words), "required": True},
    ]
    subcommands = [
        {"type": _SUBCOMMAND, "name": name, **_described("server", name, words), "options": options}
        for name, options in inside.items()
    ]
    return {
        **_in_servers(),
        "name": SERVER,
        **_described("commands", SERVER, words),
        "options": subcommands,
        "default_member_permissions": MANAGE_GUILD,
    }


def _described(key: str, name: str, words: Words) -> dict[str, Any]:
    told = {tag: dict(words.items(key, language))[name][:_MAX_DESCRIPTION] for language, tag in _tags(words)}
    return {"description": told["en-US"], "description_localizations": told}


def _tags(words: Words) -> list[tuple[str, str]]:
    return [(language, tag) for language in words.languages for tag in _LOCALES.get(language, ())]
