"""True claims as a fluent model would write them: patterns by field, styles, and which of them are only measured.

Patterns with an even place in their list were used while the check was developed; the odd ones were only measured.
`$n` is a name, `$v` a value in one of the spellings of `SPELLINGS`.
"""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.catalog.credential import Credential
from bot.documents.model import Passage

NUMBER_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
MONTHS = [*calendar.month_name[1:]]


@dataclass(frozen=True, slots=True)
class Paraphrase:
    pattern: str
    text: str
    passages: tuple[Passage, ...]
    held_out: bool


PATTERNS: dict[str, list[str]] = {
    "cost": [
        "You'll pay $v to sit $n.",
        "$n costs $v per attempt.",
        "Each attempt at $n costs $v.",
        "Expect to pay $v for the $n exam.",
        "The exam fee for $n is $v.",
        "$n's list price is $v.",
        "Sitting $n will set you back $v.",
        "Budget $v for $n.",
        "$n is priced at $v.",
        "The price of $n comes to $v.",
        "At $v, that is what you pay for one try at $n.",
        "For $n, the fee is $v each time you take it.",
        "$n: $v per exam attempt.",
        "To take $n you'd spend $v.",
        "The $n exam isn't free; it costs $v.",
        "One attempt at the $n exam runs to $v.",
    ],
    "cost_month": [
        "$n costs $v a month.",
        "You pay $v per month for $n.",
        "The subscription for $n is $v monthly.",
        "Expect about $v each month while you work through $n.",
        "$n is billed at $v every month, so the total depends on your pace.",
        "It's $v a month for $n.",
    ],
    "members": [
        "Members pay $v for $n.",
        "If you're a member, $n costs $v.",
        "The member price of $n is $v.",
        "$n is $v for members.",
    ],
    "older_cost": [
        "An older source gave $v for $n.",
        "$n used to cost $v, according to another source.",
        "Another page says $v for $n.",
        "One other source mentions a price of $v for $n.",
    ],
    "exam_questions": [
        "The $n exam has $v questions.",
        "You'll face $v questions in the $n exam.",
        "Expect $v questions on $n.",
        "$n consists of $v questions.",
        "There are $v questions in the $n exam.",
        "In the $n exam you answer $v questions.",
        "$n: $v questions.",
        "The number of questions on $n is $v.",
    ],
    "exam_minutes": [
        "You get $v for the $n exam.",
        "The $n exam lasts $v.",
        "You have $v to finish $n.",
        "$n takes $v.",
        "The time limit for $n is $v.",
        "Plan on $v in the exam for $n.",
        "The clock gives you $v in the $n exam.",
        "$n is a $v exam.",
        "The exam runs for $v if you sit $n.",
        "Exam length of $n: $v.",
    ],
    "exam_passing": [
        "To pass $n you need $v.",
        "The pass mark for $n is $v.",
        "You need a score of $v to pass $n.",
        "$n has a passing score of $v.",
        "Passing $n takes $v.",
        "The threshold for passing $n is $v.",
        "A score of $v is a pass on $n.",
        "You'll want at least $v to get through $n.",
    ],
    "validity": [
        "$n is valid for $v.",
        "$n stays valid for $v.",
        "Once you've passed, $n is good for $v.",
        "It stays valid for $v, so plan on renewing $n by then.",
        "$n lasts $v.",
        "Your $n certification runs out after $v.",
        "$n expires after $v.",
        "The validity of $n is $v.",
        "You keep $n for $v before it expires.",
        "After $v, $n lapses unless you renew it.",
        "$n remains valid for $v.",
        "You'll have $v before $n needs renewing.",
    ],
    "never": [
        "$n doesn't expire.",
        "$n never expires.",
        "There's no expiry date on $n.",
        "$n is valid for life.",
        "Once earned, $n does not expire.",
        "$n won't expire, so there is nothing to renew.",
    ],
    "renewal_window": [
        "The renewal of $n opens $v before it expires.",
        "You can renew $n from $v before expiry.",
        "Renewing $n is possible in the last $v before it expires.",
        "$n can be renewed starting $v before the expiry date.",
    ],
    "renewal_credits": [
        "To keep $n you need $v credits.",
        "Renewing $n takes $v credits.",
        "You renew $n by earning $v credits.",
        "$n requires $v continuing education credits for renewal.",
    ],
    "no_prerequisites": [
        "$n has no formal prerequisites.",
        "There are no prerequisites for $n.",
        "You don't need anything first to take $n; there are no prerequisites.",
        "No formal prerequisite is required for $n.",
        "Nothing is formally required before $n.",
        "Anyone can sit $n, since it has no formal prerequisites.",
    ],
    "retired": [
        "$n was retired on $v.",
        "$n retired on $v.",
        "The $n exam was withdrawn on $v.",
        "Since $v, $n has been retired.",
        "$n is retired (since $v).",
        "You can't take $n any more: it was retired on $v.",
    ],
    "active": [
        "$n is active.",
        "$n is still active.",
        "$n is currently active.",
        "You can still take $n; it is active.",
    ],
    "available": [
        "$n has been available since $v.",
        "$n launched in $v.",
        "$n came out in $v.",
        "You can take $n since $v.",
    ],
    "replaced": [
        "$n is replaced by $v.",
        "$v replaces $n.",
        "The successor of $n is $v.",
        "$v took over from $n.",
    ],
    "issuer": [
        "$n is issued by $v.",
        "$v issues $n.",
        "$n comes from $v.",
        "The issuer of $n is $v.",
        "$v is the body behind $n.",
        "$n is awarded by $v.",
    ],
    "level": [
        "$n is at $v level.",
        "$n sits at the $v level.",
        "$n is a $v-level certification.",
        "The level of $n is $v.",
    ],
    "courses": [
        "$n has $v courses.",
        "$n is made up of $v courses.",
        "There are $v courses in $n.",
        "You complete $v courses for $n.",
    ],
    "study_hours": [
        "Plan about $v of study for $n.",
        "Study time for $n is about $v.",
        "$n takes around $v of study.",
        "Expect to study roughly $v for $n.",
        "Preparing for $n means about $v of studying.",
        "You'll need about $v to study for $n.",
    ],
}  # fmt: skip
MERGED: list[tuple[str, str, str]] = [
    ("cost", "validity", "$n costs $a per attempt and is valid for $b."),
    ("cost", "exam_minutes", "The $n exam takes $b and costs $a."),
    ("cost", "validity", "For $a you get a certification, $n, that stays valid for $b."),
    ("exam_questions", "exam_minutes", "The $n exam has $a questions, and you have $b to answer them."),
    ("exam_minutes", "exam_passing", "In the $n exam you have $a, and you pass with $b."),
    ("exam_minutes", "exam_questions", "$n gives you $a for $b questions."),
    ("cost", "exam_passing", "$n: fee $a; passing score $b."),
    ("validity", "cost", "$n is good for $a, and each exam attempt costs $b."),
    ("exam_questions", "exam_passing", "You answer $a questions in $n and need $b to pass."),
    ("validity", "exam_minutes", "The $n exam lasts $b; the certification is valid for $a."),
]


