"""Regimes: what a figure is limited by, as far as its conditions tell. Errors are compared within one."""

from tokencost.catalog.load import Catalog
from tokencost.validation.rows import Row

COUNTS = {"params": "parameters", "flops": "FLOPs", "peak_mem_gb": "memory", "energy_j": "energy"}
ENDS = {
    "latent-decode": "latent decode",
    "text-encode": "encoders",
    "image-encode": "encoders",
    "prefill": "prefill",
}
SOFTWARE = {"eager": "eager", "compile": "compiled", "": "compiled"}
"""Engines that run a decoder as a script does; all others serve it."""


def regime_of(catalog: Catalog, row: Row) -> str:
    """Counts, memory, the ends of a program, several GPUs, decoding by software, or denoising by engine."""
    engine = catalog.find("engines", row.engine) or row.engine
    if row.metric in COUNTS:
        return COUNTS[row.metric]
    if row.scope in ENDS:
        return ENDS[row.scope]
    if row.n_gpus > 1:
        return "several GPUs"
    if _decodes(catalog, row):
        return f"decode, {SOFTWARE.get(engine, 'served')}"
    return f"diffusion, {engine[:40] or 'compile'}"


def _decodes(catalog: Catalog, row: Row) -> bool:
    """Whether most of the time is spent token by token."""
    name = catalog.find("models", row.model)
    family = catalog.get("models", name).family if name else row.family
    return family in ("autoregressive", "ar", "perception")
