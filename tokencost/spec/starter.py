"""A first spec from a few answers: what is asked, what is usual, and the commented file that comes of it.

An answer is the text that will stand in the file; the reader of specs judges it, so that a starter never says
anything that a plan would refuse.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tokencost.catalog.load import Catalog
from tokencost.errors import Problem, SpecError
from tokencost.spec.load import load_bytes

Answers = Mapping[str, str]

NONE = "none"
"""The answer that leaves a limit open."""
VIDEO, PERCEPTION = "text-to-video", "image-to-text"
PLAIN = re.compile(r"(?!(?:true|false|null)$)[A-Za-z][A-Za-z0-9._-]*(?: [A-Za-z0-9._-]+)*", re.IGNORECASE)
QUANTITY = re.compile(r"(?:[0-9.]+(?:e[-+]?[0-9]+)?) ?[A-Za-z/%1]*", re.IGNORECASE)
RATE = re.compile(r" *([0-9.]+) *(.*?) *")
PEAK_OVER_AVERAGE = 3
"""How much busier the busiest hour is, until somebody says: posters of a studio, captions of an upload form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to say: its key and flag, how it is asked, what is usual by task (the empty task is any other)."""

    key: str
    path: str
    text: str
    usual: Mapping[str, str]
    asked: bool = True

    @property
    def flag(self) -> str:
        """The flag that answers it."""
        return f"--{self.key.replace('_', '-')}"

    def default(self, so_far: Answers) -> str:
        """What is taken if nothing is said; empty if the question does not arise."""
        if self.key == "peak":
            return _busier(so_far.get("average", NONE))
        if self.key in ("seconds", "fps") and so_far.get("frames"):
            return ""
        return self.usual.get(so_far.get("task", ""), self.usual.get("", ""))


QUESTIONS = (
    Question(key="name", path="name", text="What is it called?", usual={"": "product"}, asked=False),
    Question(key="task", path="task", text="What is made? image, video or perception (image to text)",
             usual={"": "text-to-image"}),
    Question(key="res", path="output.width output.height input.width input.height",
             text="How large, in pixels? 1024 is a square", usual={"": "1024x1024", VIDEO: "1280x720"}),
    Question(key="frames", path="output.frames", text="How many frames?", usual={}, asked=False),
    Question(key="seconds", path="output.seconds", text="How many seconds?", usual={VIDEO: "5"}),
    Question(key="fps", path="output.fps output.seconds output.frames", text="How many frames per second?",
             usual={VIDEO: "24"}),
    Question(key="prompt_tokens", path="prompt_tokens", text="Tokens of a prompt?", usual={"": "64"}, asked=False),
    Question(key="output_tokens", path="output_tokens", text="Tokens of an answer?", usual={PERCEPTION: "128"},
             asked=False),
    Question(key="quality", path="quality", text="How good? draft, standard or premium", usual={"": "standard"}),
    Question(key="latency", path="latency", text="Within what time are 95 % answered? none for no limit",
             usual={"": "10 s", VIDEO: "30 min"}),
    Question(key="average", path="traffic.average", text="How often, on average? none for no traffic",
             usual={"": "1 req/s", VIDEO: "20 req/h"}),
    Question(key="peak", path="traffic.peak traffic", text="And in the busiest hour?", usual={}),
    Question(key="gpu", path="platform.gpu", text="On which GPU? Several, with commas: the plan picks",
             usual={"": "a100-80gb-sxm"}),
    Question(key="budget", path="budget.per_asset", text="What may one asset cost? none for no limit",
             usual={"": "0.01 USD", VIDEO: "2 USD"}),
    Question(key="budget_month", path="budget.per_month", text="And a month? none for no limit", usual={"": NONE}),
)  # fmt: skip
"""In the order in which they are asked; those that are not asked have a flag."""


def _busier(average: str) -> str:
    """The rate of the busiest hour, in the unit of the average."""
    found = RATE.fullmatch(average)
    try:
        return f"{float(found[1]) * PEAK_OVER_AVERAGE:.12g} {found[2]}" if found else average
    except ValueError:
        return average


def completed(said: Answers) -> dict[str, str]:
    """What was said, and what is usual where nothing was."""
    answers = {key: text for key, text in said.items() if text}
    for question in QUESTIONS:
        usual = question.default(answers)
        if usual:
            answers.setdefault(question.key, usual)
    return answers


def problems(answers: Answers, catalog: Catalog) -> list[Problem]:
    """What the reader of specs says to these answers."""
    try:
        load_bytes(spec_text(answers, "").encode("utf-8", "surrogateescape"), "", (), catalog)
    except SpecError as error:
        return list(error.problems)
    return []


def question_of(problem: Problem) -> Question | None:
    """Whose answer it is that has to be mended; of several the one that names the very place."""
    about = [q for q in QUESTIONS if any(f"{problem.path}.".startswith(f"{path}.") for path in q.path.split())]
    return next((q for q in about if problem.path in q.path.split()), about[0] if about else None)


def scalar(text: str) -> str:
    """Text as one YAML value, in quotes where it would be read as something else."""
    return text if PLAIN.fullmatch(text) or QUANTITY.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _named(text: str) -> str:
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _mapping(*pairs: tuple[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {scalar(text)}' for key, text in pairs)}}}"


def _set(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Pairs that hold an answer."""
    return tuple((key, text) for key, text in pairs if text and text.lower() != NONE)


