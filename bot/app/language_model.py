"""The language model, where one is set: opened for an event loop, and the advisor that words its answers with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.app.advising import Advising, build_claim_check, build_names
from bot.app.library import Library, prompts_folder
from bot.core.conversation import Advisor
from bot.core.ports import Budget, LearnerStore, Unlimited
from bot.dialogue.planning import PlanMaker
from bot.dialogue.telling import Telling
from bot.errors import MissingService
from bot.llm.probing import Abilities
from bot.llm.watching import ModelTrouble, Patience
from bot.offline.planning import PlanWords
from bot.offline.wallet import WalletWords
from bot.settings import Settings
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases

# A circuit opens after so many failures in a row, and lets somebody try again after so many seconds.
_FAILURES = 5
_LEFT_ALONE = 15
_ANSWER_TOKENS = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """One model and what is shared by all who ask it in a process. `chat_model` is LangChain's. `settling` waits for
    what is done with it in the background, `closing` ends that before the model is closed.
    """

    name: str
    chat_model: Any
    breakers: Any
    slots: asyncio.Semaphore
    patience: Patience
    settling: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


@asynccontextmanager
async def open_model(settings: Settings) -> AsyncIterator[LanguageModel | None]:
    """The model that is set, None where there is none. Nothing is asked of it yet.

    Raises `MissingService` for an address or a key that cannot be.
    """
    if not settings.llm_model:
        yield None
        return
    from purgatory import AsyncCircuitBreakerFactory  # noqa: PLC0415

    from bot.llm.models import ModelAddress, opened  # noqa: PLC0415

    key = settings.llm_api_key or settings.openai_api_key
    if not key and not settings.llm_base_url:
        raise MissingService("LLM_MODEL is set without a key; set LLM_API_KEY, or LLM_BASE_URL to a server of your own")
    if settings.llm_base_url and not settings.llm_base_url.startswith(("http://", "https://")):
        raise MissingService("LLM_BASE_URL is no address; write it as http://host:port/v1 or https://…")
    address = ModelAddress(
        name=settings.llm_model,
        base_url=settings.llm_base_url,
        key=key,
        answer_tokens=_ANSWER_TOKENS,
        between=settings.llm_between_words,
    )
    async with opened(address) as chat_model:
        model = LanguageModel(
            name=settings.llm_model,
            chat_model=chat_model,
            breakers=AsyncCircuitBreakerFactory(default_threshold=_FAILURES, default_ttl=_LEFT_ALONE),
            slots=asyncio.Semaphore(settings.llm_parallel),
            patience=Patience(
                first=settings.llm_first_word, between=settings.llm_between_words, total=settings.llm_deadline
            ),
        )
        try:
            yield model
        finally:
            for close in model.closing:
                await close()


async def model_abilities(settings: Settings) -> Abilities:
    """What the model that is set can do. Raises `MissingService` where it does not answer."""
    from bot.llm.probing import abilities  # noqa: PLC0415

    async with open_model(settings) as model:
        if model is None:
            raise MissingService("LLM_MODEL is not set")
        try:
            return await abilities(model.chat_model, settings.llm_first_word + settings.llm_between_words)
        except ModelTrouble as trouble:
            raise MissingService(f"it does not answer ({trouble})") from None


def build_agent_advisor(
    library: Library,
    advising: Advising,
    model: LanguageModel,
    *,
    store: LearnerStore | None = None,
    budget: Budget | None = None,
) -> Advisor:
    """The advisor with a model over the one without. `store`: where earlier turns are read; `budget`: none counted."""
    from bot.llm.advisor import AgentAdvisor, Bounds  # noqa: PLC0415
    from bot.llm.agent import Agent  # noqa: PLC0415
    from bot.llm.completing import Completing  # noqa: PLC0415
    from bot.llm.history import History  # noqa: PLC0415
    from bot.llm.summarising import Summarising  # noqa: PLC0415
    from bot.llm.turn_prompt import TurnPrompt  # noqa: PLC0415
    from bot.llm.verdicts import Verdicts  # noqa: PLC0415

    toolbox, facts = advising.toolbox, advising.understanding.facts
    agent, prompts = Agent(model.chat_model), prompts_folder(library.settings, "llm")
    summarising = None
    if store is not None:
        summarising = Summarising(store, agent.complete, prompts, model.name, model.patience.total)
        model.settling.append(summarising.settled)
        model.closing.append(summarising.close)
    return AgentAdvisor(
        offline=advising.advisor,
        agent=agent,
        prompt=TurnPrompt(prompts),
        parts=_tool_parts(library, advising),
        check=build_claim_check(library, build_names(library, toolbox.catalog), toolbox.catalog),
        verdicts=Verdicts(toolbox.catalog, toolbox.wording, facts),
        completing=Completing(advising.gate, facts),
        languages=advising.languages,
        history=History(store),
        summarising=summarising,
        budget=budget or Unlimited(),
        breakers=model.breakers,
        slots=model.slots,
        bounds=Bounds(
            patience=model.patience,
            prompt_tokens=library.settings.llm_passage_tokens,
            answer_tokens=_ANSWER_TOKENS,
        ),
        model=model.name,
    )


def _tool_parts(library: Library, advising: Advising) -> Any:
    from bot.llm.proposing import Proposals  # noqa: PLC0415
    from bot.llm.tools import ToolParts  # noqa: PLC0415

    toolbox = advising.toolbox
    commands = Lexicon.load(prompts_folder(library.settings, "understanding_commands"))
    telling = Telling(toolbox.catalog, advising.understanding, commands)
    phrases = Phrases.load(prompts_folder(library.settings, "dialogue"))
    return ToolParts(
        toolbox=toolbox,
        understanding=advising.understanding,
        maker=PlanMaker(toolbox),
        plan_words=PlanWords(toolbox.wording, toolbox),
        wallet_words=WalletWords(toolbox),
        gate=advising.gate,
        own=advising.own,
        proposals=Proposals(telling, commands, phrases, toolbox.wording.say),
    )
