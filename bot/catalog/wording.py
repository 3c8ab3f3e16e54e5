"""A credential's fields in words, in any language of the phrases. Pure: the same words serve passages and answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential, Prerequisites, Requirement, StackLink
from bot.catalog.fields import sourced, verdict
from bot.catalog.sourced import Reading, Sourced
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases

# Values that are sentences of the source: told in the words of the document, whatever the language around them.
_DATED = frozenset({"cost"})


class Wording:
    """Says fields of the credentials of one catalogue."""

    def __init__(self, phrases: Phrases, catalog: Catalog) -> None:
        self._phrases = phrases
        self._catalog = catalog
        self._values: dict[str, Callable[[Credential, Any, str], str]] = {
            "cost": self._cost,
            "study_hours": lambda _, hours, language: self.say("hours", language, n=_number(hours)),
            "exam_minutes": lambda _, minutes, language: self.say("minutes", language, n=_number(minutes)),
            "validity": self._validity,
            "prerequisites": self._prerequisites,
            "stacks_into": self._stacks_into,
            "renewed_by": lambda _, ids, language: self.either([self.name_of(i) for i in ids], language),
            "replaced_by": lambda _, target, __: self.name_of(target),
            "replaces": lambda _, target, __: self.name_of(target),
        }

    def say(self, key: str, language: str = DEFAULT_LANGUAGE, /, **values: object) -> str:
        return self._phrases.say(key, language, **values)

    def field_name(self, field: str, language: str = DEFAULT_LANGUAGE) -> str:
        return self.say(f"name.{field}", language)

    def name_of(self, identity: str) -> str:
        """The name of a credential of the catalogue, with its code; any other text is a name already."""
        known = self._catalog.get(identity)
        if known is None:
            return identity
        if len(known.codes) != 1 or known.codes[0] in known.short_name:
            return known.short_name
        return f"{known.short_name} ({known.codes[0]})"

    def either(self, items: Sequence[str], language: str) -> str:
        return self._joined("or", items, language)

    def both(self, items: Sequence[str], language: str) -> str:
        return self._joined("and", items, language)

    def _joined(self, key: str, items: Sequence[str], language: str) -> str:
        if len(items) <= 1:
            return "".join(items)
        return self.say(key, language, head=", ".join(items[:-1]), last=items[-1])

    def sentence(self, credential: Credential, field: str, language: str = DEFAULT_LANGUAGE, *, name: str = "") -> str:
        """One field as a sentence, with what limits it: unknown, in conflict, or old."""
        name = name or credential.name
        value = sourced(credential, field)
        if value is None:
            return self.say("unknown.plain", language, field=self.field_name(field, language), name=name)
        if value.unknown is not None:
            return self.say(
                "unknown", language, field=self.field_name(field, language), name=name, reason=value.unknown
            )
        if value.conflict:
            return self.say(
                "conflict",
                language,
                field=self.field_name(field, language),
                name=name,
                value=self._disputed(credential, field, value, language),
            )
        if field == "status":
            sentence = self._status(credential, self._catalog.status(credential), language, name)
        else:
            sentence = self._plain_sentence(credential, field, value, language, name)
        if verdict(field, value, self._catalog.today) == "stale":
            sentence += " " + self.say("stale", language, as_of=value.as_of)
        return sentence

    def record(self, credential: Credential, field: str) -> str:
        """One field as the document has it, in English, whatever the day: what passages are made of."""
        value = sourced(credential, field)
        if value is None or value.value is None:
            return self.sentence(credential, field)
        if field == "status":
            return self._status(credential, value.value, DEFAULT_LANGUAGE, credential.name)
        return self._plain_sentence(credential, field, value, DEFAULT_LANGUAGE, credential.name)

    def _plain_sentence(self, credential: Credential, field: str, value: Sourced[Any], language: str, name: str) -> str:
        if field == "validity" and value.value == "never":
            return self.say("field.validity.never", language, name=name)
        if field == "prerequisites" and value.value == Prerequisites():
            return self.say("field.prerequisites.none", language, name=name)
        return self.say(f"field.{field}", language, name=name, value=self.value(credential, field, language))

    def value(self, credential: Credential, field: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The bare value of a field, for tables and lists, with its note."""
        value = sourced(credential, field)
        if value is None or value.unknown is not None:
            return self.say("unknown.short", language)
        if value.conflict:
            disputed = self._disputed(credential, field, value, language)
            return self.say("conflict.short", language, value=disputed)
        if field == "status":
            return self._status(credential, self._catalog.status(credential), language, "").strip()
        notes = [note for note in (value.note, self._checked(field, value, language)) if note]
        return self._annotated(self._bare(credential, field, value.value, language), notes, language)

    def short_value(self, credential: Credential, field: str, language: str = DEFAULT_LANGUAGE) -> str:
        """The value without note or date, for a line that compares several; of prerequisites what is required."""
        value = sourced(credential, field)
        if field == "prerequisites" and value is not None and value.value is not None:
            return self._prerequisites(credential, replace(value.value, recommended=()), language)
        if value is None or value.value is None or field == "status":
            return self.value(credential, field, language)
        return self._bare(credential, field, value.value, language)

    def older(self, credential: Credential, field: str) -> list[str]:
        """Superseded readings, in English: they belong to passages, not to answers."""
        value = sourced(credential, field)
        return [self._older(credential, field, reading) for reading in (value.older if value else ())]

    def mentioned(self, credential: Credential, field: str, said: Callable[[str], bool], language: str) -> list[str]:
        """The superseded readings that someone brings up themselves, as `said` tells of a value."""
        value = sourced(credential, field)
        return [
            self._older(credential, field, reading, language)
            for reading in (value.older if value else ())
            if said(self._bare(credential, field, reading.value, DEFAULT_LANGUAGE))
        ]

    def _older(
        self, credential: Credential, field: str, reading: Reading[Any], language: str = DEFAULT_LANGUAGE
    ) -> str:
        bare = self._bare(credential, field, reading.value, language)
        if reading.note:
            return self.say("older.note", language, value=bare, note=reading.note)
        return self.say("older", language, value=bare)

    def _bare(self, credential: Credential, field: str, value: Any, language: str) -> str:
        form = self._values.get(field)
        if form is not None:
            return form(credential, value, language)
        if isinstance(value, tuple):
            return "; ".join(str(part) for part in value)
        return _number(value) if isinstance(value, int | float) else str(value)

    def _annotated(self, text: str, notes: Sequence[str], language: str) -> str:
        return f"{text} {self.say('note', language, note=', '.join(notes))}" if notes else text

    def _checked(self, field: str, value: Sourced[Any], language: str) -> str | None:
        return self.say("checked", language, as_of=value.as_of) if field in _DATED and value.as_of else None

    def _disputed(self, credential: Credential, field: str, value: Sourced[Any], language: str) -> str:
        return self.either(
            [
                self._annotated(
                    self._bare(credential, field, reading.value, language),
                    [reading.note] if reading.note else [],
                    language,
                )
                for reading in value.conflict
            ],
            language,
        )

    def _cost(self, credential: Credential, amount: float, language: str) -> str:
        return self.say(f"unit.{credential.cost_unit or 'exam'}", language, amount=money(amount))

    def _validity(self, _: Credential, months: int | str, language: str) -> str:
        return self.say("never", language) if months == "never" else self.term(int(months), language)

    def term(self, months: int, language: str = DEFAULT_LANGUAGE) -> str:
        """So many months in words: "three years", "18 months"."""
        years = self._phrases.items("years", language)
        whole, rest = divmod(months, 12)
        if rest == 0 and 0 < whole <= len(years):
            return years[whole - 1]
        return self.say("months", language, n=months)

    def _prerequisites(self, _: Credential, needed: Prerequisites, language: str) -> str:
        groups = [self._group(group, language) for group in needed.required]
        parts = [self.say("prerequisites.required", language, value="; ".join(groups))] if groups else []
        if not groups:
            parts.append(self.say("prerequisites.none", language))
        if needed.recommended:
            wished = self.both([self._requirement(item) for item in needed.recommended], language)
            parts.append(self.say("prerequisites.recommended", language, value=wished))
        return "; ".join(parts)

    def _group(self, group: tuple[Requirement, ...], language: str) -> str:
        names = self.either([self._requirement(item) for item in group], language)
        return names if len(group) == 1 else self.say("prerequisites.one_of", language, value=names)

    def _requirement(self, item: Requirement) -> str:
        return self.name_of(item.credential) if item.credential else item.text or ""

    def _stacks_into(self, _: Credential, links: tuple[StackLink, ...], language: str) -> str:
        """Edges of one relation are told together: "leads on to CySA+, PenTest+ and SecurityX"."""
        targets: dict[str, list[str]] = {}
        for link in links:
            name = self.name_of(link.credential) if link.credential else link.name or ""
            targets.setdefault(link.relation, []).append(
                self._annotated(name, [link.condition] if link.condition else [], language)
            )
        parts = [
            self.say(f"relation.{relation}", language, target=self.both(names, language))
            for relation, names in targets.items()
        ]
        return self.both(parts, language)

    def _status(self, credential: Credential, status: str, language: str, name: str) -> str:
        when = credential.retired_on.value if credential.retired_on else None
        if status == "retired" and when is None:
            return self.say("field.status.retired_undated", language, name=name)
        sentence = self.say(f"field.status.{status}", language, name=name, **({"value": when} if when else {}))
        note = credential.status.note
        if status != "active" or not note:
            return sentence
        return self._annotated(sentence[:-1], [note], language) + sentence[-1]


def money(amount: float) -> str:
    """US dollars as `USD 165`, `USD 70.50`, `USD 22,500`."""
    return f"USD {amount:,.2f}".removesuffix(".00")


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")
