"""A real model's server does what the chat server for tests pretends: its protocol, not its wisdom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from json import loads
from typing import Any

import openai
import pytest
from jsonschema import validate
from langchain_openai import ChatOpenAI

from tests.servers.llama import MODEL, smollm2_server
from tests.servers.prompts import chat, prompt

pytestmark = pytest.mark.llm

LIMIT = 24
SCHEMA = {
    "type": "object",
    "properties": {"certificate": {"type": "string", "maxLength": 40}, "price": {"type": "integer", "maximum": 9999}},
    "required": ["certificate", "price"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with smollm2_server() as address:
        yield address


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, timeout=120) as opened:
        yield opened


def asked(question: str = "What does AZ-104 cost?", **more: Any) -> dict[str, Any]:
    return {**chat(question, max_completion_tokens=LIMIT, temperature=0, **more), "model": MODEL}


async def test_it_streams_and_reports_usage(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(**asked(), stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    usage = chunks[-1].usage
    assert len(texts) > 5
    assert usage is not None
    assert 5 < usage.completion_tokens <= LIMIT
    assert usage.prompt_tokens > 200


async def test_whole_and_streamed_are_the_same_at_no_temperature(client: openai.AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(**asked())
    stream = await client.chat.completions.create(**asked(), stream=True)
    streamed = [chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices]
    assert whole.choices[0].message.content
    assert whole.choices[0].message.content == "".join(streamed)


async def test_it_keeps_to_a_json_schema(client: openai.AsyncOpenAI) -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "price", "schema": SCHEMA}}
    request = {**asked("Which certificate costs USD 165?", response_format=wanted), "max_completion_tokens": 100}
    answer = await client.chat.completions.create(**request)
    validate(loads(answer.choices[0].message.content or ""), SCHEMA)


async def test_two_answers_are_given_at_once(client: openai.AsyncOpenAI) -> None:
    """The second does not wait for the first to end: their chunks come in turn."""
    order: list[int] = []

    async def read(number: int) -> None:
        stream = await client.chat.completions.create(**asked(), stream=True)
        async for _ in stream:
            order.append(number)  # noqa: PERF401  # in the order in which they come, not when all are here

    await asyncio.gather(read(0), read(1))
    first_ends = min(len(order) - 1 - order[::-1].index(number) for number in (0, 1))
    assert {0, 1} == set(order[:first_ends])


async def test_a_prompt_beyond_its_context_is_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="exceeds the available context size"):
        await client.chat.completions.create(**asked("Why? " * 4096))


async def test_its_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert [MODEL] == [model.id async for model in client.models.list()]


async def test_langchain_streams_from_it(base_url: str) -> None:
    async with openai.DefaultAsyncHttpxClient() as http:
        model = ChatOpenAI(
            model=MODEL,
            base_url=base_url,
            api_key="none",
            stream_usage=True,
            max_completion_tokens=LIMIT,
            http_async_client=http,
        )
        chunks = [chunk async for chunk in model.astream(prompt("What does AZ-104 cost?"))]
    assert "".join(str(chunk.content) for chunk in chunks).strip()
    assert 1 == sum(chunk.usage_metadata is not None for chunk in chunks)
