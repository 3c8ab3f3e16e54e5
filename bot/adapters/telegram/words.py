"""What the bot says of its own on Telegram, in the language of somebody's app as far as it is spoken here."""

from __future__ import annotations

from bot.text.prompts import DEFAULT_LANGUAGE, Phrases


class Words:
    """The phrases of `prompts/telegram`."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted(self._phrases.languages))

    def language(self, app: str | None) -> str:
        """The language that is spoken here for the tag of an app: `pt-br` is `pt`."""
        tag = (app or "").lower().replace("_", "-").split("-")[0]
        return tag if tag in self._phrases.languages else DEFAULT_LANGUAGE

    def say(self, key: str, app: str | None, /, **values: object) -> str:
        return self._phrases.say(key, self.language(app), **values)

    def items(self, key: str, app: str | None) -> tuple[tuple[str, str], ...]:
        """A phrase that lists pairs, one a line: `name: words`."""
        lines = (line.partition(":") for line in self.say(key, app).splitlines() if ":" in line)
        return tuple((name.strip(), words.strip()) for name, _, words in lines)
