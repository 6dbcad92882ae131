"""The pictures of the page about reports: `python -m tests.browser.pictures` takes them anew."""

import tempfile
from pathlib import Path

from tests.browser.opening import NARROW, WIDE, chromium
from tests.cli.calling import POSTER, call

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SPEC = Path(POSTER).relative_to(Path.cwd())


def main() -> None:
    """The answer, the panel and a chart at the width of a screen; the answer on a phone, dark."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        path = Path(folder) / "report.html"
        assert call("plan", str(SPEC), "--format", "html", "-o", str(path)).code == 0
        with browser.opened(path, width=WIDE) as opened:
            upper = {"x": 0, "y": 0, "width": WIDE, "height": 780}
            opened.page.screenshot(path=IMAGES / "report-1280.png", clip=upper)
            knob = opened.page.query_selector_all(".knobs input")[0]
            knob.focus()
            opened.page.keyboard.press("End")
            opened.page.keyboard.press("Tab")
            opened.page.locator(".panel").screenshot(path=IMAGES / "report-what-if.png")
            opened.page.locator("figure:has(#p0-choice)").screenshot(path=IMAGES / "report-chart.png")
        with browser.opened(path, width=NARROW, scheme="dark") as opened:
            opened.page.screenshot(path=IMAGES / "report-390.png")


if __name__ == "__main__":
    main()
