"""`python -m tests.tools.telegram_description FILE`: what the Bot API's published description says, made compact.

FILE is the description as JSON (methods and types with their fields, as public mirrors of core.telegram.org/bots/api
have it). Kept are names, types, what is required, and the limits and constants that stand in the descriptions; no
sentence of it. The loopback server checks every call against the result.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

COMPACT = Path(__file__).resolve().parents[1] / "servers" / "telegram" / "description.json"
_RANGE = re.compile(r"\b(\d+)-(\d+) (characters|bytes)\b")
_CONSTANT = re.compile(r"\b(?:must be|always) [\"“*_]?([a-z0-9_]+)[\"”*_]?(?:$|[.,])")


def compact(description: dict[str, Any]) -> dict[str, Any]:
    types = description["types"]
    methods = {name: _fields(method) for name, method in description["methods"].items()}
    needed = _reachable(types, [row for fields in methods.values() for row in fields.values()])
    return {
        "version": description["version"],
        "methods": methods,
        "types": {name: _fields(type_) for name, type_ in types.items() if name in needed and not _union(type_)},
        "unions": {name: _union(type_) for name, type_ in types.items() if name in needed and _union(type_)},
    }


def _union(type_: dict[str, Any]) -> str:
    return "|".join(type_.get("subtypes") or ())


def _reachable(types: dict[str, Any], rows: list[str]) -> set[str]:
    """What a call may hold, and what an update may."""
    found: set[str] = set()
    waiting = ["Update", "File", *(name for row in rows for name in re.findall(r"[A-Z]\w+", row))]
    while waiting:
        name = waiting.pop()
        if name in types and name not in found:
            found.add(name)
            rows = [_union(types[name]), *_fields(types[name]).values()]
            waiting += [inner for row in rows for inner in re.findall(r"[A-Z]\w+", row)]
    return found


def _fields(holder: dict[str, Any]) -> dict[str, str]:
    return {field["name"]: _field(field) for field in holder.get("fields", [])}


def _field(field: dict[str, Any]) -> str:
    """Its types, `!` where it is required, then its limit or the one value that it may have."""
    found = "|".join(field["types"]) + ("!" if field["required"] else "")
    if limit := _RANGE.search(field["description"]):
        found += f" {limit[1]}-{limit[2]} {limit[3]}"
    if field["name"] in {"type", "source"} and (constant := _CONSTANT.search(field["description"])):
        found += f" ={constant[1]}"
    return found


def written(found: dict[str, Any]) -> str:
    """JSON with a line for each method and type, so that a new version of the API is a diff that can be read."""
    parts = []
    for key, value in found.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(value.items()))
            parts.append(f" {json.dumps(key)}: {{\n{rows}\n }}")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> None:
    description = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    COMPACT.write_text(written(compact(description)), encoding="utf-8")
    print(f"{COMPACT.name}: {COMPACT.stat().st_size:,} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
