"""The server notices a request that is not of the published shape."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.servers.llm import llm_server
from tests.servers.llm.personas import Honest
from tests.servers.llm.protocol import problem_of, problems_of
from tests.servers.prompts import tool

USER = {"role": "user", "content": "Hello"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "search", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "Nothing."}
SEARCH = tool("search", query={"type": "string"})


def request(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [*messages] or [USER], **more}


def of_strict(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": "search", "strict": True, "parameters": schema}}]


RIGHT = [
    request(),
    request({"role": "system", "content": "Be brief."}, USER, {"role": "assistant", "content": "Hello."}, USER),
    request(USER, CALLING, RESULT, USER, tools=[SEARCH], tool_choice="auto", parallel_tool_calls=False),
    request(USER, tools=[SEARCH], tool_choice={"type": "function", "function": {"name": "search"}}),
    request(stream=True, stream_options={"include_usage": True}, temperature=0.2, max_completion_tokens=400),
    request({"role": "user", "content": [{"type": "text", "text": "Hello"}]}, stop=["\n"], seed=1, n=1),
    request(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}),
]
WRONG = [
    (request(top_k=3), "unknown keys: top_k"),
    (request(model=""), "model is no name"),
    (request({"role": "user", "content": "\ud83d"}), "half a surrogate"),
    ({"model": "m", "messages": []}, "no list of messages"),
    (request({"role": "human", "content": "Hello"}), "role 'human' is unknown"),
    (request({"role": "user", "content": None}), "no content"),
    (request({"role": "user", "content": "Hello", "id": 3}), "unknown keys: id"),
    (request({"role": "user", "content": "Hello", "name": "Ann Lee"}), "signs that names may not have"),
    (request({"role": "user", "content": []}), "neither a text nor parts"),
    (request({"role": "assistant", "content": "Hello", "tool_calls": []}), "no list of calls"),
    (request(USER, CALLING, USER), "before the answers to call_1"),
    (request(USER, CALLING), "no answer to call_1"),
    (request(USER, RESULT), "answers a call that nobody made"),
    (request(USER, CALLING, RESULT, RESULT), "answers a call that nobody made"),
    (request(USER, {**CALLING, "tool_calls": [CALL, CALL]}, RESULT), "two calls have one id"),
    (request(USER, {**CALLING, "tool_calls": [{**CALL, "function": {"name": "search", "arguments": {}}}]}), "no text"),
    (request(stream_options={"include_usage": True}), "stream_options without stream"),
    (request(stream=True, stream_options={"usage": True}), "stream_options has unknown keys"),
    (request(max_tokens=0), "max_tokens is no positive whole number"),
    (request(max_tokens=1, max_completion_tokens=1), "exclude each other"),
    (request(temperature=3), "temperature is not from 0 to 2"),
    (request(n=2), "one choice"),
    (request(stop=["a"] * 5), "at most four"),
    (request(tools=[]), "tools are not 1 to 128"),
    (request(tool_choice="auto"), "tool_choice without tools"),
    (request(tools=[SEARCH, SEARCH]), "two tools have one name"),
    (request(tools=[tool("look up")]), "no function with a name"),
    (request(tools=[tool("a", query={"type": "text"})]), "no JSON schema"),
    (request(tools=of_strict({"type": "object", "properties": {}})), "additionalProperties"),
    (
        request(tools=of_strict({"type": "object", "properties": {"a": {}}, "additionalProperties": False})),
        "every property to be required",
    ),
    (request(tools=[SEARCH], tool_choice={"type": "function", "function": {"name": "b"}}), "no offered tool"),
    (request(response_format={"type": "yaml"}), "no known type"),
]


@pytest.mark.parametrize("asked", RIGHT)
def test_a_right_request_has_no_problem(asked: dict[str, Any]) -> None:
    assert [] == list(problems_of(asked))


@pytest.mark.parametrize(("asked", "problem"), WRONG, ids=[problem for _, problem in WRONG])
def test_a_wrong_request_is_told_what_is_wrong(asked: dict[str, Any], problem: str) -> None:
    assert problem in "; ".join(problems_of(asked))


@pytest.mark.parametrize(
    ("kind", "body"), [("text/plain", b"{}"), ("application/json", b"{"), ("application/json", b"1")]
)
def test_what_is_no_request_at_all(kind: str, body: bytes) -> None:
    assert problem_of(kind, body)


async def test_the_server_refuses_it_and_remembers_why() -> None:
    with llm_server(Honest()) as server:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as client:
            with pytest.raises(openai.BadRequestError, match="no answer to call_1"):
                await client.chat.completions.create(**request(USER, CALLING))
    assert ["no answer to call_1"] == server.wrong
    assert [] == server.requests
