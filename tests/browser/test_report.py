"""The report of a plan, as people see it."""

import itertools
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.browser.opening import NARROW, WIDE, Browser, Opened
from tests.cli.calling import POSTER, answer, call
from tests.report import cases
from tests.report.pages import dossier, page
from tokencost.report import numbers

pytestmark = pytest.mark.browser

DATASETS = (
    "Object.fromEntries([...tokencost.charts.drawn].map(([id, c]) => [id, c.data.datasets.map(d => d.data.length)]))"
)
MARKS = (
    "Object.fromEntries([...tokencost.charts.drawn].map(([id, c]) => "
    "[id, c.data.datasets.map((d, n) => c.getDatasetMeta(n).data.length)]))"
)
PAINTED = """[...document.querySelectorAll('canvas')].map(canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const colors = new Set();
  for (let n = 0; n < data.length; n += 4) if (data[n + 3]) colors.add(data.slice(n, n + 3).join());
  return colors.size;
})"""
CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  document.querySelectorAll('details').forEach(fold => { fold.open = true; });
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || ['SCRIPT', 'STYLE'].includes(element.tagName) || !element.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push([element.tagName, element.className, element.textContent.slice(0, 30), ratio]);
  }
  return found;
}"""


def turn(opened: Opened, *places: int) -> None:
    """Move every knob to a place, by keyboard as a person would."""
    for knob, place in zip(opened.page.query_selector_all(".knobs input"), places, strict=True):
        knob.focus()
        opened.page.keyboard.press("Home")
        for _ in range(place):
            opened.page.keyboard.press("ArrowRight")


def rows(opened: Opened) -> list[list[str]]:
    """Cells of the panel's table, one row per family."""
    found: list[list[str]] = opened.run(
        "[...document.querySelectorAll('.panel tbody tr:not(.remarks)')].map(r => [...r.cells].map(c => c.textContent))"
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_report_opens_without_a_word_and_loads_nothing(
    browser: Browser, report: Path, width: int, scheme: str
) -> None:
    """
    It is opened from a mail, an artifact or a disk; whatever it asked for would be missing there.
    """
    with browser.opened(report, width=width, scheme=scheme) as opened:
        assert [] == opened.said
        assert [report.as_uri()] == opened.asked
        assert opened.run("document.documentElement.scrollWidth") <= width
        assert opened.run("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 22, 26)"
        )


def test_charts_show_every_mark(browser: Browser, report: Path) -> None:
    """
    A chart that leaves something out says something else.
    """
    plan = answer(f"plan {POSTER}")
    fleets = answer(f"capacity {POSTER}")
    placed = [
        c for c in plan["candidates"] if c["cost"] and c["cost"]["per_asset_usd"] and (c["latency"] or c["capacity"])
    ]
    first = next(c for c in fleets["candidates"] if c["model"] == plan["recommendation"]["model"])
    with browser.opened(report) as opened:
        marks, given = opened.run(MARKS), opened.run(DATASETS)
        labels = opened.run("tokencost.charts.drawn.get('p0-phases').data.labels.length")

        assert given == marks
        assert {"p0-choice", "p0-phases", "p0-latency", "p0-spread", "p0-fleets", "p0-panel-chart"} == set(marks)
        assert len(placed) == sum(marks["p0-choice"])
        assert {labels} == set(marks["p0-phases"])
        assert labels == marks["p0-latency"][-1]
        assert [len(first["capacity"]["examined"])] * 2 == marks["p0-fleets"]
        assert all(colors > 5 for colors in opened.run(PAINTED))


def test_figures_of_a_chart_are_those_of_the_plan(browser: Browser, report: Path) -> None:
    """
    Bars of phases add up to the time of the request that the plan prints.
    """
    plan = {c["model"]: c for c in answer(f"plan {POSTER}")["candidates"]}
    with browser.opened(report) as opened:
        data = opened.run("tokencost.data.charts['p0-phases']")
    for n, label in enumerate(data["labels"]):
        model = label.removesuffix(" ✘")
        together = sum(one["seconds"][n] for one in data["series"])

        assert together == pytest.approx(sum(phase["seconds"] for phase in plan[model]["phases"]))
        assert plan[model]["feasible"] == (label == model)


@pytest.mark.parametrize(
    "places", [(2, 1, 2, 2), (0, 1, 2, 2), (0, 0, 0, 0), (4, 3, 4, 4), (3, 1, 0, 1), (1, 3, 4, 0), (2, 2, 1, 3)]
)
def test_what_if_is_what_the_command_prints(browser: Browser, report: Path, places: tuple[int, ...]) -> None:
    """
    Whoever turns a knob quotes the number; the command that stands below it must print the same one.
    """
    with browser.opened(report) as opened:
        turn(opened, *places)
        shown, told = rows(opened), opened.page.inner_text(".panel .result")
        command = opened.page.inner_text(".panel .command")
        assert [] == opened.said
    _, *words = shlex.split(command)
    plan = call(*words, "--quick", "--format", "json").json
    known: dict[str, Any] = {c["model"]: c for c in plan["candidates"]}
    best = plan["recommendation"]["model"]

    assert len(shown) == len({row[1] for row in shown}) > 3
    for name, family, late, _, asset, month in shown:
        mark, model = name.split(" ", 1)
        found = known[model]
        assert (found["family"], found["feasible"]) == (family, mark == "✔")
        assert asset == (numbers.usd(found["cost"]["per_asset_usd"]) if found["cost"]["per_asset_usd"] else "–")
        assert month == (numbers.usd(found["cost"]["per_month_usd"]) if found["cost"]["per_month_usd"] else "–")
        if found["capacity"]:
            assert late == numbers.time(found["capacity"]["p95_s"])
    assert (best or "No candidate") in told
    assert best is None or best == shown[0][0].split(" ", 1)[1]


def test_the_panel_begins_at_the_spec_and_goes_back_to_it(browser: Browser, report: Path) -> None:
    """
    The first thing that it shows is the answer above it.
    """
    with browser.opened(report) as opened:
        first, told = rows(opened), opened.page.inner_text(".panel .result")
        turn(opened, 0, 0, 0, 0)
        assert rows(opened) != first
        opened.page.click(".panel .reset")

        assert first == rows(opened)
        assert told in opened.page.inner_text("h1").replace("\u00a0", " ")
        assert all(
            "(spec)" in text
            for text in opened.run("[...document.querySelectorAll('.knobs output')].map(o => o.textContent)")
        )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(browser: Browser, report: Path, scheme: str) -> None:
    """
    4.5 to 1 is what the guidelines for accessible content ask for.
    """
    with browser.opened(report, scheme=scheme) as opened:
        assert [] == opened.run(CONTRAST)
        opened.page.click("#theme")
        assert [] == opened.run(CONTRAST)


def test_the_button_turns_the_light_on_and_off(browser: Browser, report: Path) -> None:
    """
    Charts are painted, so they have to be painted anew.
    """
    pixel = "Array.from(document.getElementById('p0-phases').getContext('2d').getImageData(2, 2, 1, 1).data)"
    color = "tokencost.charts.drawn.get('p0-phases').data.datasets[0].backgroundColor"
    with browser.opened(report) as opened:
        before, painted = opened.run("getComputedStyle(document.body).backgroundColor"), opened.run(color)
        opened.page.click("#theme")
        dark = opened.run("getComputedStyle(document.body).backgroundColor")

        assert before != dark
        assert painted != opened.run(color)
        assert "Light" == opened.page.inner_text("#theme")
        opened.page.click("#theme")
        assert before == opened.run("getComputedStyle(document.body).backgroundColor")
        assert opened.run(pixel)


def test_on_paper_every_fold_is_open_and_links_say_where_they_lead(browser: Browser, report: Path) -> None:
    """
    Nobody can click on paper.
    """
    closed = "document.querySelectorAll('details:not([open])').length"
    link = "getComputedStyle(document.querySelector('a[href^=http]'), '::after').content"
    with browser.opened(report, scheme="dark") as opened:
        before = opened.run(closed)
        opened.page.emulate_media(media="print")
        opened.run("dispatchEvent(new Event('beforeprint'))")

        assert before > 5
        assert 0 == opened.run(closed)
        assert "http" in opened.run(link)
        assert "rgb(255, 255, 255)" == opened.run("getComputedStyle(document.body).backgroundColor")
        opened.run("dispatchEvent(new Event('afterprint'))")
        assert before == opened.run(closed)


def test_keys_reach_everything(browser: Browser, report: Path) -> None:
    """
    Knobs, folds and charts, without a mouse; what a chart shows is said as well.
    """
    with browser.opened(report) as opened:
        said = []
        for name in opened.run("[...document.querySelectorAll('canvas')].map(c => c.id)"):
            opened.page.focus(f"#{name}")
            opened.page.keyboard.press("ArrowRight")
            said.append(
                opened.run(
                    f"document.getElementById('{name}').closest('figure').querySelector('[role=status]').textContent"
                )
            )
        reached = opened.run(
            "[...document.querySelectorAll('button, input, summary, canvas, .wide')]"
            ".filter(e => e.checkVisibility()).every(e => e.tabIndex === 0)"
        )

    assert reached
    assert all(re.search(r"[0-9]", text) for text in said), said


def test_the_page_has_an_order_that_can_be_read_out(browser: Browser, report: Path) -> None:
    """
    Headings without gaps, captions of tables, names of charts and knobs.
    """
    with browser.opened(report) as opened:
        levels = opened.run("[...document.querySelectorAll('h1, h2, h3, h4')].map(h => Number(h.tagName[1]))")
        unnamed = opened.run(
            "[...document.querySelectorAll('canvas')].filter(c => !c.getAttribute('aria-label')).length"
            " + [...document.querySelectorAll('table')].filter(t => !t.caption).length"
            " + [...document.querySelectorAll('input')].filter(i => !i.labels.length).length"
            " + [...document.querySelectorAll('[aria-labelledby]')]"
            ".filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length"
        )

    assert 1 == levels.count(1) == levels[0]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert 0 == unnamed


def test_without_scripts_everything_but_the_charts_is_there(browser: Browser, report: Path) -> None:
    """
    Some mail readers and artifact viewers run none.
    """
    with browser.opened(report, scripts=False) as opened:
        text = opened.page.inner_text("body")
        seen = [element.is_visible() for element in opened.page.query_selector_all("canvas, .panel, #theme")]

    assert "sdxl-dmd2 (diffusion)" in text.replace("\u00a0", " ")
    assert "Figures" in text
    assert seen
    assert not any(seen)


@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path, hostile: str) -> None:
    """
    Specs come with pull requests from anybody.
    """
    path = tmp_path / "report.html"
    path.write_text(page(dossier(cases.HOSTILE[hostile])), encoding="utf-8")
    with browser.opened(path, width=NARROW) as opened:
        turn(opened, 1)
        opened.page.focus("canvas")
        opened.page.keyboard.press("ArrowRight")

        assert ([], [], [path.as_uri()]) == (opened.dialogs, opened.said, opened.asked)
        assert 5 == opened.run("document.querySelectorAll('script').length")
        assert 0 == opened.run("document.querySelectorAll('img, iframe, object, embed, a[href^=javascript]').length")
        assert opened.run("document.documentElement.scrollWidth") <= NARROW


