"""The entry point: `credway` and `python -m bot`."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # what shells report for Ctrl-C


def main() -> None:
    try:
        from bot.cli.main import run  # noqa: PLC0415 - so that Ctrl-C during the imports is quiet, too

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
