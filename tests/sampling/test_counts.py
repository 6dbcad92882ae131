"""The formulas of counting, checked by execution: what runs is what they say, to the last operation."""

import ast
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import tokencost.sampling
from tests.sampling.drawing import formats, networks, other_way, questions
from tokencost.catalog.load import Catalog, load
from tokencost.counting.networks import network_params
from tokencost.counting.tokens import generated_tokens
from tokencost.errors import UsageError
from tokencost.nouns.model import Tokenizer
from tokencost.nouns.request import Request
from tokencost.nouns.transformer import DecoderLM
from tokencost.planning.sample import SMALL, Sampled, Sampling, sampled
from tokencost.sampling.layout import CODE, TokenGrid, span
from tokencost.sampling.weights import seeded, shapes

CODES = [tokenizer for tokenizer in load().all("tokenizers") if tokenizer.codebook]
EIGHT = TokenGrid(frames=1, height=8, width=8)
PRODUCTS = {"matmul", "dot", "einsum", "inner", "outer", "tensordot", "vdot", "multi_dot", "convolve"}


def asked_of(question: Sampling, tokenizer: Tokenizer) -> Sampled:
    """The answer to a question about a format that is in no catalogue."""
    return sampled(Catalog({}, {("tokenizers", "drawn"): tokenizer}), question)


@pytest.fixture(autouse=True)
def own_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogues without an index hold what is put into them."""
    look_up = Catalog.get
    monkeypatch.setattr(
        Catalog, "get", lambda self, *name: self.cache[name] if not self.index else look_up(self, *name)
    )


@settings(max_examples=60, deadline=None)
@given(question=questions(), tokenizer=formats())
def test_what_runs_is_what_the_formulas_count(question: Sampling, tokenizer: Tokenizer) -> None:
    """
    FLOPs, weights read and cache read of every phase, for any decoder, format, grid and way to run guidance.
    """
    if not span(tokenizer, question.grid).count(CODE):
        return
    found = asked_of(question, tokenizer)

    assert found.equal
    assert all(len(run.tokens) == found.tokens.generated for run in found.runs)


@settings(max_examples=40, deadline=None)
@given(question=questions(), tokenizer=formats())
def test_a_batch_writes_what_passes_in_turn_write(question: Sampling, tokenizer: Tokenizer) -> None:
    """
    Padding and batching are arrangements: not one bit of a logit may change.
    """
    one, other = asked_of(question, tokenizer), asked_of(other_way(question), tokenizer)

    assert [run.tokens for run in one.runs] == [run.tokens for run in other.runs]


@given(net=networks())
def test_arrays_hold_the_parameters_of_the_formula(net: DecoderLM) -> None:
    """
    A weight that is counted twice or not at all would be memory that nobody plans for.
    """
    assert network_params(net) == sum(math.prod(shape) for shape in shapes(net).values())
    assert {name: array.shape for name, array in seeded(net, 0).items()} == shapes(net)


@pytest.mark.parametrize("tokenizer", CODES, ids=lambda tokenizer: tokenizer.id)
@pytest.mark.parametrize("frames", [1, 3])
def test_a_span_is_as_long_as_the_formula_says(tokenizer: Tokenizer, frames: int) -> None:
    """
    Row ends, frame ends and sizes are counted by arithmetic and written one by one.
    """
    grid = TokenGrid(frames=frames, height=10, width=12)
    pixels = tokenizer.pixels_per_token
    request = Request(
        task="text-to-video", width=12.0 * pixels, height=10.0 * pixels,
        frames=float(frames * tokenizer.frames_per_token), prompt_tokens=0.0,
    )  # fmt: skip

    assert generated_tokens(tokenizer, request) == len(span(tokenizer, grid))


def test_a_count_that_is_off_is_seen() -> None:
    """
    The comparison would be worthless if it could not fail: one operation less, and it says so.
    """
    found = sampled(load(), Sampling(grid=EIGHT))
    phase = found.runs[0].phases[0]
    missing = replace(phase, ran=replace(phase.ran, flop=phase.ran.flop - 1))

    assert found.equal
    assert not replace(found, runs=(replace(found.runs[0], phases=(missing,)),)).equal


@pytest.mark.parametrize("path", sorted(Path(tokencost.sampling.__file__).parent.glob("*.py")), ids=lambda p: p.stem)
def test_no_product_runs_uncounted(path: Path) -> None:
    """
    Every matrix product is written in the module that counts it.
    """
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    products: list[Any] = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)]
    products += [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in PRODUCTS]

    assert (2 if path.stem == "tally" else 0) == len(products)


def test_guidance_in_turn_reads_the_weights_twice() -> None:
    """
    The work doubles either way, with prompts of one length; only a batch reads the weights once.
    """
    asked = Sampling(grid=EIGHT, weights=(3.0,), negative_tokens=16)
    ratios = [
        (run.relative_work, run.relative_reads)
        for mode in ("sequential", "batched")
        for run in sampled(load(), replace(asked, mode=mode)).runs[1:]  # type: ignore[arg-type]
    ]

    assert [(2.0, 2.0), (2.0, 1.0)] == ratios


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"norms_per_layer": 4}, "two norms"),
        ({"head": "none"}, "a head"),
        ({"kv_heads": 3}, "equal groups"),
        ({"head_dim": 5}, "even width"),
        ({"qk_norm": "heads-bias"}, "qk_norm"),
        ({"image_vocab": 8}, "for images"),
    ],
)
def test_what_the_sampler_does_not_run_is_refused(change: dict[str, Any], said: str) -> None:
    """
    A network that ran as another would be counted as another.
    """
    with pytest.raises(UsageError, match=said):
        shapes(replace(SMALL, **change))
