import io
import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.calling import DRAFT, POSTER, call
from tokencost.cli.output import counted

DATA = re.compile(r'id="data">(.*?)</script>', re.DOTALL)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


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


def test_plans_are_counted_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Somebody who waits sees how far it is; a log does not fill with it, and nothing is left on the screen.
    """
    for stream, quiet, said in ((Terminal(), False, True), (Terminal(), True, False), (io.StringIO(), False, False)):
        monkeypatch.setattr(sys, "stderr", stream)
        tell = counted("plans", quiet)
        tell(1, 1000)
        tell(1000, 1000)

        assert said == ("plans: 1 of 1,000" in stream.getvalue())
        assert not said or stream.getvalue().endswith("\r\x1b[K")