def test_the_policy_refuses_what_is_not_of_the_page(browser: Browser, report: Path, tmp_path: Path) -> None:
    """
    A second lock: were a name ever written unescaped, it would still not run.
    """
    path = tmp_path / "injected.html"
    evil = "<script>window.evil = 1</script><img src=x onerror='window.evil = 2'>"
    path.write_text(report.read_text(encoding="utf-8").replace("</main>", f"{evil}</main>"), encoding="utf-8")
    with browser.opened(path) as opened:
        assert opened.run("window.evil === undefined")
        assert any("Content Security Policy" in text for text in opened.said)


def test_links_into_a_fold_open_it(browser: Browser, report: Path) -> None:
    """
    A formula names its source, which stands folded further below.
    """
    with browser.opened(report) as opened:
        opened.run(
            "document.querySelectorAll('.derivation details, .derivation').forEach(fold => { fold.open = true; })"
        )
        opened.page.click(".derivation a >> nth=0")
        opened.page.wait_for_timeout(100)

        assert opened.run("document.querySelector('.sources').open")
        assert opened.run("document.querySelector(':target').checkVisibility()")


def test_the_same_spec_gives_the_same_bytes(report: Path) -> None:
    """
    Artifacts are compared, and caches ask for hashes.
    """
    again = call("plan", POSTER, "--format", "html").out

    assert report.read_text(encoding="utf-8") == again
    assert len(again.encode()) < 1_000_000
    assert json.loads(again.partition('id="data">')[2].partition("</script>")[0])
