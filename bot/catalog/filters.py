"""Which credentials have what was asked for, strictly: a field that no source fills meets no filter. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.recommend import total_cost
from bot.text.words import fold, words

# The languages that exams are offered in, under their ISO 639-1 codes.
LANGUAGES = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french", "he": "hebrew", "hi": "hindi",
    "id": "indonesian", "it": "italian", "ja": "japanese", "ko": "korean", "nl": "dutch", "pl": "polish",
    "pt": "portuguese", "ru": "russian", "sv": "swedish", "th": "thai", "tr": "turkish", "uk": "ukrainian",
    "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a credential has to have: one of each group that is not empty. Money in US dollars, time in hours."""

    kinds: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    max_price: float | None = None
    max_hours: float | None = None
    include_retired: bool = False

    @property
    def asks_for_fields(self) -> bool:
        """Whether it asks for something that only credentials have."""
        return replace(self, kinds=(), include_retired=False) != Filter()


def select(catalog: Catalog, wish: Filter) -> list[Credential]:
    """The credentials that meet a filter, in the catalogue's order."""
    return [credential for credential in catalog if _meets(catalog, credential, wish)]


def _meets(catalog: Catalog, credential: Credential, wish: Filter) -> bool:
    return (
        (wish.include_retired or catalog.status(credential) != "retired")
        and (not wish.kinds or credential.kind in wish.kinds)
        and (not wish.providers or credential.provider in wish.providers)
        and (not wish.levels or any(level in levels_of(credential) for level in wish.levels))
        and (not wish.skills or any(has_skill(credential, skill) for skill in wish.skills))
        and (not wish.languages or any(is_offered_in(credential, language) for language in wish.languages))
        and _at_most(total_cost(credential), wish.max_price)
        and _at_most(credential.study_hours.value if credential.study_hours else None, wish.max_hours)
    )


def _at_most(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value <= limit)


def levels_of(credential: Credential) -> frozenset[str]:
    """The level as the sources name it, word by word."""
    level = credential.level.value if credential.level else None
    return frozenset(words(level or ""))


def has_skill(credential: Credential, skill: str) -> bool:
    """Whether it is about this topic, or one of its skills holds all of these words."""
    wanted = set(words(skill))
    skills = (credential.skills.value or ()) if credential.skills else ()
    return bool(wanted) and any(wanted <= set(words(held)) for held in (*credential.topics, *skills))


def is_offered_in(credential: Credential, language: str) -> bool:
    """Whether it is offered in a language, given by its tag (`ja`, `pt-BR`) or its English name."""
    tag = fold(language)
    name = LANGUAGES.get(tag.replace("_", "-").split("-")[0], tag)
    offered = (credential.languages.value or ()) if credential.languages else ()
    return any(fold(held).startswith(name) for held in offered)
