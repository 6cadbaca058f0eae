"""Many polls at their times, each over a connection of its own, sent from a process of their own."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import NamedTuple

PATIENCE = 30
#: Seconds that the process of the pollers needs before the first poll.
HEAD_START = 1.0
OK, NOT_MODIFIED = 200, 304
#: How whole feeds begin and end, plain and in gzip.
PLAIN, PACKED = (b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n"), b"\x1f\x8b"


class Request(NamedTuple):
    """What is sent, when after the start, and to which port."""

    second: float
    port: int
    path: str
    words: bytes


class Outcome(NamedTuple):
    """What became of a request; `sent_at` by the clock that all processes share (time.monotonic)."""

    path: str
    sent_at: float
    #: Seconds from when the request was due to the end of the answer.
    waited: float
    #: 0 where there was no answer, or not a whole one.
    status: int
    length: int


class _Exchange(asyncio.Protocol):
    """One request and its answer, which ends when the server closes the connection."""

    def __init__(self, words: bytes, answered: "asyncio.Future[bytes]") -> None:
        self._words, self._answered, self._parts = words, answered, list[bytes]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(self._words)

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered.done():
            return
        if exc:
            self._answered.set_exception(exc)
        else:
            self._answered.set_result(b"".join(self._parts))


@contextmanager
def pollers() -> Iterator[ProcessPoolExecutor]:
    """Give a process that sends polls, started and warm."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        executor.submit(time.monotonic).result()
        yield executor


def send(executor: ProcessPoolExecutor, requests: list[Request]) -> "tuple[float, Future[list[Outcome]]]":
    """Have the requests sent; return when the first second begins, and what will become of them."""
    start = time.monotonic() + HEAD_START
    return start, executor.submit(_send, requests, start)


def _send(requests: list[Request], start: float) -> list[Outcome]:
    return asyncio.run(_send_all(requests, start))


async def _send_all(requests: Iterable[Request], start: float) -> list[Outcome]:
    running = []
    for request in requests:
        due = start + request.second
        if (early := due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        running.append(asyncio.create_task(_poll(request, due)))
    return await asyncio.gather(*running)


async def _poll(request: Request, due: float) -> Outcome:
    loop, sent_at = asyncio.get_running_loop(), time.monotonic()
    answered: asyncio.Future[bytes] = loop.create_future()
    try:
        async with asyncio.timeout(PATIENCE):
            await loop.create_connection(lambda: _Exchange(request.words, answered), "127.0.0.1", request.port)
            answer = await answered
    except OSError:
        answer = b""
    return Outcome(request.path, sent_at, time.monotonic() - due, _status(request, answer), len(answer))


def _status(request: Request, answer: bytes) -> int:
    """Return the status of an answer that is whole, and 0 for any other."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head[9:12] or 0)
    if status != OK or request.words.startswith(b"HEAD"):
        return status
    is_calendar = (body.startswith(PLAIN[0]) and body.endswith(PLAIN[1])) or body.startswith(PACKED)
    is_whole = f"content-length: {len(body)}".encode() in head.lower()
    return status if is_whole and (is_calendar or not request.path.endswith(".ics")) else 0
