"""Runs one command and turns whatever happens into an exit status and at most one line on standard error."""

from __future__ import annotations

import io
import logging
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bot.cli import logs
from bot.cli.commands import app
from bot.cli.output import tell
from bot.errors import CredwayError, InputError, MissingService

DONE, FAILED, WRONG_USAGE, MISSING = 0, 1, 2, 69
_STATUS_OF = ((InputError, WRONG_USAGE), (MissingService, MISSING))

logger = logging.getLogger(__name__)


def run(arguments: Sequence[str]) -> int:
    """Run `credway` with these arguments; returns the exit status and lets nothing but Ctrl-C out."""
    _open_streams()
    logs.set_up()
    try:
        status = _status(arguments)
    except (BrokenPipeError, SystemExit):
        # Whoever read our output has left (typer turns that into SystemExit): nothing to say, and nobody to say it to.
        _discard_output()
        return FAILED
    return status


def _status(arguments: Sequence[str]) -> int:
    try:
        # Without a command the help says what there is.
        status = app(arguments or ["--help"], prog_name="credway", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        tell(f"credway: {error.format_message().removesuffix('.')}; see `credway --help`")
        return error.exit_code
    except typer.Abort:
        return FAILED
    except CredwayError as error:
        tell(f"credway: {error}")
        return next((status for kind, status in _STATUS_OF if isinstance(error, kind)), FAILED)
    except BrokenPipeError:
        raise
    except Exception as error:
        # The last resort: the log has the details, the person an id to ask about.
        fault = secrets.token_hex(4)
        logger.exception("command.failed id=%s", fault)
        if isinstance(error, OSError):
            _discard_output()  # it may be what failed, and would fail again on the way out
        tell(f"credway: Sorry, something went wrong on our side; it is logged as {fault}{logs.where()}.")
        return FAILED
    return status or DONE if arguments else WRONG_USAGE


def _open_streams() -> None:
    """What is written is UTF-8 whatever the locale; bytes that are not come in as they are and are cleaned later.

    A stream that the caller has closed reads as empty and swallows what is written.
    """
    for name, errors in (("stdin", "surrogateescape"), ("stdout", "replace"), ("stderr", "replace")):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _discard_output() -> None:
    """Point standard output nowhere, so that the interpreter's last flush does not complain."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
