from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.opening import Browser, chromium
from tests.cli.calling import POSTER, call


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the first example of the documentation."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    called = call("plan", POSTER, "--format", "html", "-o", str(path))
    assert (0, "", "") == (called.code, called.out, called.err)
    return path
