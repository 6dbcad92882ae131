"""Reference classes built without weights, and what PyTorch counts when they run."""

import contextlib
import importlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import diffusers
import torch
import transformers
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from tokencost.measuring.classes import CONFIGURATIONS, LIBRARIES


def build(name: str, config: Mapping[str, Any]) -> Any:
    """The class with this configuration, on no device."""
    with torch.device("meta"):
        if name not in CONFIGURATIONS:
            return on_meta(getattr(diffusers, name)(**config).eval())
        library = importlib.import_module(LIBRARIES.get(name, "transformers"))
        said = getattr(transformers if name != "JanusVQVAE" else library, CONFIGURATIONS[name])(**config)
        return on_meta(alone(getattr(library, name)(said)).eval())


def alone(module: Any) -> Any:
    """Chameleon without the image tokenizer that it carries along."""
    if hasattr(module, "model") and hasattr(module.model, "vqmodel"):
        del module.model.vqmodel
    return module


def on_meta(module: Any) -> Any:
    """Parameters that ignore where they are made, and tensors kept beside them, are moved too."""
    module.to("meta")
    for part in module.modules():
        for key, value in list(vars(part).items()):
            if isinstance(value, torch.Tensor) and value.device.type != "meta":
                setattr(part, key, value.to("meta"))
    return module


def parameters(module: Any) -> int:
    """Unique parameters; tied ones count once."""
    return sum({id(p): p.numel() for p in module.parameters()}.values())


def count(run: Callable[[], Any]) -> dict[str, int]:
    """FLOPs of one call by class of operator."""
    with countable(), torch.no_grad(), torch.device("meta"), FlopCounterMode(display=False) as counter:
        run()
    found: Counter[str] = Counter(linear=0, attention=0, convolution=0)
    for operator, flop in counter.get_flop_counts().get("Global", {}).items():
        found[kind_of(str(operator))] += flop
    return dict(found)


class _Kernels(TorchDispatchMode):  # type: ignore[misc]
    """How often each kernel is started, and how many elements it writes."""

    def __init__(self) -> None:
        super().__init__()
        self.started: Counter[str] = Counter()
        self.written: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        first = out[0] if isinstance(out, tuple | list) else out
        if isinstance(first, torch.Tensor):
            name = func._schema.name.partition("::")[2].rstrip("_")
            self.started[name] += 1
            self.written[name] += first.numel()
        return out


def kernels(run: Callable[[], Any]) -> tuple[dict[str, int], dict[str, int]]:
    """Products with weights that one call starts, by class, and elements that it writes, by the name of the kernel.

    Of several results the first counts; what happens inside of attention does not.
    """
    attend = torch.nn.functional.scaled_dot_product_attention

    def result(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> Any:
        return query.new_empty(*query.shape[:-1], value.shape[-1])

    torch.nn.functional.scaled_dot_product_attention = result
    try:
        with countable(), torch.no_grad(), torch.device("meta"), _Kernels() as found:
            run()
    finally:
        torch.nn.functional.scaled_dot_product_attention = attend
    products = {"convolution": ("convolution",), "linear": ("mm", "addmm")}
    return {kind: sum(found.started[name] for name in names) for kind, names in products.items()}, dict(found.written)


def kind_of(operator: str) -> str:
    """Products of two activations are attention."""
    if "conv" in operator:
        return "convolution"
    return "attention" if "attention" in operator or "bmm" in operator else "linear"


@contextlib.contextmanager
def countable() -> Iterator[None]:
    """Two things that meta tensors cannot do are answered for them: how many are not zero, and mixed precision."""
    nonzero, autocast = torch.nonzero, torch.amp.autocast

    def every(tensor: Any, *args: Any, **kwargs: Any) -> Any:
        meta = tensor.device.type == "meta"
        return torch.empty(tensor.numel(), 1, dtype=torch.long) if meta else nonzero(tensor, *args, **kwargs)

    def cast(device: str, *args: Any, **kwargs: Any) -> Any:
        return contextlib.nullcontext() if device == "meta" else autocast(device, *args, **kwargs)

    torch.nonzero, torch.amp.autocast, plain = every, cast, torch.autocast
    torch.autocast = cast
    try:
        yield
    finally:
        torch.nonzero, torch.amp.autocast, torch.autocast = nonzero, autocast, plain
