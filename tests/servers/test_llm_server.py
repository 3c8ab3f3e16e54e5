"""The chat server is what it says: driven with the clients that the product uses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from json import JSONDecodeError, loads
from typing import Any

import openai
import pytest
from langchain_openai import ChatOpenAI

from tests.servers.llm import Call, LlmServer, Pace, Said, faults, llm_server
from tests.servers.llm.faults import Fault
from tests.servers.llm.personas import Echo, Honest, Scripted, ToolUser
from tests.servers.prompts import chat, prompt, tool

SEARCH = tool("search", query={"type": "string"})
QUESTION = "What does AZ-104 cost?"
IMPATIENT = 0.3  # seconds that a client waits for what never comes


@pytest.fixture(scope="module")
def running() -> Iterator[LlmServer]:
    with llm_server(Honest(frame=False)) as started:
        yield started


@pytest.fixture
def server(running: LlmServer) -> Iterator[LlmServer]:
    """One server for all tests, as new for each."""
    running.persona, running.pace, running.context, running.always = Honest(frame=False), Pace(), None, None
    running.abandoned = running.together = 0
    for kept in (running.faults, running.requests, running.keys, running.wrong):
        kept.clear()
    yield running
    running.wait_until_left()


@pytest.fixture
async def client(server: LlmServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as opened:
        yield opened


@pytest.fixture
async def model(server: LlmServer) -> AsyncIterator[Callable[..., ChatOpenAI]]:
    """Makes LangChain's client. Its own HTTP client would be kept for the next loop, where it cannot work."""
    async with openai.DefaultAsyncHttpxClient() as opened:
        yield partial(
            ChatOpenAI, model="m", base_url=server.base_url, api_key="k", max_retries=0, http_async_client=opened
        )


async def stream(client: openai.AsyncOpenAI, **request: Any) -> list[Any]:
    return [chunk async for chunk in await client.chat.completions.create(**request, stream=True)]


