"""What predictions of different models on one GPU have in common, as the draws of a plan assume it."""

import math
from collections import defaultdict
from statistics import fmean

from tests.promises.records import catalog
from tokencost.deciding.uncertainty import SHARED
from tokencost.validation.validate import validate

TIMES = {"latency_s": 1, "images_per_s": -1, "tokens_per_s": -1}


def correlation_within_gpus() -> float:
    """The intraclass correlation of ln(predicted / measured) by GPU, over means of models (analysis of variance)."""
    cells: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in validate(catalog(), []).outcomes:
        if one.ratio and one.row.metric in TIMES:
            cells[one.row.gpu][one.row.model].append(TIMES[one.row.metric] * math.log(one.ratio))
    groups = [[fmean(logs) for logs in models.values()] for models in cells.values() if len(models) > 1]
    count, grand = sum(map(len, groups)), fmean(log for group in groups for log in group)
    between = sum(len(g) * (fmean(g) - grand) ** 2 for g in groups) / (len(groups) - 1)
    within = sum((log - fmean(g)) ** 2 for g in groups for log in g) / (count - len(groups))
    size = (count - sum(len(g) ** 2 for g in groups) / count) / (len(groups) - 1)
    return (between - within) / (between + (size - 1) * within)


def test_the_shared_part_is_about_what_measurements_show() -> None:
    """
    Some 60 models on a dozen GPUs say it to about a fifth; a plan that took all errors as shared would be too sure.
    """
    assert abs(correlation_within_gpus() - float(SHARED)) < 0.2
