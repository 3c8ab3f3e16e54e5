"""How much memory a process holds: where the kernel tells it, of this program alone, not of what started it."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def resident() -> int:
    """Bytes in memory now; where the system does not tell, at most."""
    return _from_status("VmRSS") or peak()


def peak() -> int:
    # The kernel counts kilobytes, macOS bytes.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    # A child begins `ru_maxrss` with what its parent held.
    return _from_status("VmHWM") or own


def _from_status(name: str) -> int | None:
    if not _STATUS.is_file():
        return None
    line = re.search(rf"^{name}:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
    return int(line[1]) * 1024 if line else None
