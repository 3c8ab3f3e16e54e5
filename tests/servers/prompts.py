"""Chat requests in the form of the product's prompts, for the tests of what answers them."""

from __future__ import annotations

from typing import Any

PASSAGES = """\
[1] Microsoft Certified: Azure Administrator Associate (AZ-104) · Cost · as of 2026-08
Microsoft Certified: Azure Administrator Associate (AZ-104) costs USD 165 per exam attempt (US list price, checked \
2026-08). It is valid for 12 months and must be renewed every year. The passing score is 700 points.

[2] CompTIA Security+ · Validity · as of 2026-05
CompTIA Security+ is valid for 36 months. The exam has 90 questions in 90 minutes.
It costs USD 425 per exam attempt.

[3] Project Management Professional (PMP) · Cost · as of 2026-04
Project Management Professional (PMP) costs USD 675 per exam attempt. About 60% of those who sit it pass at once."""


def prompt(question: str, passages: str = PASSAGES, **blocks: str) -> str:
    """The last user message: passages, other blocks, the question."""
    parts = {"passages": passages, **blocks, "question": question}
    return "\n\n".join(f'<{tag} key="8f3a1c">\n{text}\n</{tag} key="8f3a1c">' for tag, text in parts.items())


def chat(
    question: str, passages: str = PASSAGES, system: str = "Answer from the passages.", **more: Any
) -> dict[str, Any]:
    """A request; `blocks` beside passages and question, other keys as they are."""
    content = prompt(question, passages, **more.pop("blocks", {}))
    return {
        "model": "test-model",
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": content}],
        **more,
    }


def tool(name: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """A tool whose properties are all required."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": f"To {name}.", "parameters": schema}}
