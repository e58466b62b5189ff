"""Data parallelism by hand, on the engine of ``torch.distributed``.

Several processes hold the same model, and each takes its share of every
batch. After the backward pass each has the gradient of its share's mean
loss; where all shares are equally large, the mean of these gradients is that
of the whole batch. All make the same step with it, and so stay the same. The
training loss that a process sees is that of its own share::

    with distributed.processes() as (rank, size):
        model = distributed.parallel(model.to(distributed.device()))
        loader = distributed.share(dataset, batch_size=64)
        ...  # and then any training loop

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
    if not named("torch").cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', 0)}"


@contextmanager
def processes():
    """Joins the others, and leaves them at the end: (own number, how many).

    GPUs talk by nccl, CPUs by gloo.
    """
    torch = named("torch")
    if device() != "cpu":
        torch.cuda.set_device(device())
    dist = torch.distributed
    dist.init_process_group("gloo" if device() == "cpu" else "nccl")
    try:
        yield dist.get_rank(), dist.get_world_size()
    finally:
        dist.destroy_process_group()


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

    Autograd calls this when the gradient is complete: in the order of the
    graph, which is the same in all processes as long as their graphs are.
    One in which a parameter is not used would leave the others waiting.
    """
    dist = named("torch").distributed
    dist.all_reduce(parameter.grad)
    parameter.grad.div_(dist.get_world_size())


def share(dataset, batch_size, seed=0):
    """A loader of this process's share of every batch, shuffled.

    `batch_size` is that of all processes together. Before each epoch call
    ``loader.sampler.set_epoch(epoch)``, as `companion.train.fit` does, or
    every epoch has the same order.
    """
    torch = named("torch")
    size = torch.distributed.get_world_size()
    if batch_size % size:
        raise ValueError(
            f"a batch of {batch_size} cannot be shared by {size} processes"
        )
    data = torch.utils.data
    sampler = data.DistributedSampler(dataset, seed=seed)
    return data.DataLoader(dataset, batch_size // size, sampler=sampler)
