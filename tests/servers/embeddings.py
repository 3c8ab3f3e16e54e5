"""An OpenAI-compatible embeddings server on loopback: holds requests to the published shape, and can fail.

https://platform.openai.com/docs/api-reference/embeddings/create
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEYS = {"model", "input", "encoding_format", "dimensions", "user"}


@dataclass(frozen=True)
class Reply:
    """An answer to give instead of embeddings."""

    status: int
    body: bytes = b'{"error": {"message": "on purpose", "type": "test", "param": null, "code": null}}'
    headers: dict[str, str] = field(default_factory=dict)


class EmbeddingsServer(ThreadingHTTPServer):
    """`replies` are given in turn before embeddings are; `requests` and `keys` hold what was asked, and with which key.

    `wrong` says what about a request was not of the published shape.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.wrong: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingsServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.keys.append(self.headers.get("Authorization"))
        problem = problem_of(self.path, self.headers.get_content_type(), body)
        if problem:
            self.server.wrong.append(problem)
            self._answer(Reply(400, json.dumps({"error": {"message": problem}}).encode()))
            return
        request = json.loads(body)
        self.server.requests.append(request)
        self._answer(self.server.replies.pop(0) if self.server.replies else embeddings(request))

    def _answer(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Silence: the tests look at `requests`."""


def problem_of(path: str, content_type: str, body: bytes) -> str | None:
    """What is not as published about a request."""
    try:
        request = json.loads(body)
    except ValueError:
        return "the body is not JSON"
    if path != "/v1/embeddings" or content_type != "application/json" or not isinstance(request, dict):
        return f"{path} takes a JSON object"
    texts = request.get("input")
    checks = {
        "unknown keys": request.keys() <= KEYS,
        "model is a string": isinstance(request.get("model"), str) and bool(request["model"]),
        "input is a list of strings": isinstance(texts, list) and 1 <= len(texts) <= 2048,
        "no input is empty": isinstance(texts, list) and all(isinstance(text, str) and text for text in texts),
        "encoding_format is float or base64": request.get("encoding_format", "float") in {"float", "base64"},
    }
    return next((rule for rule, kept in checks.items() if not kept), None)


def embeddings(request: dict[str, Any]) -> Reply:
    """A vector for each text, of no certain length, the last text's first: `index` says which is whose."""
    data = [
        {"object": "embedding", "index": index, "embedding": [float(len(text)), 1.0, 2.0]}
        for index, text in enumerate(request["input"])
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    body = {"object": "list", "data": data[::-1], "model": request["model"], "usage": usage}
    return Reply(200, json.dumps(body).encode())


@contextmanager
def embeddings_server() -> Iterator[EmbeddingsServer]:
    with EmbeddingsServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
