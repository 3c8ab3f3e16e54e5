"""Runs one command and prints what it took, in time and memory, as JSON. Imports nothing of ours.

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
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "status": done.returncode,
        "peak": used.ru_maxrss * _UNIT,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
