"""`python -m tests.tools.discord_description FILE`: what Discord's published description of its API says, made compact.

FILE is the description in OpenAPI's form. Kept are the bodies of the calls that the bot makes, with names, types,
limits and what is required; no sentence of it. The loopback server checks every call against the result, and takes
nothing that is not described.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.tools.telegram_description import written

COMPACT = Path(__file__).resolve().parents[1] / "servers" / "discord" / "description.json"
CALLS = (
    "POST /interactions/{interaction_id}/{interaction_token}/callback",
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original",
    "POST /webhooks/{webhook_id}/{webhook_token}",
    "POST /channels/{channel_id}/messages",
    "POST /channels/{channel_id}/typing",
    "POST /channels/{channel_id}/messages/{message_id}/threads",
    "PUT /applications/{application_id}/commands",
    "POST /users/@me/channels",
    "GET /channels/{channel_id}",
    "GET /guilds/{guild_id}",
    "GET /guilds/{guild_id}/members/{user_id}",
    "GET /guilds/{guild_id}/roles/{role_id}",
    "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}",
    "GET /gateway/bot",
    "GET /users/@me",
    "GET /oauth2/applications/@me",
)
_TOLD = {"description", "title", "externalDocs", "x-discord-union", "contentEncoding"}
_REFERENCE = "#/components/schemas/"


def compact(description: dict[str, Any]) -> dict[str, Any]:
    schemas = description["components"]["schemas"]
    calls = {}
    for call in CALLS:
        method, path = call.split(" ")
        content = description["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        calls[call] = _bare(content.get("application/json", {}).get("schema"))
    needed = _reachable(schemas, json.dumps(calls))
    return {"calls": calls, "schemas": {name: _bare(schemas[name]) for name in sorted(needed)}}


def _reachable(schemas: dict[str, Any], text: str) -> set[str]:
    found: set[str] = set()
    waiting = re.findall(r"#/schemas/(\w+)", text)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r"#/schemas/(\w+)", json.dumps(_bare(schemas[name])))
    return found


def _bare(schema: Any) -> Any:
    """Without words; and nothing beside what is described."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _bare(value) for key, value in schema.items() if key not in _TOLD or not isinstance(value, str)}
    if isinstance(schema.get("$ref"), str):
        return {"$ref": schema["$ref"].replace(_REFERENCE, "#/schemas/")}
    if "properties" in schema and schema.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


def main() -> None:
    description = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    COMPACT.write_text(written(compact(description)), encoding="utf-8")
    print(f"{COMPACT.name}: {COMPACT.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
