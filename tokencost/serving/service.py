"""What a replica makes of a request, as far as waiting is concerned: slots, and the time in one."""

from dataclasses import dataclass, replace

from tokencost.serving.decoding import Replica, full_batch_service
from tokencost.units import Fraction, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A replica serves `slots` requests side by side: each takes `full` with all slots taken, `alone` with none else.

    `replica` holds the times of its steps where requests share them; None where a request takes a fixed time.
    `batch_times` are those of batches of 1, 2, ... requests that start and end together; none where each
    request runs by itself. `window` is how long a batch may wait to fill. `spread` is the squared
    coefficient of variation of the time that a request takes: 0 where all take the same.
    """

    slots: int
    full: Seconds
    alone: Seconds
    replica: Replica | None = None
    batch_times: tuple[float, ...] = ()
    window: Seconds = 0.0
    spread: Fraction = 0.0

    @property
    def lawful(self) -> bool:
        """Whether bounds and laws for requests that all take the same time say something about it."""
        return not self.batch_times and not self.spread


def fixed(seconds: Seconds, slots: int = 1) -> Service:
    """Requests that take the same time whatever else runs."""
    return Service(slots=slots, full=seconds, alone=seconds)


def formed(batch_times: tuple[float, ...], window: Seconds) -> Service:
    """Requests that are taken together, up to as many as there are times for."""
    return Service(
        slots=len(batch_times), full=batch_times[-1], alone=batch_times[0], batch_times=batch_times, window=window
    )


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
