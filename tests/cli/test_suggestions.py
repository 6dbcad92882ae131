"""A slip of the keyboard is answered with what was meant."""

import pytest

from tests.cli.calling import DRAFT, call


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("plann x", "'plan'"),
        ("chek x", "'check'"),
        ("catalog lst", "'list'"),
        (f"plan {DRAFT} --formt json", "--format"),
        ("estimate sdxl --enigne eager", "--engine"),
        (f"plan {DRAFT} --format jsn", "json"),
        (f"check {DRAFT} --format githb", "github"),
        ("estimate emu3gen", "emu3-gen"),
        ("compare --models sdxxl", "sdxl"),
        ("explain emu3-gn", "emu3-gen"),
        ("estimate sdxl --gpu h10080", "h100-80gb-sxm"),
        ("estimate sdxl --engine compil", "compile"),
        ("estimate sdxl --precision bf17", "bf16"),
        ("tokens --tokenizer emu33 --res 512", "emu3"),
        ("tokens --tokenizer emu3 --res 500", "496 or 504"),
        ("compare --task vido", "video"),
        ("catalog list modles", "models"),
        ("catalog show emu3gen", "emu3-gen"),
        ("schema modls", "models"),
        (f"plan {DRAFT} --set platform.gpu=a10080", "a100-80gb-sxm"),
        (f"plan {DRAFT} --set output.widht=512", "width"),
    ],
)
def test_the_nearest_name_is_offered(line: str, meant: str) -> None:
    """
    Looking it up takes longer than typing it again.
    """
    called = call(*line.split())

    assert 2 == called.code
    assert meant in called.err
