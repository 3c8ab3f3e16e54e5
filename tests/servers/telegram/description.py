"""Calls held to the published description of the Bot API: what is known, of which type, required, how long.

`description.json` is made by `tests/tools/telegram_description.py`. Knows nothing of what a call does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_ROW = re.compile(
    r"(?P<types>[^! ]+(?: of [^! ]+)*)(?P<required>!?)(?: (?P<least>\d+)-(?P<most>\d+) (?P<unit>\w+))?"
    r"(?: =(?P<constant>\w+))?"
)


class Refused(Exception):
    """A call that Telegram refuses: its status, its words, and the parameters that go with them."""

    def __init__(self, status: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameters = parameters


def bad(words: str, **parameters: int) -> Refused:
    return Refused(400, f"Bad Request: {words}", **parameters)


class Forbidden(Refused):
    """A call that the description forbids: no test may make one, unless it is about that."""

    def __init__(self, words: str) -> None:
        super().__init__(400, f"Bad Request: {words}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a method or a type."""

    types: tuple[str, ...]
    required: bool
    least: int = 0
    most: int | None = None
    unit: str = ""
    constant: str | None = None

    @classmethod
    def read(cls, text: str) -> Row:
        found = _ROW.fullmatch(text)
        assert found is not None, text
        return cls(
            tuple(found["types"].split("|")),
            bool(found["required"]),
            int(found["least"] or 0),
            int(found["most"]) if found["most"] else None,
            found["unit"] or "",
            found["constant"],
        )


@dataclass(frozen=True, slots=True)
class Description:
    methods: Mapping[str, Mapping[str, Row]]
    types: Mapping[str, Mapping[str, Row]]
    unions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def checked(self, method: str, given: Mapping[str, Any], files: Mapping[str, Upload]) -> dict[str, Any]:
        """The parameters of a call, each of its type. Raises `Forbidden` saying what is not as described."""
        if method not in self.methods:
            raise Forbidden(f"method {method} is not described")
        rows = self.methods[method]
        if unknown := given.keys() - rows.keys():
            raise Forbidden(f"{method} has no parameter {', '.join(sorted(unknown))}")
        found: dict[str, Any] = {}
        for name, row in rows.items():
            if name in given:
                found[name] = self._value(f"{method}.{name}", row, given[name], files)
            elif name in files and "InputFile" in row.types:
                found[name] = files[name]
            elif row.required:
                raise Forbidden(f"{method} needs {name}")
        return found

    def check(self, type_name: str, value: Any) -> None:
        """Whether an object is of a type, as an update of ours has to be. Raises `Forbidden`."""
        self._typed(type_name, type_name, value, {}, loose=False)

    def _value(self, where: str, row: Row, value: Any, files: Mapping[str, Upload], *, loose: bool = True) -> Any:
        failure: Forbidden | None = None
        for type_name in row.types:
            try:
                found = self._typed(where, type_name, value, files, loose=loose)
            except Forbidden as error:
                failure = failure or error
                continue
            _within(where, row, found)
            return found
        raise failure or Forbidden(f"{where} is of no type")

    def _typed(self, where: str, type_name: str, value: Any, files: Mapping[str, Upload], *, loose: bool) -> Any:
        """`loose`: a form sends everything as text, and objects as JSON."""
        if type_name.startswith("Array of "):
            return self._array(where, type_name.removeprefix("Array of "), value, files, loose=loose)
        if type_name in _SIMPLE:
            return _SIMPLE[type_name](where, value, loose)
        if type_name == "InputFile":
            return _file(where, value, files)
        value = _json(where, value) if loose else value
        if type_name in self.unions:
            return self._one_of(where, type_name, value, files)
        return self._object(where, type_name, value, files)

    def _array(self, where: str, inner: str, value: Any, files: Mapping[str, Upload], *, loose: bool) -> list[Any]:
        value = _json(where, value) if loose else value
        if not isinstance(value, list):
            raise Forbidden(f"{where} is no array")
        return [self._typed(f"{where}[{n}]", inner, each, files, loose=False) for n, each in enumerate(value)]

    def _one_of(self, where: str, union: str, value: Any, files: Mapping[str, Upload]) -> Any:
        failures = []
        for type_name in self.unions[union]:
            try:
                return self._typed(where, type_name, value, files, loose=False)
            except Forbidden as error:
                failures.append(error)
        # What is said of the type that the constant names is of use; of the others it is noise.
        telling = [error for error in failures if " must be " not in error.words]
        raise (telling or failures)[0]

    def _object(self, where: str, type_name: str, value: Any, files: Mapping[str, Upload]) -> dict[str, Any]:
        if type_name not in self.types:
            raise Forbidden(f"{where}: type {type_name} is not described")
        if not isinstance(value, dict):
            raise Forbidden(f"{where} is no {type_name}")
        rows = self.types[type_name]
        for name, row in rows.items():
            if row.constant is not None and value.get(name) != row.constant:
                raise Forbidden(f"{where}.{name} must be {row.constant}")
        if unknown := value.keys() - rows.keys():
            raise Forbidden(f"{where}: a {type_name} has no {', '.join(sorted(unknown))}")
        if missing := [name for name, row in rows.items() if row.required and name not in value]:
            raise Forbidden(f"{where}: a {type_name} needs {', '.join(missing)}")
        return {
            name: self._value(f"{where}.{name}", rows[name], each, files, loose=False) for name, each in value.items()
        }


