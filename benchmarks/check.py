"""`tokencost check` on many specs in one call: processor time in all and per spec, and that two runs agree.

    python benchmarks/check.py [specs] [runs]

The specs are drawn once and for all: images of a dozen sizes, clips and captions, with traffic, limits, budgets, GPUs,
tiers and prompts as products have them; about one in fifteen cannot be kept.
"""

import os
import platform
import random
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

COMMAND = str(Path(sysconfig.get_path("scripts")) / "tokencost")
IMAGES = ("256x256", "512x512", "768x768", "1024x1024", "1280x768", "768x1280", "1152x896", "1344x768", "1536x1536")
PICTURES = ("512x512", "1024x1024", "1280x768")
CLIPS = ("512x320 2 s 8", "768x512 3 s 24", "848x480 5 s 24")
GPUS = ("a100-80gb-sxm", "h100-80gb-sxm", "l40s-48gb", "[a100-80gb-sxm, h100-80gb-sxm]")


def spec(number: int, draw: random.Random) -> str:
    """One spec of the mix: eight of ten are images, one a clip, one a caption."""
    kind = draw.choices(("image", "clip", "caption"), (8, 1, 1))[0]
    rate, batch_job = 10 ** draw.uniform(-2, 1.5), draw.random() < 0.3
    lines = [
        "version: 1",
        f"name: product-{number:04d}",
        *shape(kind, draw),
        f"prompt_tokens: {draw.choice((30, 60, 77))}",
    ]
    lines.append(f"quality: {draw.choice(('draft', 'standard')) if kind == 'image' else 'draft'}")
    lines.append(f"traffic: {{average: {rate:.3g} req/s, peak: {rate * draw.choice((1, 2, 4)):.3g} req/s}}")
    seconds = {"image": 2.0, "clip": 60.0, "caption": 3.0}[kind] * 10 ** draw.uniform(0, 1) * (10 if batch_job else 1)
    lines.append(f"latency: {{p95: {seconds:.3g} s}}")
    lines.append(
        f"platform: {{gpu: {draw.choice(GPUS)}, engine: compile}}" if kind != "caption" else "platform: {engine: vllm}"
    )
    dollars = {"image": 0.01, "clip": 1.0, "caption": 0.01}[kind] * 10 ** draw.uniform(-0.5, 1)
    lines.append(f"budget: {{per_asset: {dollars:.3g} USD}}")
    return "\n".join(lines) + "\n"


def specs(count: int) -> Iterator[str]:
    """The first so many specs, the same in every run."""
    draw = random.Random(20_260)
    return (spec(number, draw) for number in range(count))


def shape(kind: str, draw: random.Random) -> list[str]:
    """The task and the size of what is made or read."""
    if kind == "clip":
        size, seconds, _, fps = draw.choice(CLIPS).split()
        width, height = size.split("x")
        return [
            "task: text-to-video",
            f"output: {{width: {width}, height: {height}, seconds: {seconds} s, fps: {fps}}}",
        ]
    width, height = draw.choice(PICTURES if kind == "caption" else IMAGES).split("x")
    size = f"{{width: {width}, height: {height}}}"
    if kind == "caption":
        return ["task: image-to-text", f"input: {size}", f"output_tokens: {draw.choice((64, 256))}"]
    return ["task: text-to-image", f"output: {size}"]


def timed(files: list[str]) -> tuple[float, bytes, int]:
    """Processor seconds of one call, what it said, and its exit code."""
    before = os.times()
    done = subprocess.run([COMMAND, "check", *files], capture_output=True, check=False)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, done.stdout, done.returncode


def main() -> None:
    """Write the specs, check them, tell the time."""
    count, runs = (int(sys.argv[n]) if len(sys.argv) > n else usual for n, usual in ((1, 1000), (2, 3)))
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(specs(count)):
            files.append(str(Path(folder) / f"{number:04d}.yaml"))
            Path(files[-1]).write_text(text, encoding="utf-8")
        found = [timed(files) for _ in range(runs)]
    seconds, text, code = min(found)
    print(f"{platform.machine()}, Python {platform.python_version()}, minimum of {runs} runs")
    print(text.decode().splitlines()[0], f"(exit code {code})")
    print(f"{count:,} specs in {seconds:.2f} s of processor time, {1000 * seconds / count:.2f} ms each")
    print("same bytes in every run" if len({answer for _, answer, _ in found}) == 1 else "RUNS DIFFER")


if __name__ == "__main__":
    main()
