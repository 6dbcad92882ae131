"""Prices of models behind an API, as two maintained lists have them, in dollars per image or per second.

The lists count in different units: Portkey in cents per image, second or token, LiteLLM in dollars per image, pixel,
token or second. A price per token becomes one per image by the tokens that the provider publishes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tokencost.errors import AccessError
from tokencost.market.fetching import is_address, text_of
from tokencost.nouns.model import ApiPrice

PORTKEY = "https://configs.portkey.ai/pricing"
LITELLM = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
CENTS = 100.0
PORTKEY_NAMES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("dall-e-3", ""): ("openai", "dall-e-3"), ("gpt-image-1", ""): ("openai", "gpt-image-1"),
    ("gpt-image-1.5", ""): ("openai", "gpt-image-1.5"), ("gpt-image-2", ""): ("openai", "gpt-image-2"),
    ("sora-2", ""): ("openai", "sora-2"), ("sora-2-pro", ""): ("openai", "sora-2-pro"),
    ("imagen-3", "standard"): ("vertex-ai", "imagen-3.0-generate-002"),
    ("imagen-3", "fast"): ("vertex-ai", "imagen-3.0-fast-generate-001"),
    ("imagen-4", "standard"): ("vertex-ai", "imagen-4.0-generate-001"),
    ("imagen-4", "fast"): ("vertex-ai", "imagen-4.0-fast-generate-001"),
    ("imagen-4", "ultra"): ("vertex-ai", "imagen-4.0-ultra-generate-001"),
    ("gemini-2.5-flash-image", ""): ("vertex-ai", "gemini-2.5-flash-image"),
    ("gemini-3-pro-image", ""): ("vertex-ai", "gemini-3-pro-image"),
    ("veo-3.1", "standard"): ("vertex-ai", "veo-3.1-generate-preview"),
    ("veo-3.1", "fast"): ("vertex-ai", "veo-3.1-fast-generate-preview"),
    ("veo-3.1", "lite"): ("vertex-ai", "veo-3.1-lite-generate-preview"),
}  # fmt: skip
"""Our model and quality ("" is any) -> Portkey's file and key."""
LITELLM_NAMES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("dall-e-3", ""): ("{quality}/{size}/dall-e-3",),
    ("gpt-image-1", ""): ("{quality}/{size}/gpt-image-1", "gpt-image-1"),
    ("gpt-image-1.5", ""): ("{quality}/{size}/gpt-image-1.5", "gpt-image-1.5"), ("gpt-image-2", ""): ("gpt-image-2",),
    ("sora-2", ""): ("openai/sora-2",), ("sora-2-pro", ""): ("openai/sora-2-pro",),
    ("imagen-3", "standard"): ("vertex_ai/imagen-3.0-generate-002", "gemini/imagen-3.0-generate-001"),
    ("imagen-3", "fast"): ("vertex_ai/imagen-3.0-fast-generate-001", "gemini/imagen-3.0-fast-generate-001"),
    ("imagen-4", "standard"): ("vertex_ai/imagen-4.0-generate-001",),
    ("imagen-4", "fast"): ("vertex_ai/imagen-4.0-fast-generate-001",),
    ("imagen-4", "ultra"): ("vertex_ai/imagen-4.0-ultra-generate-001",),
    ("gemini-2.5-flash-image", ""): ("vertex_ai/gemini-2.5-flash-image",),
    ("gemini-3-pro-image", ""): ("vertex_ai/gemini-3-pro-image",),
    ("veo-3.1", "standard"): ("vertex_ai/veo-3.1-generate-preview", "vertex_ai/veo-3.1-generate-001"),
    ("veo-3.1", "fast"): ("vertex_ai/veo-3.1-fast-generate-preview", "vertex_ai/veo-3.1-fast-generate-001"),
    ("veo-3.1", "lite"): ("vertex_ai/veo-3.1-lite-generate-001",),
    ("runway-gen4-turbo", ""): ("runwayml/gen4_turbo",),
}  # fmt: skip
"""Our model and quality -> LiteLLM's keys, the first that is there."""
BY_LINES = {720: "_720p", 1080: "_1080p", 2160: "_4k"}
SQUARE_1K = 1024 * 1024


