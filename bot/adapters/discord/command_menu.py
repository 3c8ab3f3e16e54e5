"""The menu of commands as Discord takes it, named and described in every language of ours. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bot.adapters.discord.commands import (
    COMMANDS,
    INTEGER,
    MENU_KEYS,
    OF_SERVERS,
    SERVER,
    SERVER_SETTINGS,
    STRING,
    Command,
    Option,
)
from bot.adapters.discord.permissions import MANAGE_GUILD
from bot.chat.words import Words
from bot.text.prompts import DEFAULT_LANGUAGE

_CHAT, _MESSAGE = 1, 3
_SUBCOMMAND = 1
_GUILD_INSTALL, _USER_INSTALL = 0, 1
_IN_GUILD, _IN_BOT_DM, _IN_OTHER_DM = 0, 1, 2
_MAX_DESCRIPTION, _MAX_NAME, _MAX_CHOICE = 100, 32, 100
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


def menu(words: Words) -> list[dict[str, Any]]:
    """All commands, for people and for servers."""
    found = [_command(command, words) for command in COMMANDS]
    found.append(_server(words))
    for name, key in MENU_KEYS.items():
        localized = {tag: words.say(key, language)[:_MAX_NAME] for language, tag in _tags(words)}
        around = {**_in_servers(), "type": _MESSAGE} if name in OF_SERVERS else _anywhere(_MESSAGE)
        found.append({**around, "name": name, "name_localizations": localized})
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
    return {**around, **_named("commands", command.name, words), "options": options}


def _option(option: Option, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": option.kind,
        **_named("options", option.name, words),
        "required": option.required,
    }
    if option.choices:
        return {**found, "choices": [_choice(value, words) for value in option.choices]}
    if option.name == "language":
        languages = words.items("languages", DEFAULT_LANGUAGE)
        return {**found, "choices": [{"name": name, "value": tag} for tag, name in languages]}
    if option.kind == STRING:
        found |= {"max_length": _MAX_TEXT, "autocomplete": option.completes}
    if option.kind == INTEGER and option.least is not None:
        found |= {"min_value": option.least, "max_value": option.most}
    if option.channels:
        found |= {"channel_types": list(option.channels)}
    return found


def _choice(value: str, words: Words) -> dict[str, Any]:
    told = {tag: dict(words.items("choices", language))[value][:_MAX_CHOICE] for language, tag in _tags(words)}
    return {"name": told["en-US"], "name_localizations": told, "value": value}


def _server(words: Words) -> dict[str, Any]:
    """What moderators set. Discord shows it only to them, and it is checked again when it arrives."""
    subcommands = [
        {
            "type": _SUBCOMMAND,
            **_named("server", name, words),
            "options": [_option(option, words) for option in options],
        }
        for name, options in SERVER_SETTINGS.items()
    ]
    return {
        **_in_servers(),
        **_named("commands", SERVER, words),
        "options": subcommands,
        "default_member_permissions": MANAGE_GUILD,
    }


def _named(key: str, name: str, words: Words) -> dict[str, Any]:
    """The name that stands for it everywhere, what people see and type in its place, and what it is for."""
    told = {tag: dict(words.items(key, language))[name][:_MAX_DESCRIPTION] for language, tag in _tags(words)}
    named = {tag: dict(words.items(f"names.{key}", language))[name] for language, tag in _tags(words)}
    return {
        "name": name,
        "name_localizations": named,
        "description": told["en-US"],
        "description_localizations": told,
    }


def _tags(words: Words) -> list[tuple[str, str]]:
    return [(language, tag) for language in words.languages for tag in _LOCALES.get(language, ())]
