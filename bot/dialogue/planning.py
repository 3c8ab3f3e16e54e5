"""Learning paths in conversation: the best one, what-ifs, what to do next."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.catalog.wording import money
from bot.core.answer import Draft, Statement, Suggestion
from bot.core.conversation import Context, Response, Turn
from bot.core.reply import Attachment
from bot.core.toolbox import Toolbox
from bot.dialogue.hearing import Heard, Speaker
from bot.dialogue.plan_wishes import PlanWishes, completed
from bot.dialogue.stacking import StackWords
from bot.learning.calendar import path_calendar
from bot.learning.learner import Changes, Learner
from bot.learning.wallet import wallet
from bot.learning.zones import local_day
from bot.offline.planning import Planned, PlanWords
from bot.planning.model import Held, LearningPath, PlanRequest, PlanWish
from bot.planning.offers import offering_of
from bot.planning.planner import plan
from bot.planning.spelling import nearest

# What fits beside a job; said to be assumed wherever it is used.
HOURS_PER_WEEK = 5.0
_LONGEST_WHAT_IF = 14  # words
_MOST_STEPS_SHOWN = 4
# A path's picture: the path, its title, the language.
Draw = Callable[[LearningPath, str, str], bytes]


class PlanMaker:
    """Makes plans of wishes, over one catalogue."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._catalog = toolbox.catalog

    async def make(self, wish: PlanWish, turn: Turn) -> Planned:
        """Raises `InputError` for a wish that cannot be planned, and says why."""
        wish = completed(wish, turn.learner)
        request = self._request(wish, turn)
        offering = offering_of(self._catalog, hours_per_week=request.hours_per_week, skills=request.skills)
        # The solver may take a second, in which others are to be answered.
        found = await asyncio.to_thread(plan, request, offering.offers, retired=offering.retired)
        return Planned(plan=found, request=request, offering=offering, pace_given=wish.hours_per_week is not None)

    def _request(self, wish: PlanWish, turn: Turn) -> PlanRequest:
        profile = turn.learner.profile if turn.learner else None
        today = local_day(profile, turn.now) if profile else turn.now.date()
        have = {identity: Held(id=identity) for identity in wish.have}
        if turn.learner is not None:
            entries = wallet(turn.learner.wallet, self._catalog, today)
            have |= {
                entry.holding.credential: Held(
                    id=entry.holding.credential, expires_on=entry.expiry.on if entry.expiry else None
                )
                for entry in entries
                if entry.held
            }
        return PlanRequest(
            goals=wish.goals,
            skills=wish.topics,
            have=tuple(have.values()),
            start=today,
            hours_per_week=wish.hours_per_week or HOURS_PER_WEEK,
            budget_usd=None if wish.budget_usd == math.inf else wish.budget_usd,
            deadline=None if wish.deadline == date.max else wish.deadline,
            minimise=wish.minimise or "cost",
            without=frozenset(wish.without),
        )


