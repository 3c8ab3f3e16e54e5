"""Pictures to share: all that belongs in them is there, legible, apart, and in letters that can be drawn."""

from __future__ import annotations

import struct
from datetime import date, timedelta
from itertools import combinations

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from bot.catalog.catalog import Catalog
from bot.errors import InputError
from bot.learning.learner import Holding
from bot.learning.wallet import wallet
from bot.pictures.canvas import DARK, LIGHT, MARGIN, WIDTH, Theme, drawable
from bot.pictures.path import MAX_STEPS, path_figure, path_picture
from bot.pictures.wallet import MAX_ROWS, wallet_figure, wallet_picture
from bot.planning.model import LearningPath, Offer, Step
from bot.text.prompts import Phrases
from tests.learning.conftest import TODAY, catalog, phrases

__all__ = ["catalog", "phrases"]

LONG = "Microsoft Certified: Azure Solutions Architect Expert, with a name that goes on and on until nobody reads it"
ENDLESS = "W" * 90


def path(*titles: str, cost: float = 165.0) -> LearningPath:
    """Steps of a month each; the last one is the goal, the hours of every second are assumed."""
    steps = []
    for number, title in enumerate(titles):
        start = date(2027, 1, 4) + timedelta(days=30 * number)
        offer = Offer(id=f"step-{number}", title=title, hours=40.5, cost_usd=cost, hours_assumed=number % 2 == 1)
        needed_by = () if number == len(titles) - 1 else ("goal",)
        steps.append(Step(offer=offer, start=start, finish=start + timedelta(days=29), for_=needed_by))
    return LearningPath(steps=tuple(steps))


def held(credential: str, earned: str | None = None, expires: str | None = None) -> Holding:
    return Holding(
        credential=credential,
        earned_on=date.fromisoformat(earned) if earned else None,
        expires_on=date.fromisoformat(expires) if expires else None,
    )


MANY = (
    held("comptia-security-plus", "2023-12-01"),
    held("az-104", "2026-02-10"),
    held("az-900", "2020-01-01"),
    held("aws-solutions-architect-associate", "2024-03-10"),
    held("aws-solutions-architect-professional", "2026-05-20"),
    held("google-it-support", "2024-01-01"),
    held("pmp"),
    held("ccna", "2020-06-01"),
    held("az-500", "2025-09-01"),
    held("comptia-a-plus", expires="2026-12-24"),
    held("no-such-thing", expires="2044-01-01"),
)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def assert_legible(figure: Figure) -> None:
    """No text overlaps another or leaves the margins, and none is smaller than can be read on a phone."""
    drawn = [text for text in figure.findobj(Text) if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn]
    height = figure.get_figheight() * figure.dpi
    for said, box in boxes:
        assert MARGIN - 2 <= box.x0, said
        assert box.x1 <= WIDTH - MARGIN + 2, said
        assert 0 <= box.y0 < box.y1 <= height, said
    overlapping = [
        (one, other)
        for (one, first), (other, second) in combinations(boxes, 2)
        if min(first.x1, second.x1) > max(first.x0, second.x0) and min(first.y1, second.y1) > max(first.y0, second.y0)
    ]
    assert [] == overlapping
    # A phone shows 1080 pixels on about 65 millimetres: 24 pixels are the smallest print that people accept.
    assert all(text.get_fontsize() * figure.dpi / 72 >= 24 for text in drawn)


class TestPath:
    def test_it_tells_goal_steps_days_hours_prices_and_sums(self, phrases: Phrases) -> None:
        figure = path_figure(path("Network+", "Security+"), "Security analyst", phrases, "en", checked="2026-06")

        assert [
            *("My learning path", "Security analyst"),
            *("Finish", "2027-03-04", "Total", "USD 330", "Study", "~81 h"),
            *("Network+", "2027-01-04 – 2027-02-02", "40.5 h · USD 165"),
            *("Security+", "2027-02-03 – 2027-03-04", "~40.5 h assumed · USD 165"),
            *("Credway", "prices checked 2026-06"),
        ] == texts(figure)

    @pytest.mark.parametrize(
        ("titles", "goal"),
        [
            pytest.param(["CCNA"], "CCNA", id="one"),
            pytest.param(["A+", "Network+", "CCNA"], LONG, id="three"),
            pytest.param([LONG, "CCNA"] * 4, f"{LONG} {LONG}", id="eight with long titles"),
            pytest.param(["CCNA"] * 12, "CCNA", id="twelve"),
            pytest.param([ENDLESS], ENDLESS, id="a word wider than the picture"),
        ],
    )
    @pytest.mark.parametrize("language", ["en", "de", "fr", "zh", "hi"])
    def test_nothing_overlaps_whatever_the_titles(
        self, phrases: Phrases, titles: list[str], goal: str, language: str
    ) -> None:
        assert_legible(path_figure(path(*titles, cost=22500.5), goal, phrases, language, checked="2026-06-30"))

    def test_a_long_title_is_wrapped_and_then_ends_in_an_ellipsis(self, phrases: Phrases) -> None:
        lines = texts(path_figure(path("CCNA"), f"{LONG} {LONG}", phrases, "en"))[1:4]

        assert f"{LONG} {LONG}".startswith(" ".join(lines).removesuffix("…"))
        assert lines[-1].endswith("…")

    def test_steps_beyond_what_can_be_shown_are_counted(self, phrases: Phrases) -> None:
        assert "and 3 more" in texts(path_figure(path(*["CCNA"] * (MAX_STEPS + 3)), "CCNA", phrases, "en"))

    def test_what_costs_nothing_is_free_and_an_assumed_price_is_marked(self, phrases: Phrases) -> None:
        assert "40.5 h · free" in texts(path_figure(path("CC", cost=0), "CC", phrases, "en"))
        offer = Offer(id="x", title="X", hours=10, cost_usd=49, cost_assumed=True)
        step = Step(offer=offer, start=date(2027, 1, 1), finish=date(2027, 1, 1))

        shown = texts(path_figure(LearningPath(steps=(step,)), "X", phrases, "en"))
        assert {"10 h · ~USD 49", "~USD 49", "2027-01-01"} <= {*shown}

    @pytest.mark.parametrize("dark", [False, True])
    def test_it_is_a_png_as_wide_as_a_phone_shows(self, phrases: Phrases, dark: bool) -> None:  # noqa: FBT001
        width, height = size(path_picture(path("A+", "CCNA"), "CCNA", phrases, "en", dark=dark))

        assert WIDTH == width
        assert 600 < height < 2000

    def test_a_path_without_steps_is_said_to_have_nothing_to_draw(self, phrases: Phrases) -> None:
        with pytest.raises(InputError, match="nothing to draw"):
            path_picture(LearningPath(steps=()), "CCNA", phrases, "en")

    def test_a_price_in_dollars_is_no_formula(self, phrases: Phrases) -> None:
        title = r"$5 and $6 of x_1^2 \frac"
        figure = path_figure(path(title), title, phrases, "en")

        assert title in texts(figure)
        assert_legible(figure)


