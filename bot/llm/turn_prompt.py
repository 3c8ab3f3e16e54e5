"""A turn as messages for the model: what is known and found for it, fenced, and the question last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.catalog.wording import Wording
from bot.core.conversation import Turn
from bot.learning.learner import Learner
from bot.llm.evidence import Evidence
from bot.llm.history import Before
from bot.llm.prompting import Message, Prompt, fence_key, fenced

# What a person calls a language is what a model understands best.
_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "pt": "Portuguese",
    "hi": "Hindi",
    "zh": "Chinese",
}
_SECTIONS = {
    "system": frozenset({"language", "today"}),
    "turn": frozenset({"key", "passages", "conversation", "learner", "draft", "question", "language"}),
    "conversation": frozenset({"key", "summary"}),
    "learner": frozenset({"key", "known"}),
    "draft": frozenset({"key", "draft"}),
}


class TurnPrompt:
    """`prompts/llm/advisor.md`, filled for one turn after the other."""

    def __init__(self, folder: Path) -> None:
        self._prompt = Prompt(folder / "advisor.md", _SECTIONS)

    @property
    def provenance(self) -> str:
        return self._prompt.provenance

    def messages(
        self, turn: Turn, language: str, evidence: Evidence, before: Before, *, known: str, draft: str
    ) -> tuple[str, Sequence[Message]]:
        """The system prompt, and the messages after it: what was said before, then the turn. `draft` is what the
        rules would answer.
        """
        key, spoken = fence_key(), _LANGUAGES.get(language, "English")
        system = self._prompt.fill("system", language=spoken, today=turn.now.date().isoformat())
        text = self._prompt.fill(
            "turn",
            key=key,
            passages=fenced(evidence.shown(list(evidence.entries))),
            conversation=self._part("conversation", key, summary=before.summary),
            learner=self._part("learner", key, known=known),
            draft=self._part("draft", key, draft=draft),
            question=fenced(turn.question),
            language=spoken,
        )
        return system, [*before.messages, Message(role="human", text=text)]

    def known(self, learner: Learner, wording: Wording) -> str:
        """The learner's own data in plain lines; they need no source, and are no source."""
        profile = learner.profile
        told = {
            "Holds": ", ".join(wording.name_of(e.credential) for e in learner.wallet if e.state == "held"),
            "Studies for": ", ".join(wording.name_of(e.credential) for e in learner.wallet if e.state != "held"),
            "Goals": ", ".join(wording.name_of(goal) for goal in profile.goals) or profile.goal_text,
            "Background": profile.background,
            "Skills": ", ".join(profile.skills),
            "Hours a week": profile.hours_per_week,
            "Budget in USD": profile.budget_usd,
            "Wants to be done by": profile.deadline,
        }
        return "\n".join(f"{name}: {value}" for name, value in told.items() if value)

    def _part(self, section: str, key: str, **values: str) -> str:
        """A part that is left out where there is nothing to say."""
        if not all(values.values()):
            return ""
        return "\n" + self._prompt.fill(section, key=key, **{name: fenced(text) for name, text in values.items()})
