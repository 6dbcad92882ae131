"""Pages in a real browser, and everything it says about them."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update",
)  # fmt: skip
WIDE, NARROW = 1280, 390


@dataclass
class Opened:
    """A page, what its console said, what it asked the network for, and what it would have shown in a dialog."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def run(self, script: str) -> Any:
        """The value of an expression inside of the page."""
        return self.page.evaluate(script)


@dataclass
class Browser:
    """A running Chromium."""

    chromium: Any

    @contextlib.contextmanager
    def opened(self, path: Path, *, width: int = WIDE, scheme: str = "light", scripts: bool = True) -> Iterator[Opened]:
        """The file, in a window of its own."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.said.append(message.text))
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.on("request", lambda request: found.asked.append(request.url))
        found.page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
        found.page.goto(path.as_uri())
        try:
            yield found
        finally:
            context.close()


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    if not CHROMIUM:
        pytest.skip("no Chromium on the PATH")
    with api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS], chromium_sandbox=False)
        yield Browser(running)
        running.close()
