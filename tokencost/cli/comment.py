"""`tokencost comment`: a saved result on its pull request."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokencost.cli import options as o
from tokencost.cli.output import say, write
from tokencost.errors import UsageError

if TYPE_CHECKING:
    from tokencost.network.forges import Forge
    from tokencost.network.upsert import Run

REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
MERGE = re.compile(r"refs/pull/([1-9][0-9]{0,9})/(?:merge|head)")
RUN = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?")
FORGES = ("github", "gitlab")
MISSING = "name a --forge: github or gitlab"
DONE = {
    "created": "posted a comment",
    "updated": "updated the comment",
    "identical": "left the comment alone: it says the same",
    "older": "left the comment alone: it is of a newer run",
}

ForgeFlag = Annotated[str, typer.Option("--forge", help="github or gitlab; default: whose pipeline this is.")]
Api = Annotated[str, typer.Option("--api", help="Address of its interface; default: GITHUB_API_URL or CI_API_V4_URL.")]
Repository = Annotated[
    str, typer.Option("--repository", help="owner/name or project; default: GITHUB_REPOSITORY or CI_PROJECT_ID.")
]
Number = Annotated[int, typer.Option("--number", min=0, help="Pull or merge request; default: the pipeline's.")]
Head = Annotated[str, typer.Option("--head", help="Find the pull request of this branch: owner:branch (GitHub).")]
Name = Annotated[str, typer.Option("--id", help="Which report: each has a comment of its own.")]
RunFlag = Annotated[str, typer.Option("--run", help="Number of this run, 12 or 12.2; default: the pipeline's.")]
Author = Annotated[str, typer.Option("--author", help="Only a comment by this account is ours: github-actions[bot].")]


def comment(
    result: Annotated[Path, typer.Argument(help="Saved result of check, plan or diff.", metavar="RESULT.json")],
    id: Name = "tokencost",  # noqa: A002
    title: Annotated[str, typer.Option("--title", help="A line above the report.")] = "",
    forge: ForgeFlag = "",
    api: Api = "",
    repository: Repository = "",
    number: Number = 0,
    head: Head = "",
    run: RunFlag = "",
    author: Author = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the comment; ask nobody.")] = False,
    quiet: o.Quiet = False,
) -> None:
    """Post a saved result on its pull request, or update the comment of an earlier run.

    The token comes from GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN. A comment of a newer run is left alone.

    Example: tokencost comment result.json --dry-run
    """
    from tokencost.network.upsert import Draft, upsert
    from tokencost.report.content_saved import of_saved
    from tokencost.report.markdown import commented
    from tokencost.report.saved import saved_results

    draft = Draft(id=_id(id), run=_run(run, os.environ), text=commented(of_saved(saved_results(result)), title))
    if dry_run:
        return write(draft.body, None)
    posted = upsert(_forge(forge, api, repository, number, head, os.environ), draft, author)
    return None if quiet else say(DONE[posted.done])


def _id(text: str) -> str:
    if not 0 < len(text) <= 100:
        raise UsageError("--id: from 1 to 100 characters")
    return text


def _run(text: str, around: Mapping[str, str]) -> "Run":
    """Number and attempt; the flag, else the pipeline's."""
    github = f"{around.get('GITHUB_RUN_NUMBER', '')}.{around.get('GITHUB_RUN_ATTEMPT') or 1}"
    said = text or (github if around.get("GITHUB_RUN_NUMBER") else around.get("CI_PIPELINE_IID", "0"))
    match = RUN.fullmatch(said)
    if not match:
        raise UsageError(f"--run {said[:40]!r}: write a number, 12, or number.attempt, 12.2")
    return int(match[1]), int(match[2] or 0)


def _forge(name: str, api: str, repository: str, number: int, head: str, around: Mapping[str, str]) -> "Forge":
    named = name or ("gitlab" if around.get("GITLAB_CI") else "github" if around.get("GITHUB_ACTIONS") else "")
    if named not in FORGES:
        raise UsageError(f"--forge {name[:40]!r}: choose github or gitlab" if name else MISSING)
    make = _github if named == "github" else _gitlab
    return make(api, repository, number, head, around)


def _github(api: str, repository: str, number: int, head: str, around: Mapping[str, str]) -> "Forge":
    from tokencost.network.forges import GitHub, pull_request_of
    from tokencost.network.http import Client

    token = _secret(around, "GITHUB_TOKEN", "GH_TOKEN")
    said = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    base = api or around.get("GITHUB_API_URL") or "https://api.github.com"
    client = Client(base=base, headers=said, secret=token)
    where = repository or around.get("GITHUB_REPOSITORY", "")
    if not REPOSITORY.fullmatch(where):
        raise UsageError(f"--repository {where[:80]!r}: write owner/name")
    merge = MERGE.fullmatch(around.get("GITHUB_REF", ""))
    found = number or (pull_request_of(client, where, head) if head else int(merge[1]) if merge else 0)
    return GitHub(client=client, repository=where, number=_known(found))


def _gitlab(api: str, repository: str, number: int, head: str, around: Mapping[str, str]) -> "Forge":
    from tokencost.network.forges import GitLab
    from tokencost.network.http import Client

    if head:
        raise UsageError("--head is for GitHub; GitLab's pipelines know their merge request")
    token = _secret(around, "GITLAB_TOKEN")
    base = api or around.get("CI_API_V4_URL") or "https://gitlab.com/api/v4"
    client = Client(base=base, headers={"PRIVATE-TOKEN": token}, secret=token)
    project = repository or around.get("CI_PROJECT_ID", "")
    if not project:
        raise UsageError("name the project with --repository, or set CI_PROJECT_ID")
    said = around.get("CI_MERGE_REQUEST_IID", "")
    return GitLab(client=client, project=project, number=_known(number or (int(said) if said.isdigit() else 0)))


def _known(number: int) -> int:
    if not number:
        raise UsageError("which pull request? Give its --number")
    return number


def _secret(around: Mapping[str, str], *names: str) -> str:
    token = next((around[name].strip() for name in names if around.get(name, "").strip()), "")
    if not token:
        raise UsageError(f"no token: set {' or '.join(names)}; it is never a flag, which others could read")
    return token
