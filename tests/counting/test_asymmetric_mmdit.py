from tests.counting.records import network
from tokencost.counting.asymmetric_mmdit import asymmetric_mmdit
from tokencost.counting.operators import flop
from tokencost.nouns.work import Forward


def test_mochi_takes_1667_tflop_per_call() -> None:
    """
    A clip of 848 × 480 and 163 frames with 256 text tokens; the reference code counts 1,667.506 TFLOP.
    """
    clip = Forward(width=106.0, height=60.0, frames=28.0, text=256.0)

    assert 1667505875902464 == sum(flop(op) for op in asymmetric_mmdit(network("mochi-1-dit"), clip))


def test_the_text_stream_is_half_as_wide() -> None:
    """
    Text tokens are 1,536 wide and video tokens 3,072; only in attention they meet at full width.
    """
    operators = asymmetric_mmdit(network("mochi-1-dit"), Forward(width=64.0, height=64.0, text=256.0))
    shapes = {op.id: (op.inner, op.columns) for op in operators if op.id.endswith("attention.qkv")}  # type: ignore[union-attr]

    assert {"video.attention.qkv": (3072, 3072), "text.attention.qkv": (1536, 3072)} == shapes
