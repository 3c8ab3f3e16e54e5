"""The entry point: `credway` and `python -m bot`."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130  # what shells report for Ctrl-C


def main() -> None:
    # Set before numpy is imported: on two busy cores its threads wait for each other, and a scan that takes 2 ms takes
    # 20. One vector at a time gains nothing from more than one.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from bot.cli.main import run  # noqa: PLC0415 - so that Ctrl-C during the imports is quiet, too

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


if __name__ == "__main__":
    main()
