"""Is the reader's training loop right? What it does, in which order."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np

import companion
from companion.check.blame import blaming
from companion.check.comparing import known, same
from companion.check.report import Wrong
from companion.check.trial import checking, plain, result
from companion.check.watching import (
    SIZE,
    TRAIN,
    VALID,
    Loss,
    Net,
    Steps,
    loader,
    right_gradients,
)

EPOCHS = 3
EACH = [*range(1, TRAIN + 1, SIZE)]  # the first sample of each batch
JUDGED = [*range(-1, -VALID - 1, -SIZE)]


def fit(own):
    """Does ``own(epochs, model, loss_func, opt, train_dl, valid_dl)`` train?

    Each epoch it is to make a step on each batch of `train_dl`, in training
    mode, and then to measure the loss on `valid_dl`, in evaluation mode and
    without recording a graph. It returns the mean loss over all samples of
    `valid_dl` after each epoch: a list of numbers. What it prints is not
    shown. `loss_func` is a mean over a batch, and the last batches are
    shorter.
    """
    model = Net()
    diary = model.diary
    arguments = (
        EPOCHS,
        model,
        Loss(diary),
        Steps(model),
        loader(TRAIN, 1),
        loader(VALID, -1),
    )
    with checking("fit") as report:
        tried = f"{EPOCHS} epochs, {TRAIN} samples in batches of {SIZE}"
        with report.trying(tried, vital=True), redirect_stdout(StringIO()):
            history = result(own, *arguments)
        tried = "each epoch: all to train, then all to validate"
        with report.trying(tried, vital=True):
            in_sequence(diary)
        for tried, check in CHECKS.items():
            with report.trying(tried):
                check(diary)
        with report.trying("the loss of each epoch is returned"):
            returned(history, diary)
    return report


def in_sequence(diary):
    given = [visit.sample for visit in diary]
    expected = [*EACH, *JUDGED] * EPOCHS
    if given != expected:
        training = [n for n in given if n not in JUDGED]
        raise Wrong(
            f"{len(training)} batches to train on, of {len(EACH) * EPOCHS}, "
            f"and {len(given) - len(training)} to validate, of "
            f"{len(JUDGED) * EPOCHS}",
            out_of_sequence(diary, given, training),
        )


def out_of_sequence(diary, given, training):
    judged = [n for n in given if n in JUDGED]
    if not given:
        return "is the model called?"
    if given == [*JUDGED, *EACH] * EPOCHS:
        if diary[0].gradients:
            return "are train_dl and valid_dl exchanged?"
        return "is it measured after the epoch's training?"
    if training != EACH * EPOCHS:
        return TRAINED.get(tuple(training), "")
    return VALIDATED.get(tuple(judged), "")


TRAINED = {  # the batches that were trained on -> the cause
    tuple(samples): cause
    for cause, *courses in [
        ("is there a loop over the epochs, or a return inside it?", EACH),
        (
            "one batch an epoch: does a return or a break come too early?",
            EACH[:1],
            EACH[:1] * EPOCHS,
        ),
        (
            "is it the first batch each time? iter(train_dl) begins anew",
            EACH[:1] * len(EACH) * EPOCHS,
        ),
        ("is the last batch left out? it is shorter", EACH[:-1] * EPOCHS),
        (
            "is an epoch left out? range(epochs) has all of them",
            EACH * (EPOCHS - 1),
        ),
        ("is there an epoch too many?", EACH * (EPOCHS + 1)),
        (
            "is the model called twice for a batch?",
            [n for n in EACH for _ in range(2)] * EPOCHS,
        ),
        (
            "is the last batch of train_dl judged, in place of valid_dl?",
            [*EACH, *EACH[-1:] * len(JUDGED)] * EPOCHS,
        ),
    ]
    for samples in courses
}
VALIDATED = {  # the batches that were judged, where training is right
    (): "is the loss measured on valid_dl?",
    tuple(JUDGED): (
        "is it measured after each epoch, or after the last one only?"
    ),
    tuple(JUDGED[:1] * EPOCHS): (
        "one batch to judge by: does a return or a break come too early?"
    ),
}


def trained(diary):
    """The visits that were to be followed by a step."""
    return [visit for visit in diary if not visit.validating]


def validated(diary):
    return [visit for visit in diary if visit.validating]


def training_mode(diary):
    wrong = [not visit.training for visit in trained(diary)]
    if any(wrong):
        raise Wrong(
            f"{sum(wrong)} of {len(wrong)} batches to train on met the model "
            "in evaluation mode",
            "model.train() belongs to the start of each epoch",
        )


def evaluation_mode(diary):
    if any(visit.training for visit in validated(diary)):
        raise Wrong(
            "the model was validated in training mode",
            "is model.eval() missing, or late? Dropout and batch norm differ",
        )


def without_graph(diary):
    if any(visit.recording for visit in validated(diary)):
        raise Wrong(
            "a graph was recorded in validation",
            "it belongs under no_grad(): it takes memory, and a backward "
            "there would train on what is to judge",
        )
    if not all(visit.recording for visit in trained(diary)):
        raise Wrong("no graph was recorded in training", "is no_grad() there?")


def one_step_each(diary):
    if any(visit.gradients for visit in validated(diary)):
        raise Wrong(
            "a step was made on a batch of valid_dl",
            "the model learns from what is to judge it",
        )
    steps = [len(visit.gradients) for visit in trained(diary)]
    if set(steps) != {1}:
        raise Wrong(
            f"{sum(steps)} steps for {len(steps)} batches",
            "is there one opt.step() for each batch?",
        )


def gradients(diary):
    """Each step is to have the gradients of its own batch, and no other."""
    steps = [visit for visit in trained(diary) if visit.gradients]
    if any(g is None for visit in steps for g in visit.gradients[0]):
        raise Wrong("there are no gradients at a step", TOO_LATE)
    given = [flat(visit.gradients[0]) for visit in steps]
    if any(len(row) != 3 for row in given):
        raise Wrong("a gradient has not the shape of its weights")
    expected = np.array([flat(right_gradients(visit)) for visit in steps])
    cause = known(np.array(given), piled_up(expected), 1e-5)
    for number, (now, right) in enumerate(zip(given, expected, strict=True)):
        with blaming(f"step {number + 1}, weights and bias, ", str, cause):
            same(now, right)


def piled_up(expected):
    """The gradients where they are not, or not always, set to zero."""
    by_epoch = [
        expected[i : i + len(EACH)].cumsum(axis=0)
        for i in range(0, len(expected), len(EACH))
    ]
    return {
        BETWEEN: 0 * expected,
        "they pile up: is zero_grad() missing?": expected.cumsum(axis=0),
        "they pile up: zero_grad() belongs to each batch, and backward() to "
        "its own loss": np.concatenate(by_epoch or [expected]),
    }


TOO_LATE = (
    "does loss.backward() come after step(), or zero_grad() between the two?"
)
BETWEEN = "does zero_grad() come between backward() and step()?"


def flat(values):
    return np.concatenate([np.ravel(value) for value in values])


def by_call(diary):
    if not all(visit.called for visit in diary):
        raise Wrong(
            "the model's hooks did not run",
            "is it model(x)? model.forward(x) leaves them out",
        )


def in_its_place(diary):
    all_measured(diary)
    if any(visit.exchanged for visit in diary):
        raise Wrong(
            "loss_func was called with the target first",
            "the prediction comes first; for cross-entropy it matters",
        )


def all_measured(diary):
    if any(visit.loss is None for visit in diary):
        raise Wrong("loss_func was not called for each batch")


CHECKS = {
    "training mode to train": training_mode,
    "evaluation mode to validate": evaluation_mode,
    "a graph to train, none to validate": without_graph,
    "the model is called, so that its hooks run": by_call,
    "loss_func(prediction, target)": in_its_place,
    "one step for each batch to train on": one_step_each,
    "the gradients of each step": gradients,
}


def returned(history, diary):
    all_measured(diary)
    expected, *wrong = zip(*map(summaries, epochs(diary)), strict=True)
    sums = np.cumsum(expected)
    mistakes = [
        *zip(MEANT, wrong, strict=True),
        ("is the total not set to 0 in each epoch?", sums),
        (
            "are the total and its count not set to 0 in each epoch?",
            sums / np.arange(1, len(sums) + 1),
        ),
        ("the loss of each batch", [v.loss for v in validated(diary)]),
        ("the loss of each training batch", [v.loss for v in trained(diary)]),
    ]
    same(listed(history), expected, mistakes=mistakes)


def epochs(diary):
    size = len(EACH) + len(JUDGED)
    return [diary[i : i + size] for i in range(0, len(diary), size)]


def summaries(visits):
    """An epoch's loss, and what is taken for it."""
    losses = [visit.loss for visit in validated(visits)]
    sizes = [visit.size for visit in validated(visits)]
    weighted = np.dot(losses, sizes)
    trained_on = trained(visits)
    return (
        weighted / sum(sizes),
        np.mean(losses),
        np.sum(losses),
        weighted,
        weighted / len(losses),
        np.sum(losses) / sum(sizes),
        SIZE * np.sum(losses) / sum(sizes),
        losses[-1],
        np.mean([visit.loss for visit in trained_on]),
        np.average(
            [visit.loss for visit in trained_on],
            weights=[visit.size for visit in trained_on],
        ),
        trained_on[-1].loss,
    )


