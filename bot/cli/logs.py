"""Logs: short lines on standard error, and faults with their tracebacks in a file under the data folder."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path
from typing import Literal

from bot.text.words import clean

_STREAM = "credway-stream"
_FILE = "credway-file"


class OneLine(logging.Formatter):
    """An event a line, for people: of an exception only what it says."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            message += f" ({type(error).__name__}: {error})"
        return f"{record.levelname.lower()}: {clean(message)}".replace("\n", " ")


class JsonLine(logging.Formatter):
    """An event a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)


def set_up(level: str = "WARNING", style: Literal["text", "json"] = "text", folder: Path | None = None) -> None:
    """Log to standard error, and faults to `credway.log` in `folder`; takes the place of an earlier call."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if handler.name in {_STREAM, _FILE}]:
        root.removeHandler(handler)
        handler.close()
    stream = logging.StreamHandler()
    stream.name = _STREAM
    stream.setFormatter(JsonLine() if style == "json" else OneLine())
    root.addHandler(stream)
    root.setLevel(level)
    if folder is not None and folder.is_dir():
        file = logging.FileHandler(folder / "credway.log", encoding="utf-8", errors="replace", delay=True)
        file.name = _FILE
        file.setLevel(logging.ERROR)
        file.setFormatter(JsonLine())
        root.addHandler(file)


def where() -> str:
    """Where the details of a fault are to be found, as a phrase to follow "logged as …"."""
    files = [handler for handler in logging.getLogger().handlers if isinstance(handler, logging.FileHandler)]
    return f" in {files[0].baseFilename}" if files else ""