def _within(where: str, row: Row, value: Any) -> None:
    # Texts that are formatted are measured after parsing, by `limits`; bytes are bytes here already.
    if row.most is None or not isinstance(value, str) or row.unit != "bytes":
        return
    if not row.least <= len(value.encode()) <= row.most:
        raise Forbidden(f"{where} has to have {row.least} to {row.most} bytes")


def _integer(where: str, value: Any, loose: bool) -> int:  # noqa: FBT001
    if isinstance(value, bool) or not (
        isinstance(value, int) or (loose and isinstance(value, str) and re.fullmatch(r"-?\d+", value))
    ):
        raise Forbidden(f"{where} is no integer")
    return int(value)


def _float(where: str, value: Any, loose: bool) -> float:  # noqa: FBT001
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Forbidden(f"{where} is no number") from None


def _boolean(where: str, value: Any, loose: bool) -> bool:  # noqa: FBT001
    if isinstance(value, bool):
        return value
    if loose and isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise Forbidden(f"{where} is no boolean")


def _string(where: str, value: Any, loose: bool) -> str:  # noqa: FBT001
    if not isinstance(value, str):
        raise Forbidden(f"{where} is no string")
    return value


def _true(where: str, value: Any, loose: bool) -> bool:  # noqa: FBT001
    if value is not True:
        raise Forbidden(f"{where} can only be true")
    return True


_SIMPLE = {
    "Integer": _integer,
    "Float": _float,
    "Boolean": _boolean,
    "String": _string,
    "True": _true,
}


def _file(where: str, value: Any, files: Mapping[str, Upload]) -> Any:
    if not isinstance(value, str):
        raise Forbidden(f"{where} is no file")
    if value.startswith("attach://"):
        if value.removeprefix("attach://") not in files:
            raise Forbidden(f"{where}: {value} is not attached")
        return files[value.removeprefix("attach://")]
    return value


def _json(where: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise Forbidden(f"{where} is no JSON") from None


@cache
def description() -> Description:
    raw = json.loads((Path(__file__).parent / "description.json").read_text(encoding="utf-8"))
    rows = {
        kind: {name: {key: Row.read(text) for key, text in fields.items()} for name, fields in raw[kind].items()}
        for kind in ("methods", "types")
    }
    return Description(
        rows["methods"], rows["types"], {name: tuple(inner.split("|")) for name, inner in raw["unions"].items()}
    )