MEANT = (
    "a mean over the batches: the last one is smaller, weight each by its "
    "number of samples",
    "a sum over the batches",
    "a sum over the samples: divide by their number",
    "a sum over the samples, divided by the number of batches",
    "a sum over the batches, divided by the number of samples",
    "each batch is weighted as a full one, and the last one is smaller",
    "the loss of the last batch alone",
    "the loss on train_dl, as a mean over the batches",
    "the loss on train_dl",
    "the loss of the last batch to train on",
)


def listed(history):
    """The losses as numbers."""
    losses = members(history)
    if any(getattr(loss, "requires_grad", False) for loss in losses):
        raise Wrong("the losses hold on to their graphs", NUMBER)
    if any(isinstance(loss, companion.Tensor) for loss in losses):
        raise Wrong("expected numbers, got tensors", NUMBER)
    arrays = [plain(loss) for loss in losses]
    if any(array.ndim or array.dtype.kind not in "fiu" for array in arrays):
        raise Wrong(f"expected a list of {EPOCHS} numbers, got {history!r}")
    return [float(array) for array in arrays]


NUMBER = "is it loss.item(), or float(loss)?"


def members(history):
    try:
        return list(history)
    except Exception:
        raise Wrong(
            f"expected a list of {EPOCHS} numbers, got {history!r}",
            "is the loss of the last epoch returned alone?",
        ) from None
