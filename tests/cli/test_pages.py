import json
import re
from pathlib import Path

from tests.cli.calling import DRAFT, POSTER, call

DATA = re.compile(r'id="data">(.*?)</script>', re.DOTALL)


def test_a_page_has_the_overrides_in_its_commands(tmp_path: Path) -> None:
    """
    A what-if value is another plan of the spec as it was read, not as it stands in the file.
    """
    path = tmp_path / "report.html"
    called = call("plan", DRAFT, "--set", "traffic.peak=3 req/s", "--format", "html", "-o", str(path))
    panel = json.loads(DATA.search(path.read_text(encoding="utf-8"))[1])["panels"]["p0-panel"]  # type: ignore[index]

    assert (0, "", "") == (called.code, called.out, called.err)
    assert f"tokencost plan {DRAFT} --set 'traffic.peak=3 req/s'" == panel["command"]
    assert {"resolution", "traffic"} <= {knob["name"] for knob in panel["knobs"]}


def test_quick_pages_have_no_other_values() -> None:
    """
    Who is in a hurry does not wait for five hundred plans.
    """
    found = json.loads(DATA.search(call("plan", POSTER, DRAFT, "--quick", "--format", "html").out)[1])  # type: ignore[index]

    assert {} == found["panels"]
    assert {"p0-phases", "p1-phases"} <= set(found["charts"])
