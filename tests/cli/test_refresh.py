"""`tokencost prices refresh` against servers on this machine, in the formats of the real lists."""

import csv
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cli.calling import POSTER, Called, call

pytest.importorskip("gpuhunt")
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""gpuhunt leaves it to the collector to close the tables it has read."""

HEAD = (
    "instance_name", "location", "price", "cpu", "memory", "gpu_count", "gpu_name", "gpu_memory", "spot", "disk_size",
    "gpu_vendor", "flags", "cpu_arch", "provider_data",
)  # fmt: skip
AWS = (
    ("p4de.24xlarge", "us-east-1", 24.0, 8, "A100", 80, False),
    ("p4de.24xlarge", "us-west-2", 27.4472, 8, "A100", 80, False),
    ("p4de.24xlarge", "us-east-1", 12.0, 8, "A100", 80, True),
    ("p5.48xlarge", "us-east-2", 55.04, 8, "H100", 80, False),
    ("c7i.large", "us-east-1", 0.1, 0, "", "", False),
)  # fmt: skip
RUNPOD = (
    ("NVIDIA A100-SXM4-80GB", "US-TX-3", 1.49, 1, "A100", 80, False),
    ("NVIDIA mystery", "US-TX-3", 1.40, 1, "A100", 80, False),
)
SQUARES = {"low": 1.1, "medium": 4.2, "high": 16.7}
"""Cents of a square of gpt-image-1."""


def table(rows: tuple[tuple[object, ...], ...], factor: float = 1.0) -> str:
    """Offers as gpuhunt publishes them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for name, place, price, count, gpu, memory, spot in rows:
        vendor = "nvidia" if count else ""
        cells = (float(price) * factor, 96, 1152.0, count, gpu, memory, spot, "", vendor, "", "x86", "{}")  # type: ignore[arg-type]
        writer.writerow((name, place, *cells))
    return text.getvalue()


def portkey(factor: float = 1.0) -> str:
    """Prices in cents, by quality and size."""
    image = {quality: {"1024x1024": {"price": cents * factor}} for quality, cents in SQUARES.items()}
    seconds = {"video_duration_seconds_1280_720": {"price": 10 * factor}}
    return json.dumps({
        "default": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": 0}}, "currency": "USD"}},
        "gpt-image-1": {"pricing_config": {"pay_as_you_go": {"image": image}}},
        "sora-2": {"pricing_config": {"pay_as_you_go": {"additional_units": seconds}}},
    })  # fmt: skip


def vertex(cents: float = 40.0) -> str:
    """Prices in cents: an image, a second of video, and a token of an image."""
    paid = {
        "imagen-4.0-generate-001": {"image": {"default": {"default": {"price": 4}}}},
        "veo-3.1-generate-preview": {"additional_units": {"video_duration_seconds_1280_720": {"price": cents}}},
        "gemini-2.5-flash-image": {"additional_units": {"image_token": {"price": 0.003}}},
    }
    return json.dumps({name: {"pricing_config": {"pay_as_you_go": prices}} for name, prices in paid.items()})


def litellm(factor: float = 1.0) -> str:
    """Prices in dollars per image, pixel, token or second."""
    squares = {f"{q}/1024-x-1024/gpt-image-1": {"input_cost_per_image": c / 100 * factor} for q, c in SQUARES.items()}
    return json.dumps({
        **squares,
        "vertex_ai/imagen-4.0-generate-001": {"output_cost_per_image": 0.04 * factor},
        "vertex_ai/veo-3.1-generate-preview": {"output_cost_per_second": 0.4 * factor},
        "vertex_ai/gemini-2.5-flash-image": {"output_cost_per_image_token": 3e-05 * factor},
    })  # fmt: skip


NOW = 1795305600
"""22 November 2026, after every price that is shipped."""


@pytest.fixture(autouse=True)
def _november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))


@pytest.fixture
def server() -> Iterator["Server"]:
    """A list of lists that listens on this machine only."""
    with Server() as running:
        yield running


