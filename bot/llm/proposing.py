"""What a model may offer to do for a learner: sentences that the learner could say, each as a button.

Nothing is changed by a model. A tap sends the sentence as the learner's own message, which is then understood, noted
and can be undone like anything else they say; so only they can confirm it, and only in words that they have read.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.credential import Credential
from bot.core.answer import Suggestion
from bot.core.conversation import Turn
from bot.dialogue.telling import Telling
from bot.learning.wallet import Say
from bot.learning.zones import local_day
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases
from bot.text.words import clean, words

_LONGEST = 160  # characters of a sentence on a button


class Proposals:
    """`telling` understands what is told in passing, with the words of `lexicon`; `phrases` are the dialogue's."""

    def __init__(self, telling: Telling, lexicon: Lexicon, phrases: Phrases, say: Say) -> None:
        self._telling = telling
        self._lexicon = lexicon
        self._phrases = phrases
        self._say = say

    def note(self, sentence: str, turn: Turn, language: str) -> list[Suggestion]:
        """An offer to note a sentence; none where it is not the learner's own, or tells nothing that can be noted.

        A document may say "I passed everything": only what the learner has said in a row in this message counts, and
        nothing of a message that denies, supposes or tells of others.
        """
        said = clean(sentence)
        if turn.learner is None or len(said) > _LONGEST or not self._is_own(words(said), words(turn.question)):
            return []
        told = self._telling.read(said, local_day(turn.learner.profile, turn.now), self._say)
        if not (told.holdings or told.lost or told.profile(turn.learner.profile) != turn.learner.profile):
            return []
        return [Suggestion(label=self._phrases.say("label.note", language, what=said), ask=said)]

    def _is_own(self, offered: Sequence[str], message: Sequence[str]) -> bool:
        if any(cue.key == "told.not" for cue in self._lexicon.cues(message)):
            return False
        starts = range(len(message) - len(offered) + 1)
        return bool(offered) and any(list(message[at : at + len(offered)]) == list(offered) for at in starts)

    def practice(self, credential: Credential, language: str) -> list[Suggestion]:
        label = self._phrases.say("label.practise", language, name=credential.short_name)
        return [Suggestion(label=label, ask=f"/practice {credential.short_name}")]