def _money(amount: float) -> list[str]:
    plain = f"{amount:,.2f}".removesuffix(".00")
    return [f"USD {plain}", f"${plain}", f"{plain} dollars", f"US${plain}", f"{plain} US dollars", f"${plain} (USD)"]


def _months(count: int) -> list[str]:
    found = [f"{count} months"]
    years, rest = divmod(count, 12)
    if not rest:
        unit = "year" if years == 1 else "years"
        found += [f"{years} {unit}", f"{NUMBER_WORDS[years]} {unit}"] if years < len(NUMBER_WORDS) else []
    return found


def _minutes(count: int) -> list[str]:
    hours, rest = divmod(count, 60)
    found = [f"{count} minutes", f"{count} minutes"]
    if hours and not rest:
        found.append(f"{hours} hours" if hours > 1 else "one hour")
    elif hours:
        found.append(f"{hours} hour{'s' * (hours > 1)} and {rest} minutes")
    return found


def _dates(value: str) -> list[str]:
    year, *rest = value.split("-")
    if not rest:
        return [year]
    month = MONTHS[int(rest[0]) - 1]
    if len(rest) == 1:
        return [value, f"{month} {year}"]
    day = int(rest[1])
    return [value, f"{day} {month} {year}", f"{month} {day}, {year}"]


def _range(value: str) -> list[str]:
    found = [value]
    if match := re.fullmatch(r"(\d+)-(\d+)", value):
        found += [f"{match[1]} to {match[2]}", f"between {match[1]} and {match[2]}"]
    return found


def _score(value: str) -> list[str]:
    found = [value]
    if match := re.fullmatch(r"(\d+)/(\d+)", value):
        found += [f"{match[1]} out of {match[2]}", f"{match[1]} of {match[2]}"]
    if match := re.fullmatch(r"(\d+)%", value):
        found += [f"{match[1]} percent"]
    return found


def names_of(credential: Credential) -> list[str]:
    codes = [spelt for code in credential.codes for spelt in (code, code.replace("-", ""))]
    return [credential.name, credential.short_name, credential.title, *codes[:2]]


def values(credential: Credential) -> Iterator[tuple[str, str, list[str]]]:
    """Field of `PATTERNS`, group of its passage, spellings of the value: of what is known and undisputed."""
    cost = credential.cost.value if credential.cost else None
    if cost and credential.cost_unit in {"exam", "month"}:
        yield "cost" if credential.cost_unit == "exam" else "cost_month", "cost", _money(cost)
        note = (credential.cost.note or "") if credential.cost else ""
        if match := re.search(r"members pay USD (\d+)", note):
            yield "members", "cost", _money(float(match[1]))
    for reading in credential.cost.older if credential.cost else ():
        yield "older_cost", "cost", _money(reading.value)
    if credential.exam_questions and credential.exam_questions.value and credential.exam_questions.value[0].isdigit():
        plain = re.match(r"[\d-]+", credential.exam_questions.value)
        if plain and "adaptive" not in credential.exam_questions.value:
            yield "exam_questions", "exam", _range(plain[0])
    if credential.exam_minutes and credential.exam_minutes.value:
        yield "exam_minutes", "exam", _minutes(credential.exam_minutes.value)
    if credential.exam_passing and credential.exam_passing.value and credential.exam_passing.value[0].isdigit():
        yield "exam_passing", "exam", _score(credential.exam_passing.value)
    yield from _lasting(credential)
    yield from _standing(credential)


