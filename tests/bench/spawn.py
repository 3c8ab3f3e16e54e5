"""Runs one command and prints its seconds, exit status and peak memory as JSON. Imports nothing of ours.

A process of its own because a child's peak counts from its parent's memory at the start: started by the benchmark
itself, every command would seem to need at least what the benchmark holds.
"""

import json
import resource
import subprocess
import sys
import time

# The kernel counts kilobytes, macOS bytes.
_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    began = time.perf_counter()
    done = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _UNIT
    sys.stdout.write(json.dumps({"seconds": seconds, "status": done.returncode, "peak": peak}))


if __name__ == "__main__":
    main()
