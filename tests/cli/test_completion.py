"""What a shell offers after the tab key, asked as the shells ask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import SPECS, call
from tokencost.catalog import named
from tokencost.catalog.load import load
from tokencost.cli.completing import files
from tokencost.report import formats


def asked(line: str, shell: str, folder: Path = SPECS.parent, **more: str) -> str:
    """Standard output of the command as the completion of a shell calls it; the cursor is at the end of the line."""
    words = line.split(" ")
    said = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = subprocess.run(
        [sys.executable, "-m", "tokencost"], capture_output=True, text=True, cwd=folder, check=False,
        env={**os.environ, "_TOKENCOST_COMPLETE": f"complete_{shell}", **said, **more},
    )  # fmt: skip
    assert "" == done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("tokencost esti", {"estimate"}),
        ("tokencost estimate emu3-g", {"emu3-gen"}),
        ("tokencost estimate sdxl --gpu h100-80gb-s", {"h100-80gb-sxm"}),
        ("tokencost compare --models sdxl,emu3-g", {"sdxl,emu3-gen"}),
        ("tokencost tokens --tokenizer emu", {"emu3", "emu3.5"}),
        ("tokencost compare --task v", {"video"}),
        ("tokencost plan --format j", {"json"}),
        ("tokencost check --format g", {"github", "gitlab"}),
        ("tokencost plan specs/poster", {"specs/poster-1024.yaml", "specs/poster-512.yaml"}),
        ("tokencost explain specs/poster-5", {"specs/poster-512.yaml"}),
        ("tokencost explain transfu", {"transfusion-7b"}),
        ("tokencost catalog list mod", {"models"}),
        ("tokencost catalog show gpus/a100-80gb-s", {"gpus/a100-80gb-sxm"}),
        ("tokencost schema sp", {"spec"}),
        ("tokencost init --gpu a100-80gb-sxm,l40s", {"a100-80gb-sxm,l40s-48gb"}),
        ("tokencost estimate sdxl --region us-east4", {"us-east4"}),
    ],
)
def test_bash_offers_what_could_stand_there(line: str, offered: set[str]) -> None:
    """
    One word to a line.
    """
    assert offered <= set(asked(line, "bash").splitlines())


def test_zsh_shows_what_a_name_is() -> None:
    """
    Ids alone do not tell a distilled student from its teacher.
    """
    assert '"sdxl":"SDXL base 1.0 (diffusion)"' in asked("tokencost estimate sdx", "zsh")


def test_fish_shows_what_a_name_is() -> None:
    """
    Behind a tab.
    """
    assert "vllm\tvLLM" in asked("tokencost estimate sdxl --engine v", "fish").splitlines()


def test_other_names_lead_to_their_record() -> None:
    """
    Whoever types the name of a page or a paper finds the model.
    """
    models = load().index["models"]
    name, alias = next(
        (name, alias) for name, record in models.items() for alias in record["noun"].get("aliases", ())
        if alias.isalnum() and not any(other.startswith(alias.lower()[:-1]) for other in models)
    )  # fmt: skip
    shown = asked(f"tokencost estimate {alias[:-1]}", "fish")

    assert [line for line in shown.splitlines() if line.startswith(f"{alias}\t") and line.endswith(f": {name}")]


def test_names_are_offered_in_the_case_that_was_begun() -> None:
    """
    The catalogue takes any.
    """
    assert "EMU3-gen" in asked("tokencost estimate EMU3-", "bash").splitlines()


def test_records_of_ones_own_are_offered(tmp_path: Path) -> None:
    """
    From the folder of the environment, or of the flag before.
    """
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mosaic-2b.yaml").write_text("id: mosaic-2b\n")

    assert "mosaic-2b" in asked("tokencost estimate mos", "bash", TOKENCOST_CATALOG=str(tmp_path)).splitlines()
    assert "mosaic-2b" in asked(f"tokencost estimate --catalog {tmp_path} mos", "bash").splitlines()


def test_names_are_those_of_the_catalogue() -> None:
    """
    The small file is written with the index and says the same.
    """
    catalog = load()

    for kind in catalog.index.keys() - {"sources"}:
        assert catalog.names(kind) == sorted(named.names(kind))


def test_formats_are_those_of_the_command() -> None:
    """
    A format of another command would be refused.
    """
    assert formats("diff") == asked("tokencost diff --format ", "bash").splitlines()


def test_a_shell_waits_for_names_only() -> None:
    """
    Neither the catalogue nor what computes with it is loaded, nor what paints.
    """
    code = (
        "import sys, tokencost.cli\n"
        "try:\n    tokencost.cli.main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'numpy', 'yaml', 'rich.console', 'tokencost.catalog.load', 'tokencost.nouns.model'}\n"
        "print('LOADED', sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "_TOKENCOST_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": "tokencost estimate sdx",
             "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    )  # fmt: skip

    assert ("", "LOADED []") == (done.stderr, done.stdout.splitlines()[-1])
    assert "sdxl" in done.stdout


def test_folders_that_cannot_be_read_offer_nothing() -> None:
    """
    The tab key never fails.
    """
    assert [] == files()(None, "/missing/folder/")  # type: ignore[arg-type]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str) -> None:
    """
    What `--install-completion` puts into a start file.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tokencost"], capture_output=True, text=True, check=False,
        env={**os.environ, "_TOKENCOST_COMPLETE": f"source_{shell}"},
    )  # fmt: skip

    assert (0, True) == (done.returncode, f"complete_{shell}" in done.stdout)


def test_editors_are_offered_records_of_ones_own(tmp_path: Path) -> None:
    """
    The schema of a spec suggests what the folder has, and takes what it has not.
    """
    (tmp_path / "models").mkdir()
    known = load().index["models"]
    text = (Path(named.DATA) / "models" / "sdxl.yaml").read_text(encoding="utf-8")
    (tmp_path / "models" / "my-sdxl.yaml").write_text(
        "\n".join(
            line for line in text.replace("id: sdxl\n", "id: my-sdxl\n").splitlines() if not line.startswith("aliases")
        )
    )
    called = call("schema", "--catalog", str(tmp_path))

    assert (0, "") == (called.code, called.err)
    assert '"my-sdxl"' in called.out
    assert '"my-sdxl"' not in call("schema").out
    assert "my-sdxl" not in known