def _lasting(credential: Credential) -> Iterator[tuple[str, str, list[str]]]:
    validity = credential.validity.value if credential.validity else None
    if validity == "never":
        yield "never", "validity", [""]
    elif validity:
        yield "validity", "validity", _months(validity)
    rule = credential.renewal_rule
    if rule and rule.window_days:
        yield "renewal_window", "validity", [f"{rule.window_days} days"]
    if rule and rule.credits:
        yield "renewal_credits", "validity", [str(rule.credits)]
    needed = credential.prerequisites.value if credential.prerequisites else None
    if needed is not None and not needed.required:
        yield "no_prerequisites", "prerequisites", [""]


def _standing(credential: Credential) -> Iterator[tuple[str, str, list[str]]]:
    if credential.retired_on and credential.retired_on.value and credential.status.value == "retired":
        yield "retired", "status", _dates(credential.retired_on.value)
    if credential.status.value == "active":
        yield "active", "status", [""]
    if credential.available_since and credential.available_since.value:
        yield "available", "status", _dates(credential.available_since.value)
    yield "issuer", "overview", [credential.awarding_body]
    if credential.level and credential.level.value:
        yield "level", "overview", [credential.level.value]
    if credential.courses and credential.courses.value:
        yield "courses", "overview", [str(credential.courses.value), *_spelt(credential.courses.value)]
    if credential.study_hours and credential.study_hours.value:
        yield "study_hours", "overview", [f"{credential.study_hours.value:g} hours"]


def _spelt(number: int) -> list[str]:
    return [NUMBER_WORDS[number]] if number < len(NUMBER_WORDS) else []


def _inside(text: str) -> str:
    """As it stands within a sentence: names keep their capital."""
    first = text.split(maxsplit=1)[0]
    ordinary = {
        "The",
        "You",
        "You'll",
        "To",
        "There",
        "There's",
        "Once",
        "It",
        "It's",
        "An",
        "Another",
        "One",
        "Nothing",
    }
    return text[0].lower() + text[1:] if first in ordinary else text


STYLES: list[Callable[[str], str]] = [
    lambda text: text,
    lambda text: text,
    lambda text: f"- {text}",
    lambda text: (
        re.sub(r"(?<![\w.,/-])(\$?\d[\d,./-]*\d)(?![\w/-])", r"**\1**", text, count=1)
        if "AZ" not in text
        else f"**{text}**"
    ),
    lambda text: f"Good news: {_inside(text)}",
    lambda text: f"As far as I can see, {_inside(text)}",
    lambda text: text.rstrip(".") + ", just so you know.",
    lambda text: f"Yes. {text}",
    lambda text: f"According to the source, {_inside(text)}",
    lambda text: text.replace("You'll", "You will").replace("isn't", "is not").replace("doesn't", "does not"),
    lambda text: text.replace(" is ", " is currently ", 1),
    lambda text: f"*{text}*",
    lambda text: text.rstrip(".") + ", as things stand.",
    lambda text: f"In short: {text}",
    lambda text: text.rstrip(".") + "!",
    lambda text: f"Keep in mind that {_inside(text)}",
]


def paraphrases(
    credentials: list[Credential], passage: Callable[[Credential, str], Passage], seed: int
) -> Iterator[Paraphrase]:
    """Every pattern for every credential that has the field, in a spelling, under a name and in a style by lot."""
    dice = random.Random(seed)  # noqa: S311 - the same claims every time, and nothing secret
    for credential in credentials:
        found = {field: (group, spelt) for field, group, spelt in values(credential)}
        for field, (group, spelt) in found.items():
            for place, pattern in enumerate(PATTERNS[field]):
                text = pattern.replace("$n", dice.choice(names_of(credential))).replace("$v", dice.choice(spelt))
                yield Paraphrase(
                    f"{field}: {pattern}", _styled(text, dice), (passage(credential, group),), place % 2 == 1
                )
        for place, (first, second, pattern) in enumerate(MERGED):
            if first in found and second in found:
                text = pattern.replace("$n", dice.choice(names_of(credential)))
                text = text.replace("$a", dice.choice(found[first][1])).replace("$b", dice.choice(found[second][1]))
                cited = tuple(dict.fromkeys(passage(credential, found[field][0]) for field in (first, second)))
                yield Paraphrase(pattern, _styled(text, dice), cited, place % 2 == 1)


def _styled(text: str, dice: random.Random) -> str:
    text = text[0].upper() + text[1:] if text[0].islower() and not text[:4].isdigit() else text
    return dice.choice(STYLES)(text)
