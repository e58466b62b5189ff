"""Data parallelism by hand, on the engine of ``torch.distributed``.

Several processes hold the same model, and each takes its share of every
batch. After the backward pass each has the gradient of its share's mean loss,
and the mean of these is that of the whole batch where shares are equally
large. All make the same step with it, and so stay the same::

    with distributed.processes() as (rank, size):
        model = distributed.parallel(model.to(distributed.device()))
        loader = distributed.share(dataset, batch_size=64)
        ...  # any training loop

Start the script with ``torchrun --nproc-per-node 2 script.py``.
"""

import os
from contextlib import contextmanager

from companion._library import named


def launched():
    """How many processes torchrun has started; 1 where it was not it."""
    return int(os.environ.get("WORLD_SIZE", 1))


def device():
    """The GPU of this process, or the CPU where there is none."""
    own = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    return own if named("torch").cuda.is_available() else "cpu"


@contextmanager
def processes():
    """Joins the others, and leaves them at the end: (own number, how many)."""
    torch, backend = named("torch"), "gloo"
    if device() != "cpu":
        torch.cuda.set_device(device())
        backend = "nccl"
    dist = torch.distributed
    dist.init_process_group(backend, **meeting(dist))
    try:
        yield dist.get_rank(), dist.get_world_size()
    finally:
        dist.destroy_process_group()


def meeting(dist):
    """Where the processes leave their addresses: a new place for each start.

    torchrun has one store for all its restarts, in which a process may find
    the address of one that is gone, and wait for it.
    """
    if os.environ.get("GROUP_WORLD_SIZE") != "1":
        return {}  # several machines count their restarts differently
    store, rank, size = next(dist.distributed_c10d.rendezvous("env://"))
    store = dist.PrefixStore(os.environ["TORCHELASTIC_RESTART_COUNT"], store)
    return {"store": store, "rank": rank, "world_size": size}


def parallel(model):
    """`model`, equal in all processes, and its gradients from now on too."""
    broadcast(model)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.register_post_accumulate_grad_hook(average)
    return model


def broadcast(model):
    """Every process takes over the parameters and buffers of process 0."""
    dist = named("torch").distributed
    for tensor in (*model.parameters(), *model.buffers()):
        dist.broadcast(tensor.detach(), src=0)


def average(parameter):
    """Replace a gradient by the mean over all processes.

    Autograd calls this when the gradient is complete, in all processes in
    one order: a parameter that one does not use leaves the others waiting.
    """
    dist = named("torch").distributed
    dist.all_reduce(parameter.grad)
    parameter.grad.div_(dist.get_world_size())


def share(dataset, batch_size, seed=0):
    """A loader of this process's share of every batch, shuffled.

    `batch_size` is that of all together. Before each epoch call, as `fit`
    does, ``loader.sampler.set_epoch(epoch)``, or all have the same order.
    """
    size = named("torch").distributed.get_world_size()
    if batch_size % size:
        raise ValueError(f"{size} processes cannot share {batch_size} samples")
    data = named("torch").utils.data
    sampler = data.DistributedSampler(dataset, seed=seed)
    return data.DataLoader(dataset, batch_size // size, sampler=sampler)
