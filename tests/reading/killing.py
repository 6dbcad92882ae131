"""Writers killed at random moments: `python -m tests.reading.killing 1000` counts what they leave.

A writer replaces one file over and over, each time by the same letter many times; a whole file has one kind of letter
and all of them.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LENGTH = 200_000
WRITER = f"""
import sys
from pathlib import Path
from tokencost.reading.atomic import write_file
target, seed, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
n = 0
while n != times:
    write_file(chr(97 + (seed + n) % 26) * {LENGTH}, target)
    n += 1
"""


@dataclass(frozen=True)
class Found:
    """Kills, how often the target was not whole, temporary names left behind, and those left by the next writer."""

    kills: int
    partial: int
    left: int
    left_after_next: int


def kill_writers(folder: Path, *, kills: int, seed: int) -> Found:
    """Start a writer, kill it within 20 ms of its first write, look; that many times."""
    draw, target = random.Random(seed), folder / "target"
    partial = left = 0
    for number in range(kills):
        if draw.random() < 0.3:
            target.unlink(missing_ok=True)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(target), str(number), "-1"], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.random() * 0.02)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        partial += target.exists() and not _whole(target.read_text())
        left += len(os.listdir(folder)) - target.exists()
    subprocess.run([sys.executable, "-c", WRITER, str(target), "0", "1"], check=True, stdout=subprocess.DEVNULL)
    return Found(kills, partial, left, len(os.listdir(folder)) - 1)


def _whole(text: str) -> bool:
    return len(text) == LENGTH and len(set(text)) == 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(kill_writers(Path(place), kills=int(sys.argv[1]), seed=0))