def text_of(chunks: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


class TestAnswers:
    async def test_streamed_and_whole_are_the_same(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        whole = await client.chat.completions.create(**chat(QUESTION))
        chunks = await stream(client, **chat(QUESTION))
        assert "165" in text_of(chunks)
        assert text_of(chunks) == whole.choices[0].message.content
        assert ["stop", "stop"] == [whole.choices[0].finish_reason, chunks[-1].choices[0].finish_reason]
        assert ["Bearer k"] * 2 == server.keys
        assert [] == server.wrong

    async def test_usage_comes_last_and_only_when_asked_for(self, client: openai.AsyncOpenAI) -> None:
        counted = await stream(client, **chat(QUESTION), stream_options={"include_usage": True})
        whole = await client.chat.completions.create(**chat(QUESTION))
        assert [] == counted[-1].choices
        assert whole.usage == counted[-1].usage
        assert all(chunk.usage is None for chunk in counted[:-1] + await stream(client, **chat(QUESTION)))

    async def test_tools_are_called_in_pieces(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        calls = (Call(name="search", arguments='{"query": "price of AZ-104"}'), Call(name="search"))
        server.persona = Scripted(said=(Said(text="Let me see.", calls=calls),))
        chunks = await stream(client, **chat(QUESTION, tools=[SEARCH]))
        deltas = [delta for chunk in chunks for delta in chunk.choices[0].delta.tool_calls or ()]
        arguments = ["".join(one.function.arguments for one in deltas if one.index == place) for place in (0, 1)]
        assert [call.arguments for call in calls] == arguments
        assert 2 == len({delta.id for delta in deltas if delta.id})
        assert "tool_calls" == chunks[-1].choices[0].finish_reason

    async def test_an_answer_ends_at_the_limit_of_tokens(self, client: openai.AsyncOpenAI) -> None:
        cut = await client.chat.completions.create(**chat(QUESTION, max_completion_tokens=3))
        assert ("length", 3) == (cut.choices[0].finish_reason, cut.usage and cut.usage.completion_tokens)

    async def test_a_prompt_that_is_too_long_is_refused(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.context = 50
        with pytest.raises(openai.BadRequestError) as refused:
            await client.chat.completions.create(**chat(QUESTION))
        assert "context_length_exceeded" == refused.value.code

    async def test_models_are_listed(self, client: openai.AsyncOpenAI) -> None:
        assert ["test-model"] == [model.id async for model in client.models.list()]

    async def test_langchain_streams_with_usage(self, model: Callable[..., ChatOpenAI], server: LlmServer) -> None:
        chunks = [chunk async for chunk in model(stream_usage=True).astream(prompt(QUESTION))]
        assert "165" in "".join(str(chunk.content) for chunk in chunks)
        assert 1 == sum(chunk.usage_metadata is not None for chunk in chunks)
        assert [] == server.wrong

    async def test_langchain_tells_of_no_usage_unless_told_to(self, model: Callable[..., ChatOpenAI]) -> None:
        """With an address of one's own, it does not ask for it."""
        chunks = [chunk async for chunk in model().astream(prompt(QUESTION))]
        assert [] == [chunk for chunk in chunks if chunk.usage_metadata]

    async def test_langchain_takes_a_tool_through_its_round(
        self, model: Callable[..., ChatOpenAI], server: LlmServer
    ) -> None:
        server.persona = ToolUser()
        bound = model().bind_tools([SEARCH])
        asked = await bound.ainvoke(QUESTION)
        result = "[7] AZ-104 · Cost\nIt costs USD 1."
        found = {"role": "tool", "tool_call_id": asked.tool_calls[0]["id"], "content": result}
        answered = await bound.ainvoke([("user", QUESTION), asked, found])
        assert {"query": QUESTION} == asked.tool_calls[0]["args"]
        assert str(answered.content).endswith("[7].")
        assert [] == server.wrong


class TestPace:
    @pytest.mark.parametrize(
        ("pace", "pieces"),
        [
            (Pace(unit="all"), ["one two  three\n"]),
            (Pace(), ["one", " two", "  three", "\n"]),
            (Pace(size=2), ["one two", "  three\n"]),
            (Pace(unit="character", size=6), ["one tw", "o  thr", "ee\n"]),
        ],
    )
    async def test_chunks_are_as_large_as_set(
        self, client: openai.AsyncOpenAI, server: LlmServer, pace: Pace, pieces: list[str]
    ) -> None:
        server.persona, server.pace = Scripted(said=(Said(text="one two  three\n"),)), pace
        chunks = await stream(client, **chat(QUESTION))
        assert pieces == [text_of([chunk]) for chunk in chunks if text_of([chunk])]

    @pytest.mark.parametrize("pace", [Pace(first=0.1, between=0.05), Pace(total=0.3), Pace(first=0.2, total=0.3)])
    async def test_an_answer_is_not_there_before_its_time(
        self, client: openai.AsyncOpenAI, server: LlmServer, pace: Pace
    ) -> None:
        server.persona, server.pace = Scripted(said=(Said(text="one two three"),)), pace
        begun = time.monotonic()
        await stream(client, **chat(QUESTION))
        assert time.monotonic() - begun >= 0.3

    async def test_two_hundred_streams_run_at_once_and_none_is_mixed_up(self, server: LlmServer) -> None:
        """None begins before all have come."""
        server.persona, server.together = Echo(), 200

        async def ask(number: int) -> str:
            return text_of(await stream(many, **chat(f"Question mark-{number}?")))

        async with openai.AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0) as many:
            answers = await asyncio.gather(*(ask(number) for number in range(200)))
        assert [f"Question mark-{number}? mark-{number}" for number in range(200)] == answers
        assert 200 == server.most_streams


REFUSALS: list[tuple[Fault, type[openai.APIStatusError], int]] = [
    (faults.unauthorized(), openai.AuthenticationError, 401),
    (faults.forbidden(), openai.PermissionDeniedError, 403),
    (faults.no_such_model(), openai.NotFoundError, 404),
    (faults.context_too_long(), openai.BadRequestError, 400),
    (faults.rate_limited(120), openai.RateLimitError, 429),
    (faults.quota_exhausted(), openai.RateLimitError, 429),
    (faults.server_error(), openai.InternalServerError, 500),
    (faults.bad_gateway(), openai.InternalServerError, 502),
    (faults.unavailable(), openai.InternalServerError, 503),
]
BREAKS: list[tuple[Fault, type[Exception], int]] = [
    (faults.reset(), openai.APIConnectionError, 0),
    (faults.reset(3), openai.APIConnectionError, 2),
    (faults.cut(3), openai.APIConnectionError, 2),
    (faults.not_json(3), JSONDecodeError, 2),
    (faults.not_utf8(3), UnicodeDecodeError, 2),
    (faults.error_in_stream(3), openai.APIError, 2),
]


class TestFaults:
    @pytest.mark.parametrize(("fault", "error", "status"), REFUSALS)
    @pytest.mark.parametrize("streamed", [True, False])
    async def test_refusals(
        self,
        client: openai.AsyncOpenAI,
        server: LlmServer,
        fault: Fault,
        error: type[openai.APIStatusError],
        status: int,
        streamed: bool,  # noqa: FBT001
    ) -> None:
        server.faults.append(fault)
        with pytest.raises(error) as raised:
            await client.chat.completions.create(**chat(QUESTION), stream=streamed)
        assert status == raised.value.status_code

    @pytest.mark.parametrize(("fault", "error", "words"), BREAKS)
    async def test_streams_that_break(
        self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault, error: type[Exception], words: int
    ) -> None:
        server.faults.append(fault)
        got: list[str] = []

        async def read() -> None:
            async for chunk in await client.chat.completions.create(**chat(QUESTION), stream=True):
                got.extend(filter(None, [text_of([chunk])]))

        with pytest.raises(error) as raised:
            await read()
        assert error is type(raised.value)
        assert words == len(got)

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (faults.cut(3), openai.APIConnectionError),
            (faults.reset(3), openai.APIConnectionError),
            (faults.stalls(3), openai.APITimeoutError),
            (faults.not_utf8(3), UnicodeDecodeError),
            (faults.ends_early(3), JSONDecodeError),
        ],
    )
    async def test_answers_in_one_break_as_well(
        self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault, error: type[Exception]
    ) -> None:
        server.faults.append(fault)
        patience = IMPATIENT if error is openai.APITimeoutError else 60
        with pytest.raises(error):
            await client.with_options(timeout=patience).chat.completions.create(**chat(QUESTION))

    async def test_an_early_end_looks_like_an_end(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        """No exception tells it: only the reason to finish is missing."""
        server.faults.append(faults.ends_early(3))
        chunks = await stream(client, **chat(QUESTION))
        assert text_of(chunks)
        assert all(chunk.choices[0].finish_reason is None for chunk in chunks)

    @pytest.mark.parametrize("fault", [faults.never_answers(), faults.no_first_token()])
    async def test_an_answer_that_never_comes(
        self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault
    ) -> None:
        server.faults.append(fault)
        with pytest.raises(openai.APITimeoutError):
            await stream(client.with_options(timeout=IMPATIENT), **chat(QUESTION))

    @pytest.mark.parametrize("fault", [faults.stalls(3), faults.keeps_alive(3)])
    async def test_a_stream_that_goes_silent(self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault) -> None:
        """Others are served meanwhile."""
        server.faults.append(fault)
        silent = await client.chat.completions.create(**chat(QUESTION), stream=True)
        assert [False, True, True] == [bool(text_of([await anext(silent)])) for _ in range(3)]
        more = asyncio.ensure_future(anext(silent))
        assert await stream(client, **chat(QUESTION))
        assert not more.done()
        more.cancel()
        await asyncio.wait([more])
        await silent.close()

    async def test_nobody_listens(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        await client.chat.completions.create(**chat(QUESTION))
        with server.refusing(), pytest.raises(openai.APIConnectionError):
            await client.chat.completions.create(**chat(QUESTION))
        assert await client.chat.completions.create(**chat(QUESTION))

    async def test_a_wrong_content_type_is_not_noticed_in_a_stream(
        self, client: openai.AsyncOpenAI, server: LlmServer
    ) -> None:
        server.faults.append(faults.wrong_content_type())
        response = await client.chat.completions.with_raw_response.create(**chat(QUESTION), stream=True)
        assert "text/html" == response.headers["content-type"]

    @pytest.mark.parametrize(
        ("fault", "text", "reason"),
        [
            (faults.empty(), "", "stop"),
            (faults.null_content(), "", "stop"),
            (faults.whitespace(), " \n\n \t ", "stop"),
            (faults.finishes("length"), None, "length"),
            (faults.finishes("content_filter"), None, "content_filter"),
        ],
    )
    async def test_what_is_said_and_is_no_answer(
        self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault, text: str | None, reason: str
    ) -> None:
        server.faults.append(fault)
        chunks = await stream(client, **chat(QUESTION))
        whole = text_of(await stream(client, **chat(QUESTION)))
        assert (text if text is not None else whole[: len(whole) // 2]) == text_of(chunks)
        assert reason == chunks[-1].choices[0].finish_reason

    async def test_half_a_surrogate(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.always = faults.half_surrogate()
        whole = await client.chat.completions.create(**chat(QUESTION))
        assert "\ud83d" in text_of(await stream(client, **chat(QUESTION)))
        assert "\ud83d" in (whole.choices[0].message.content or "")

    async def test_a_megabyte(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.faults.append(faults.megabyte())
        assert faults.MEGABYTE == len(text_of(await stream(client, **chat(QUESTION))))

    async def test_usage_is_kept_back(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.faults.append(faults.no_usage())
        chunks = await stream(client, **chat(QUESTION), stream_options={"include_usage": True})
        assert all(chunk.usage is None for chunk in chunks)

    @pytest.mark.parametrize(
        ("fault", "name", "arguments"),
        [
            (faults.unknown_tool(), "launch_rocket", {"when": "now"}),
            (faults.wrong_types("search", {"query": 1}), "search", {"query": 1}),
            (faults.broken_arguments("search"), "search", None),
            (faults.cut_arguments("search", {"query": "price", "limit": 1250}), "search", None),
            (faults.arguments_no_object("search"), "search", [1, 2]),
        ],
    )
    async def test_calls_that_cannot_be_made(
        self, client: openai.AsyncOpenAI, server: LlmServer, fault: Fault, name: str, arguments: Any
    ) -> None:
        server.faults.append(fault)
        answer = await client.chat.completions.create(**chat(QUESTION, tools=[SEARCH]))
        (call,) = answer.choices[0].message.tool_calls or ()
        assert name == call.function.name
        if arguments is None:
            with pytest.raises(JSONDecodeError):
                loads(call.function.arguments)
        else:
            assert arguments == loads(call.function.arguments)

    async def test_faults_are_met_in_turn(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.faults.extend([None, faults.server_error()])
        server.always = faults.empty()
        first = await client.chat.completions.create(**chat(QUESTION))
        with pytest.raises(openai.InternalServerError):
            await client.chat.completions.create(**chat(QUESTION))
        last = await client.chat.completions.create(**chat(QUESTION))
        assert (True, "") == (bool(first.choices[0].message.content), last.choices[0].message.content)

    async def test_who_leaves_is_counted(self, client: openai.AsyncOpenAI, server: LlmServer) -> None:
        server.faults.append(faults.stalls(2))
        opened = await client.chat.completions.create(**chat(QUESTION), stream=True)
        await anext(aiter(opened))
        await opened.close()
        await asyncio.to_thread(server.wait_until_left)
        assert 1 == server.abandoned

    async def test_embedded_in_the_loop_of_its_client(self) -> None:
        async with (
            LlmServer(Honest(frame=False)).running() as own,
            openai.AsyncOpenAI(base_url=own.base_url, api_key="k") as near,
        ):
            assert "165" in text_of(await stream(near, **chat(QUESTION)))
