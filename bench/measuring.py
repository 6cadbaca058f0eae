"""Ratios of server CPU per request, taken in turns so that a slow minute of the machine falls on both sides alike."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from bench.servers import Answer, Running

ROUNDS = 7
#: CPU seconds of a round, so that no single hiccup counts.
LEAST_SECONDS = 0.4


def expect(status: int, request: Callable[[], Answer]) -> Callable[[], Answer]:
    """Return the request, failing when it is answered otherwise: a fast fault must not count as speed."""

    def checked() -> Answer:
        answer = request()
        if answer.status != status:
            raise RuntimeError(f"answered {answer.status}, not {status}")
        return answer

    return checked


@dataclass(frozen=True)
class Result:
    """One line of the table: what was measured, against which base, and what was promised (None when nothing was)."""

    name: str
    ratio: float
    limit: float | None
    unit: str = "×"

    @property
    def is_kept(self) -> bool:
        """Whether the promise holds."""
        return self.limit is None or self.ratio <= self.limit


@dataclass(frozen=True)
class Load:
    """A request to repeat against a server. `before` runs before each one, elsewhere, so that it is not counted."""

    server: Running
    request: Callable[[], object]
    before: Callable[[], object] | None = None

    def seconds_each(self, times: int) -> float:
        """Return the server's CPU seconds for one request, over `times` of them."""
        start = self.server.cpu_seconds()
        for _ in range(times):
            if self.before:
                self.before()
            self.request()
        return (self.server.cpu_seconds() - start) / times

    def enough(self) -> int:
        """Return how many requests a round needs to be counted well; they also warm the server up."""
        times = 20
        while (used := self.seconds_each(times) * times) < LEAST_SECONDS / 4:
            times *= 2
        return max(20, int(times * LEAST_SECONDS / used))


def ratio(load: Load, base: Load, *, rounds: int = ROUNDS) -> float:
    """Return the median of the ratios of CPU per request of `load` to that of `base`, over rounds in turns."""
    times, base_times = load.enough(), base.enough()
    return statistics.median(load.seconds_each(times) / base.seconds_each(base_times) for _ in range(rounds))