def _said(key: str, pairs: tuple[tuple[str, str], ...], example: str, remark: str) -> str:
    """A key with its answers; without any, an example that is commented out."""
    return f"{key}: {_mapping(*pairs)} # {remark}" if pairs else f"# {key}: {example} # {remark}"


def spec_text(answers: Answers, schema: str) -> str:
    """The commented file, with the schema that editors should use in its first line."""
    lines = [
        *([f"# yaml-language-server: $schema={schema}"] if schema else []),
        "# A product spec: what is made, how good, how fast, how often, on what, at what cost.",
        "# `tokencost plan` on this file says which model to run; `tokencost check` fails where a limit is broken.",
        *_product(answers),
        *_limits(answers),
        "",
        "# Left out; remove the first # to use one:",
        f"# candidates: {CANDIDATES.get(answers['task'], '[emu3-gen, sdxl]')} # default: every model for the task",
        *MORE,
    ]
    return "\n".join(lines) + "\n"


def _product(answers: Answers) -> list[str]:
    task, size = answers["task"], "input" if answers["task"] == PERCEPTION else "output"
    width, cross, height = answers["res"].lower().partition("x")
    sides = (("width", width.strip()), ("height", height.strip() if cross else width.strip()))
    length = _set(*((key, answers.get(key, "")) for key in ("seconds", "fps", "frames")))
    tokens = [(key, answers[key]) for key in ("prompt_tokens", "output_tokens") if key in answers]
    return [
        "version: 1",
        f"name: {_named(answers['name'])}",
        f"task: {scalar(task)} # text-to-image, text-to-video or image-to-text",
        f"{size}: {_mapping(*sides, *length)} # pixels{'; seconds and fps, or frames' if task == VIDEO else ''}",
        *(f"{key}: {scalar(text)}" for key, text in tokens),
        f'quality: {scalar(answers["quality"])} # draft, standard, premium, or bounds such as {{geneval: ">= 0.6"}}',
    ]


def _limits(answers: Answers) -> list[str]:
    latency = _set(("p95", answers.get("latency", "")))
    traffic = _set(*((key, answers.get(key, "")) for key in ("average", "peak")))
    budget = _set(("per_asset", answers.get("budget", "")), ("per_month", answers.get("budget_month", "")))
    gpus = [scalar(name.strip()) for name in answers["gpu"].split(",")]
    gpu = gpus[0] if len(gpus) == 1 else f"[{', '.join(gpus)}]"
    return [
        _said("latency", latency, "{p95: 10 s}", "p50, p95 or p99 with waiting; without it, no limit"),
        _said("traffic", traffic, "{average: 1 req/s, peak: 3 req/s}", "sized on the peak, billed on the average"),
        f"platform: {{gpu: {gpu}}} # or a list such as [l40s-48gb, h100-80gb-sxm]: the plan picks",
        _said(
            "budget", budget, "{per_asset: 0.01 USD, per_month: 20000 USD}", "a broken limit fails `tokencost check`"
        ),
    ]


MORE = (
    "# energy: {region: us-east4} # whose grid feeds the machines; default: the world's average",
    '# assume: {request_time: {value: 2 s, reason: "measured on our cluster"}} # instead of a prediction',
    "# labels: {team: studio} # short texts for your own use",
)
"""Keys that nobody is asked for, as they would be written."""
CANDIDATES = {
    "text-to-image": "[emu3-gen, sdxl, sd3.5-medium]", VIDEO: "[emu3-stage2, open-sora-1.2]",
    PERCEPTION: "[emu3-chat, janus-pro-1b]",
}  # fmt: skip
"""Models of a task, as an example."""