class Planning:
    """`/plan`, what-ifs after it, `/picture` and `/calendar` of it, and what to learn next."""

    def __init__(
        self,
        wishes: PlanWishes,
        maker: PlanMaker,
        toolbox: Toolbox,
        words: PlanWords,
        stacks: StackWords,
        speaker: Speaker,
        draw: Draw,
    ) -> None:
        self._wishes = wishes
        self._maker = maker
        self._toolbox = toolbox
        self._words = words
        self._stacks = stacks
        self._speaker = speaker
        self._draw = draw

    async def respond(self, heard: Heard) -> Response | None:
        context = heard.turn.context
        if context.plan is not None and heard.calls("picture"):
            return await self._picture(heard, context.plan)
        if context.plan is not None and heard.calls("calendar"):
            return await self._calendar(heard, context.plan)
        if heard.calls("plan", "missing"):
            wish, before = self._wish(heard), self._before(heard)
            return await self._plan(heard, wish.over(before) if before and not wish.aims else wish)
        if context.plan is not None and self._may_be_what_if(heard):
            wish = self._wish(heard)
            if wish.changes and not wish.goals:
                return await self._plan(heard, wish.over(context.plan))
        if heard.calls("next") and heard.turn.learner is not None:
            return await self._next(heard, heard.turn.learner)
        return None

    def _before(self, heard: Heard) -> PlanWish | None:
        """What the last path was asked for, wherever that was; not where another goal was told after it."""
        here, learner = heard.turn.context.plan, heard.turn.learner
        if learner is None:
            return here
        kept = learner.profile.plan
        if kept is not None and all(goal in self._toolbox.catalog for goal in kept.goals):
            return kept
        told = completed(PlanWish(), learner).aims
        return None if here is not None and here.aims and told else here

    def _wish(self, heard: Heard) -> PlanWish:
        def say(key: str, **values: object) -> str:
            return self._toolbox.wording.say(key, heard.language, **values)

        return self._wishes.read(heard.turn.question, heard.turn.now.date(), say)

    @staticmethod
    def _may_be_what_if(heard: Heard) -> bool:
        """Whether a message may change the plan before it: neither a question of its own nor a word about oneself."""
        question = heard.question
        if len(question.tokens) > _LONGEST_WHAT_IF or heard.turn.command is not None:
            return False
        about_oneself = "told.i" in heard.cues and "told.question" not in heard.cues
        return not about_oneself and not question.has("recommend", "define", "compare")

    async def _plan(self, heard: Heard, wish: PlanWish) -> Response:
        if not completed(wish, heard.turn.learner).aims or (heard.turn.command and self._unknown(heard, wish)):
            return self._ask_goal(heard)
        planned = await self._maker.make(wish, heard.turn)
        draft = self._words.describe(planned, heard.language)
        limits = self._limits(heard, planned.request)
        if limits is not None:
            draft = replace(draft, statements=(limits, *draft.statements))
        if planned.plan.path is not None and planned.plan.path.steps:
            files = (
                self._speaker.suggest("label.picture", heard, "/picture"),
                self._speaker.suggest("label.calendar", heard, "/calendar"),
            )
            draft = replace(draft, suggestions=(*draft.suggestions[:3], *files))
        steps = planned.plan.path.steps if planned.plan.path else ()
        ids = tuple(step.offer.id for step in steps if step.offer.id in self._toolbox.catalog)
        return self._speaker.respond(
            heard,
            draft,
            own_words="\n".join([self._words.own_words(planned), limits.text if limits else ""]),
            context=Context(focus=ids[-1:], options=ids, plan=wish),
            changes=_keeping(wish, heard.turn.learner),
        )

    @staticmethod
    def _unknown(heard: Heard, wish: PlanWish) -> bool:
        """Whether the command names something that is no goal known here."""
        return not wish.aims and not wish.changes and not wish.have and bool(heard.turn.question)

    def _ask_goal(self, heard: Heard) -> Response:
        """Where to; with what may have been meant where a name is misspelt."""
        typed = heard.turn.question if heard.turn.command else ""
        if not typed:
            return self._speaker.plain(heard, "plan.ask_goal", status="clarify")
        known = {name: c for c in self._toolbox.catalog for name in (c.id, c.short_name, *c.codes, *c.aliases)}
        meant = list(dict.fromkeys(known[name].short_name for name in nearest(typed, known).words))
        key = "plan.unknown_goal" if meant else "plan.unknown_goal.none"
        suggestions = tuple(Suggestion(label=name, ask=f"/plan {name}") for name in meant)
        return self._speaker.plain(heard, key, status="clarify", suggestions=suggestions, goal=typed)

    def _limits(self, heard: Heard, request: PlanRequest) -> Statement | None:
        """The limits in force: a what-if adds to those before it, and nobody should have to remember them."""
        without = [self._toolbox.wording.name_of(identity) for identity in sorted(request.without)]
        told = {
            "budget": None if request.budget_usd is None else money(request.budget_usd),
            "deadline": request.deadline,
            "without": self._toolbox.wording.both(without, heard.language) if without else None,
        }
        parts = [self._speaker.say(f"plan.limit.{name}", heard, value=value) for name, value in told.items() if value]
        if not parts:
            return None
        text = self._speaker.say("plan.limits", heard, limits=self._toolbox.wording.both(parts, heard.language))
        return Statement(text=text, shape="heading")

    async def _picture(self, heard: Heard, wish: PlanWish) -> Response:
        path = (await self._maker.make(wish, heard.turn)).plan.path
        if path is None or not path.steps:
            return self._speaker.plain(heard, "plan.no_path", status="abstained")
        content = await asyncio.to_thread(self._draw, path, self._title(wish), heard.language)
        file = Attachment(name="credway-path.png", media_type="image/png", content=content)
        return replace(self._speaker.plain(heard, "picture.done"), attachments=(file,))

    async def _calendar(self, heard: Heard, wish: PlanWish) -> Response:
        path = (await self._maker.make(wish, heard.turn)).plan.path
        if path is None or not path.steps:
            return self._speaker.plain(heard, "plan.no_path", status="abstained")
        owner = heard.turn.learner.id if heard.turn.learner else ""
        content = path_calendar(path, self._toolbox.wording, heard.language, heard.turn.now, owner=owner)
        file = Attachment(name="credway-path.ics", media_type="text/calendar", content=content)
        return replace(self._speaker.plain(heard, "plan.calendar.done"), attachments=(file,))

    def _title(self, wish: PlanWish) -> str:
        names = [self._toolbox.wording.name_of(goal) for goal in wish.goals] or list(wish.topics)
        return ", ".join(names)

    async def _next(self, heard: Heard, learner: Learner) -> Response | None:
        """The path to the goals that were told; else what the credentials held lead to, as the sources say."""
        wish = completed(PlanWish(), learner)
        if wish.aims:
            return await self._plan(heard, wish)
        held = [entry.credential for entry in learner.wallet if entry.state == "held"]
        told = [statement for identity in held if (statement := self._stacks.leads_to(identity, heard.language))]
        if not told:
            return None
        lead = Statement(text=self._speaker.say("next.lead", heard))
        draft = Draft(status="answered", statements=(lead, *told[:_MOST_STEPS_SHOWN]), suggestions=self._goals(heard))
        return self._speaker.respond(heard, draft)

    def _goals(self, heard: Heard) -> tuple[Suggestion, ...]:
        return (self._speaker.suggest("label.me", heard, "/me"),)


def _keeping(wish: PlanWish, learner: Learner | None) -> Changes:
    """The plan as the learner's last one; without aims of its own it is that of their goals, which are kept."""
    if learner is None or not wish.aims or wish == learner.profile.plan:
        return Changes()
    return Changes(profile=replace(learner.profile, plan=wish))
