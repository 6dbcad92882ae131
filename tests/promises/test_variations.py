"""One answer, wherever it is computed."""

import hashlib
from pathlib import Path

from tests.promises.variations import SMALL, SPECS, answered

QUESTION = ("plan", str(SPECS / "poster-512.yaml"), "--format", "json")


def test_surroundings_do_not_change_a_byte() -> None:
    """
    Seeds of hashes, languages, zones, widths, folders, masks and processors; the whole matrix runs nightly.
    """
    found = {hashlib.sha256(answered(QUESTION, one)).hexdigest() for one in SMALL}

    assert 1 == len(found)


def test_answers_say_nothing_of_the_machine() -> None:
    """
    No time, no name of a host or a user, no path but the one that was given.
    """
    text = answered(QUESTION, {}).decode()

    assert str(SPECS / "poster-512.yaml") in text
    assert not [word for word in (str(Path.home()), str(Path.cwd())) if word in text.replace(str(SPECS), "")]
