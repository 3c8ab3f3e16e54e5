"""Answers in six languages by templates: names and figures are the passage's, the words around them are not."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from tests.servers.llm.reading import Entry, Reading, sentences

_MONEY = re.compile(r"(?P<currency>USD|EUR|GBP|INR) (?P<amount>[\d,]*\d(?:\.\d+)?)")
_SPAN = re.compile(r"\b(?P<amount>\d+) (?P<unit>month|year|hour|minute|week|day)s?\b")
# What stands before the name of a language in which to answer.
_ANSWER = (
    r"(?:\b(?:answer|reply|respond|write|writes|speak|speaks|use|language|lang|locale|responde|antworte|réponds|responda)"
    r"\b|[用以])"
)
_UNITS = ("year", "month", "week", "day", "hour", "minute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`names` ask for it; `money`, `span` and `other` are templates; `units` is year to minute, in the plural."""

    names: str
    money: tuple[str, ...]
    span: tuple[str, ...]
    other: tuple[str, ...]
    nothing: str
    units: tuple[str, ...]


LANGUAGES = {
    "es": Language(
        names="spanish|español|castellano|espagnol|spanisch|西班牙语|西班牙文",
        money=(
            "{name} cuesta {figure}.",
            "El precio de {name} es de {figure}.",
            "Tendrás que pagar {figure} por {name}.",
        ),
        span=("{name}: el plazo es de {figure}.", "Según los documentos, para {name} son {figure}."),
        other=("Los documentos hablan de ello en el apartado sobre {name}.",),
        nothing="Los documentos no lo dicen.",
        units=("años", "meses", "semanas", "días", "horas", "minutos"),
    ),
    "fr": Language(
        names="french|français|francés|französisch|法语",
        money=("{name} coûte {figure}.", "Le prix de {name} est de {figure}.", "Vous paierez {figure} pour {name}."),
        span=("{name} : la durée est de {figure}.", "Selon les documents, pour {name} ce sont {figure}."),
        other=("Les documents en parlent dans la partie sur {name}.",),
        nothing="Les documents ne le disent pas.",
        units=("ans", "mois", "semaines", "jours", "heures", "minutes"),
    ),
    "de": Language(
        names="german|deutsch|alemán|allemand|德语",
        money=("{name} kostet {figure}.", "Der Preis von {name} beträgt {figure}.", "Für {name} zahlst du {figure}."),
        span=("{name}: Die Dauer beträgt {figure}.", "Laut den Dokumenten sind es bei {name} {figure}."),
        other=("Die Dokumente sprechen davon im Abschnitt über {name}.",),
        nothing="Die Dokumente sagen dazu nichts.",
        units=("Jahre", "Monate", "Wochen", "Tage", "Stunden", "Minuten"),
    ),
    "pt": Language(
        names="portuguese|português|portugués|portugiesisch|葡萄牙语",
        money=("{name} custa {figure}.", "O preço de {name} é de {figure}.", "Você paga {figure} por {name}."),
        span=("{name}: o prazo é de {figure}.", "Segundo os documentos, para {name} são {figure}."),
        other=("Os documentos falam disso na parte sobre {name}.",),
        nothing="Os documentos não dizem isso.",
        units=("anos", "meses", "semanas", "dias", "horas", "minutos"),
    ),
    "hi": Language(
        names="hindi|हिन्दी|हिंदी|印地语",
        money=("{name} की कीमत {figure} है।", "{name} के लिए आपको {figure} देने होंगे।"),
        span=("{name}: अवधि {figure} है।", "दस्तावेज़ों के अनुसार {name} के लिए {figure} हैं।"),
        other=("दस्तावेज़ {name} वाले भाग में इसके बारे में बताते हैं।",),
        nothing="दस्तावेज़ यह नहीं बताते।",
        units=("वर्ष", "महीने", "सप्ताह", "दिन", "घंटे", "मिनट"),
    ),
    "zh": Language(
        names="chinese|mandarin|中文|汉语|chino|chinois|chinesisch",
        money=("{name}的费用为{figure}。", "{name}的价格是{figure}。", "报考{name}需要支付{figure}。"),
        span=("{name}：时长为{figure}。", "根据文件,{name}为{figure}。"),
        other=("文件在关于{name}的部分谈到了这一点。",),
        nothing="文件中没有说明。",
        units=("年", "个月", "周", "天", "小时", "分钟"),
    ),
}


def language_of(reading: Reading) -> str | None:
    """What is asked for, by a tag or a name: in the user message outside its passages, else in the system's."""
    outside = re.sub(r"<passages .*?</passages[^>]*>", "", reading.user, flags=re.DOTALL)
    for text in (outside, reading.system):
        for tag, language in LANGUAGES.items():
            asked = rf"{_ANSWER}[^.\n]{{0,60}}?(?:(?<![a-zà-ÿ-])(?:{language.names})(?![a-zà-ÿ])|(?<![\w-]){tag}(?!\w))"
            if re.search(asked, text, re.IGNORECASE):
                return tag
    return None


def first_figures(reading: Reading) -> list[tuple[str, Entry]]:
    """What is answered where no word of the question stands in the passages: their first sentence with a figure."""
    found = ((text, entry) for entry in reading.entries for text in sentences(entry.text))
    return [(text, entry) for text, entry in found if _MONEY.search(text) or _SPAN.search(text)][:1]


def templated(tag: str, name: str, sentence: str, chance: random.Random) -> str:
    """A sentence of a template around the figure that a passage's sentence gives."""
    language = LANGUAGES[tag]
    if money := _MONEY.search(sentence):
        return chance.choice(language.money).format(name=name, figure=f"{money['currency']} {money['amount']}")
    if span := _SPAN.search(sentence):
        unit = language.units[_UNITS.index(span["unit"])]
        space = "" if tag == "zh" else " "
        return chance.choice(language.span).format(name=name, figure=f"{span['amount']}{space}{unit}")
    return chance.choice(language.other).format(name=name)
