"""Every network of the catalogue that has a reference class, against what PyTorch counts on that class."""

import importlib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.counting.records import network
from tests.counting.test_kernels import CASES as KERNELS
from tests.oracle.records import CONFIGURED
from tokencost.counting.networks import PASSES, network_params
from tokencost.counting.operators import flop_by_class
from tokencost.importing.network import network as imported
from tokencost.nouns.video_coder import DeepCoder
from tokencost.nouns.work import Forward
from tokencost.reading.document import Document

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="session")
def reference() -> Any:
    """The module that counts, where PyTorch is installed: pip install tokencost-planner[oracle]."""
    for library in ("torch", "transformers", "diffusers"):
        pytest.importorskip(library, reason=f"{library} is not installed; the extra `oracle` brings it")
    return importlib.import_module("tests.oracle.meta"), importlib.import_module("tests.oracle.calls")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "cls", "config"), CONFIGURED)
def test_counts_are_those_of_the_class(name: str, cls: str, config: Mapping[str, Any], reference: Any) -> None:
    """
    Parameters exactly, FLOPs of every class of operator within a thousandth.
    """
    meta, calls = reference
    net = imported(Document(config, name), cls, name).network if name.startswith("imported") else network(name)
    module = meta.build(cls, config)
    assert meta.parameters(module) == network_params(net)

    for direction, forward, run in calls.calls(cls, module, net):
        counted = flop_by_class(PASSES[type(net)][direction](net, forward))

        assert by_class(meta.count(run), net) == pytest.approx(by_class(counted, net), rel=1e-3)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", KERNELS, ids=lambda case: "-".join(map(str, (*case[:2], *case[2].values()))))
def test_kernels_are_those_of_the_class(case: list[Any], reference: Any) -> None:
    """
    The table that `tests/counting` holds the planner against is what PyTorch starts and writes.
    """
    meta, calls = reference
    name, direction, size, started, written = case
    cls, config = next((cls, config) for known, cls, config in CONFIGURED if known == name)
    asked = Forward(**{key: float(value) for key, value in size.items()})
    known = calls.calls(cls, meta.build(cls, config), network(name))
    run = next(run for way, forward, run in known if (way, forward) == (direction, asked))
    counted, found = meta.kernels(run)

    assert started == {kind: counted[kind] for kind in started}
    assert written == {kernel: found[kernel] for kernel in written}


def by_class(flop: Mapping[str, Any], net: Any) -> dict[str, float]:
    """Products of two activations are linear layers to the planner where a deep coder attends, and to codebooks."""
    if not isinstance(net, DeepCoder) and not getattr(net, "codebook", 0):
        return {kind: float(count) for kind, count in flop.items()}
    return {"products": float(flop["linear"] + flop["attention"]), "convolution": float(flop["convolution"])}
