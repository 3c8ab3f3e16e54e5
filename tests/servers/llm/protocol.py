"""What a chat request may look like: the published shape, as strictly as the strictest server reads it.

https://platform.openai.com/docs/api-reference/chat/create
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

KEYS = {
    *("model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "temperature"),
    *("top_p", "n", "stop", "max_tokens", "max_completion_tokens", "presence_penalty", "frequency_penalty", "seed"),
    *("response_format", "logprobs", "top_logprobs", "logit_bias", "user", "metadata", "store", "service_tier"),
    *("reasoning_effort", "verbosity", "prediction", "safety_identifier", "prompt_cache_key"),
}
MESSAGE_KEYS = {
    "developer": {"role", "content", "name"},
    "system": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "tool_calls", "refusal", "audio"},
    "tool": {"role", "content", "tool_call_id"},
}
MAX_TOOLS = 128
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PERSON_NAME = re.compile(r"[^\s<|\\/>]{1,64}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBERS = {"temperature": (0, 2), "top_p": (0, 1), "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}

Json = dict[str, Any]


def problem_of(content_type: str, body: bytes) -> str | None:
    """What is not as published about a request; None when nothing is."""
    if content_type != "application/json":
        return f"the content type is {content_type}"
    try:
        request = json.loads(body)
    except ValueError:
        return "the body is not JSON"
    if not isinstance(request, dict):
        return "the body is no object"
    return next(problems_of(request), None)


def problems_of(request: Json) -> Iterator[str]:
    if unknown := request.keys() - KEYS:
        yield f"unknown keys: {', '.join(sorted(unknown))}"
    if not _is_text(request.get("model")):
        yield "model is no name"
    if _SURROGATE.search(json.dumps(request, ensure_ascii=False)):
        yield "half a surrogate in the text"
    yield from _settings(request)
    yield from _tools(request)
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(one, dict) for one in messages):
        yield "messages is no list of messages"
        return
    for place, message in enumerate(messages):
        yield from (f"messages[{place}]: {problem}" for problem in _message(message))
    yield from _pairing(messages)


def _settings(request: Json) -> Iterator[str]:
    for name, (low, high) in _NUMBERS.items():
        value = request.get(name)
        if value is not None and not (_is_number(value) and low <= value <= high):
            yield f"{name} is not from {low} to {high}"
    for name in ("max_tokens", "max_completion_tokens"):
        value = request.get(name)
        if value is not None and not (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
            yield f"{name} is no positive whole number"
    if "max_tokens" in request and "max_completion_tokens" in request:
        yield "max_tokens and max_completion_tokens exclude each other"
    if request.get("n") not in {None, 1}:
        yield "this server gives one choice"
    if not isinstance(request.get("stream", False), bool | None):
        yield "stream is neither true nor false"
    yield from _stream_options(request)
    stop = request.get("stop")
    stops = [stop] if isinstance(stop, str) else stop
    if stop is not None and not (isinstance(stops, list) and len(stops) <= 4 and all(map(_is_text, stops))):
        yield "stop is neither a text nor at most four"
    yield from _response_format(request.get("response_format"))


def _stream_options(request: Json) -> Iterator[str]:
    options = request.get("stream_options")
    if options is None:
        return
    if not request.get("stream"):
        yield "stream_options without stream"
    if not isinstance(options, dict) or options.keys() - {"include_usage", "include_obfuscation"}:
        yield "stream_options has unknown keys"
    elif not all(isinstance(value, bool) for value in options.values()):
        yield "stream_options are true or false"


def _response_format(wanted: Any) -> Iterator[str]:
    if wanted is None:
        return
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in {"text", "json_object", "json_schema"}:
        yield "response_format is of no known type"
    elif kind == "json_schema":
        described = wanted.get("json_schema")
        if not isinstance(described, dict) or not _is_name(described.get("name")):
            yield "response_format has no named json_schema"
        else:
            yield from _schema("response_format", described.get("schema"), strict=described.get("strict") is True)


def _tools(request: Json) -> Iterator[str]:
    tools = request.get("tools")
    if tools is None:
        yield from (f"{key} without tools" for key in ("tool_choice", "parallel_tool_calls") if key in request)
        return
    if not isinstance(tools, list) or not 1 <= len(tools) <= MAX_TOOLS:
        yield f"tools are not 1 to {MAX_TOOLS}"
        return
    names: list[str] = []
    for tool in tools:
        function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
        if not isinstance(function, dict) or not _is_name(function.get("name")):
            yield "a tool is no function with a name"
            continue
        names.append(function["name"])
        if unknown := function.keys() - {"name", "description", "parameters", "strict"}:
            yield f"tool {function['name']} has unknown keys: {', '.join(sorted(unknown))}"
        if not isinstance(function.get("description", ""), str):
            yield f"tool {function['name']} has no text for its description"
        if "parameters" in function:
            yield from _schema(f"tool {names[-1]}", function["parameters"], strict=function.get("strict") is True)
    if len(names) > len(set(names)):
        yield "two tools have one name"
    yield from _tool_choice(request.get("tool_choice"), names)


def _tool_choice(choice: Any, names: list[str]) -> Iterator[str]:
    if choice is None or choice in ("none", "auto", "required"):
        return
    chosen = choice.get("function") if isinstance(choice, dict) and choice.get("type") == "function" else None
    if not isinstance(chosen, dict) or chosen.get("name") not in names:
        yield "tool_choice names no offered tool"


def _schema(owner: str, schema: Any, *, strict: bool) -> Iterator[str]:
    if not isinstance(schema, dict) or schema.get("type") != "object":
        yield f"{owner}: the schema is of no object"
        return
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"{owner}: the schema is no JSON schema: {error.message}"
        return
    if strict and schema.get("additionalProperties") is not False:
        yield f"{owner}: strict needs additionalProperties: false"
    if strict and set(schema.get("required", ())) != set(schema.get("properties", ())):
        yield f"{owner}: strict needs every property to be required"


def _message(message: Json) -> Iterator[str]:
    role = message.get("role")
    if role not in MESSAGE_KEYS:
        yield f"role {role!r} is unknown"
        return
    if unknown := message.keys() - MESSAGE_KEYS[role]:
        yield f"unknown keys: {', '.join(sorted(unknown))}"
    if "name" in message and not (isinstance(message["name"], str) and _PERSON_NAME.fullmatch(message["name"])):
        yield "name has signs that names may not have"
    content = message.get("content")
    if content is None:
        if role != "assistant" or not message.get("tool_calls"):
            yield "no content"
    elif not isinstance(content, str) and not _are_parts(content, role):
        yield "content is neither a text nor parts"
    if role == "tool" and not _is_text(message.get("tool_call_id")):
        yield "a tool's message names no call"
    if "tool_calls" in message and role == "assistant":
        yield from _calls(message["tool_calls"])


def _are_parts(content: Any, role: str) -> bool:
    checks: dict[str, Callable[[Json], bool]] = {"text": lambda part: _is_text(part.get("text"))}
    if role == "user":
        checks |= {"image_url": lambda part: isinstance(part.get("image_url"), dict)}
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(part, dict) and part.get("type") in checks for part in content)
        and all(checks[part["type"]](part) for part in content)
    )


def _calls(calls: Any) -> Iterator[str]:
    if not isinstance(calls, list) or not calls:
        yield "tool_calls is no list of calls"
        return
    for call in calls:
        function = call.get("function") if isinstance(call, dict) and call.get("type") == "function" else None
        if not isinstance(function, dict) or not _is_text(call.get("id")) or not _is_name(function.get("name")):
            yield "a tool call has no id, type, or name"
        elif not isinstance(function.get("arguments"), str):
            yield "the arguments of a tool call are no text"


def _pairing(messages: list[Json]) -> Iterator[str]:
    """Each call is answered, once and at once; nothing is answered that was not called."""
    open_calls: set[str] = set()
    for place, message in enumerate(messages):
        if message.get("role") == "tool":
            if message.get("tool_call_id") not in open_calls:
                yield f"messages[{place}]: answers a call that nobody made"
            open_calls.discard(message.get("tool_call_id", ""))
            continue
        if open_calls:
            yield f"messages[{place}]: comes before the answers to {', '.join(sorted(open_calls))}"
        calls = message.get("tool_calls") or []
        open_calls = {str(call.get("id")) for call in calls if isinstance(call, dict)}
        if len(open_calls) < len(calls):
            yield f"messages[{place}]: two calls have one id"
    if open_calls:
        yield f"no answer to {', '.join(sorted(open_calls))}"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(_TOOL_NAME.fullmatch(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
