"""What no statement may hold in whatever it cites: forms that a platform would act on instead of showing them.

Knows nothing of facts. Front ends escape what they show; this is what keeps a document or a model from trying.
"""

from __future__ import annotations

import html
import re
import unicodedata

from bot.grounding.hidden import shown

_LETTER_TAGS = "a|b|i|p|q|s|u"
_TAGS = (
    "abbr|address|area|article|aside|audio|base|bdi|bdo|blockquote|body|br|button|canvas|caption|center|cite|code|col|"
    "colgroup|dd|del|details|dfn|dialog|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset|"
    "h[1-6]|head|header|hr|html|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|marquee|math|meta|meter|nav|"
    "noscript|object|ol|optgroup|option|output|param|picture|pre|progress|rp|rt|ruby|samp|script|section|select|slot|"
    "small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|"
    "tr|track|tt|ul|var|video|wbr|tg-spoiler|tg-emoji"
)
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("an image", re.compile(r"!\[[^\[\]]*\]\s?[(\[]")),
    (
        "a mention",
        re.compile(
            r"<(?:[@#]|a?:\w+:|t:\d|id:|/\w[^<>]*:\d)|(?<![\w.+%-])@(?:[^\W_]|_)|tg://|discord(?:app)?://",
            re.IGNORECASE,
        ),
    ),
    (
        "an HTML tag",
        re.compile(
            rf"<!--|<!doctype|</?(?:{_TAGS})(?=[\s/>]|\Z)|</?(?:{_LETTER_TAGS})(?:\s+[a-z-]+\s*=[^<>]*)?\s*/?>"
            r"|</[a-z][^<>]*>|<[a-z][\w-]*\s[^<>]*=[^<>]*>",
            re.IGNORECASE,
        ),
    ),
    (
        "a link that runs something",
        re.compile(
            r"(?<![\w-])(?:(?:j\s?a\s?v\s?a|vb)\s?script\s?:(?=\S)|data:[\w.+-]*[/;,]|(?:blob|file):/)", re.IGNORECASE
        ),
    ),
)


def forbidden_form(text: str) -> str | None:
    """What of this kind a text holds, or None; also where it is written in other letters or as entities."""
    plain = html.unescape(unicodedata.normalize("NFKC", shown(text)))
    return next((name for name, pattern in _FORMS if pattern.search(text) or pattern.search(plain)), None)
