"""Patterns of files and labels: which specs a rule is about."""

import pytest

from tokencost.nouns.budget import Selection
from tokencost.planning.selection import pattern, selects


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("specs/*.yaml", "specs/a.yaml", True),
        ("specs/*.yaml", "specs/ads/a.yaml", False),
        ("specs/**/*.yaml", "specs/a.yaml", True),
        ("specs/**/*.yaml", "specs/ads/deep/a.yaml", True),
        ("specs/**", "specs/ads/a.yaml", True),
        ("./specs/a.yaml", "specs/a.yaml", True),
        ("poster-*.yaml", "specs/poster-1.yaml", True),
        ("poster-*.yaml", "poster-1.yaml", True),
        ("poster-*.yaml", "specs/a-poster-1.yaml", False),
        ("poster-[12].yaml", "poster-2.yaml", True),
        ("poster-[!12].yaml", "poster-2.yaml", False),
        ("poster-?.yaml", "poster-10.yaml", False),
        ("a+(b).yaml", "a+(b).yaml", True),
        ("[", "[", True),
        ("../other/*.yaml", "../other/a.yaml", True),
    ],
)
def test_patterns_fit_as_in_a_file_of_owners(glob: str, path: str, fits: bool) -> None:
    """
    A star stays in its folder, two cross folders, and a bare name fits anywhere.
    """
    assert fits == bool(pattern(glob).fullmatch(path))


def test_files_count_from_the_folder_of_the_budget() -> None:
    """
    Wherever the command is run, the same specs are meant.
    """
    select = Selection(specs=("specs/*.yaml",))

    assert selects(select, "team", "team/specs/a.yaml", {})
    assert selects(select, "", "specs/a.yaml", {})
    assert not selects(select, "team", "specs/a.yaml", {})
    assert not selects(select, "", "", {})


def test_labels_all_have_to_fit() -> None:
    """
    What is empty fits everything.
    """
    select = Selection(labels={"team": ("ads", "web"), "tier": ("gold",)})

    assert selects(select, "", "", {"team": "web", "tier": "gold", "more": "x"})
    assert not selects(select, "", "", {"team": "web"})
    assert selects(Selection(), "", "", {})
