"""A git repository of a product team, made for one test."""

import subprocess
from pathlib import Path

BASE = """\
version: 1
name: poster
task: text-to-image
output: {width: 512, height: 512}
quality: draft
latency: {p95: 60 s}
traffic: {average: 1 req/s, peak: 2 req/s}
platform: {gpu: a100-80gb-sxm, price: 1.80 USD/h}
budget: {per_asset: 0.05 USD}
candidates: [sdxl-turbo, sdxl]
"""
LARGER = BASE.replace("width: 512, height: 512", "width: 1024, height: 1024").replace("sdxl-turbo, sdxl", "sdxl")


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(folder: Path, spec: str = BASE) -> Path:
    """`main` has the spec; the working tree is on a branch of it."""
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, spec)
    commit(folder, "base")
    git(folder, "switch", "-q", "-c", "larger")
    return folder


def write(folder: Path, spec: str, name: str = "poster.yaml") -> None:
    """Change the spec in the working tree."""
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "specs" / name).write_text(spec)


def commit(folder: Path, message: str) -> None:
    """Keep everything."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
