import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.parse import RAW
from tokencost.report import escape

SINKS = [escape.visible, escape.terminal, escape.markdown, escape.code, escape.html, escape.annotation, escape.csv]


@given(st.text())
def test_nothing_invisible_passes_any_encoder(text: str) -> None:
    """
    Whatever a name holds, the reader sees it, on one line.
    """
    for sink in SINKS:
        encoded = sink(text)

        assert not RAW.search(encoded)
        assert "\n" not in encoded


@pytest.mark.parametrize("text", ["emu3-gen", "مرحبا", "ポスター", "Zwölf Boxkämpfer", "👩\u200d🎨", "a.b: 10 s (5 %)"])
def test_ordinary_names_pass_the_terminal_unchanged(text: str) -> None:
    """
    Escaping is for what is harmful, not for what is foreign.
    """
    assert text == escape.terminal(text)


def test_escapes_are_shown() -> None:
    """
    What would steer the terminal is spelled out.
    """
    assert "\\x1b[2J \\u202e \\n \\U000e0041" == escape.terminal("\x1b[2J \u202e \n \U000e0041")


@pytest.mark.parametrize(
    ("text", "cell"), [("-2+3", "'-2+3"), ("=A1", "'=A1"), ("-2.5", "-2.5"), ("@x", "'@x"), ("a=b", "a=b")]
)
def test_cells_are_guarded_unless_they_are_numbers(text: str, cell: str) -> None:
    """
    Negative numbers stay numbers, formulas become text.
    """
    assert cell == escape.csv(text)


@given(st.text(alphabet="`ab "))
def test_code_spans_outlast_their_backticks(text: str) -> None:
    """
    The fence is longer than any run of backticks inside.
    """
    encoded = escape.code(text)
    fence = encoded[: len(encoded) - len(encoded.lstrip("`"))]

    assert fence not in encoded[len(fence) : -len(fence)]