class TestWallet:
    def figure(self, catalog: Catalog, phrases: Phrases, *holdings: Holding, language: str = "en") -> Figure:
        return wallet_figure(wallet(holdings, catalog, TODAY), TODAY, phrases, language)

    def test_it_tells_until_when_each_is_valid(self, catalog: Catalog, phrases: Phrases) -> None:
        shown = texts(self.figure(catalog, phrases, *MANY))

        assert {"My credentials", "today 2026-11-23", "Credway", "renewal open"} <= {*shown}
        states = {name: shown[shown.index(name) + 1] for name in ("Security+", "CCNA", "AZ-900", "PMP", "A+")}
        assert {
            "Security+": "expires 2026-12-01",
            "CCNA": "expired 2023-06-01",
            "AZ-900": "does not expire",
            "PMP": "no expiry date known",
            "A+": "expires 2026-12-24",
        } == states

    @pytest.mark.parametrize("count", [1, 2, 5, len(MANY)])
    @pytest.mark.parametrize("language", ["en", "de", "fr", "zh", "hi"])
    def test_nothing_overlaps_however_much_is_held(
        self, catalog: Catalog, phrases: Phrases, count: int, language: str
    ) -> None:
        for first in range(len(MANY) - count + 1):
            assert_legible(self.figure(catalog, phrases, *MANY[first : first + count], language=language))

    def test_what_is_only_planned_is_not_drawn(self, catalog: Catalog, phrases: Phrases) -> None:
        shown = texts(self.figure(catalog, phrases, MANY[0], Holding(credential="az-305", state="planned")))

        assert "AZ-305" not in shown

    def test_entries_beyond_what_can_be_shown_are_counted(self, catalog: Catalog, phrases: Phrases) -> None:
        holdings = [held(f"own-{number}", expires="2027-06-01") for number in range(MAX_ROWS + 2)]

        assert "and 2 more" in texts(self.figure(catalog, phrases, *holdings))

    @pytest.mark.parametrize("dark", [False, True])
    def test_it_is_a_png_as_wide_as_a_phone_shows(
        self,
        catalog: Catalog,
        phrases: Phrases,
        dark: bool,  # noqa: FBT001
    ) -> None:
        entries = wallet(MANY, catalog, TODAY)

        assert WIDTH == size(wallet_picture(entries, TODAY, phrases, "en", dark=dark))[0]

    def test_an_empty_wallet_says_what_to_tell(self, phrases: Phrases) -> None:
        with pytest.raises(InputError, match="Tell me which credentials you hold"):
            wallet_picture((), TODAY, phrases, "en")


class TestScripts:
    def test_what_the_fonts_cannot_draw_is_shown_by_its_id(
        self, phrases: Phrases, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.pictures.canvas._FAMILIES", ("DejaVu Sans",))
        figure = path_figure(path("网络工程师认证", "नेटवर्क इंजीनियर"), "成为云架构师", phrases, "zh")

        shown = texts(figure)
        assert {"step-0", "step-1", "My learning path"} <= {*shown}
        assert all(char.isascii() or char in "–·" for text in shown for char in text)

    @pytest.mark.parametrize(
        ("text", "drawn"),
        [
            ("Zürich, São Paulo, Kraków", "Zürich, São Paulo, Kraków"),
            ("Сетевой инженер", "Сетевой инженер"),
            ("AWS \U0001f680 Cloud", "AWS Cloud"),
            ("\U0001f680", "id"),
            ("", "id"),
        ],
    )
    def test_letters_are_kept_and_decoration_is_left_out(self, text: str, drawn: str) -> None:
        assert drawn == drawable(text, "id")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_background(theme: Theme) -> None:
    """A contrast of 4.5 to 1, as WCAG 2.2 asks for (1.4.3)."""
    for color in (theme.ink, theme.muted, theme.accent, theme.warning):
        lighter, darker = sorted((luminance(color), luminance(theme.background)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, color


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
