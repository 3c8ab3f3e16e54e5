"""Sources as a front end shows them: titles, addresses that lead somewhere, and a label for each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from bot.chat.styled import safe, shortened
from bot.core.answer import Citation
from bot.text.words import clean

MAX_URL = 2048
_MAX_LABEL = 60


def links_of(citations: Sequence[Citation], longest: int = MAX_URL) -> dict[int, str | None]:
    """Where each number leads."""
    return {citation.n: citation.url if leads_somewhere(citation.url, longest) else None for citation in citations}


def leads_somewhere(url: str | None, longest: int = MAX_URL) -> bool:
    """Whether a platform takes it as a link: it refuses a whole message for one address that it cannot read."""
    if url is None or len(url) > longest or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and "." in host and not parts.username and host[-1].isalpha()


def link_labels(citations: Sequence[Citation], most: int, longest: int = MAX_URL) -> Iterator[tuple[str, str]]:
    """A label for each address with the numbers of all that lead there, and the address."""
    numbers: dict[str, list[int]] = {}
    for citation in citations:
        if citation.url is not None and leads_somewhere(citation.url, longest):
            numbers.setdefault(citation.url, []).append(citation.n)
    for url, found in list(numbers.items())[:most]:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        yield label_of(f"[{', '.join(map(str, found))}] {host}"), url


def label_of(text: str) -> str:
    """A text as it stands on a button."""
    return shortened(" ".join(safe(clean(text)).split()), _MAX_LABEL) or "…"
