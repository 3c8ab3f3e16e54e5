"""What a text hides from people or says to a machine by its form: markers of chats, images, comments, encoded words.

Knows nothing of what words mean; `orders` judges those.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

# Stands where something was that makes its sentence, and what goes on from it, an order. For private use in Unicode,
# and taken out of every text first.
MARK = "\ue000"

_NOT_TEXT = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    f"\uffa0\ufff9-\ufffb{MARK}\U000e0000-\U000e01ef]"
)
_ATTRIBUTES = r"""(?:[^<>"']|"[^"]{0,400}"|'[^']{0,400}'){0,40}"""
_COMMENT = re.compile(
    r"<!--(?:(?!<!--)[\s\S])*?(?:-->|\Z)|\{/\*(?:(?!\{/\*)[\s\S])*?\*/\}|^[ \t]*\[(?://|comment)\]:[^\n]*", re.MULTILINE
)
_HIDDEN_STYLE = (
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])"
    r"|color\s*:\s*(?:white|#fff(?:fff)?|transparent)\b|text-indent\s*:\s*-\d{3,})"
)
_HIDDEN_TAG = re.compile(
    rf"<(?P<tag>[a-z][a-z0-9]*)\b(?=[^<>]{{0,600}}(?:{_HIDDEN_STYLE}|\shidden\b|aria-hidden\s*=\s*[\"']?true))[^<>]{{0,600}}>"
    r"[\s\S]{0,5000}?(?:</(?P=tag)\s*>|\n\s*\n|\Z)",
    re.IGNORECASE,
)
_LEAKED = (
    r"info|data|secret\w*|conversation|summary|history|chat|messages?|prompt|e-?mails?|passwords?|context|user\w*|"
    r"answers?|response|question|query|base64\w*|encoded\w*|exfil\w*|instructions?|name|token|key|content|text|here"
)
# [INFO], {conversation}, <SUMMARY>, %DATA%, $(…) in what is sent along with an address.
_PLACEHOLDER = (
    rf"(?:\[[^\]\s()]{{1,60}}\](?!=)|\{{+[^}}\s]{{0,20}}(?:{_LEAKED})[^}}\s]{{0,20}}\}}+|<[^>\s]{{0,20}}(?:{_LEAKED})[^>\s]{{0,20}}>"
    rf"|%(?:{_LEAKED})%|\$\([^)]*\)|\b(?:INSERT|REPLACE|YOUR)_[A-Z_]+)"
)
# An address with the link that it may stand in. What may be too much is only taken where it holds a placeholder.
_ADDRESS = re.compile(r"(?:!?\[[^\[\]]{0,300}\]\(\s{0,9}<?)?https?://\S+(?:[^\n()<>]{0,80}\))?", re.IGNORECASE)
_LEAK = re.compile(rf"[?&#][\s\S]{{0,2000}}?{_PLACEHOLDER}", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(
    rf"!\[[^\[\]]{{0,500}}\](?:\([^()\n]{{0,2000}}\)|\[[^\[\]\n]{{0,200}}\])|<img\b{_ATTRIBUTES}>", re.IGNORECASE
)
_RUN_BY_A_CLICK = re.compile(
    r"!?\[[^\[\]]{0,300}\]\(\s*<?(?:javascript|vbscript|data):[^\s]*\)?|\b(?:javascript|vbscript):[^\s]+"
    r"|\bdata:[a-z]+/[a-z0-9.+-]+[;,][^\s]*",
    re.IGNORECASE,
)
_ROLES = r"(?:system|assistant|user|human|ai|tool|developer|model|function|ipython)"
_WHOLE_TURN = re.compile(
    rf"<\|(?:im_start|start_header_id|{_ROLES})\|>[\s\S]{{0,4000}}?<\|(?:im_end|eot_id|end|end_of_turn)\|>"
    r"|\[INST\][\s\S]{0,4000}?\[/INST\]|<<SYS>>[\s\S]{0,4000}?<</SYS>>"
    r"|<start_of_turn>[\s\S]{0,4000}?<end_of_turn>"
    r"|<(?P<mode>[A-Z]{3,}(?:[ _]+(?:MODE|PROMPT|MESSAGE|OVERRIDE|INSTRUCTIONS?|COMMANDS?|NOTE)){1,3})>[\s\S]{0,2000}?"
    r"<[\\/](?:[A-Z]{3,}[ _]*){1,4}>"
    r"|<(?P<name>system|instructions?|prompt|important|admin|override)>[\s\S]{0,2000}?</(?P=name)>",
)
_CHAT = re.compile(
    rf"""
    <\|[a-z0-9_ ]{{1,40}}\|>(?:[ \t]*{_ROLES}\b)?
  | \[(?:system|assistant|user)\]\(\#[a-z_]*\) | \{{\{{[\#~/]?(?:system|assistant|user)~?\}}\}}
  | \[/?INST\] | <</?SYS>> | </?(?:start|end)_of_turn>(?:\s*{_ROLES}\b)?
  | \[/?(?:SYSTEM|ADMIN|DEVELOPER)[A-Z _-]{{0,30}}\]:?
  | (?<![^\s|>])\#{{2,6}}[ \t]*(?i:(?:new[ ]|system[ ]|updated[ ])?
    (?:instructions?|system|human|assistant|user|response|prompt|input))[ \t]*:
  | <[\\/]?[A-Z][A-Z _]{{0,40}}?(?:MODE|OVERRIDE|PROMPT|SYSTEM|INSTRUCTIONS?|ADMIN|JAILBREAK)[A-Z _]{{0,30}}>
  | [<\[({{=\-\#*_]{{1,10}}[ \t]*(?:BEGIN|START|END|STOP|EOF)(?:NING)?[ _](?:OF[ _])?(?:THE[ _])?
    (?:DOCUMENTS?|PROMPT|INSTRUCTIONS?|CONTEXT|SYSTEM|DATA|INPUT|TEXT|CONVERSATION|USER|PAGE|ARTICLE)
    (?:[ _](?:PROMPT|INPUT|MESSAGE|INSTRUCTIONS?|QUERY|DATA))?[ \t]*[>\])}}=\-\#*_]{{1,10}}
  | <[/]?(?:translated|summari[sz]ed|original|salient)[ ][a-z ]{{1,60}}> | \[salient[ ]summary\]
    """,
    re.VERBOSE | re.MULTILINE,
)
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<![\w])(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ \t:,]?){12,}(?![\w])")
_BITS = re.compile(r"(?<![01])(?:[01]{8}[ \t]?){6,}(?![01])")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}[A-Za-z0-9]{0,3}){6,}")
_MORSE = re.compile(r"(?<![\S])(?:[.·•-]{1,6}(?:[ \t]*/[ \t]*|[ \t]+)){7,}[.·•-]{0,6}(?![\S])")
_MORSE_LETTER = re.compile(r"[.·•]-|-[.·•]")
_MIN_MORSE = 3
_WORDLIKE = re.compile(r"[^\W\d_]{2,}")
_MIN_WORDS = 3
_PRINTABLE = 0.95