class Server:
    """What is put under `pages` is served; `broken` addresses end in the middle."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.broken: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = outer.pages.get(self.path)
                self.send_response(200 if page is not None else 404)
                self.send_header("Content-Length", str(len(page or b"")))
                self.end_headers()
                half = self.path in outer.broken
                self.wfile.write((page or b"")[: len(page or b"") // 2] if half else page or b"")

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> "Server":
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def gpus(self, factor: float = 1.0, aws: tuple[tuple[object, ...], ...] = AWS) -> None:
        for name, rows in (("aws", aws), ("runpod", RUNPOD)):
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr(f"{name}.csv", table(rows, factor))
            self.pages[f"/v3/{name}/version"] = b"20261120-7\n"
            self.pages[f"/v3/{name}/20261120-7/catalog.zip"] = packed.getvalue()

    def apis(self, *, cents: float = 1.0, dollars: float = 1.0, veo: float = 40.0) -> None:
        self.pages["/pricing/openai.json"] = portkey(cents).encode()
        self.pages["/pricing/vertex-ai.json"] = vertex(veo).encode()
        self.pages["/litellm.json"] = litellm(dollars).encode()


def refresh(server: Server, folder: Path, *flags: str) -> Called:
    places = {"gpuhunt": "/v3", "portkey": "/pricing", "litellm": "/litellm.json"}
    said = [part for name, place in places.items() for part in (f"--{name}", server.address + place)]
    return call("prices", "refresh", POSTER, *said, "--catalog", str(folder), "--format", "json", *flags)


def gpus(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "prices" / "refreshed.csv").open(encoding="utf-8")))


def listed(folder: Path, *flags: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = call("prices", "list", *flags, "--format", "json", "--catalog", str(folder)).json[
        "prices"
    ]
    return found


def test_a_mirror_becomes_a_book(server: Server, tmp_path: Path) -> None:
    """
    Prices per instance become prices per GPU, with source and day; what it did to the plan is told.
    """
    server.gpus()
    called = refresh(server, tmp_path, "--only", "gpus")
    first = gpus(tmp_path)[0]

    assert ("a100-80gb-sxm", "AWS", "us-east-1", "3") == tuple(
        first[k] for k in ("gpu", "provider", "region", "usd_per_gpu_hour")
    )
    assert ("2026-11-22", "gpuhunt, 20261120-7") == (first["since"], first["source"])
    moved = {one["id"]: (one["before"], one["after"]) for one in called.json["gpus"]["moved"]}
    assert (3.4309, 3.0) == moved["aws-a100-80gb-sxm-on-demand-us-east-1-p4de.24xlarge"]
    assert "poster-1024" == called.json["plans"][0]["name"]
    assert any("nobody says whether SXM or PCIe" in note for note in called.json["gpus"]["notes"])


def test_providers_that_are_not_delivered_are_told(server: Server, tmp_path: Path) -> None:
    """
    Their old prices stay, and the exit code says that something could not be read.
    """
    server.gpus()
    called = refresh(server, tmp_path, "--only", "gpus")

    assert 4 == called.code
    assert any("azure" in text.lower() and "its prices stay" in text for text in called.json["unreachable"])


def test_a_second_look_makes_prices_young_and_the_book_no_longer(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What was seen again today is not old, and says since when it has been true.
    """
    server.gpus()
    refresh(server, tmp_path, "--only", "gpus")
    lines = len(gpus(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 30 * 86400))
    called = refresh(server, tmp_path, "--only", "gpus")

    assert [] == called.json["gpus"]["moved"]
    assert lines == len(gpus(tmp_path))
    assert {("2026-11-22", "2026-12-22")} == {(row["since"], row["seen"]) for row in gpus(tmp_path)}


