"""How much memory this process holds. Imports nothing of the product, to know what it was before."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from tests.bench.tables import Table, ratio


def section(before: int, documents: int, passages: int) -> Table:
    """To be taken right after the answers, before the baselines are loaded into the same process."""
    now = resident()
    return Table(
        title="Memory of the process",
        columns=("5. memory", "MB", "× before"),
        rows=[
            ("Python and this benchmark, before the product (baseline)", before / 1e6, 1.0),
            ("after all answers", now / 1e6, ratio(now, before)),
            ("at its peak", peak() / 1e6, ratio(peak(), before)),
        ],
        notes=(f"{documents:,} documents, {passages:,} passages; brought up to date in the same process",),
    )


def resident() -> int:
    """Bytes in memory now; where the system does not tell, at most."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return peak()
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    # The kernel counts kilobytes, macOS bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
