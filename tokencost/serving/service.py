"""What a replica makes of a request, as far as waiting is concerned: slots, and the time in one."""

from collections.abc import Sequence

from tokencost.record import dataclass, replace
from tokencost.serving.decoding import Replica, Shape, full_batch_service, shape_of
from tokencost.units import Fraction, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A class of requests: its share, its time in a full replica and alone, and its shape where it shares steps."""

    share: Fraction
    full: Seconds
    alone: Seconds
    shape: Shape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A replica serves `slots` requests side by side: each takes `full` with all slots taken, `alone` with none else.

    `replica` holds the times of its steps where requests share them; None where a request takes a fixed time.
    `batch_times` are those of batches of 1, 2, ... requests that start and end together; none where each
    request runs by itself. `window` is how long a batch may wait to fill. `spread` is the squared
    coefficient of variation of the time that a request takes: 0 where all take the same. `kinds` are classes of
    requests, if there are several; then `full` is their mean and `alone` that of the quickest.
    """

    slots: int
    full: Seconds
    alone: Seconds
    replica: Replica | None = None
    batch_times: tuple[float, ...] = ()
    window: Seconds = 0.0
    spread: Fraction = 0.0
    kinds: tuple[Kind, ...] = ()

    @property
    def lawful(self) -> bool:
        """Whether bounds and laws for requests that all take the same time say something about it."""
        return not (self.batch_times or self.spread or self.kinds)

    @property
    def variation(self) -> float:
        """The squared coefficient of variation of the time in a slot, classes and spread together."""
        mean_square = sum(float(kind.share) * float(kind.full) ** 2 for kind in self.kinds)
        between = mean_square / float(self.full) ** 2 if self.kinds else 1.0
        return between * (1 + float(self.spread)) - 1


def fixed(seconds: Seconds, slots: int = 1) -> Service:
    """Requests that take the same time whatever else runs."""
    return Service(slots=slots, full=seconds, alone=seconds)


def formed(batch_times: tuple[float, ...], window: Seconds) -> Service:
    """Requests that are taken together, up to as many as there are times for."""
    return Service(
        slots=len(batch_times), full=batch_times[-1], alone=batch_times[0], batch_times=batch_times, window=window
    )


def mixed(kinds: Sequence[Kind], slots: int = 1, replica: Replica | None = None) -> Service:
    """Requests of several classes; `full` is their mean, `alone` the shortest."""
    full = sum(float(kind.share) * float(kind.full) for kind in kinds)
    alone = min(float(kind.alone) for kind in kinds)
    return Service(slots=slots, full=full, alone=alone, replica=replica, kinds=tuple(kinds))


def mixed_steps(shares: Sequence[Fraction], replicas: Sequence[Replica]) -> Service:
    """Classes that share the steps of one replica, described for each; the step times are those of the longest.

    With every slot taken a request finds a mean cache of what all slots hold, weighted by how long they hold it.
    """
    classes = list(zip(map(float, shares), replicas, strict=True))
    longest = max(replicas, key=lambda one: (one.steps, one.prompt_tokens))
    weight = sum(share * one.steps for share, one in classes)
    cache = sum(share * one.steps * (one.prompt_tokens + (one.steps - 1) / 2) for share, one in classes) / weight
    step = longest.step_time + longest.slots * (longest.row_time + longest.token_time * cache)
    prefill = sum(share * one.prefill_time for share, one in classes)
    return mixed(
        [
            Kind(
                share=share, full=one.steps * step + longest.slots * prefill * one.steps / weight,
                alone=shared(one).alone, shape=shape_of(one),
            )
            for share, one in classes
        ],
        longest.slots, longest,
    )  # fmt: skip


def spread(service: Service, variation: Fraction) -> Service:
    """The same mean, with times that vary; with shared steps it is the number of steps that varies."""
    return replace(service, spread=variation)


def shared(replica: Replica) -> Service:
    """Requests that share the steps of continuous batching."""
    first = Replica(
        slots=1, steps=replica.steps, prompt_tokens=replica.prompt_tokens, step_time=replica.step_time,
        row_time=replica.row_time, token_time=replica.token_time, prefill_time=replica.prefill_time,
    )  # fmt: skip
    return Service(
        slots=replica.slots, full=full_batch_service(replica), alone=full_batch_service(first), replica=replica
    )
