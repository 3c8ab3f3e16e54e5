"""The language model that is set: any that speaks OpenAI's protocol, over one HTTP client of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

_CONNECT = 3.0
_WRITE = 10.0
# The client's own, for what is safe to ask again: nothing has been answered yet. It obeys Retry-After.
_RETRIES = 2
_POOL = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAddress:
    """Which model, where (empty: OpenAI's own address), with which key, and how long an answer may be, in tokens."""

    name: str
    base_url: str = ""
    key: str = ""
    answer_tokens: int = 800
    between: float = 15.0


@asynccontextmanager
async def opened(address: ModelAddress) -> AsyncIterator[Any]:
    """A LangChain chat model, for the event loop in which it is opened, and closed with it."""
    # 2 s to import, and most need no model.
    import langchain.agents  # noqa: F401, PLC0415 - so that the first turn need not wait for it
    from langchain_openai import ChatOpenAI  # noqa: PLC0415
    from openai import DefaultAsyncHttpxClient, Timeout  # noqa: PLC0415
    from pydantic import SecretStr  # noqa: PLC0415

    timeout = Timeout(connect=_CONNECT, read=address.between, write=_WRITE, pool=address.between)
    # LangChain would share one client between event loops, of which the first may be closed already.
    async with DefaultAsyncHttpxClient(timeout=timeout, limits=_limits()) as client:
        yield ChatOpenAI(
            model=address.name,
            base_url=address.base_url or None,
            # A server of one's own often needs none, but the client does.
            api_key=SecretStr(address.key or "none"),
            http_async_client=client,
            timeout=timeout,
            max_retries=_RETRIES,
            # Told by every server that we know of, and left out by LangChain for all but OpenAI's own address.
            stream_usage=True,
            use_responses_api=False,
            **_length(address),
        )


def _length(address: ModelAddress) -> dict[str, Any]:
    """OpenAI has renamed what the others still call `max_tokens`."""
    if address.base_url:
        return {"extra_body": {"max_tokens": address.answer_tokens}}
    return {"max_tokens": address.answer_tokens}


def _limits() -> Any:
    from openai import DEFAULT_CONNECTION_LIMITS  # noqa: PLC0415

    return type(DEFAULT_CONNECTION_LIMITS)(max_connections=_POOL, max_keepalive_connections=_POOL // 8)
