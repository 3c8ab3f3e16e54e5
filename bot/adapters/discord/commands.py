"""The commands as people call them in Discord, and what each asks the assistant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.words import Words
from bot.learning.achievements import ACHIEVEMENTS

STRING, INTEGER, BOOLEAN, CHANNEL, ROLE, FILE = 3, 4, 5, 7, 8, 11
_FORUM = 15
ASK_ABOUT, CHECK, QUIZ, TEACH = (
    "Ask about this",
    "Check this claim with sources",
    "Make a quiz from this",
    "Teach the bot",
)
MENU_KEYS = {ASK_ABOUT: "menu.ask", CHECK: "menu.check", QUIZ: "menu.quiz", TEACH: "menu.teach"}
MENUS = frozenset(MENU_KEYS)
# Only in a server; what comes of the first is for all who are there.
OF_ALL, OF_SERVERS = frozenset({QUIZ}), frozenset({QUIZ, TEACH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """`completes`: names are proposed while it is typed. `least` and `most` bound a number; `choices` are all values,
    `channels` the kinds of channels that it may be.
    """

    name: str
    kind: int = STRING
    required: bool = False
    completes: bool = False
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`asks` is what it says to the assistant, with its options filled in; None where the desk does something else.
    `without` is the key of what stands for options that are all left out, `told` are options that are said in words;
    `shown` is the key of what others see of it, where that is not what it asks.

    `personal`: the answer is for the person alone. `community`: it is about a whole server, and only there.
    """

    name: str
    asks: str | None = None
    options: tuple[Option, ...] = ()
    told: tuple[str, ...] = ()
    without: str | None = None
    shown: str | None = None
    personal: bool = False
    community: bool = False


_NAMED = Option(name="credential", completes=True)
_PRIVATELY = Option(name="private", kind=BOOLEAN)
_PRICE = Option(name="price", kind=INTEGER, least=0, most=100_000)
COMMANDS = (
    Command(name="ask", asks="$question", options=(Option(name="question"), _PRIVATELY)),
    Command(
        name="find",
        asks="$what",
        options=(
            Option(name="what"),
            Option(name="provider", completes=True),
            Option(name="level", choices=("1", "2", "3")),
            _PRICE,
            _PRIVATELY,
        ),
        told=("provider", "level", "price"),
        without="find.any",
    ),
    Command(
        name="compare",
        asks="compare $first and $second",
        options=(
            Option(name="first", required=True, completes=True),
            Option(name="second", required=True, completes=True),
        ),
        shown="compare.shown",
    ),
    Command(
        name="plan",
        asks="/plan $goal",
        options=(
            # Without one it is the last path, wherever it was made.
            Option(name="goal", completes=True),
            Option(name="hours", kind=INTEGER, least=1, most=60),
            Option(name="budget", kind=INTEGER, least=0, most=100_000),
            _PRIVATELY,
        ),
        told=("hours", "budget"),
    ),
    Command(name="stack", asks="/stack $credential", options=(_NAMED, _PRIVATELY)),
    Command(name="wallet", asks="/wallet", personal=True),
    Command(name="practice", asks="/practice $credential", options=(_NAMED,), personal=True),
    Command(name="progress", asks="/progress", personal=True),
    Command(name="simulate", asks="/simulate", personal=True),
    Command(name="reminders", asks="/reminders $on", options=(Option(name="on", kind=BOOLEAN),), personal=True),
    Command(name="me", asks="/me", personal=True),
    Command(name="link", asks="/link $code", options=(Option(name="code"),), personal=True),
    Command(name="why", asks="/why", options=(_PRIVATELY,)),
    Command(name="sources", asks="/sources $credential", options=(_NAMED,), personal=True),
    Command(name="check", asks="/check $claim", options=(Option(name="claim", required=True), _PRIVATELY)),
    Command(name="export", asks="/export", personal=True),
    Command(name="forget", asks="/forget", personal=True),
    Command(name="privacy", personal=True),
    Command(name="help", asks="/help", personal=True),
    Command(name="quiz", options=(_NAMED,), community=True),
    Command(name="leaderboard", asks="/leaderboard", community=True),
    Command(name="join", asks="/join $name", options=(Option(name="name", required=True),), community=True),
    Command(name="leave", asks="/leave", community=True),
    Command(name="roles", personal=True, community=True),
)
BY_NAME = {command.name: command for command in COMMANDS}
SERVER = "server"
_LANGUAGE = "language"
# What moderators set, each with what is to be said with it.
SERVER_SETTINGS: dict[str, tuple[Option, ...]] = {
    "mute": (),
    "unmute": (),
    "only": (Option(name="here", kind=BOOLEAN, required=True),),
    _LANGUAGE: (Option(name=_LANGUAGE, required=True),),
    "model": (Option(name="on", kind=BOOLEAN, required=True),),
    "budget": (Option(name="tokens", kind=INTEGER, least=0, most=1_000_000_000),),
    "teachers": (Option(name="role", kind=ROLE),),
    "forum": (
        Option(name="forum", kind=CHANNEL, required=True, channels=(_FORUM,)),
        Option(name="on", kind=BOOLEAN, required=True),
    ),
    "role": (
        Option(name="role", kind=ROLE, required=True),
        Option(name="achievement", choices=tuple(ACHIEVEMENTS)),
        Option(name="at", kind=INTEGER, least=1, most=10_000),
    ),
    "show": (),
    "digest": (Option(name="weekly", kind=BOOLEAN),),
    "teach": (Option(name="file", kind=FILE, required=True),),
    "documents": (),
}


def asked(command: Command, options: Mapping[str, Any], words: Words, language: str) -> str:
    """What a command says to the assistant. What is told in words (how much money, from whom) is said in the person's
    language, by which it is understood what they speak.
    """
    text = _filled(command.asks or "", command, options)
    text = text.strip() or (words.say(command.without, language) if command.without else "")
    return " ".join(
        [text, *(_told(command, name, options[name], words, language) for name in command.told if name in options)]
    )


def shown(
    command: Command, options: Mapping[str, Any], words: Words, language: str, named: Callable[[str], str | None]
) -> str:
    """The same as others see it above the answer: by the names that were chosen, not by what stands for them."""
    completing = {option.name for option in command.options if option.completes}
    told = {
        name: (named(str(value)) if name in completing else None) or " ".join(str(value).split())
        for name, value in options.items()
    }
    if command.shown is None:
        return asked(command, told, words, language)
    return words.say(command.shown, language, **{**dict.fromkeys(_names(command), ""), **told})


def _names(command: Command) -> list[str]:
    return [option.name for option in command.options]


def _filled(text: str, command: Command, options: Mapping[str, Any]) -> str:
    for option in command.options:
        value = options.get(option.name, "")
        if isinstance(value, bool):
            value = "on" if value else "off"
        text = text.replace(f"${option.name}", " ".join(str(value).split()))
    return text


def _told(command: Command, name: str, value: Any, words: Words, language: str) -> str:
    option = next(option for option in command.options if option.name == name)
    key = f"{command.name}.{name}.{value}" if option.choices else f"{command.name}.{name}"
    return words.say(key, language, n=" ".join(str(value).split()))
