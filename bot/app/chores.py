"""What a running advisor does beside answering: completing vectors of documents, planning reminders anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.app.assistant import Service
from bot.app.library import Library
from bot.app.stores import Stores
from bot.core.assistant import utc_now
from bot.dialogue.reminder_replanning import Replanning
from bot.flow.ports import Chore
from bot.retrieval.own_embedding import OwnEmbedding


def build_chores(
    library: Library, stores: Stores, service: Service, now: Callable[[], datetime] = utc_now
) -> tuple[Chore, ...]:
    replanning = Replanning(service.reminding, stores.learners, stores.keepsakes, library.index.version, now)
    if library.embedder is None or service.own_documents is None:
        return (replanning,)
    return replanning, OwnEmbedding(stores.vectors, library.embedder)