def test_a_new_price_is_a_new_line_and_what_is_gone_is_not_sold(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Old lines stay in the file; a region that is no longer listed has no price.
    """
    server.gpus()
    refresh(server, tmp_path, "--only", "gpus")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + 30 * 86400))
    dearer = tuple((n, place, float(price) * 1.1, *rest) for n, place, price, *rest in AWS if place != "us-west-2")  # type: ignore[arg-type]
    server.gpus(aws=dearer)
    refresh(server, tmp_path, "--only", "gpus")
    rows = listed(tmp_path, "--gpu", "a100-80gb-sxm", "--provider", "AWS", "--term", "on-demand")

    assert [3.0, 3.3] == [line["price"] for line in rows[0]["lines"]]  # type: ignore[attr-defined]
    assert ["us-east-1"] == [row["region"] for row in rows]
    assert "us-west-2" in (tmp_path / "prices" / "refreshed.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_list_in_another_unit_is_refused_whole(server: Server, tmp_path: Path, factor: float) -> None:
    """
    Cents read as dollars are a hundred times too much; nothing of that provider is taken.
    """
    server.gpus(factor)
    called = refresh(server, tmp_path, "--only", "gpus")

    assert "the unit is another one" in called.json["gpus"]["refused"]["gpuhunt AWS"]
    assert not [row for row in gpus(tmp_path) if row["provider"] == "AWS"]


def test_both_lists_of_apis_agree_on_dollars(server: Server, tmp_path: Path) -> None:
    """
    Cents per image, cents per token times 1,290 tokens, dollars per second: one price each, seen today.
    """
    server.apis()
    called = refresh(server, tmp_path, "--only", "apis")
    usd = {row["id"]: (row["price"], row["source"]) for row in listed(tmp_path, "--model", "gpt-image-1")}
    gemini = listed(tmp_path, "--model", "gemini-2.5-flash-image")[0]

    assert 0 == called.code
    assert (0.167, "portkey, 2026-11-22") == usd["openai-gpt-image-1-high-1024x1024"]
    assert 1290 * 3e-05 == pytest.approx(gemini["price"])
    assert {} == called.json["apis"]["refused"]


@pytest.mark.parametrize(
    ("slip", "refused"), [({"cents": 0.01, "veo": 0.4}, "portkey"), ({"dollars": 100.0}, "litellm")]
)
def test_a_list_of_apis_that_is_a_hundred_times_off_is_refused(
    server: Server, tmp_path: Path, slip: dict[str, float], refused: str
) -> None:
    """
    The other list goes on; the verdict is no.
    """
    server.apis(**slip)  # type: ignore[arg-type]
    called = refresh(server, tmp_path, "--only", "apis")

    assert 3 == called.code
    assert [refused] == list(called.json["apis"]["refused"])
    assert {0.167} == {
        r["price"] for r in listed(tmp_path, "--model", "gpt-image-1") if r["id"].endswith("high-1024x1024")
    }  # type: ignore[attr-defined]


def test_lists_that_disagree_change_nothing(server: Server, tmp_path: Path) -> None:
    """
    Neither is believed; the price that was known stays and is told.
    """
    server.apis(veo=60.0)
    called = refresh(server, tmp_path, "--only", "apis")

    assert any("the lists disagree (portkey 0.6 USD, litellm 0.4 USD)" in note for note in called.json["apis"]["notes"])
    assert 0.4 == next(r["price"] for r in listed(tmp_path, "--model", "veo-3.1") if r["id"] == "google-veo-3.1-720p")


def test_an_answer_that_breaks_off_leaves_the_old_book(server: Server, tmp_path: Path) -> None:
    """
    Half a list is no list.
    """
    server.apis()
    refresh(server, tmp_path, "--only", "apis")
    before = (tmp_path / "api_prices" / "refreshed.csv").read_bytes()
    server.broken = {"/litellm.json", "/pricing/openai.json"}
    called = refresh(server, tmp_path, "--only", "apis")

    assert 4 == called.code
    assert 2 == len(called.json["unreachable"])
    assert not called.json["written"]
    assert before == (tmp_path / "api_prices" / "refreshed.csv").read_bytes()


def test_an_interrupted_refresh_leaves_the_old_book_whole(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Somebody presses Ctrl-C at the moment of writing.
    """
    server.gpus()
    refresh(server, tmp_path, "--only", "gpus")
    before = (tmp_path / "prices" / "refreshed.csv").read_bytes()
    server.gpus(1.2)

    def stop(source: str, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tokencost.cli.output.os.replace", stop)
    called = refresh(server, tmp_path, "--only", "gpus")

    assert 130 == called.code
    assert before == (tmp_path / "prices" / "refreshed.csv").read_bytes()
    assert ["refreshed.csv"] == [path.name for path in (tmp_path / "prices").iterdir()]


def test_a_dry_run_writes_nothing(server: Server, tmp_path: Path) -> None:
    """
    And tells the same.
    """
    server.gpus()
    called = refresh(server, tmp_path, "--only", "gpus", "--dry-run")

    assert called.json["gpus"]["moved"]
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "page", [b"not json", b"[]", b"\xff", b'{"gpt-image-1": 3, "vertex_ai/imagen-4.0-generate-001": []}']
)
def test_what_is_no_list_is_told(server: Server, tmp_path: Path, page: bytes) -> None:
    """
    Never with a traceback.
    """
    server.apis()
    server.pages["/litellm.json"] = page
    called = refresh(server, tmp_path, "--only", "apis")

    assert called.code in (0, 4)
    assert (called.code == 4) == bool(called.json["unreachable"])


def test_a_folder_is_as_good_as_a_mirror(tmp_path: Path) -> None:
    """
    Files made elsewhere, no connection at all.
    """
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "aws.csv").write_text(table(AWS), encoding="utf-8")
    called = call(
        "prices", "refresh", POSTER, "--only", "gpus", "--gpuhunt", str(tmp_path / "tables"), "--catalog",
        str(tmp_path / "own"),
    )  # fmt: skip

    assert (0, "") == (called.code, called.err)
    assert "-12.6%" in called.out
    assert max(map(len, called.out.splitlines())) <= 80


def test_without_a_network_nothing_changes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """
    Every source that does not answer is named; nothing is written, nothing crashes, no library talks.
    """
    nowhere = "http://127.0.0.1:9"
    places = [part for flag in ("--gpuhunt", "--portkey", "--litellm") for part in (flag, nowhere)]
    called = call("prices", "refresh", POSTER, *places, "--catalog", str(tmp_path / "own"), "--format", "json")

    assert (4, "") == (called.code, called.err)
    assert "" == capfd.readouterr().err
    assert 3 == len(called.json["unreachable"])
    assert not (tmp_path / "own").exists()
