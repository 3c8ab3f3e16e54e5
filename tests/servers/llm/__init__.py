"""An OpenAI-compatible chat server on loopback: models of character, a settable pace, and every way to fail."""

from tests.servers.llm import faults
from tests.servers.llm.server import LlmServer, Pace, llm_server
from tests.servers.llm.wire import Call, Persona, Said

__all__ = ["Call", "LlmServer", "Pace", "Persona", "Said", "faults", "llm_server"]
