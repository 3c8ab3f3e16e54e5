"""Markdown with tags (HTML in Markdown, MDX) into plain Markdown that keeps what the tags say to a reader."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from textwrap import dedent

from markdown_it import MarkdownIt

from bot.documents.foreign.text import readable_name
from bot.documents.markdown import plain_text

_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_KEY = r"[A-Za-z_@:][\w:.@-]*+"
_VALUE = rf"""(?:"[^"]*+"|'[^']*+'|{_BRACES}|[^\s"'=<>`{{}}]++)"""
_ATTRIBUTES = re.compile(rf"({_KEY})(?:\s*+=\s*+({_VALUE}))?+")
_CODE = r"""
    (?P<escape>\\[^\n])
  | (?P<fence>^[ \t]*+(?P<mark>`{3,}|~{3,})[^\n]*+(?:\n[^\n]*+)*?(?:\n[ \t]*+(?P=mark)[`~]*+[ \t]*+$|\Z))
  # The bounds here and below keep a file of unclosed marks from taking quadratic time.
  | (?P<span>(?P<ticks>`++)(?:(?!\n[ \t]*\n)[\s\S]){0,2000}?(?<!`)(?P=ticks)(?!`)|`++)
"""
_TAGS = rf"""
  | (?P<drop><!--[\s\S]*?(?:-->|\Z)|</?>|<(?P<raw>script|style)\b[\s\S]*?(?:</(?P=raw)\s*>|\Z))
  | (?P<tag><(?P<close>/?)(?P<name>[A-Za-z][\w.-]*+)
      (?P<attributes>(?:\s++(?:{_KEY}(?:\s*+=\s*+{_VALUE})?+|{_BRACES}))*+)\s*+(?P<void>/?)>)
"""
_JSX = rf"""
  | (?P<module>^import\s+(?:[\w*{{$][^;'"]{{0,2000}}?\sfrom\s+)?['"][^'"\n]*['"];?[ \t]*$
      | ^export\s+(?:default|const|let|var|function|class|async|\{{|\*)
        (?:[^\n]*[{{(\[][ \t]*\n[\s\S]{{0,10000}}?\n[}}\])][^\n]*$ | (?:(?!\n[ \t]*\n)[\s\S])*+))
  | (?P<comment>\{{/\*[\s\S]*?(?:\*/\s*\}}|\Z))
  | (?P<expression>{_BRACES})
"""
_FLAGS = re.VERBOSE | re.MULTILINE
_IN_CODE = re.compile(_CODE, _FLAGS)
_IN_MARKDOWN = re.compile(_CODE + _TAGS, _FLAGS | re.IGNORECASE)
_IN_MDX = re.compile(_CODE + _JSX + _TAGS, _FLAGS)

_INDENT = re.compile(r"(?<=\n)[ \t]+")
_DIRECTIVE = re.compile(r"^[ \t]*:{3,} *(?:[\w-]+ *)?(?:\[([^\]\n]*)\])? *(?:\{[^}\n]*\})?[ \t]*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"^\[\^[\w.-]+\]:[ \t]*", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S[^\n]*?)[ \t#]*$", re.MULTILINE)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")
_LITERAL = re.compile(r"""\{\s*(["'`])([^{}]*)\1\s*\}""")
_SENTENCE = re.compile(r"\S\s+\S|\d{4}-\d\d")
_SENTENCE_OR_CODE = re.compile(r"\S\s+\S|\d")

_TEXT_ATTRIBUTES = ("title", "label", "name", "summary", "description")
_SETTINGS = re.compile(
    "id|key|ref|class(Name)?|style|slot|target|rel|type|variant|icon(Placement)?|src(Set)?|image|poster|width|height|"
    "sizes?|color|align|lang|loading|decoding|tabIndex|role|download|viewBox|d|fill|.*:.*",
    re.IGNORECASE,
)
_DECORATION = frozenset({"Icon", "Image"})
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
_BLOCK = re.compile(
    "p|div|section|article|main|header|footer|details|summary|ul|ol|dl|dt|dd|table|thead|tbody|tr|blockquote|center|"
    "figure|figcaption|pre|hr|form|fieldset|aside|nav"
)
_CELL = re.compile("br|td|th")
_HTML_HEADING = re.compile("h([1-6])")
_MAX_DEPTH = 100


