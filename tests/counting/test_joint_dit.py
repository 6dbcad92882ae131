from tests.counting.records import network
from tokencost.counting.joint_dit import joint_dit
from tokencost.counting.operators import flop
from tokencost.nouns.work import Forward


def test_an_odd_number_of_latent_frames_is_padded() -> None:
    """
    CogVideoX 1.5 cuts patches of two latent frames, and its pipeline fills up the last one.
    """
    odd, even = (
        sum(
            flop(op)
            for op in joint_dit(network("cogvideox1.5-5b-dit"), Forward(width=90.0, height=60.0, frames=n, text=226.0))
        )
        for n in (21.0, 22.0)
    )

    assert even == odd


def test_text_and_video_share_their_norms() -> None:
    """
    The same LayerNorm runs on both kinds of tokens; its weights count once.
    """
    operators = joint_dit(network("cogvideox-2b-dit"), Forward(width=90.0, height=60.0, frames=13.0, text=226.0))
    params = {op.id: getattr(op, "params", 0.0) for op in operators}

    assert (30 * 2 * 1920, 0) == (params["layers.norm1.video"], params["layers.norm1.text"])
