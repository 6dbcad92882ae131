"""Comments of pull requests at GitHub, and of merge requests at GitLab."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from tokencost.errors import AccessError
from tokencost.network.http import Client

PAGE, PAGES = 100, 200
"""Comments of a page, and pages that are looked through at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment as its forge keeps it."""

    id: int
    author: str
    body: str


class Forge(Protocol):
    """Where comments are."""

    def comments(self) -> Iterator[Comment]:
        """Every comment, the oldest first."""
        ...

    def create(self, body: str) -> Comment:
        """A new comment."""
        ...

    def update(self, comment: Comment, body: str) -> Comment:
        """Another text in its place."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """Pull request `number` of `repository`, owner/name."""

    client: Client
    repository: str
    number: int

    def comments(self) -> Iterator[Comment]:
        """Comments on the pull request itself, not on its lines."""
        return _listed(self.client, f"/repos/{self.repository}/issues/{self.number}/comments", {}, "user", "login")

    def create(self, body: str) -> Comment:
        """A new comment."""
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        return _comment(self.client.ask("POST", path, {"body": body}), "user", "login")

    def update(self, comment: Comment, body: str) -> Comment:
        """Another text in its place."""
        path = f"/repos/{self.repository}/issues/comments/{comment.id}"
        return _comment(self.client.ask("PATCH", path, {"body": body}), "user", "login")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLab:
    """Merge request `number` of `project`, an id or a path."""

    client: Client
    project: str
    number: int

    @property
    def _notes(self) -> str:
        return f"/projects/{quote(self.project, safe='')}/merge_requests/{self.number}/notes"

    def comments(self) -> Iterator[Comment]:
        """Notes that people and programs wrote."""
        return _listed(self.client, self._notes, {"sort": "asc", "order_by": "created_at"}, "author", "username")

    def create(self, body: str) -> Comment:
        """A new note."""
        return _comment(self.client.ask("POST", self._notes, {"body": body}), "author", "username")

    def update(self, comment: Comment, body: str) -> Comment:
        """Another text in its place."""
        made = self.client.ask("PUT", f"{self._notes}/{comment.id}", {"body": body})
        return _comment(made, "author", "username")


def pull_request_of(client: Client, repository: str, head: str) -> int:
    """Number of the one open pull request of a branch, `owner:branch`; raises AccessError if there is not one."""
    query = urlencode({"state": "open", "head": head, "per_page": PAGE})
    found = client.ask("GET", f"/repos/{repository}/pulls?{query}")
    numbers = [one.get("number") for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    if len(numbers) != 1 or not isinstance(numbers[0], int):
        raise AccessError(f"{repository} has {len(numbers)} open pull requests of {head[:100]}; name one with --number")
    return numbers[0]


def _listed(client: Client, path: str, order: Mapping[str, str], *author: str) -> Iterator[Comment]:
    """Page after page, until one is not full."""
    for page in range(1, PAGES + 1):
        found = client.ask("GET", f"{path}?{urlencode({**order, 'per_page': PAGE, 'page': page})}")
        if not isinstance(found, list):
            raise AccessError(f"{path} answers with no list of comments")
        yield from (_comment(one, *author) for one in found if isinstance(one, Mapping) and not one.get("system"))
        if len(found) < PAGE:
            return


def _comment(found: Any, who: str, name: str) -> Comment:
    if not isinstance(found, Mapping) or not isinstance(found.get("id"), int):
        raise AccessError("the forge answers with no comment")
    author = found.get(who)
    login = author.get(name) if isinstance(author, Mapping) else None
    return Comment(id=found["id"], author=str(login or ""), body=str(found.get("body") or ""))
