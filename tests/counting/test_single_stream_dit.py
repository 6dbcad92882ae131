from tests.counting.records import network
from tokencost.counting.operators import flop
from tokencost.counting.single_stream_dit import single_stream_dit
from tokencost.nouns.work import Forward


def test_text_is_padded_to_a_multiple_of_32() -> None:
    """
    Z-Image repeats the last token until the sequence fits, so 97 text tokens cost what 128 do.
    """
    padded, full, longer = (
        sum(
            flop(op)
            for op in single_stream_dit(network("z-image-turbo-dit"), Forward(width=128.0, height=128.0, text=n))
        )
        for n in (97.0, 128.0, 129.0)
    )

    assert full == padded
    assert full < longer


def test_the_last_layer_runs_over_the_text_too() -> None:
    """
    The reference projects the joined sequence and cuts the text off afterwards: 4,096 + 128 rows.
    """
    operators = single_stream_dit(network("z-image-turbo-dit"), Forward(width=128.0, height=128.0, text=128.0))
    (out,) = (op for op in operators if op.id == "final.out")

    assert 4224.0 == out.rows  # type: ignore[union-attr]
