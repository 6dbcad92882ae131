"""A careful HTTP client for JSON interfaces: one origin, bounded patience, and a token that nobody else sees.

The token goes to the origin it is for, over TLS or to this machine itself, never through a redirect, a message
or a log.
"""

import contextlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any
from urllib.parse import urlsplit

from tokencost import __version__
from tokencost.errors import AccessError, UsageError

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRIES = 5
"""Requests for one answer at most."""
LONGEST_WAIT = 60.0
"""Seconds; who is asked to wait longer is told so instead."""
TIMEOUT = 20.0
"""Seconds without an answer."""
LARGEST = 32 * 2**20
"""Bytes of an answer that are read at most."""
BUSY = (429, 500, 502, 503, 504)
SAFE = ("GET", "PUT", "PATCH")
"""Methods that may be repeated: twice is the same as once."""


class UnansweredError(AccessError):
    """No usable answer; `uncertain` where what was asked may have happened all the same."""

    def __init__(self, message: str, *, status: int = 0, uncertain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.uncertain = uncertain


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers: nothing that was meant for one host is sent to another."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A service at one address; `headers` hold the secret."""

    base: str
    headers: Mapping[str, str]
    secret: str
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        """Refuse addresses that would give the secret away."""
        parts = urlsplit(self.base)
        if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or parts.query:
            raise UsageError(f"{self.base[:100]!r} is no address of an interface: write https://host/path")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise UsageError(f"{self.base[:100]}: a token is sent over https only")
        if not self.secret.isascii() or not self.secret.isprintable() or " " in self.secret:
            raise UsageError("the token has characters that no token has; look at how it is set")

    def ask(self, method: str, path: str, payload: Any = None) -> Any:
        """The JSON answer; raises UnansweredError after TRIES, or where asking again cannot help or could repeat."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(method, path, payload)
            except _LaterError as later:
                wait = later.wait if later.wait is not None else 2.0 ** (attempt - 1)
                if attempt == TRIES or wait > LONGEST_WAIT or (later.uncertain and method not in SAFE):
                    asked = f"; it asks to wait {wait:,.0f} s" if wait > LONGEST_WAIT else ""
                    raise UnansweredError(f"{later}{asked}", status=later.status, uncertain=later.uncertain) from None
                self.sleep(wait)
        raise AssertionError

    def _once(self, method: str, path: str, payload: Any) -> Any:
        body = None if payload is None else json.dumps(payload).encode()
        agent = {"User-Agent": f"tokencost/{__version__}", "Accept": "application/json"}
        typed = {"Content-Type": "application/json"} if body is not None else {}
        request = urllib.request.Request(
            self.base.rstrip("/") + path, data=body, method=method, headers={**agent, **typed, **self.headers}
        )
        try:
            with self._opener().open(request, timeout=TIMEOUT) as answer:
                return self._read(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error, method, path) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise _LaterError(
                self._clean(f"{method} {path}: {reason or type(error).__name__}"), uncertain=True
            ) from None

    def _opener(self) -> urllib.request.OpenerDirector:
        """This machine is never asked through a proxy: the secret would go there in the clear."""
        local = urlsplit(self.base).hostname in LOOPBACK
        proxies = [urllib.request.ProxyHandler({})] if local else []
        return urllib.request.build_opener(_Stay, *proxies)

    def _read(self, answer: IO[bytes]) -> Any:
        raw = answer.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise UnansweredError(f"{self.base}: an answer of more than {LARGEST // 2**20} MiB")
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            raise UnansweredError(f"{self.base} answers in something else than JSON") from None

    def _refused(self, error: urllib.error.HTTPError, method: str, path: str) -> Exception:
        said = _message(error)
        told = self._clean(f"{method} {path}: {error.code}{f' {said}' if said else ''}")
        limited = error.headers.get("Retry-After") or error.headers.get("X-RateLimit-Remaining") == "0"
        if error.code in BUSY or (error.code == 403 and limited):
            uncertain = error.code >= 500 and error.code != 503
            return _LaterError(told, status=error.code, wait=_wait(error.headers), uncertain=uncertain)
        if 300 <= error.code < 400:
            return UnansweredError(f"{told}: it moved; give the new address, a token is not sent on", status=error.code)
        return UnansweredError(f"{told}{HINTS.get(error.code, '')}", status=error.code)

    def _clean(self, text: str) -> str:
        return text.replace(self.secret, "***") if self.secret else text


HINTS = {
    401: "; the token is wrong or expired",
    403: "; the token may not do that",
    404: "; the repository or pull request does not exist, or the token may not see it",
}


class _LaterError(Exception):
    """An answer that may be another one in a while; `wait` in seconds where the service says so."""

    def __init__(self, message: str, *, status: int = 0, wait: float | None = None, uncertain: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait
        self.uncertain = uncertain


def _wait(headers: Message) -> float | None:
    """Seconds that the service asks for, as a number; dates and nonsense are not waited for by the second."""
    said = str(headers.get("Retry-After") or "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _message(error: urllib.error.HTTPError) -> str:
    """What the service says in its own words, short."""
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        said = json.loads(error.read(2**16))
        text = (said.get("message") or said.get("error")) if isinstance(said, dict) else None
        return "".join(c for c in str(text)[:200] if c.isprintable()) if text else ""
    return ""
