"""What a model can do, found out by asking it one thing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.llm.watching import ModelTrouble

_ASKED = "Call the tool report_ready with the state 'ready', and say nothing else."


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """`seconds` until its first sign. Without `tools` it answers from the passages that it is given; without `usage`
    what it uses is estimated.
    """

    seconds: float
    streaming: bool
    tools: bool
    usage: bool


async def abilities(chat_model: Any, seconds: float) -> Abilities:
    """Ask a LangChain chat model. Raises `ModelTrouble` where it does not answer within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            try:
                return await _asked(chat_model.bind_tools([_report_ready()]))
            except TimeoutError:
                raise
            except Exception:  # noqa: BLE001 - there are servers that refuse every request with a tool in it
                return await _asked(chat_model)
    except TimeoutError:
        raise ModelTrouble(f"no answer within {seconds:g} s") from None
    except Exception as error:
        raise ModelTrouble(f"{type(error).__name__}: {error}"[:300]) from error


async def _asked(model: Any) -> Abilities:
    loop = asyncio.get_running_loop()
    began, first, pieces = loop.time(), None, 0
    tools = usage = False
    async for chunk in model.astream([("human", _ASKED)]):
        first = first or loop.time() - began
        pieces += bool(chunk.content or chunk.tool_call_chunks)
        tools = tools or bool(chunk.tool_call_chunks)
        usage = usage or bool(chunk.usage_metadata)
    return Abilities(seconds=first or 0.0, streaming=pieces > 1 or tools, tools=tools, usage=usage)


def _report_ready() -> Any:
    from langchain_core.tools import tool  # noqa: PLC0415

    @tool
    def report_ready(state: str) -> str:
        """Report the state."""
        return state

    return report_ready
