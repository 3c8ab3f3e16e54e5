"""All practice items of the knowledge: made when first asked for, document by document, and then kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from bot.documents.model import Passage
from bot.practice.from_fields import from_fields
from bot.practice.from_pages import from_page
from bot.practice.items import Item, digest, document_of
from bot.practice.scenarios import from_wishes
from bot.practice.workshop import Subject, Workshop
from bot.text.prompts import DEFAULT_LANGUAGE

PassagesOf = Callable[[str], Iterable[Passage]]

# Meeting a thing comes before telling it apart, and that before recalling it unaided.
_ORDER = {"field": 0, "cloze": 1, "fit": 2, "true_false": 3, "typed": 4, "recall": 5}


class ItemBook:
    """Items by document and by id. `pages` are the guides and provider pages, each with its topics."""

    def __init__(self, shop: Workshop, passages_of: PassagesOf, pages: Mapping[str, tuple[str, ...]]) -> None:
        self._shop = shop
        self._passages_of = passages_of
        self._pages = dict(pages)
        self._credentials = {credential.document: credential for credential in shop.catalog}
        self.items_of = lru_cache(maxsize=512)(self._items_of)

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of all documents that items may be made of."""
        return (*self._credentials, *self._pages)

    def topics_of(self, document: str) -> tuple[str, ...]:
        if document in self._credentials:
            return tuple(self._credentials[document].topics)
        return self._pages.get(document, ())

    def about(self, topic: str) -> tuple[str, ...]:
        """The documents that are about a topic, those first that are so most of all."""
        found = [document for document in self.documents if topic in self.topics_of(document)]
        return tuple(sorted(found, key=lambda document: (self.topics_of(document).index(topic), document)))

    def item(self, identity: str, language: str = DEFAULT_LANGUAGE) -> Item | None:
        """The item of an id; None where the documents no longer say what it asks."""
        return next((item for item in self.items_of(document_of(identity), language) if item.id == identity), None)

    def _items_of(self, document: str, language: str = DEFAULT_LANGUAGE) -> tuple[Item, ...]:
        """All items of a document in the order in which they are taught; none of an unknown one."""
        if document in self._credentials:
            credential = self._credentials[document]
            made = [*from_fields(self._shop, credential, language), *from_wishes(self._shop, credential, language)]
        elif document in self._pages:
            subject = Subject(document=document, topics=self._pages[document], language=language)
            made = list(from_page(self._shop, subject, list(self._passages_of(document))))
        else:
            made = []
        unique = {item.id: item for item in made}
        return tuple(sorted(unique.values(), key=lambda item: (_ORDER[item.kind], digest(item.id))))
