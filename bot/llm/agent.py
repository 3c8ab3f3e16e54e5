"""The model with its tools: LangChain's agent, stateless, told what it needs anew for each turn.

LangChain and the OpenAI client live here and nowhere else; what they raise leaves as `ModelTrouble`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import InputError
from bot.llm.prompting import Message, fenced
from bot.llm.token_budget import Meter, OverBudget
from bot.llm.tools import TurnTools
from bot.llm.watching import ModelTrouble, Unfinished

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


@dataclass(frozen=True, slots=True)
class _Round:
    """What one turn gives its tools and its meter through LangChain."""

    tools: TurnTools
    meter: Meter


class Agent:
    """One model. `chat_model` is a LangChain chat model; what a turn brings along is given to it with the turn."""

    def __init__(self, chat_model: Any) -> None:
        self._model = chat_model
        self._made: dict[tuple[str, ...], Any] = {}

    async def stream(
        self, system: str, messages: Sequence[Message], tools: TurnTools, names: tuple[str, ...], meter: Meter
    ) -> AsyncGenerator[Piece, None]:
        """The answer's text as it comes; `names` are the tools that may be used. Raises `ModelTrouble` and
        `OverBudget`.
        """
        given = {"messages": [("system", system), *((message.role, message.text) for message in messages)]}
        steps = self._agent(names).astream(
            given,
            stream_mode="messages",
            config={"recursion_limit": _MOST_STEPS},
            context=_Round(tools, meter),
        )
        try:
            async for piece in _pieces(steps):
                yield piece
        except (OverBudget, ModelTrouble, GeneratorExit):
            raise
        except Exception as error:
            from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError  # noqa: PLC0415

            if isinstance(error, ModelCallLimitExceededError):
                raise Unfinished(f"still no answer after {MOST_CALLS} calls") from error
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

    def _agent(self, names: tuple[str, ...]) -> Any:
        """The agent with these tools, made once: to describe them for each turn would take longer than to answer."""
        if names not in self._made:
            from langchain.agents import create_agent  # noqa: PLC0415 - 2 s to import, and most need no model

            tools = [_tool(name) for name in names]
            self._made[names] = create_agent(
                self._model, tools=tools, middleware=_middleware(tools), context_schema=_Round
            )
        return self._made[names]


def _middleware(tools: Sequence[Any]) -> list[Any]:
    from langchain.agents.middleware import (  # noqa: PLC0415
        ModelCallLimitMiddleware,
        ToolCallLimitMiddleware,
        wrap_model_call,
    )
    from langchain_core.utils.function_calling import convert_to_openai_tool  # noqa: PLC0415

    described = [convert_to_openai_tool(tool) for tool in tools]

    @wrap_model_call
    async def metered(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        meter: Meter = request.runtime.context.meter
        await meter.before([str(message.content) for message in request.messages])
        try:
            response = await handler(request.override(tools=described))
        except Exception as error:
            # An answer with a status is one without a word. What broke off in between may have been charged for.
            if getattr(error, "status_code", None) is not None:
                await meter.refused()
            raise
        await meter.after([_used(message) for message in response.result], [_text(m) for m in response.result])
        return response

    return [
        ModelCallLimitMiddleware(run_limit=MOST_CALLS, exit_behavior="error"),
        ToolCallLimitMiddleware(run_limit=MOST_TOOL_CALLS, exit_behavior="continue"),
        metered,
    ]


def _tool(name: str) -> Any:
    """A tool as LangChain wants it; whose turn it works on comes with each call, as its runtime."""
    from langchain.tools import ToolRuntime  # noqa: PLC0415
    from langchain_core.tools import StructuredTool  # noqa: PLC0415

    # Signature and docstring of the method are what the model reads of it.
    told = StructuredTool.from_function(coroutine=getattr(TurnTools.__new__(TurnTools), name), name=name)

    async def called(runtime: Any, **arguments: Any) -> str:
        return await _safely(name, runtime.context.tools, arguments)

    # LangChain looks for this very class, which this module does not import before it is needed.
    called.__annotations__["runtime"] = ToolRuntime
    return StructuredTool(name=name, description=told.description, args_schema=told.args_schema, coroutine=called)


async def _safely(name: str, tools: TurnTools, arguments: dict[str, Any]) -> str:
    """What the tool says. Its failure is told to the model and not to the run: the answer may do without it."""
    try:
        return fenced(await getattr(tools, name)(**arguments))
    except InputError as error:
        return fenced(f"Not possible: {error}")
    except Exception:
        logger.exception("tool.failed name=%s", name)
        return "This tool is not available now. Answer from the passages."


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
            raise Unfinished(f"cut short: {reason}")
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
