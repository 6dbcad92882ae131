"""Reading a file or an address. Nothing else in the package opens a connection, and this only on `prices refresh`."""

import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokencost.errors import AccessError

TIMEOUT = 30.0
"""Seconds without an answer after which a server is given up."""
LARGEST = 64 * 2**20
"""Bytes of an answer that are read at most."""


def is_address(location: str) -> bool:
    """Whether a location is an address and not a path."""
    return location.startswith(("http://", "https://"))


def text_of(location: str) -> str:
    """What stands at an address or in a file; raises AccessError that says why there is nothing."""
    try:
        raw = _over_network(location) if is_address(location) else Path(location).read_bytes()
        if len(raw) > LARGEST:
            raise AccessError(f"{location}: more than {LARGEST // 2**20} MiB")
        return raw.decode("utf-8")
    except urllib.error.HTTPError as error:
        raise AccessError(f"{location}: the server answers {error.code} {error.reason}") from error
    except UnicodeDecodeError as error:
        raise AccessError(f"{location}: not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise AccessError(
            f"{location}: {getattr(error, 'reason', None) or getattr(error, 'strerror', None) or error}"
        ) from error


def _over_network(location: str) -> bytes:
    request = urllib.request.Request(location, headers={"User-Agent": "tokencost"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        raw: bytes = answer.read(LARGEST + 1)
        due = answer.headers.get("Content-Length")
        if due is not None and len(raw) < min(int(due), LARGEST):
            raise AccessError(f"{location}: broken off after {len(raw):,} of {int(due):,} bytes")
        return raw


@contextmanager
def impatient() -> Iterator[None]:
    """Connections that a library opens end after the same time."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
