"""The model with its tools: LangChain's agent, stateless, told what it needs anew for each turn.

LangChain and the OpenAI client live here and nowhere else; what they raise leaves as `ModelTrouble`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.errors import InputError
from bot.llm.metering import Meter, OverBudget
from bot.llm.prompting import Message, fenced
from bot.llm.tools import TurnTools
from bot.llm.watching import ModelTrouble

logger = logging.getLogger(__name__)

# Rounds of a turn: one to answer, one or two to look something up, and something in reserve.
MOST_CALLS = 5
MOST_TOOL_CALLS = 8
# Without it LangGraph goes on for 9,999 steps. A round is two of them: the model, its tools; and their middleware.
_MOST_STEPS = 60
# Reasons to end that leave a sentence in its middle.
_CUT_SHORT = {"length", "content_filter"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a model's text. `restarts`: what came before it was no answer but talk beside the use of a tool."""

    text: str
    restarts: bool = False


class Agent:
    """One model. `chat_model` is a LangChain chat model; agents over it are made for each turn and forgotten."""

    def __init__(self, chat_model: Any) -> None:
        self._model = chat_model

    async def stream(
        self, system: str, messages: Sequence[Message], tools: TurnTools, names: Sequence[str], meter: Meter
    ) -> AsyncGenerator[Piece, None]:
        """The answer's text as it comes. Raises `ModelTrouble` and `OverBudget`."""
        from langchain.agents import create_agent  # noqa: PLC0415 - 2 s to import, and most need no model

        agent: Any = create_agent(
            self._model,
            tools=[self._tool(name, tools) for name in names],
            system_prompt=system,
            middleware=self._middleware(meter),
        )
        given = {"messages": [(message.role, message.text) for message in messages]}
        steps = agent.astream(given, stream_mode="messages", config={"recursion_limit": _MOST_STEPS})
        try:
            async for piece in _pieces(steps):
                yield piece
        except (OverBudget, ModelTrouble, GeneratorExit):
            raise
        except Exception as error:
            # Whatever it is (the client's errors, LangChain's, broken JSON), the turn is answered without the model.
            raise ModelTrouble(f"{type(error).__name__}: {error}"[:300]) from error
        finally:
            await steps.aclose()

    async def complete(self, system: str, messages: Sequence[Message], meter: Meter) -> str:
        """One answer without tools, whole. Raises `OverBudget`, and whatever the client raises."""
        await meter.before([system, *(message.text for message in messages)])
        said = await self._model.ainvoke([("system", system), *((m.role, m.text) for m in messages)])
        await meter.after([_used(said)], [_text(said)])
        return _text(said)

    def _tool(self, name: str, tools: TurnTools) -> Any:
        from langchain_core.tools import StructuredTool  # noqa: PLC0415

        made = self._described[name]
        return StructuredTool(
            name=name, description=made.description, args_schema=made.args_schema, coroutine=_safe(name, tools)
        )

    @cached_property
    def _described(self) -> dict[str, Any]:
        """Each tool as the model sees it, read once from signature and docstring."""
        from langchain_core.tools import StructuredTool  # noqa: PLC0415

        from bot.llm.tools import PRIVATE_TOOLS  # noqa: PLC0415

        unbound = TurnTools.__new__(TurnTools)
        return {
            name: StructuredTool.from_function(coroutine=getattr(unbound, name), name=name) for name in PRIVATE_TOOLS
        }

    def _middleware(self, meter: Meter) -> list[Any]:
        from langchain.agents.middleware import (  # noqa: PLC0415
            ModelCallLimitMiddleware,
            ToolCallLimitMiddleware,
            wrap_model_call,
        )

        @wrap_model_call
        async def metered(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
            texts = [str(message.content) for message in request.messages]
            await meter.before([str(request.system_message and request.system_message.content), *texts])
            response = await handler(request)
            await meter.after([_used(message) for message in response.result], [_text(m) for m in response.result])
            return response

        return [
            ModelCallLimitMiddleware(run_limit=MOST_CALLS, exit_behavior="error"),
            ToolCallLimitMiddleware(run_limit=MOST_TOOL_CALLS, exit_behavior="continue"),
            metered,
        ]


def _safe(name: str, tools: TurnTools) -> Callable[..., Awaitable[str]]:
    """The tool, whose failure is told to the model and not to the run: the answer may do without it."""
    method: Callable[..., Awaitable[str]] = getattr(tools, name)

    async def called(**arguments: Any) -> str:
        try:
            return fenced(await method(**arguments))
        except InputError as error:
            return fenced(f"Not possible: {error}")
        except Exception:
            logger.exception("tool.failed name=%s", name)
            return "This tool is not available now. Answer from the passages."

    return called


async def _pieces(steps: AsyncGenerator[Any, None]) -> AsyncGenerator[Piece, None]:
    """Text of the model's own messages only: tools and middleware stream theirs as well."""
    message_id: str | None = None
    tooled = ended = False
    async for chunk, origin in steps:
        if origin.get("langgraph_node") != "model" or chunk.type not in {"AIMessageChunk", "ai"}:
            continue
        if chunk.id != message_id:
            restarts, message_id, tooled, ended = message_id is not None, chunk.id, False, False
            if restarts:
                yield Piece("", restarts=True)
        if getattr(chunk, "tool_call_chunks", None) and not tooled:
            tooled = True
            yield Piece("", restarts=True)
        # Where there is nothing to show, whoever waits still learns that the model is alive.
        yield Piece(_text(chunk))
        reason = chunk.response_metadata.get("finish_reason")
        ended = ended or reason is not None
        if reason in _CUT_SHORT:
            raise ModelTrouble(f"cut short: {reason}")
    if not ended:
        # The client takes a line that is closed too early for the end.
        raise ModelTrouble("cut short: no reason to end was given")


def _text(message: Any) -> str:
    """The plain text of a message; content may also be a list of blocks."""
    content = message.content
    if isinstance(content, str):
        return content
    return "".join(block.get("text") or "" for block in content or () if isinstance(block, dict))


def _used(message: Any) -> int | None:
    usage = getattr(message, "usage_metadata", None)
    return int(usage["total_tokens"]) if usage else None
