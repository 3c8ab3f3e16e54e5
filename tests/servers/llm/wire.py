"""How what a model says goes over the wire: whole, or in chunks; and how many tokens it is taken to have."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

# A word or a sign stands for a token: near enough for budgets, and the same on every run.
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\s*\S+|\s+\Z")
_CALL_PIECE = 16  # characters of a tool call's arguments in one chunk

Json = dict[str, Any]
Unit = Literal["word", "character", "all"]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`arguments` are sent as they are, broken or not; `id` is made up where it is empty."""

    name: str
    arguments: str = "{}"
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a model says: text (None is `content: null`), calls of tools, or both.

    `usage` may be kept back; `piece` is how many characters come in a chunk, where the server's pace is not to say.
    """

    text: str | None = None
    calls: tuple[Call, ...] = ()
    finish: str = ""
    usage: bool = True
    piece: int = 0

    @property
    def finish_reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


# A model of character: a pure function of the request.
Persona = Callable[[Json], Said]


def tokens(text: str) -> int:
    return len(_TOKEN.findall(text))


def prompt_tokens(request: Json) -> int:
    """Of all messages and tools, with a few for each message's frame."""
    texts = (json.dumps(message, ensure_ascii=False) for message in request["messages"])
    return sum(3 + tokens(text) for text in texts) + tokens(json.dumps(request.get("tools") or ""))


def usage(request: Json, said: Said) -> Json:
    asked = prompt_tokens(request)
    answered = tokens(said.text or "") + sum(tokens(call.name + call.arguments) for call in said.calls)
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def within(said: Said, limit: int | None) -> Said:
    """What is said before the request's limit of tokens is reached."""
    if limit is None or tokens(said.text or "") <= limit:
        return said
    end = next(itertools.islice(_TOKEN.finditer(said.text or ""), limit - 1, None)).end()
    return Said(text=(said.text or "")[:end], finish="length", usage=said.usage)


def completion(request: Json, said: Said) -> Json:
    """The answer in one."""
    message: Json = {"role": "assistant", "content": said.text, "refusal": None}
    if said.calls:
        message["tool_calls"] = [_call(call, place, whole=True) for place, call in enumerate(said.calls)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": said.finish_reason}
    told = {"usage": usage(request, said)} if said.usage else {}
    return {**_envelope(request, "chat.completion"), "choices": [choice], **told}


def chunks(request: Json, said: Said, unit: Unit = "word", size: int = 1) -> Iterator[Json]:
    """The answer in chunks: the role, the text, the calls, why it ends, and the usage if it was asked for."""
    envelope = _envelope(request, "chat.completion.chunk")
    counted = (request.get("stream_options") or {}).get("include_usage", False)

    def chunk(delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**envelope, "choices": [choice], **({"usage": None} if counted else {})}

    yield chunk({"role": "assistant", "content": None if said.text is None else ""})
    unit, size = ("character", said.piece) if said.piece else (unit, size)
    yield from (chunk({"content": piece}) for piece in pieces(said.text or "", unit, size))
    for place, call in enumerate(said.calls):
        yield chunk({"tool_calls": [_call(call, place, whole=False)]})
        for begin in range(0, len(call.arguments), _CALL_PIECE):
            piece = {"index": place, "function": {"arguments": call.arguments[begin : begin + _CALL_PIECE]}}
            yield chunk({"tool_calls": [piece]})
    yield chunk({}, said.finish_reason)
    if counted and said.usage:
        yield {**envelope, "choices": [], "usage": usage(request, said)}


def pieces(text: str, unit: Unit, size: int) -> Iterator[str]:
    """Words carry the space before them, as tokens do."""
    if unit == "all":
        yield from [text] if text else []
        return
    units = _WORD.findall(text) if unit == "word" else text
    for begin in range(0, len(units), size):
        yield "".join(units[begin : begin + size])


def event(data: Json | str) -> bytes:
    """A line of the stream."""
    return b"data: " + (data.encode() if isinstance(data, str) else encoded(data)) + b"\n\n"


def encoded(data: Json) -> bytes:
    """Text outside ASCII goes as it is, as most servers send it; half a surrogate, which cannot, is escaped."""
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _envelope(request: Json, kind: str) -> Json:
    return {"id": f"chatcmpl-{next(_numbers)}", "object": kind, "created": 1_790_000_000, "model": request["model"]}


def _call(call: Call, place: int, *, whole: bool) -> Json:
    function = {"name": call.name, "arguments": call.arguments if whole else ""}
    named = {"id": call.id or f"call_{next(_numbers)}", "type": "function", "function": function}
    return named if whole else {"index": place, **named}
