"""The same question in many surroundings: `python -m tests.promises.variations` counts the answers (one is right).

What may vary between machines and runs without a word in the input: order of hashes, language, time zone, width of the
terminal, folder, mask of rights, and instructions that numpy and the C library find on the processor.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SPECS = Path(__file__).parents[2] / "specs"
Surroundings = Mapping[str, str]
HASHES = tuple({"PYTHONHASHSEED": str(seed)} for seed in range(50))
LANGUAGES = tuple(
    {"LC_ALL": name, "LANG": name} for name in ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.eucJP", "POSIX")
)
ZONES = tuple({"TZ": name} for name in ("UTC", "Asia/Kathmandu", "America/St_Johns"))
SCREENS = (
    {"COLUMNS": "20"},
    {"COLUMNS": "400", "LINES": "5"},
    {"TERM": "dumb"},
    {"NO_COLOR": "1"},
    {"FORCE_COLOR": "1"},
)
PLACES = ({"_cwd": "/"}, {"_cwd": ""}, {"_umask": "077"}, {"_umask": "0"})
PROCESSORS = (
    {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"},
    {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"},
    {"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"},
    {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512DQ,-AVX512BW"},
    {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F"},
    {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2_Usable,-FMA_Usable,-FMA4_Usable,-AVX512F_Usable"},
    {"OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Nehalem"},
)
SMALL = (
    {}, {**HASHES[1], **LANGUAGES[3], **ZONES[1], **SCREENS[0], **PLACES[0], **PLACES[2]}, PROCESSORS[1], PROCESSORS[4],
)  # fmt: skip
"""Every kind but processors at once, and two processors."""


def all_surroundings() -> Iterator[Surroundings]:
    """Every single variation, and every processor in every language."""
    yield from ({}, *HASHES, *LANGUAGES, *ZONES, *SCREENS, *PLACES, *PROCESSORS)
    yield from ({**processor, **language} for processor in PROCESSORS for language in LANGUAGES)


def answered(command: Sequence[str], surroundings: Surroundings, python: str = sys.executable) -> bytes:
    """What a command of tokencost prints there; raises CalledProcessError if it ends with a code other than 0."""
    environment = {**os.environ, **{k: v for k, v in surroundings.items() if not k.startswith("_")}}
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            [python, "-m", "tokencost", *command],
            env=environment,
            cwd=surroundings.get("_cwd") or folder,
            umask=int(surroundings.get("_umask", "022"), 8),
            check=True,
            stdout=subprocess.PIPE,
        ).stdout


def main() -> None:
    """Hashes of the answers, with how many surroundings gave each and the first that did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", default=[], help="another interpreter with tokencost installed")
    parser.add_argument("--small", action="store_true", help="four surroundings that differ in everything")
    parser.add_argument("specs", nargs="*", type=Path, default=sorted(SPECS.glob("*.yaml")))
    asked = parser.parse_args()
    command = ["plan", *(str(path.resolve()) for path in asked.specs), "--format", "json"]
    runs = [
        (python, one)
        for python in [sys.executable, *asked.python]
        for one in (SMALL if asked.small else [*all_surroundings()])
    ]
    found: Counter[str] = Counter()
    first: dict[str, tuple[str, Surroundings]] = {}
    for python, one in runs:
        answer = answered(command, one, python)
        key = hashlib.sha256(answer).hexdigest()
        found[key] += 1
        if key not in first:
            first[key] = (python, one)
            Path(tempfile.gettempdir(), f"variation-{key[:12]}.json").write_bytes(answer)
    for key, number in found.most_common():
        print(f"{key}  {number:4} runs, first {first[key]}")


if __name__ == "__main__":
    main()