def to_markdown(text: str, *, mdx: bool) -> str:
    """Replace the tags of a Markdown body by Markdown; code stays as it is.

    Titles of components that hold others become headings, cards with an address become links. In MDX, module
    lines, comments and expressions go too, and so does indentation, which means nothing there.
    """
    writer = _Writer(mdx=mdx)
    position = 0
    for found in (_IN_MDX if mdx else _IN_MARKDOWN).finditer(text):
        writer.text(text[position : found.start()])
        writer.token(found)
        position = found.end()
    writer.text(text[position:])
    return "".join(writer.parts)


def escape_tags(text: str) -> str:
    """Make every `<` outside code a plain character, for text that holds no tags."""
    parts = []
    position = 0
    for found in _IN_CODE.finditer(text):
        parts += [text[position : found.start()].replace("<", "\\<"), found[0]]
        position = found.end()
    return "".join([*parts, text[position:].replace("<", "\\<")])


def title_heading(markdown: str) -> str:
    """The words of the first heading, where it is the document's title: of the first level, or above all that follow.

    The first of many equal headings is the name of a part, and would mislead as a title.
    """
    without_code = _IN_CODE.sub(lambda found: "" if found["fence"] else found[0], markdown)
    headings = [(len(found[1]), found[2]) for found in _HEADING.finditer(without_code)]
    if not headings:
        return ""
    (level, text), rest = headings[0], headings[1:]
    is_title = level == 1 or all(other > level for other, _ in rest)
    return plain_text(MarkdownIt("commonmark").parse(text)) if is_title else ""


@dataclass(slots=True)
class _Open:
    """A tag whose end is awaited: where its content starts, and what becomes of it."""

    name: str
    start: int
    enclosing: str
    href: str = ""
    level: int = 0
    titled: bool = False


