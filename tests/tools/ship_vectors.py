"""`make vectors`: bring `knowledge/vectors.npz` up to date with the knowledge and the example questions.

Only what is new is embedded, so a changed page costs seconds; vectors that nothing uses any more are left out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np

from bot.app import SHIPPED_VECTORS, Library, open_library, shipped_vectors
from bot.core.ports import Vectors
from bot.offline.subject import example_key, example_questions
from bot.settings import Settings, content_folder


def example_keys(library: Library, model: str) -> dict[str, str]:
    """The example questions by the key of their vector."""
    examples = example_questions(library.settings.prompts_dir / "understanding" / "examples.md")
    return {example_key(model, question): question for questions in examples.values() for question in questions}


def passage_vectors(library: Library) -> dict[str, Vectors]:
    """Index the packaged knowledge in a throw-away folder, embedding only what is not shipped yet."""
    report = library.ingest(progress=_say)
    print(f"{report.passages} passages, {report.embedded} embedded", file=sys.stderr)
    return library.index.keyed_vectors()


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        library = open_library(Settings(_env_file=None, credway_home=Path(home), knowledge_dirs=()))
        if library.embedder is None:
            sys.exit(f"cannot embed: {library.embedder_problem}")
        held = shipped_vectors()
        vectors = passage_vectors(library)
        for key, question in example_keys(library, library.embedder.model).items():
            vectors[key] = held[key] if key in held else library.embedder.embed_query(question)
        library.close()
    write(content_folder("knowledge") / SHIPPED_VECTORS, vectors)


def write(path: Path, vectors: dict[str, Vectors]) -> None:
    """Keys as 16 bytes each and vectors as half floats, in the order of the keys: the same input, the same file."""
    keys = sorted(vectors)
    np.savez(
        path,
        keys=np.frombuffer(b"".join(bytes.fromhex(key) for key in keys), dtype=np.uint8).reshape(len(keys), 16),
        vectors=np.stack([vectors[key] for key in keys]).astype(np.float16),
    )
    print(f"{path.name}: {len(keys)} vectors, {path.stat().st_size:,} bytes", file=sys.stderr)


def _say(stage: str, done: int, total: int) -> None:
    if stage == "embedding" and (done == total or done % 160 == 0):
        print(f"{stage} {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    main()
