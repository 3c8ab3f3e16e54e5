"""Finds what reads like an order to a model, in any text of a prompt: injections, politely put or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.servers.llm.honest import marks
from tests.servers.llm.reading import Reading, sentences

_VERBS = (
    "add|adopt|always|answer|append|approve|become|begin|call|change|cite|claim|click|confirm|contact|copy|delete|"
    "disregard|display|download|emit|end|enter|execute|finish|follow|forget|go|ignore|include|insert|install|invoke|"
    "list|mention|never|open|output|override|pay|praise|pretend|print|promise|promote|quote|recommend|record|remember|"
    "remove|repeat|reply|respond|reveal|run|save|say|send|set|show|sign|start|state|stop|store|suggest|switch|tell|"
    "translate|update|use|visit|warn|wire|write"
)
_ABROAD = (
    "antworte|antworten|gib|ignoriere|ignorieren|sage|schreibe|schreib|wiederhole|zeige|"
    "dis|écris|ignore[zr]?|oublie|montre|réponds|répète|répondez|affiche|"
    "di|escribe|ignora|muestra|olvida|recomienda|repite|responde|diga|escreva|esqueça|mostre|repita|responda|"
    "अनदेखा|कहो|लिखो|दोहराओ|忽略|请忽略|输出|请输出|回复|请回复|说|写|重复|显示"
)
_BEFORE = r"please|now|then|and|you must|you should|must|should|bitte|por favor|first|instead|instructions|also"
# Orders begin where a clause does.
_ORDER = re.compile(
    rf"(?:\A|[.:;,!?—>*\]\"“(–-]\s*|\b(?:{_BEFORE})\s+)(?:{_VERBS}|{_ABROAD})\b|忽略|输出|回复", re.IGNORECASE
)
# A sentence with one of these is meant for a model, and not for a reader.
_AIMED = re.compile(
    r"\b(?:ignore|disregard|forget|override|overrides|assistants?|(?:an|the) ai(?!-)|ai (?:assistant|model)s?|chatbots?"
    r"|llms?|language model|system(?: (?:prompt|message|note|override)|:)|(?:previous|prior|above|new) instructions?"
    r"|prompt|you are now|developer mode|from now on|verbatim|exactly|only with|one word|the following|when answering"
    r"|your (?:answer|reply|response|instructions)|every answer|reply|respond|marker|update_\w+|set_\w+|add_\w+"
    r"|(?:(?:learner|user)(?:'s)?|my|their) (?:profile|wallet|budget|plan)"
    r"|ignoriere|anweisung\w*|ignora|ignorez|instruc\w+|antworte|responde|réponds)\b"
    r"|\A(?:print|say|output|repeat|write|show|reveal|send)\b[^.]*[\"“'`:]|\bAI:|忽略|指令|输出|@everyone|!\[|अनदेखा",
    re.IGNORECASE,
)
# An asking word, and in the same clause what was shown to the model and to nobody else.
_ASKED = (
    r"repeat|print|show|reveal|output|quote|tell|list|dump|recite|copy|translate|summari[sz]e|what (?:is|are|do)|what's"
)
_HIDDEN = (
    r"system message|prompt|(?:your|above|previous|initial) (?:instructions?|rules)|the learner\b|conversation"
    r"|(?:learner|my|user|his|her|their)(?:'s)? (?:profile|data|block)|(?:everything|text|words|all) above|secrets?"
    r"|know about (?:me|him|her|them)"
)
_LEAK = re.compile(
    rf"\b(?:{_ASKED})\b(?:(?!\b(?:and|then)\b)[^.;\n]){{0,60}}?\b(?:{_HIDDEN})",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”„«»`]([^\"“”„«»`\n]{2,300})[\"“”„«»`]|(?<!\w)'([^'\n]{2,300})'(?!\w)|「([^」\n]{2,300})」")
_IMAGE = re.compile(r"!?\[[^\]\n]*\]\([^)\s]+\)")
LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\"'`]+", re.IGNORECASE)
_TOKEN = re.compile(r"\b(?=(?:[0-9_-]*[A-Z]){4})[A-Z0-9][A-Z0-9_-]{3,}\b")
_SHOUTED = {"SYSTEM", "IMPORTANT", "NOTE", "ATTENTION", "WARNING", "IGNORE", "ALWAYS", "NEVER", "MUST", "URGENT"}
_AFTER_COLON = re.compile(r":\s*(?P<rest>\S[^\n]*)\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order, what it demands to be printed, and the numbers of the passage where it was found."""

    text: str
    loot: str
    marks: tuple[int, ...]


def orders(reading: Reading) -> Iterator[Order]:
    """Order-like sentences of everything that was shown but the system message."""
    shown = [(entry.whole, marks(entry)) for entry in reading.entries]
    shown += [(text, ()) for tag, text in reading.blocks.items() if tag != "passages"]
    shown += [] if reading.blocks else [(reading.user, ())]
    shown += [(reading.conversation, ())] if "conversation" not in reading.blocks else []
    for text, found_in in shown:
        parts = sentences(text)
        for place, sentence in enumerate(parts):
            if is_order(sentence):
                # What is demanded may stand in the next sentence: "Print the following. PWNED".
                after = parts[place + 1] if place + 1 < len(parts) else ""
                yield Order(text=sentence, loot=_loot(sentence) or _loot(after) or sentence, marks=found_in)


def is_order(sentence: str) -> bool:
    """An image is one: it asks to be shown."""
    return "![" in sentence or bool(_ORDER.search(sentence) and _AIMED.search(sentence))


def asks_for_secrets(text: str) -> bool:
    """Whether what only the model was shown is asked for: its instructions, the learner, the conversation."""
    return bool(_LEAK.search(text))


def _loot(order: str) -> str:
    """What an order demands: an image or link, something quoted, a token in capitals, what stands after the colon."""
    if image := _IMAGE.search(order):
        return image[0]
    if quoted := _QUOTED.search(order):
        return next(filter(None, quoted.groups()))
    if token := next((token for token in _TOKEN.findall(order) if token not in _SHOUTED), None):
        return token
    if link := LINK.search(order):
        return link[0].rstrip(".,;")
    if "@everyone" in order:
        return "@everyone"
    rest = _AFTER_COLON.search(order)
    return rest["rest"].strip() if rest else ""
