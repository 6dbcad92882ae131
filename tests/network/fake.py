"""A forge on this machine that speaks both dialects, keeps comments, and can be told to be difficult."""

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "s3cret-t0ken-of-the-test"
LISTS = re.compile(r"/repos/acme/studio/issues/7/comments|/projects/acme/studio/merge_requests/7/notes")
ONE = re.compile(r"/repos/acme/studio/issues/comments/(\d+)|/projects/acme/studio/merge_requests/7/notes/(\d+)")
HEADS = "/repos/acme/studio/pulls"


@dataclass
class Trouble:
    """What is answered instead, once; `after` it was done."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    method: str = ""
    after: bool = False
    body: bytes = b'{"message": "busy"}'


@dataclass
class Fake:
    """The comments, the requests that came, and what is to go wrong."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    heads: dict[str, list[int]] = field(default_factory=dict)

    @property
    def bodies(self) -> list[str]:
        """Texts of all comments, the oldest first."""
        return [comment["body"] for comment in self.comments]

    @property
    def written(self) -> list[str]:
        """Methods that changed something."""
        return [method for method, _ in self.asked if method != "GET"]

    def add(self, body: str, author: str = "somebody", **more: Any) -> None:
        """A comment of somebody."""
        who = {"user": {"login": author}, "author": {"username": author}}
        self.comments.append({"id": len(self.comments) + 100, "body": body, "system": False, **who, **more})


class Handler(BaseHTTPRequestHandler):
    """Both dialects; their paths differ."""

    server: Any

    def _answer(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        for name, said in (headers or {}).items():
            self.send_header(name, said)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _handle(self) -> None:
        fake: Fake = self.server.fake
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length))["body"] if length else ""
        fake.asked.append((self.command, self.path))
        fake.secrets.append(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
        trouble = next((t for t in fake.troubles if t.method in ("", self.command)), None)
        if trouble:
            fake.troubles.remove(trouble)
            if trouble.after:
                self._done(fake, body)
            return self._answer(trouble.status, trouble.body, trouble.headers)
        return self._answer(*self._done(fake, body))

    def _done(self, fake: Fake, body: str) -> tuple[int, Any]:
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), parse_qs(parts.query)
        if self.command == "GET" and path == HEADS:
            return 200, [{"number": n} for n in fake.heads.get(query["head"][0], [])]
        if self.command == "GET" and LISTS.fullmatch(path):
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, fake.comments[size * (page - 1) : size * page]
        if self.command == "POST" and LISTS.fullmatch(path):
            fake.add(body, "github-actions[bot]")
            return 201, fake.comments[-1]
        one = ONE.fullmatch(path)
        if self.command in ("PATCH", "PUT") and one and (self.command == "PUT") == path.startswith("/projects"):
            found = next(c for c in fake.comments if c["id"] == int(one[1] or one[2]))
            found["body"] = body
            return 200, found
        return 404, {"message": "Not Found"}

    do_GET = do_POST = do_PATCH = do_PUT = _handle  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@contextlib.contextmanager
def forge() -> Iterator[Fake]:
    """A fake that listens as long as the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = Fake(url=f"http://127.0.0.1:{server.server_address[1]}")
    server.fake = fake  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
