"""The training loop: one batch, one evaluation, and all epochs.

The names and the order of the arguments are those of PyTorch's tutorial
"What is torch.nn really?"; models, losses, optimizers and loaders may be of
either library.
"""

from inspect import signature

from companion._library import library, named
from companion.nn.utils import clip_grad_norm_
from companion.train.history import weighted_mean
from companion.train.run import Run


def accuracy(out, yb):
    """The share of rows whose largest score is at the right class."""
    return (out.argmax(dim=1) == yb).float().mean()


def loss_batch(model, loss_func, xb, yb, opt=None, clip=None):
    """The loss on a batch, and its size; with `opt`, a step is made too.

    `clip` is the length that all gradients together may have at most.
    """
    loss = loss_func(model(xb), yb)
    if opt is not None:
        loss.backward()
        if clip is not None:
            clip_grad_norm_(model.parameters(), clip)
        opt.step()
        opt.zero_grad()
    return loss.item(), len(xb)


def evaluate(model, loss_func, dl, metrics=()):
    """Means over all samples of `dl`: ``{"loss": ..., "accuracy": ...}``.

    Each of `metrics` is a mean over a batch, as ``metric(out, yb)``, called
    by its name. The model is in evaluation mode meanwhile, and nothing is
    recorded.
    """
    measures = {"loss": loss_func, **{m.__name__: m for m in metrics}}
    found = {name: [] for name in measures}
    sizes = []
    training = model.training
    model.eval()
    try:
        with library(next(model.parameters(), None)).no_grad():
            for xb, yb in dl:
                out = model(xb)
                for name, measure in measures.items():
                    found[name].append(float(measure(out, yb)))
                sizes.append(len(xb))
    finally:
        model.train(training)
    if not sizes:
        raise ValueError("nothing to evaluate: the loader is empty")
    return {name: weighted_mean(v, sizes) for name, v in found.items()}


def fit(
    epochs,
    model,
    loss_func,
    opt,
    train_dl,
    valid_dl=None,
    *,
    metrics=(),
    clip=None,
    scheduler=None,
    scheduler_every="epoch",
    patience=None,
    checkpoint=None,
    report=None,
    progress=False,
):
    """Train for so many epochs; returns the :class:`History`.

    After each epoch the model is evaluated on `valid_dl`, with `metrics`.
    `scheduler` makes a step every ``"epoch"`` or every ``"batch"``. `clip`
    bounds the length of the gradients. After `patience` epochs without a
    better validation loss (training loss, where there is no `valid_dl`), the
    training ends. A :class:`Checkpoint` saves the run, and resumes it.
    `report` is called with the history after each epoch; `progress` shows a
    bar, and needs the extra ``train``.
    """
    by_batch = is_by_batch(scheduler_every)
    run = Run(model, opt, scheduler, train_dl)
    if checkpoint is not None:
        checkpoint.begin(run)
    while run.epoch < epochs and not run.history.stalled(patience):
        model.train()
        for xb, yb in bar(run, progress):
            run.note(*loss_batch(model, loss_func, xb, yb, opt, clip))
            if by_batch:
                advance(scheduler, run.history)
            if checkpoint is not None:
                checkpoint.after_step(run)
        scores = {}
        if valid_dl is not None:
            scores = evaluate(model, loss_func, valid_dl, metrics)
        run.end_epoch(scores)
        if not by_batch:
            advance(scheduler, run.history)
        if checkpoint is not None:
            checkpoint.save(run)
        if report is not None:
            report(run.history)
    return run.history


def is_by_batch(scheduler_every):
    if scheduler_every in ("epoch", "batch"):
        return scheduler_every == "batch"
    raise ValueError(
        f'scheduler_every must be "epoch" or "batch", got {scheduler_every!r}'
    )


def bar(run, progress):
    """The batches that are left of this epoch, counted on the terminal."""
    if not progress:
        return run.batches()
    tqdm = named("tqdm", extra="train").tqdm
    return tqdm(
        run.batches(),
        desc=f"epoch {run.epoch + 1}",
        total=run.length(),
        initial=run.step,
        unit=" batches",
        leave=False,
    )


def advance(scheduler, history):
    """A step of the schedule; one that watches a loss is told the last."""
    if scheduler is None:
        return
    if "metrics" in signature(scheduler.step).parameters:
        scheduler.step(history.watched()[-1])
    else:
        scheduler.step()
