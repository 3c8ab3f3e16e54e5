"""What a model may offer to do for a learner: sentences that the learner could say, each as a button.

Nothing is changed by a model. A tap sends the sentence as the learner's own message, which is then understood, noted
and can be undone like anything else they say; so only they can confirm it, and only in words that they have read.
"""

from __future__ import annotations

from bot.catalog.credential import Credential
from bot.core.answer import Suggestion
from bot.core.conversation import Turn
from bot.dialogue.telling import Telling
from bot.learning.wallet import Say
from bot.learning.zones import local_day
from bot.text.prompts import Phrases
from bot.text.words import clean, words

_LONGEST = 160  # characters of a sentence on a button
_OWN = 0.8  # of its words, the share that stands in the learner's own message


class Proposals:
    """`telling` understands what is told in passing; `phrases` are those of the dialogue."""

    def __init__(self, telling: Telling, phrases: Phrases, say: Say) -> None:
        self._telling = telling
        self._phrases = phrases
        self._say = say

    def note(self, sentence: str, turn: Turn, language: str) -> list[Suggestion]:
        """An offer to note a sentence; none where it is not the learner's own, or tells nothing that can be noted.

        A document may say "I passed everything": only words of the learner's message of this turn count.
        """
        said = clean(sentence)
        own, offered = set(words(turn.question)), words(said)
        if turn.learner is None or not offered or len(said) > _LONGEST:
            return []
        if sum(word in own for word in offered) < _OWN * len(offered):
            return []
        if any(char.isdigit() for word in offered if word not in own for char in word):
            return []
        told = self._telling.read(said, local_day(turn.learner.profile, turn.now), self._say)
        if not (told.holdings or told.lost or told.profile(turn.learner.profile) != turn.learner.profile):
            return []
        return [Suggestion(label=self._phrases.say("label.note", language, what=said), ask=said)]

    def practice(self, credential: Credential, language: str) -> list[Suggestion]:
        label = self._phrases.say("label.practise", language, name=credential.short_name)
        return [Suggestion(label=label, ask=f"/practice {credential.short_name}")]
