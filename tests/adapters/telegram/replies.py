"""Replies for tests of rendering: the usual ones, and whatever Hypothesis thinks of."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bot.core.answer import Citation
from bot.core.reply import Action, Attachment, Quiz, Reply

COST = "CompTIA Security+ (SY0-701) costs USD 425 per exam attempt (US list price, checked 2026-06)"


def citation(n: int = 1, **changes: Any) -> Citation:
    fields: dict[str, Any] = {
        "n": n,
        "document": "credentials/x",
        "title": "CompTIA Security+ (SY0-701)",
        "heading": "Cost",
        "passage": f"{COST}.",
        "url": f"https://example.org/facts/{n}",
        "source": "Example",
        "as_of": "2026-06",
    }
    return Citation(**{**fields, **changes})


QUIZ = Quiz(
    question="How long does AZ-104 stay valid?",
    options=("three years", "one year", "two years", "does not expire"),
    asks=("A", "B", "C", "D"),
    right=1,
)
_OPTIONS = tuple(Action(label=f"{ask}: {text}", ask=ask) for ask, text in zip(QUIZ.asks, QUIZ.options, strict=True))
USUAL: dict[str, Reply] = {
    "answer": Reply(
        text=f"{COST} [1].",
        citations=(citation(),),
        actions=(
            Action(label="Validity", ask="How long is Security+ valid?"),
            Action(label="Prerequisites", ask="What are the prerequisites for CompTIA Security+ (SY0-701)?"),
            Action(label="Exam length", ask="How many minutes does it take?"),
        ),
    ),
    "comparison": Reply(
        text="- **Price**: AZ-104: USD 165; CCNA: USD 300 [1][2]\n- **Validity**: one year; *three* years [3]",
        citations=(citation(1), citation(2, url="https://example.org/facts/1"), citation(3, url=None, as_of=None)),
    ),
    "formatted": Reply(
        text="# Head\n\nText with `code`, ~~old~~ and a [link](https://example.org/).\n\n1. one\n2. two\n"
        "   - in\n\n"
        "> said **so**\n\n```py\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "Write to @someone or me@example.org.",
    ),
    "question": Reply(
        text=f"Questions in this round: 5.\n\n{QUIZ.question}",
        actions=(*_OPTIONS, Action(label="A hint", ask="hint"), Action(label="I don't know", ask="I don't know")),
        quiz=QUIZ,
    ),
    "question too long for a poll": Reply(
        text=f"Which is it?\n\n{QUIZ.question}",
        actions=_OPTIONS,
        quiz=Quiz(question="?" * 301, options=QUIZ.options, asks=QUIZ.asks, right=1),
    ),
    "files": Reply(
        text="Here is the picture.",
        attachments=(
            Attachment(name="path.png", media_type="image/png", content=b"\x89PNG", caption="Your path"),
            Attachment(name="path.ics", media_type="text/calendar", content=b"BEGIN:VCALENDAR"),
        ),
    ),
    "nothing": Reply(text=" \n"),
}

# Strings that break formatting elsewhere, written for this test.
NAUGHTY = [
    "",
    "   ",
    "\u200b\u200d\ufeff",
    "\x00\x01\x1b[31m",
    "\ud800 half a pair \udfff",
    "**never closed",
    "*_**~~`all at once`~~**_*",
    "```\nno end",
    "[a](b [c](d) e](f",
    "[text](tg://user?id=1) and [mail](mailto:a@example.org)",
    "<b>bold</i> &amp; <script>alert(1)</script>",
    "{{7*7}} ${x} %s $text",
    "@all @everyone @admin_name @_x @7",
    "@**name_x** and &#64;admin_x and \\@other_x and @*a*`b_name` &#27;[31m",
    "\u202eright to left\u202c مرحبا שלום",
    "👩‍👩‍👧‍👦" * 400,
    "e\u0301\u0302\u0303" * 1500,
    "नमस्ते दुनिया " * 600,
    "中文" * 3000,
    "a" * 10000,
    "[1]" * 300,
    "# \n## \n> \n- \n1. \n",
    "| a | b |\n|---|---|\n" + "| x | [1] |\n" * 300,
    "> " * 50 + "deep",
    "- " * 40 + "deep",
    "\n" * 5000,
    "1" * 4095 + "😀" + "2" * 10,
]

# What Markdown, Telegram and clients make something of.
_MARKUP = (
    "**",
    "*",
    "_",
    "`",
    "```",
    "~~",
    "> ",
    "- ",
    "1. ",
    "# ",
    "|",
    "\n",
    "\n\n",
    "[1]",
    "[2](",
    ")",
    "[",
    "]",
    "(",
)
_OTHERS = (
    "@name",
    "@",
    "name",
    "&#64;",
    "https://example.org",
    "tg://user?id=1",
    "/plan",
    "&lt;",
    "<b>",
    "\\",
    "$x",
    " ",
)
_LETTERS = ("😀", "👩‍👩‍👧", "é", "ह", "中", "\u202e")
_PIECES = st.sampled_from((*_MARKUP, *_OTHERS, *_LETTERS))
TEXTS = st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=60).map("".join)
LONG_TEXTS = st.tuples(TEXTS, st.integers(1, 200)).map(lambda pair: pair[0] * pair[1]).map(lambda text: text[:20000])
URLS = st.one_of(
    st.none(), st.sampled_from(["https://example.org/a", "https://a b", "https://", "http://x", "https://x:y"]), TEXTS
)
CITATIONS = st.lists(
    st.builds(
        citation,
        n=st.integers(1, 12),
        title=TEXTS,
        heading=TEXTS,
        passage=LONG_TEXTS,
        url=URLS,
        source=st.one_of(st.none(), TEXTS),
        as_of=st.one_of(st.none(), TEXTS),
    ),
    max_size=12,
).map(tuple)
ACTIONS = st.lists(st.builds(Action, label=TEXTS, ask=TEXTS), max_size=20).map(tuple)
QUIZZES = st.builds(
    Quiz,
    question=TEXTS,
    options=st.lists(TEXTS, min_size=1, max_size=14).map(tuple),
    asks=st.just(("A", "B")),
    right=st.integers(-1, 13),
)
REPLIES = st.builds(
    Reply,
    text=LONG_TEXTS,
    citations=CITATIONS,
    actions=ACTIONS,
    quiz=st.one_of(st.none(), QUIZZES),
)
