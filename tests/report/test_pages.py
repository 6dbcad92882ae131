import hashlib
import json
import re
from base64 import b64encode
from typing import Any

import pytest

from tests.report import cases
from tests.report.pages import dossier, page
from tests.report.parse import RAW, active
from tokencost.report import RENDERERS, renderer
from tokencost.report.escape import in_script, link
from tokencost.report.page.document import LIBRARY

HASH = re.compile(r"sha256-[A-Za-z0-9+/=]+")
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
EVERY = [name for name, formats in RENDERERS.items() if "html" in formats and name in cases.ANSWERS]


def data_of(text: str) -> Any:
    found = DATA.search(text)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("command", EVERY)
def test_pages_need_nothing_from_elsewhere(command: str) -> None:
    """
    A page is an artifact of a build: it must open anywhere and load nothing.
    """
    for answer in cases.ANSWERS[command]:
        text = renderer(command, "html")(answer)
        tags = active("html", text)

        assert not {"img", "iframe", "object", "embed", "base", "form"} & set(tags)
        assert not re.findall(r'<a (?!href="#p[0-9])', text)
        assert not [tag for tag in tags if tag.endswith((" src", " style", " onclick", " action"))]
        assert tags["link"] == 1
        assert 'rel="icon" href="data:,"' in text
        assert "sourceMappingURL" not in text


@pytest.mark.parametrize("command", EVERY)
def test_only_the_scripts_and_styles_of_a_page_run(command: str) -> None:
    """
    Whatever else came to stand in a page, a browser would refuse it.
    """
    for answer in cases.ANSWERS[command]:
        text = renderer(command, "html")(answer)
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
        own = [*SCRIPT.findall(text), *STYLE.findall(text)]

        assert policy
        assert {f"sha256-{b64encode(hashlib.sha256(part.encode()).digest()).decode()}" for part in own} == set(
            HASH.findall(policy[1].replace("&#x27;", ""))
        )
        assert "default-src &#x27;none&#x27;" in policy[1]
        assert "unsafe" not in policy[1]


def test_the_library_is_the_published_file() -> None:
    """
    Nobody reads two hundred kilobytes of minified code; that they are the published ones can be checked.
    """
    said, name = (LIBRARY.parent / "SHA256SUMS").read_text(encoding="utf-8").split()

    assert name == LIBRARY.name
    assert hashlib.sha256(LIBRARY.read_bytes()).hexdigest() == said
    assert {"MIT" in path.read_text(encoding="utf-8") for path in LIBRARY.parent.glob("LICENSE-*")} == {True}


@pytest.mark.parametrize("hostile", cases.HOSTILE)
def test_hostile_names_stay_text_in_every_part_of_a_page(hostile: str) -> None:
    """
    Names stand in headings, attributes, links, ids and data; in none of them may they be more than text.
    """
    text, innocent = page(dossier(cases.HOSTILE[hostile])), page(dossier("innocent"))

    assert not RAW.search(text)
    assert not active("html", text) - active("html", innocent)
    assert len(SCRIPT.findall(text)) == len(SCRIPT.findall(innocent))
    assert data_of(text).keys() == data_of(innocent).keys()


def test_a_page_shows_everything_beside_a_plan() -> None:
    """
    The answer first; then what else there is, and where it comes from.
    """
    text = page(dossier())
    data = data_of(text)

    assert {"p0-choice", "p0-phases", "p0-latency", "p0-spread", "p0-fleets"} == set(data["charts"])
    assert ["p0-panel"] == list(data["panels"])
    assert text.index("<h1") < text.index('class="cards"') < text.index("What if") < text.index(">candidates<")
    assert 'href="https://example.com/a?b=1&amp;c=2"' in text
    assert 'class="derivation"' in text


def test_plans_on_one_page_keep_apart() -> None:
    """
    An id stands for one thing, or links and charts go to the wrong plan.
    """
    text = page(dossier("a"), dossier("b"))
    ids = re.findall(r'\bid="([^"]+)"', SCRIPT.sub("", text))

    assert len(ids) == len(set(ids))
    assert {"p0-panel", "p1-panel"} == set(data_of(text)["panels"])
    assert 1 == len(re.findall("<h1", text))


def test_figures_of_charts_stand_in_tables_too() -> None:
    """
    Who cannot see a chart, and who has switched scripts off, reads the same figures.
    """
    text = page(dossier())

    assert 5 == text.count("<details><summary>Figures</summary>")
    assert "445.6\u00a0ms" in text
    assert text.count("<caption") == text.count("<table")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://a b", 'https://x"onload="y', "", "x"],
)
def test_only_addresses_of_the_web_are_links(address: str) -> None:
    """
    A record of somebody's own catalogue must not bring code into a report.
    """
    assert "" == link(address)


def test_data_cannot_end_its_script() -> None:
    """
    A browser ends a script at the first end tag, whatever JSON it stands in.
    """
    text = json.dumps("</script><!-- <script> & ]]>")

    assert not set("<>&") & set(in_script(text))
    assert json.loads(in_script(text)) == json.loads(text)
