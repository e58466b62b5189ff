"""Which worker process this is, if it is one."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkerInfo:
    """Worker ``id`` of ``num_workers``, seeded by ``seed``, and its data."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


current = None


def get_worker_info():
    """The :class:`WorkerInfo` of this process; None outside a worker."""
    return current
