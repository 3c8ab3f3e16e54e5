"""The wiring: the one place that knows every part and builds them."""

from bot.app.advising import (
    Advising,
    build_advising,
    build_claim_check,
    build_fact_reader,
    build_gate,
    build_names,
    build_toolbox,
    build_understanding,
)
from bot.app.assistant import Service, build_assistant, build_claim_findings, build_service, path_drawing
from bot.app.chores import build_chores
from bot.app.discord import DiscordBot, build_discord, build_role_changes, build_server_budget, open_discord
from bot.app.flow import Paces, build_flow, build_passing, own_name
from bot.app.language_model import (
    LanguageModel,
    build_agent_advisor,
    model_abilities,
    open_model,
)
from bot.app.library import (
    LEXICAL_ONLY,
    SHIPPED_VECTORS,
    Library,
    build_embedder,
    build_retriever,
    open_library,
    prompts_folder,
    provider_names,
    shipped_vectors,
)
from bot.app.owned import Keeping, build_own_documents
from bot.app.practising import Practice, build_practice, simulation_problems
from bot.app.stores import DatabaseState, Stores, database_state, limits_of, open_store, open_stores
from bot.app.telegram import TelegramBot, build_telegram, open_telegram

__all__ = [
    "LEXICAL_ONLY",
    "SHIPPED_VECTORS",
    "Advising",
    "DatabaseState",
    "DiscordBot",
    "Keeping",
    "LanguageModel",
    "Library",
    "Paces",
    "Practice",
    "Service",
    "Stores",
    "TelegramBot",
    "build_advising",
    "build_agent_advisor",
    "build_assistant",
    "build_chores",
    "build_claim_check",
    "build_claim_findings",
    "build_discord",
    "build_embedder",
    "build_fact_reader",
    "build_flow",
    "build_gate",
    "build_names",
    "build_own_documents",
    "build_passing",
    "build_practice",
    "build_retriever",
    "build_role_changes",
    "build_server_budget",
    "build_service",
    "build_telegram",
    "build_toolbox",
    "build_understanding",
    "database_state",
    "limits_of",
    "model_abilities",
    "open_discord",
    "open_library",
    "open_model",
    "open_store",
    "open_stores",
    "open_telegram",
    "own_name",
    "path_drawing",
    "prompts_folder",
    "provider_names",
    "shipped_vectors",
    "simulation_problems",
]