def shown(text: str) -> str:
    """The text without characters that nobody sees and without lone surrogates."""
    return _NOT_TEXT.sub("", text.encode("utf-8", "ignore").decode("utf-8"))


def without_hidden(text: str) -> str:
    """The text without what its reader would not see, and with a `MARK` for what speaks to a machine by its form."""
    for pattern in (_COMMENT, _HIDDEN_TAG):
        text = pattern.sub("", text)
    text = _ADDRESS.sub(lambda found: MARK if _leaks(found[0]) else found[0], text)
    for pattern in (_WHOLE_TURN, _CHAT):
        text = pattern.sub(MARK, text)
    for pattern in (_IMAGE, _RUN_BY_A_CLICK):
        text = pattern.sub("", text)
    for pattern, decode in _ENCODINGS:
        text = _without_encoded(text, pattern, decode)
    return _MORSE.sub(_without_morse, text)


def _without_encoded(text: str, pattern: re.Pattern[str], decode: Callable[[str], str]) -> str:
    return pattern.sub(lambda found: "" if _says_something(decode(found[0])) else found[0], text)


def _leaks(address: str) -> bool:
    """Whether an address has a gap behind its path, to be filled with what a machine knows."""
    return any(mark in address for mark in "[{<%$_") and bool(_LEAK.search(address) or _LEAK.search(unquote(address)))


def _without_morse(found: re.Match[str]) -> str:
    return "" if len(_MORSE_LETTER.findall(found[0])) >= _MIN_MORSE else found[0]


def _says_something(decoded: str) -> bool:
    """Whether what was decoded is written for a reader: several words, and hardly anything else."""
    if len(_WORDLIKE.findall(decoded)) < _MIN_WORDS or " " not in decoded.strip():
        return False
    return sum(char.isprintable() or char in "\r\n\t" for char in decoded) >= _PRINTABLE * len(decoded)


def _from_base64(text: str) -> str:
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(text: str) -> str:
    digits = "".join(re.findall(r"[0-9a-fA-F]{2}", re.sub(r"0x|\\x", "", text)))
    return bytes.fromhex(digits).decode("utf-8", "replace")


def _from_bits(text: str) -> str:
    return bytes(int(bits, 2) for bits in re.findall(r"[01]{8}", text)).decode("utf-8", "replace")


_ENCODINGS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_BASE64, _from_base64),
    (_BITS, _from_bits),
    (_HEX, _from_hex),
    (_PERCENT, unquote),
)
