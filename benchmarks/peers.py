"""Time per configuration beside other planners: `python -m benchmarks.peers [NAME=PYTHON ...]`.

Peers are looked for in this interpreter, or in the one that is named: `genz-llm=/path/to/venv/bin/python`. Each runs in
a process of its own: to import alone, to answer one question, and to answer many, so that the start and a further
configuration are told apart. Processor time, least of three runs, or of RUNS. A peer that is not there is left out with
the reason.

The questions are not the same: language models for the peers, image models here. What is compared is what one
further configuration costs a user who looks at many.
"""

import os
import subprocess
import sys
import time

MANY = 40
RUNS = int(os.environ.get("RUNS", "3"))

OURS = """
import tokencost
for n in range({count}):
    tokencost.estimate("emu3-gen", res=512, batch=n + 1)
"""
OURS_SWEPT = """
import tokencost
{count} and tokencost.sweep({{"version": 1, "name": "s",
    "spec": {{"version": 1, "name": "p", "task": "text-to-image", "output": {{"width": 512, "height": 512}}}},
    "axes": {{"model": ["sdxl"], "steps": {{"from": 1, "to": 1000, "step": 1}},
             "price": {{"from": "1 USD/h", "to": "2 USD/h", "points": {count}}}}}}})
"""
LLM_ANALYSIS = """
from llm_analysis.analysis import LLMAnalysis
from llm_analysis.config import get_model_config_by_name, get_gpu_config_by_name, get_dtype_config_by_name, \\
    ParallelismConfig
import logging
logging.disable(logging.CRITICAL)
for n in range({count}):
    LLMAnalysis(
        get_model_config_by_name("decapoda-research_llama-7b-hf"), get_gpu_config_by_name("a100-sxm-80gb"),
        get_dtype_config_by_name("w16a16e16"), ParallelismConfig(), flops_efficiency=0.7,
        hbm_memory_efficiency=0.9,
    ).inference(batch_size_per_gpu=n + 1, seq_len=512, num_tokens_to_generate=32)
"""
GENZ = """
from GenZ import decode_moddeling
for n in range({count}):
    decode_moddeling(
        model="llama2_7b", batch_size=n + 1, input_tokens=512, output_tokens=32, system_name="A100_80GB_GPU",
        bits="bf16", tensor_parallel=1,
    )
"""
AICONFIGURATOR = """
from aiconfigurator.sdk import config, inference_session, models, perf_database
from aiconfigurator.sdk.backends.factory import get_backend
version = perf_database.get_latest_database_version("h100_sxm", "trtllm")
database = perf_database.get_database("h100_sxm", "trtllm", version)
model = models.get_model("QWEN3_8B", config.ModelConfig(tp_size=1), "trtllm")
session = inference_session.InferenceSession(model, database, get_backend("trtllm"))
for n in range({count}):
    session.run_static(config.RuntimeConfig(batch_size=n + 1, isl=512, osl=32), "static")
"""
PEERS = {
    "tokencost estimate": (OURS, MANY, 1), "tokencost sweep": (OURS_SWEPT, 2000, 1000),
    "llm-analysis": (LLM_ANALYSIS, MANY, 1), "genz-llm": (GENZ, MANY, 1), "aiconfigurator": (AICONFIGURATOR, MANY, 1),
}  # fmt: skip
"""Code, how many times its loop runs, and configurations that each of them looks at."""
ABSENT = {
    "calculon": "the package of this name on PyPI is something else; the model of training is not published there",
    "LLM-Viewer": "not on PyPI",
}


def spent(python: str, code: str) -> float | str:
    """Least processor time of a run, or the last line of why it did not work."""
    least = float("inf")
    for _ in range(RUNS):
        with open(os.devnull, "w") as nowhere:
            process = subprocess.Popen([python, "-c", code], stdout=nowhere, stderr=subprocess.PIPE, text=True)
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
        if status:
            return said.strip().splitlines()[-1][:100] if said.strip() else f"status {status}"
        least = min(least, used.ru_utime + used.ru_stime)
    return least


def main() -> None:
    """One line per planner."""
    pythons = dict(word.split("=", 1) for word in sys.argv[1:])
    print("| planner | import | first configuration | a further one |")
    print("|---|---:|---:|---:|")
    for name, (code, count, looked_at) in PEERS.items():
        python = pythons.get(name, sys.executable)
        begun, one, many = (spent(python, code.format(count=n)) for n in (0, 1, count))
        if isinstance(begun, str) or isinstance(one, str) or isinstance(many, str):
            reason = next(found for found in (begun, one, many) if isinstance(found, str))
            print(f"| {name} | left out: {reason} | | |")
            continue
        each = (many - one) / (count - 1) / looked_at
        print(f"| {name} | {begun:.2f} s | {one:.2f} s | {each * 1e3:,.4g} ms |", flush=True)
    for name, reason in ABSENT.items():
        print(f"| {name} | left out: {reason} | | |")
    print(f"\n{time.strftime('%Y-%m-%d')}, processor time, least of {RUNS} runs")


if __name__ == "__main__":
    main()
