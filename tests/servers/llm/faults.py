"""The ways in which a model's server fails: each named, given to `LlmServer.faults` in turn or `always`.

A connection that is refused is none of these, for nobody is there to refuse it: see `LlmServer.refusing`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from tests.servers.llm.wire import Call, Said, event

# How an exchange may stop before its end: the line stays open and silent; it is closed in the middle of the message;
# it is reset, as by a machine that fell; the message is ended properly, but too early; or the line is kept alive with
# comments for ever, which no timeout between two reads notices.
Ending = Literal["hang", "cut", "reset", "end", "comments"]
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Another answer than the model's, with its status."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What stops after some chunks; before the headers where `after` is None."""

    ending: Ending
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """Bytes that no client expects, after some chunks; instead of the answer where that comes in one."""

    line: bytes
    after: int
    goes_on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mislabelled:
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Something else is said than the model would say."""

    change: Callable[[Said], Said]


Fault = Refusal | Broken | Inserted | Mislabelled | Changed


def error(status: int, message: str, kind: str, code: str | None, **headers: str) -> Refusal:
    """In the shape of OpenAI's errors. Headers are named with underscores: `retry_after="1"`."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Refusal(status=status, body=json.dumps(body).encode(), headers=named)


def unauthorized() -> Fault:
    return error(401, "Incorrect API key provided: sk-te***.", "invalid_request_error", "invalid_api_key")


def forbidden() -> Fault:
    return error(403, "Country, region, or territory not supported", "request_forbidden", "unsupported_country")


def no_such_model() -> Fault:
    return error(404, "The model `gpt-0` does not exist", "invalid_request_error", "model_not_found")


def context_too_long() -> Fault:
    message = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
    return error(400, message, "invalid_request_error", "context_length_exceeded")


def rate_limited(retry_after: int | None = 1) -> Fault:
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    return error(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded", **headers)


def quota_exhausted() -> Fault:
    """No waiting helps against this 429."""
    return error(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota")


def server_error() -> Fault:
    return error(500, "The server had an error while processing your request", "server_error", None)


def bad_gateway() -> Fault:
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return Refusal(status=502, body=page, content_type="text/html")


def unavailable(retry_after: int | None = None) -> Fault:
    headers = {} if retry_after is None else {"retry_after": str(retry_after)}
    return error(503, "The engine is currently overloaded", "server_error", "overloaded", **headers)


def reset(after: int | None = None) -> Fault:
    return Broken(ending="reset", after=after)


def never_answers() -> Fault:
    return Broken(ending="hang", after=None)


def no_first_token() -> Fault:
    """The headers come, and nothing else."""
    return Broken(ending="hang", after=0)


def stalls(after: int) -> Fault:
    return Broken(ending="hang", after=after)


def keeps_alive(after: int = 0) -> Fault:
    """Comments come, and no more tokens."""
    return Broken(ending="comments", after=after)


def cut(after: int) -> Fault:
    """The connection is closed in the middle of the message."""
    return Broken(ending="cut", after=after)


def ends_early(after: int) -> Fault:
    """The message is well-formed HTTP, but has neither a finish_reason nor [DONE]."""
    return Broken(ending="end", after=after)


def not_json(after: int = 2) -> Fault:
    return Inserted(line=b'data: {"choices": [{"delta": \n\n', after=after)


def not_utf8(after: int = 2) -> Fault:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    return Inserted(line=event(chunk).replace(b'"m"', b'"\xff\xfe\x80"'), after=after)


def half_surrogate(after: int = 2) -> Fault:
    """Valid JSON with a text that no encoding can hold: what comes of an emoji that was cut between two chunks."""

    def broken(said: Said) -> Said:
        spoken = (said.text or "").split(" ")
        return replace(said, text=" ".join([*spoken[:after], "\ud83d", *spoken[after:]]))

    return Changed(change=broken)


def error_in_stream(after: int = 2) -> Fault:
    told = {"error": {"message": "The model produced invalid content", "type": "server_error", "code": None}}
    return Inserted(line=event(told), after=after, goes_on=False)


def wrong_content_type(content_type: str = "text/html") -> Fault:
    return Mislabelled(content_type=content_type)


def says(text: str | None, *calls: Call, finish: str = "") -> Fault:
    """Says this, whatever it is."""
    return Changed(change=lambda _: Said(text=text, calls=calls, finish=finish))


def empty() -> Fault:
    return says("")


def whitespace() -> Fault:
    return says(" \n\n \t ")


def null_content() -> Fault:
    return says(None)


def megabyte() -> Fault:
    """A long answer that begins as the model's own does, and is cut in few chunks."""

    def longer(said: Said) -> Said:
        text = f"{said.text or 'So it goes on.'} "
        return Said(text=(text * (MEGABYTE // len(text) + 1))[:MEGABYTE], piece=4096)

    return Changed(change=longer)


def broken_arguments(tool: str) -> Fault:
    return says(None, Call(name=tool, arguments='{"query": "az-1'))


def cut_arguments(tool: str, arguments: Any) -> Fault:
    """What a limit of tokens leaves of a call. LangChain mends it while streaming, and calls with half a number."""
    whole = json.dumps(arguments, ensure_ascii=False)
    return says(None, Call(name=tool, arguments=whole[:-2]), finish="length")


def unknown_tool() -> Fault:
    return says(None, Call(name="launch_rocket", arguments='{"when": "now"}'))


def wrong_types(tool: str, arguments: Any = None) -> Fault:
    """Arguments that are JSON, and not of the tool's schema."""
    return says(None, Call(name=tool, arguments=json.dumps(arguments or {"query": ["a", {"b": 1}], "more": -1})))


def arguments_no_object(tool: str) -> Fault:
    return says(None, Call(name=tool, arguments="[1, 2]"))


def no_usage() -> Fault:
    return Changed(change=lambda said: replace(said, usage=False))


def finishes(reason: Literal["length", "content_filter"]) -> Fault:
    """Half of the answer, and why there is no more."""

    def shorter(said: Said) -> Said:
        text = said.text or ""
        return replace(said, text=text[: len(text) // 2], calls=(), finish=reason)

    return Changed(change=shorter)


def disturbed(parts: list[bytes], fault: Fault | None) -> Iterator[bytes | Ending]:
    """The parts of a message as the fault lets them through, and how they end, if not well."""
    if isinstance(fault, Broken):
        yield from parts[: fault.after]
        yield fault.ending
    elif isinstance(fault, Inserted):
        yield from parts[: fault.after]
        yield fault.line
        yield from parts[fault.after :] if fault.goes_on else ()
    else:
        yield from parts