def portkey_quotes(location: str, offers: list[ApiPrice]) -> dict[str, float]:
    """Offer id -> dollars, of every offer that Portkey prices; raises AccessError."""
    wanted = {offer.id: _named(PORTKEY_NAMES, offer) for offer in offers}
    files = {file: _object(_place(location, f"{file}.json")) for file in sorted({n[0] for n in wanted.values() if n})}
    found = {}
    for offer in offers:
        name = wanted[offer.id]
        config = _dig(files[name[0]], name[1], "pricing_config", "pay_as_you_go") if name else None
        cents = _portkey(config, offer) if isinstance(config, Mapping) else None
        if cents:
            found[offer.id] = cents / CENTS
    return found


def _place(location: str, name: str) -> str:
    return f"{location.rstrip('/')}/{name}"


def _portkey(config: Mapping[str, Any], offer: ApiPrice) -> float:
    """Cents for one image or second; 0 if nothing fits."""
    size, more = f"{offer.width}x{offer.height}", _dig(config, "additional_units") or {}
    if offer.per == "second":
        sides = f"{offer.width}_{offer.height}"
        return _first(more, f"video_duration_seconds_{sides}", f"video_seconds_{sides}", size, "video_seconds")
    for quality in (offer.quality or "default", "default"):
        for listed in (size, "default"):
            cents = _price(_dig(config, "image", quality) or {}, listed)
            if cents and (listed == size or not offer.width or offer.width * offer.height <= SQUARE_1K):
                return cents
    return _first({**more, **config}, "response_image_token", "image_token") * offer.tokens


def _first(units: Mapping[str, Any], *names: str) -> float:
    """The price of the first unit that has one; 0 if none has."""
    return next((price for name in names if (price := _price(units, name))), 0.0)


def litellm_quotes(location: str, offers: list[ApiPrice]) -> dict[str, float]:
    """Offer id -> dollars, of every offer that LiteLLM prices; raises AccessError."""
    table = _object(location)
    found = {}
    for offer in offers:
        names = _named(LITELLM_NAMES, offer) or ()
        keys = (name.format(quality=offer.quality, size=f"{offer.width}-x-{offer.height}") for name in names)
        entry = next((table[key] for key in keys if isinstance(table.get(key), Mapping)), None)
        dollars = next((usd for usd in _litellm(entry, offer) if usd), None) if entry else None
        if dollars:
            found[offer.id] = dollars
    return found


def _litellm(entry: Mapping[str, Any], offer: ApiPrice) -> Iterator[float]:
    """Dollars for one image or second, by the unit that says most about it."""
    if offer.per == "second":
        if offer.model == "sora-2-pro" and max(offer.width, offer.height) > 1280:
            return
        lines = BY_LINES.get(min(offer.width, offer.height), "")
        yield _number(entry.get(f"output_cost_per_second{lines}"))
        yield _number(entry.get("output_cost_per_second"))
        yield _number(entry.get("output_cost_per_video_per_second"))
        return
    if "4k" not in offer.id:
        yield _number(entry.get("output_cost_per_image"))
        yield _number(entry.get("input_cost_per_image")) if "output_cost_per_image_token" not in entry else 0.0
    yield _number(entry.get("input_cost_per_pixel")) * offer.width * offer.height
    yield _number(entry.get("output_cost_per_image_token")) * offer.tokens


def _named(names: Mapping[tuple[str, str], Any], offer: ApiPrice) -> Any:
    return names.get((offer.model, offer.quality)) or names.get((offer.model, ""))


def _object(location: str) -> dict[str, Any]:
    try:
        found = json.loads(text_of(location))
    except (ValueError, RecursionError) as error:
        raise AccessError(f"{location}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise AccessError(f"{location}: not a mapping of models")
    return found


def _dig(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _price(data: Any, name: str) -> float:
    return _number(_dig(data, name, "price"))


def _number(value: Any) -> float:
    real = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    return real if 0 < real < float("inf") else 0.0


def where(location: str) -> str:
    """What to call a location in a source."""
    return location if is_address(location) else location.rstrip("/").rpartition("/")[2] or location