class _Writer:
    def __init__(self, *, mdx: bool) -> None:
        self.parts: list[str] = []
        self._mdx = mdx
        self._open: list[_Open] = []
        self._heading = ""
        self._at_line_start = True

    def text(self, text: str) -> None:
        if self._mdx:
            text = _INDENT.sub("", text)
        text = _DIRECTIVE.sub(lambda found: f"\n{found[1] or ''}\n", text)
        self.parts.append(_FOOTNOTE.sub("", text))
        for found in _HEADING.finditer(text):
            self._heading = found[2]
        _, newline, line = text.rpartition("\n")
        self._at_line_start = not line.strip() and (bool(newline) or self._at_line_start)

    def token(self, found: re.Match[str]) -> None:
        if found["fence"]:
            self.parts.append(dedent(found[0]))
        elif found["span"] or found["escape"]:
            self.parts.append(found[0])
            self._at_line_start = False
        elif found["tag"] and found["close"]:
            self._close(found["name"])
        elif found["tag"]:
            self._tag(found["name"], _attributes(found["attributes"]), void=bool(found["void"]))
        elif self._mdx and found["expression"]:
            self.parts.append(_literal(found["expression"]))

    def _tag(self, name: str, attributes: dict[str, str], *, void: bool) -> None:
        component = not name.islower()
        block = self._at_line_start and (component or bool(_BLOCK.fullmatch(name)))
        void = void or bool(_VOID.fullmatch(name))
        opened = _Open(name, len(self.parts), self._heading)
        if component and name not in _DECORATION:
            said = self._component(opened, attributes, holds=block and not void)
        else:
            said = self._html(opened, attributes)
        self.parts.append(f"\n\n{said}\n\n" if block else said)
        if not void and len(self._open) < _MAX_DEPTH:
            opened.start = len(self.parts)
            self._open.append(opened)

    def _component(self, opened: _Open, attributes: dict[str, str], *, holds: bool) -> str:
        texts = [_escaped(attributes[key]) for key in _TEXT_ATTRIBUTES if attributes.get(key)]
        href = attributes.get("href", "")
        if href and not texts:
            opened.href = href
            return ""
        if holds and texts and not href:
            opened.titled = True
            self._heading = f"{self._heading} – {texts[0]}" if self._heading else texts[0]
            return f"###### {self._heading}\n\n{_joined(texts[1:], ': ')}"
        if href:
            texts[0] = _link(texts[0], href)
        details = _joined(_details(attributes), "; ")
        if details and not texts:
            texts = [readable_name(opened.name)]
        return _joined([*texts, details], ": ")

    def _html(self, opened: _Open, attributes: dict[str, str]) -> str:
        opened.href = attributes.get("href", "") if opened.name == "a" else ""
        heading = _HTML_HEADING.fullmatch(opened.name)
        opened.level = int(heading[1]) if heading else 0
        if opened.name == "img":
            # A picture's description is decoration, except where the picture is all that a link shows.
            return _escaped(attributes.get("alt", "")) if self._open and self._open[-1].href else ""
        if opened.name == "li":
            return "\n- " if self._at_line_start else " "
        return " " if _CELL.fullmatch(opened.name) or _BLOCK.fullmatch(opened.name) else ""

    def _close(self, name: str) -> None:
        if all(opened.name != name for opened in self._open):
            return
        while True:
            opened = self._open.pop()
            self._end(opened)
            if opened.name == name:
                return

    def _end(self, opened: _Open) -> None:
        if opened.href or opened.level:
            content = " ".join("".join(self.parts[opened.start :]).replace("#", " ").split())
            del self.parts[opened.start :]
            if opened.href:
                self.parts.append(_link(content, opened.href) if content else "")
            else:
                self._heading = content
                self.parts.append(f"\n\n{'#' * opened.level} {content}\n\n")
        if opened.titled:
            # What follows belongs again to whatever stood around the component, possibly to no heading.
            self._heading = opened.enclosing
            self.parts.append(f"\n\n###### {self._heading}\n\n")
        elif not opened.name.islower() or _BLOCK.fullmatch(opened.name):
            self.parts.append("\n\n" if self._at_line_start else " ")


def _attributes(source: str) -> dict[str, str]:
    return {name: _value(value) for name, value in _ATTRIBUTES.findall(source)}


def _value(source: str) -> str:
    if source.startswith("{"):
        return _literal(source)
    text = source[1:-1] if source.startswith(("'", '"')) else source
    return " ".join(html.unescape(text).split())


def _literal(expression: str) -> str:
    """The text of `{"text"}`; what any other expression shows is not known without running it."""
    found = _LITERAL.fullmatch(expression)
    return found[2] if found else ""


def _details(attributes: dict[str, str]) -> list[str]:
    """What a component's other attributes tell: addresses, and values that are more than settings.

    A code such as `AZ-802` counts only beside a value in words; alone it mostly selects what is shown.
    """
    others = [
        (readable_name(name), value)
        for name, value in attributes.items()
        if name not in (*_TEXT_ATTRIBUTES, "href") and not _SETTINGS.fullmatch(name)
    ]
    told = any(_SENTENCE.search(value) for _, value in others)
    details = []
    for words, value in others:
        if value.startswith(("https://", "http://")):
            details.append(_link(words.removesuffix(" url").removesuffix(" link"), value))
        elif told and _SENTENCE_OR_CODE.search(value):
            details.append(f"{words}: {_escaped(value)}")
    return details


def _joined(parts: list[str], mark: str) -> str:
    """The parts with a mark between them, except after a part that ends as a sentence."""
    text = ""
    for part in filter(None, parts):
        text += ("" if not text else " " if text.endswith((".", "!", "?")) else mark) + part
    return text


def _link(text: str, href: str) -> str:
    address = href.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    return f"[{text}](<{address}>)"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
