"""Every page that a command writes, at both widths: nothing is refused, nothing is loaded, nothing sticks out."""

from pathlib import Path

import pytest

from tests.browser.opening import NARROW, WIDE, Browser
from tests.cli.calling import CLIP, DRAFT, POSTER, SPECS, call

pytestmark = pytest.mark.browser

BARE = "version: 1\nname: bare\ntask: text-to-image\noutput: {width: 512, height: 512}\n"
COMMANDS = {
    "several plans": ("plan", POSTER, DRAFT, "--quick"),
    "clip": ("plan", CLIP),
    "questions about images": ("plan", str(SPECS / "captions.yaml")),
    "a day and two GPUs": ("plan", str(SPECS / "thumbnails.yaml")),
    "nothing feasible": ("plan", POSTER, "--set", "latency.p95=1 ms"),
    "compare": ("compare", "--res", "1024"),
    "what-if": ("compare", "--what-if", "emu3-gen", "--res", "512"),
    "check": ("check", POSTER, DRAFT),
    "capacity": ("capacity", POSTER),
    "estimate": ("estimate", "sdxl"),
    "diff": ("diff", POSTER, DRAFT),
    "tokens": ("tokens", "--tokenizer", "emu3", "--res", "720"),
    "validate": ("validate",),
    "train": ("train", "emu3-gen", "--tokens", "300e9"),
}


def written(path: Path, *command: str) -> Path:
    called = call(*command, "--format", "html", "-o", str(path))
    assert called.code == 0, called.err
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_page_is_silent_and_keeps_its_width(browser: Browser, tmp_path: Path, name: str) -> None:
    """
    What a policy refuses, a console says; what is too wide, a phone hides.
    """
    path = written(tmp_path / "page.html", *COMMANDS[name])
    for width, scheme in ((WIDE, "light"), (NARROW, "dark")):
        with browser.opened(path, width=width, scheme=scheme) as opened:
            blank = opened.run(
                "[...document.querySelectorAll('canvas')].filter(c => c.checkVisibility()"
                " && new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size < 5).length"
            )

            assert ([], [path.as_uri()], 0) == (opened.said, opened.asked, blank)
            assert opened.run("document.documentElement.scrollWidth") <= width


def test_a_spec_that_says_little_has_a_page(browser: Browser, tmp_path: Path) -> None:
    """
    Without traffic there is no fleet to draw, and no rate to turn.
    """
    spec = tmp_path / "bare.yaml"
    spec.write_text(BARE, encoding="utf-8")
    with browser.opened(written(tmp_path / "page.html", "plan", str(spec))) as opened:
        assert [] == opened.said
        assert opened.run("document.querySelectorAll('canvas').length") == 4
        assert "resolution" in opened.page.inner_text(".panel")


def test_other_values_are_left_out_where_nobody_waits_for_them(browser: Browser, tmp_path: Path) -> None:
    """
    A pipeline that makes a report of a hundred specs asks for the plans alone.
    """
    with browser.opened(written(tmp_path / "page.html", "plan", POSTER, "--quick")) as opened:
        assert opened.run("document.querySelector('.panel')") is None
        assert opened.run("tokencost.charts.drawn.size") == 5


def test_charts_change_what_they_show(browser: Browser, tmp_path: Path) -> None:
    """
    Shares say where time goes; seconds, how much of it.
    """
    first = "tokencost.charts.drawn.get('p0-phases').data.datasets.map(d => d.data[0]).reduce((a, b) => a + b)"
    with browser.opened(written(tmp_path / "page.html", "plan", POSTER, "--quick")) as opened:
        share = opened.run(first)
        opened.page.click("#p0-phases-choices button >> nth=1")
        seconds = opened.run(first)
        opened.page.click("#p0-fleets-choices button >> nth=1")
        second = opened.run("tokencost.charts.drawn.get('p0-fleets').data.labels")

        assert share == pytest.approx(100)
        assert 0 < seconds < 1
        assert second == opened.run("tokencost.data.charts['p0-fleets'].models[1].points.map(p => p.replicas)")
