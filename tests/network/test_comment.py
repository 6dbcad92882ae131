"""A comment is posted once, then kept up to date by newer runs, at both forges; nothing else gets the token."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calling import DRAFT, Called, call
from tests.network.fake import TOKEN, Fake, Trouble, forge
from tests.report import cases
from tokencost.errors import UsageError
from tokencost.network.http import TRIES, Client, UnansweredError
from tokencost.network.upsert import Draft, marked
from tokencost.report import renderer

DIALECTS = ("github", "gitlab")
NAMES = ("GITHUB", "GH_", "GITLAB", "CI_", "http_proxy", "HTTP_PROXY", "no_proxy")


@pytest.fixture
def fake() -> Iterator[Fake]:
    """A forge without comments."""
    with forge() as found:
        yield found


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pipeline around the test."""
    for name in [name for name in os.environ if name.startswith(NAMES)]:
        monkeypatch.delenv(name)


@pytest.fixture(params=DIALECTS)
def around(request: pytest.FixtureRequest, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> str:
    """The variables that a pipeline of this forge sets."""
    github = {
        "GITHUB_ACTIONS": "true", "GITHUB_API_URL": fake.url, "GITHUB_REPOSITORY": "acme/studio",
        "GITHUB_REF": "refs/pull/7/merge", "GITHUB_TOKEN": TOKEN,
    }  # fmt: skip
    gitlab = {
        "GITLAB_CI": "true", "CI_API_V4_URL": fake.url, "CI_PROJECT_ID": "acme/studio", "CI_MERGE_REQUEST_IID": "7",
        "GITLAB_TOKEN": TOKEN,
    }  # fmt: skip
    for name, value in (github if request.param == "github" else gitlab).items():
        monkeypatch.setenv(name, value)
    return str(request.param)


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """A check that fails, saved."""
    return saved(tmp_path, "check", [cases.failed()])


def saved(folder: Path, command: str, answer: Any, name: str = "result.json") -> Path:
    path = folder / name
    path.write_text(renderer(command, "json")(answer), encoding="utf-8")
    return path


def post(result: Path, *flags: str) -> Called:
    called = call("comment", str(result), *flags)
    assert TOKEN not in called.out + called.err
    return called


def test_the_first_run_posts_and_the_next_ones_update(around: str, fake: Fake, result: Path, tmp_path: Path) -> None:
    """
    One comment per report, however often the branch is pushed to.
    """
    first = post(result, "--run", "1")
    better = saved(tmp_path, "check", [cases.passed()], "better.json")
    second = post(better, "--run", "2")

    assert (0, 0, "") == (first.code, second.code, first.out)
    assert ["posted a comment\n", "updated the comment\n"] == [first.err, second.err]
    assert ["POST", "PATCH" if around == "github" else "PUT"] == fake.written
    assert "passed: poster-studio" in fake.bodies[0]
    assert 1 == len(fake.bodies)


def test_every_request_carries_the_token(around: str, fake: Fake, result: Path) -> None:
    """
    As each forge wants it.
    """
    post(result)

    assert {f"Bearer {TOKEN}" if around == "github" else TOKEN} == set(fake.secrets)


def test_the_same_comment_is_left_alone(around: str, fake: Fake, result: Path) -> None:
    """
    Also where the forge changed the ends of lines.
    """
    post(result, "--run", "3")
    fake.comments[0]["body"] = fake.comments[0]["body"].replace("\n", "\r\n").rstrip()
    again = post(result, "--run", "3")

    assert "left the comment alone: it says the same\n" == again.err
    assert ["POST"] == fake.written


def test_an_older_run_does_not_overwrite_a_newer_one(around: str, fake: Fake, result: Path, tmp_path: Path) -> None:
    """
    Runs end in another order than they begin; numbers are compared as numbers, attempts too.
    """
    better = saved(tmp_path, "check", [cases.passed()], "better.json")
    post(result, "--run", "10.2")
    ended = [post(better, "--run", run).err for run in ("9", "9.9", "10.1")]

    assert ["left the comment alone: it is of a newer run\n"] * 3 == ended
    assert "failed: poster-studio" in fake.bodies[0]
    assert "updated the comment\n" == post(better, "--run", "10.3").err


def test_a_run_that_says_the_same_counts_as_the_newer_one(
    around: str, fake: Fake, result: Path, tmp_path: Path
) -> None:
    """
    Otherwise a run between the two could still overwrite it.
    """
    post(result, "--run", "5")
    post(result, "--run", "7")
    late = post(saved(tmp_path, "check", [cases.passed()], "b.json"), "--run", "6")

    assert "left the comment alone: it is of a newer run\n" == late.err


@pytest.mark.parametrize("others", [["prod"], ["non-prod", "prod-2", "Prod", "prod ", "*", "p.od"]])
def test_ids_are_compared_by_equality(around: str, fake: Fake, result: Path, others: list[str]) -> None:
    """
    `prod` is not in `non-prod`; each report has its own comment.
    """
    for name in others:
        post(result, "--id", name)
    ended = post(result, "--id", "prod")

    assert len({*others, "prod"}) == len(fake.bodies)
    assert ("prod" in others) == ("says the same" in ended.err)


def test_an_id_may_be_anything(around: str, fake: Fake, result: Path) -> None:
    """
    It cannot leave the hidden marker, and is found again.
    """
    for name in ('--> <b>x</b> "', "a\nb", "-->", "é漢🎨", "\\u002d", "]]>"):
        post(result, "--id", name)
        count = len(fake.bodies)
        post(result, "--id", name)

        assert count == len(fake.bodies)
        assert name == (marked(fake.bodies[-1]) or ("",))[0]
        assert 1 == fake.bodies[-1].partition("\n")[0].count("-->")


def test_comments_are_looked_for_on_every_page(around: str, fake: Fake, result: Path) -> None:
    """
    A hundred to a page; ours may be on the third.
    """
    for n in range(230):
        fake.add(f"remark {n}")
    post(result, "--run", "1")
    post(result, "--run", "2")

    assert 231 == len(fake.bodies)
    assert 1 == sum(marked(body) is not None for body in fake.bodies)


def test_what_only_looks_like_ours_is_not(around: str, fake: Fake, result: Path) -> None:
    """
    Quoted, broken or of another id, of a system, or by another account where one is named.
    """
    mine = Draft(id="tokencost", run=(0, 0), text="mine").body
    for body in (
        f"> {mine}",
        mine.replace('"id"', '"di"'),
        "<!-- tokencost-comment [] -->",
        mine.replace("[0", '["0"'),
    ):
        fake.add(body)
    fake.add(mine, "mallory")
    fake.add(mine, "gitlab", system=True) if around == "gitlab" else None
    count = len(fake.bodies)
    post(result, "--author", "github-actions[bot]")
    post(result, "--author", "github-actions[bot]")

    assert count + 1 == len(fake.bodies)


@pytest.mark.parametrize("trouble", [Trouble(429, {"Retry-After": "0"}), Trouble(503), Trouble(502, method="GET")])
def test_a_busy_forge_is_asked_again(
    around: str, fake: Fake, result: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    After the time that it asks for, or after a second, then two.
    """
    waited: list[float] = []
    monkeypatch.setattr(Client.__init__, "__kwdefaults__", {"sleep": waited.append})
    fake.troubles.append(Trouble(**vars(trouble)))

    assert 0 == post(result).code
    assert 1 == len(fake.bodies)
    assert [0.0 if trouble.headers else 1.0] == waited


@pytest.mark.parametrize(
    ("troubles", "waits", "asked"),
    [
        ([Trouble(429, {"Retry-After": "7"})], [7.0], 2),
        ([Trouble(403, {"Retry-After": "3"})], [3.0], 2),
        ([Trouble(429, {"Retry-After": "3600"})], [], 1),
        ([Trouble(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})], [1.0], 2),
        ([Trouble(500)] * 9, [1.0, 2.0, 4.0, 8.0], TRIES),
        ([Trouble(403)], [], 1),
        ([Trouble(404)], [], 1),
    ],
)
def test_patience_is_bounded(fake: Fake, troubles: list[Trouble], waits: list[float], asked: int) -> None:
    """
    What the forge asks for, up to a minute; doubling where it asks for nothing; never where it cannot help.
    """
    fake.troubles += [Trouble(**vars(trouble)) for trouble in troubles]
    waited: list[float] = []
    client = Client(base=fake.url, headers={"Authorization": f"Bearer {TOKEN}"}, secret=TOKEN, sleep=waited.append)
    with contextlib.suppress(UnansweredError):
        client.ask("GET", "/repos/acme/studio/issues/7/comments?per_page=100&page=1")

    assert (waits, asked) == (waited, len(fake.asked))


@pytest.mark.parametrize("after", [True, False])
def test_a_post_of_uncertain_end_is_not_posted_twice(around: str, fake: Fake, result: Path, after: bool) -> None:
    """
    A gateway that fails may fail after the comment was written; then it is found instead of written again.
    """
    fake.troubles.append(Trouble(502, method="POST", after=after))

    assert 0 == post(result).code
    assert 1 == len(fake.bodies)


def test_redirects_are_not_followed(around: str, fake: Fake, result: Path) -> None:
    """
    The token would go along.
    """
    with forge() as elsewhere:
        fake.troubles.append(Trouble(302, {"Location": f"{elsewhere.url}/repos/acme/studio/issues/7/comments"}))
        called = post(result)

        assert 4 == called.code
        assert "it moved" in called.err
        assert not elsewhere.asked


@pytest.mark.parametrize(
    "api", ["http://example.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "https://me:pw@example.com", "x",
            "http://localhost@example.com"],
)  # fmt: skip
def test_the_token_is_not_sent_in_the_clear(around: str, result: Path, api: str) -> None:
    """
    Over http only to this very machine.
    """
    called = post(result, "--api", api)

    assert 2 == called.code
    assert "https" in called.err


def test_no_proxy_stands_before_this_machine(
    around: str, fake: Fake, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It would see the token.
    """
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert 0 == post(result).code


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b'{"message": "Bad credentials"}', "Bad credentials; the token is wrong or expired"),
        (404, b'{"message": "Not Found"}', "the token may not see it"),
        (422, f'{{"message": "x {TOKEN} \\u001b[31m"}}'.encode(), "422 x ***"),
        (400, b"<html>", "400"),
        (200, b"<html>", "answers in something else than JSON"),
        (200, b'{"a": 1}', "no list of comments"),
    ],
)  # fmt: skip
def test_failures_say_why_and_keep_the_token(
    around: str, fake: Fake, result: Path, status: int, body: bytes, said: str
) -> None:
    """
    Even a forge that repeats the token does not get it into a log.
    """
    fake.troubles.append(Trouble(status, body=body))
    called = post(result)

    assert (4, True) == (called.code, said in called.err)
    assert "\x1b" not in called.err


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ünïcode"])
def test_tokens_that_cannot_be_are_not_repeated(
    around: str, result: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The library's own message about a bad header would show it.
    """
    monkeypatch.setenv("GITHUB_TOKEN" if around == "github" else "GITLAB_TOKEN", token)
    called = post(result)

    assert 2 == called.code
    assert not token or token not in called.err


def test_a_dry_run_asks_nobody(around: str, fake: Fake, result: Path) -> None:
    """
    And prints what would be posted.
    """
    called = post(result, "--dry-run", "--title", "Budget @team", "--run", "4")

    assert (0, []) == (called.code, fake.asked)
    assert ("tokencost", (4, 0)) == marked(called.out)
    assert "### Budget `@`team" in called.out


def test_a_dry_run_needs_no_pipeline(result: Path) -> None:
    """
    Nor a token.
    """
    assert 0 == post(result, "--dry-run").code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "but a result has one of tokencost.check/1"),
        ('{"schema": "tokencost.check/2"}', "schema is 'tokencost.check/2'"),
        ('{"schema": "tokencost.check/1"}', "name"),
        ('{"schema": ["tokencost.check/1"]}', "schema is"),
        ('"**approved** @team"', "schema is"),
        ("[]", "from 1 to"),
        ("# Approved", "not JSON"),
        ("[" * 100_000, "nested deeper than 40 levels"),
    ],
)
def test_what_tokencost_did_not_write_is_not_posted(tmp_path: Path, text: str, said: str) -> None:
    """
    The file may come from a stranger's pull request, and the token may write.
    """
    path = tmp_path / "result.json"
    path.write_text(text)
    called = post(path, "--dry-run")

    assert (2, "") == (called.code, called.out)
    assert said in called.err


@pytest.mark.parametrize("name", cases.HOSTILE)
@pytest.mark.parametrize("command", ["check", "plan", "diff"])
def test_strangers_write_no_markup(tmp_path: Path, command: str, name: str) -> None:
    """
    Every text of the file is text in the comment.
    """
    from tests.report.parse import RAW, active

    hostile, innocent = (
        post(saved(tmp_path, command, cases.NAMED[command](text)), "--dry-run").out.partition("\n")[2]
        for text in (cases.HOSTILE[name], "innocent")
    )

    assert not RAW.search(hostile)
    assert not active("markdown", hostile) - active("markdown", innocent)


def test_a_comment_on_a_change_says_what_the_report_says(tmp_path: Path) -> None:
    """
    Causes, lines and their parts come back from the saved result as they were.
    """
    posted = post(saved(tmp_path, "diff", cases.compared()), "--dry-run").out.partition("\n")[2]

    assert renderer("diff", "markdown")(cases.compared()) == posted


def test_huge_results_fit_into_a_comment(tmp_path: Path) -> None:
    """
    GitHub refuses more than 65,536 characters.
    """
    checks = [cases.failed(f"late-{n}", file=f"specs/late-{n}.yaml") for n in range(600)]
    posted = post(saved(tmp_path, "check", checks), "--dry-run", "--title", "t" * 900).out

    assert len(posted) < 61_500
    assert "failed: 0 of 600 specs keep their limits" in posted
    assert "Left out to stay within 60,000 characters" in posted


def test_the_pull_request_of_a_branch_is_found(fake: Fake, result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A workflow that may write trusts the event for the branch, not the file for a number.
    """
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    fake.heads = {"fork:patch-1": [7], "fork:two": [7, 8]}
    flags = ("--forge", "github", "--api", fake.url, "--repository", "acme/studio")

    assert 0 == post(result, *flags, "--head", "fork:patch-1").code
    assert 1 == len(fake.bodies)
    assert "has 2 open pull requests of fork:two" in post(result, *flags, "--head", "fork:two").err
    assert "has 0 open pull requests of fork:x" in post(result, *flags, "--head", "fork:x").err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--forge", "gitea"), "choose github or gitlab"),
        ((), "name a --forge: github or gitlab"),
        (("--forge", "github"), "no token: set GITHUB_TOKEN or GH_TOKEN"),
        (("--forge", "gitlab"), "no token: set GITLAB_TOKEN"),
        (("--run", "x"), "write a number, 12"),
        (("--id", ""), "from 1 to 100 characters"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(result: Path, flags: tuple[str, ...], said: str) -> None:
    """
    Before anything is asked.
    """
    called = post(result, *flags)

    assert (2, True) == (called.code, said in called.err)


@pytest.mark.parametrize("repository", ["acme", "acme/studio/x", "acme/../x", "acme/stu dio", "acme/studio?x"])
def test_a_repository_is_an_owner_and_a_name(
    fake: Fake, result: Path, repository: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It becomes part of an address.
    """
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    called = post(result, "--forge", "github", "--api", fake.url, "--repository", repository, "--number", "7")

    assert (2, []) == (called.code, fake.asked)


def test_addresses_are_checked_where_a_client_is_made() -> None:
    """
    Whoever uses it next cannot forget.
    """
    with pytest.raises(UsageError, match="over https only"):
        Client(base="http://example.com", headers={}, secret=TOKEN)


def test_real_results_can_be_posted(tmp_path: Path) -> None:
    """
    What `check` saves, `comment` reads.
    """
    path = tmp_path / "check.json"
    call("check", DRAFT, "-o", f"json:{path}")
    out = post(path, "--dry-run").out

    assert "**passed: poster-512: " in out
    assert json.loads(path.read_text())["recommendation"]["model"] in out
