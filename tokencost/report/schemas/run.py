"""What results say of one request on its platform."""

from tokencost.report.schemas.part import Family, Part, means


class Platform(Part):
    """Where a model runs, as people name it."""

    gpu: str = means("GPU of the catalogue")
    gpus: float = means("GPUs that share one request")
    engine: str = means("software")
    precision: str = means("of the weights and the arithmetic")
    parallelism: str = means("how GPUs share a request; empty for one")


class Tokens(Part):
    """Tokens of one request."""

    grid: list[float] = means("frames, rows and columns of tokens")
    visual: float = means("tokens of the image or clip")
    structural: float = means("tokens that end rows and frames, or mark an image")
    text: float = means("tokens of the prompt")
    sequence: float = means("the longest sequence")
    generated: float = means("tokens that are written one by one")


class Phase(Part):
    """One phase of the program, in the order in which they run."""

    id: str = means("its name")
    component: str = means("the network that runs")
    steps: float = means("sequential executions")
    flop: float = means("2 per multiply-add, all steps", "FLOP")
    memory_traffic_bytes: float = means("read and written, all steps", "B")
    link_traffic_bytes: float = means("between GPUs, all steps", "B")
    seconds: float = means("all steps", "s")
    bound: str = means("what a step waits for: compute, memory, link or overhead")


class Memory(Part):
    """Memory of one GPU of a replica."""

    weights_bytes: float = means("weights", "B")
    kv_cache_bytes: float = means("keys and values of all sequences", "B")
    activations_bytes: float = means("the largest intermediate results", "B")
    reserve_bytes: float = means("what the engine holds back", "B")
    peak_bytes: float = means("all of the above", "B")
    available_bytes: float = means("what the GPU has", "B")
    fits: bool = means("whether the peak is available")
    batch_limit: float | None = means("requests at once that still fit; null: no limit")


class Latency(Part):
    """Time of one request alone."""

    seconds: float = means("the prediction", "s")
    low: float = means("low end of the central 90 %", "s")
    high: float = means("high end of the central 90 %", "s")


class Throughput(Part):
    """What one replica does."""

    requests_per_second: float = means("requests", "1/s")
    tokens_per_second: float = means("generated tokens", "1/s")


class Energy(Part):
    """Energy of the GPUs for one request."""

    joules: float = means("the prediction", "J")
    low: float = means("low end", "J")
    high: float = means("high end", "J")


class ElectricityLine(Part):
    """A part of the electricity."""

    name: str = means("what takes it")
    joules: float = means("per asset", "J")
    kg_co2e: float = means("per asset", "kg")


class Electricity(Part):
    """What is taken from the grid."""

    per_asset_joules: float = means("per asset", "J")
    per_asset_kg_co2e: float = means("per asset", "kg")
    per_month_joules: float | None = means("per month, where there is traffic", "J")
    per_month_kg_co2e: float | None = means("per month, where there is traffic", "kg")
    region: str = means("whose grid")
    carbon_kg_per_joule: float = means("carbon intensity", "kg/J")
    carbon_source: str = means("who says so")
    pue: float = means("power usage effectiveness of the data centre")
    pue_source: str = means("who says so")
    lines: list[ElectricityLine] = means("what takes it")


class Note(Part):
    """A number that a person chose."""

    name: str = means("which")
    value: str = means("as it was said")
    reason: str = means("why")


class Run(Part):
    """What is known of one request on its platform; what is not known is null or empty."""

    platform: Platform | None = means("null behind an API")
    tokens: Tokens | None = means("tokens of the request")
    params: dict[str, float] = means("parameters: `total`, and by component")
    phases: list[Phase] = means("the program")
    flops: dict[str, float] | None = means("work: `total`, and by phase", "FLOP")
    memory: Memory | None = means("memory of one GPU")
    latency: Latency | None = means("one request alone")
    throughput: Throughput | None = means("one replica")
    energy: Energy | None = means("one request")
    electricity: Electricity | None = means("from the grid")
    accelerations: list[str] = means("accelerations in use")
    assumptions: list[Note] = means("numbers that a person chose")
    sources: list[str] = means("ids of the sources of all numbers")


class Line(Part):
    """A line of a bill."""

    name: str = means("what is paid for")
    quantity: float | None = means("how much, in `unit`")
    unit: str = means("of the quantity")
    price: float | None = means("in `price_unit`; null: no price is known")
    price_unit: str = means("of the price")
    amount_usd: float | None = means("quantity times price", "USD")
    source: str = means("who says the price")
    since: str | None = means(
        "day on which the price was last seen, or of your own from which it is true; null: none is known"
    )


class Request(Part):
    """What was asked for."""

    task: str = means("text-to-image, text-to-video or image-to-text")
    width: float = means("pixels")
    height: float = means("pixels")
    frames: float = means("frames of a clip; 1 for an image")
    fps: float = means("frames per second; 0 for an image", "1/s")
    prompt_tokens: float = means("tokens of the prompt")
    output_tokens: float = means("tokens of an answer about an image")
    batch: float = means("requests that run together")


class RequestCost(Part):
    """What one request costs."""

    usd: float | None = means("per asset", "USD")
    price_usd_per_gpu_hour: float | None = means("the price of a GPU", "USD/h")
    price_source: str = means("who says the price")
    lines: list[Line] = means("the bill")


class Named(Part):
    """A model."""

    model: str = means("id in the catalogue")
    name: str = means("as its makers call it")
    family: Family = means("how it works")
