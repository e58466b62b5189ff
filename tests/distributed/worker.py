"""One of several processes that train together; torchrun starts it.

worker.py hand|ddp|killed OUT [CHECKPOINTS]: its weights go to OUT.RANK.
``killed``: the second process, in its first life, in the middle of the third
epoch, ends itself by a signal that nothing can catch.
"""

import os
import signal
import sys

import torch

import companion
from companion import distributed, train

BATCH, KILL_AT = 16, 2 * 6 + 3  # six steps an epoch


def parts(share):
    """Model, optimizer and loader; `share` makes the loader."""
    torch.manual_seed(4)
    x = torch.randn(6 * BATCH, 5)
    y = (x.sum(1) > 0).long()
    model = torch.nn.Sequential(
        torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2)
    )
    opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loader = share(torch.utils.data.TensorDataset(x, y), BATCH)
    return model, torch.nn.CrossEntropyLoss(), opt, loader


def fatal(loss_func):
    seen = []

    def counted(out, yb):
        seen.append(1)
        first_life = os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"
        if first_life and len(seen) == KILL_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return loss_func(out, yb)

    return counted


def main(mode, out, folder=None):
    torch.set_num_threads(1)
    with distributed.processes() as (rank, _):
        model, loss_func, opt, loader = parts(distributed.share)
        if rank == 1:  # what the first process has is to count
            torch.nn.init.zeros_(model[0].weight)
        if mode == "ddp":
            trained = torch.nn.parallel.DistributedDataParallel(model)
        else:
            trained = distributed.parallel(model)
        if mode == "killed" and rank == 1:
            loss_func = fatal(loss_func)
        checkpoint = folder and train.Checkpoint(
            folder, every=2, resume=True, write=rank == 0
        )
        train.fit(4, trained, loss_func, opt, loader, checkpoint=checkpoint)
        companion.save(model.state_dict(), f"{out}.{rank}")


if __name__ == "__main__":
    main(*sys.argv[1:])
