"""How many requests this process has answered, and how long each took."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

# Of this process alone: each web process is asked by itself.
registry = CollectorRegistry()
ProcessCollector(registry=registry)
_answered = Counter(
    "spits_requests",
    "Requests answered, by method and status.",
    ["method", "status"],
    registry=registry,
)
_seconds = Histogram(
    "spits_request_seconds",
    "How long requests took until the answer began, by the pattern of their address.",
    ["method", "route"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=registry,
)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one that is answered. Methods that nobody knows are one, or anybody adds figures."""
    known = method if method in METHODS else "other"
    _answered.labels(known, str(status)).inc()
    _seconds.labels(known, route).observe(seconds)
