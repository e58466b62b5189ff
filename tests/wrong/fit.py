"""Training loops: what goes wrong, and what is right."""

import numpy as np
from wrong.entry import Entry

from companion import no_grad, set_grad_enabled


def loss_batch(model, loss_func, xb, yb, opt=None):
    loss = loss_func(model(xb), yb)
    if opt is not None:
        loss.backward()
        opt.step()
        opt.zero_grad()
    return loss.item(), len(xb)


def in_two_parts(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for epoch in range(epochs):
        model.train()
        for xb, yb in train_dl:
            loss_batch(model, loss_func, xb, yb, opt)
        model.eval()
        with no_grad():
            pairs = [loss_batch(model, loss_func, *b) for b in valid_dl]
        losses, sizes = zip(*pairs, strict=True)
        history.append(np.average(losses, weights=sizes))
        print(epoch, history[-1])
    return history


def zeroed_first(epochs, model, loss_func, opt, train_dl, valid_dl):
    return [
        one_epoch(model, loss_func, opt, train_dl, valid_dl)
        for _ in range(epochs)
    ]


def one_epoch(model, loss_func, opt, train_dl, valid_dl):
    model.train()
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model(x), y).backward()
        opt.step()
    return evaluated(model, loss_func, valid_dl)


@no_grad()
def evaluated(model, loss_func, valid_dl):
    model.eval()
    total = count = 0
    for x, y in valid_dl:
        total += float(loss_func(model(x), y)) * len(y)
        count += len(y)
    return total / count


def by_hand(epochs, model, loss_func, opt, train_dl, valid_dl):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        model.train(True)
        for x, y in train_dl:
            prediction = model(x)
            model.zero_grad()
            loss = loss_func(prediction, y)
            loss.backward()
            opt.step()
        losses[epoch] = evaluated(model.train(False), loss_func, valid_dl)
    return losses


def stub(epochs, model, loss_func, opt, train_dl, valid_dl): ...


def empty(epochs, model, loss_func, opt, train_dl, valid_dl):
    return []


def returns_its_input(epochs, model, loss_func, opt, train_dl, valid_dl):
    return model


def wrong_signature(model, data):
    return [0.0]


def returns_nothing(*args):
    in_two_parts(*args)


def trains(train_one):
    """A loop that is right, but for how it trains in an epoch."""

    def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
        history = []
        for _ in range(epochs):
            model.train()
            train_one(model, loss_func, opt, train_dl)
            history.append(evaluated(model, loss_func, valid_dl))
        return history

    return fit


@trains
def without_zero_grad(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        loss_func(model(x), y).backward()
        opt.step()


@trains
def zero_grad_each_epoch(model, loss_func, opt, train_dl):
    opt.zero_grad()
    for x, y in train_dl:
        loss_func(model(x), y).backward()
        opt.step()


@trains
def zero_grad_between(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        loss_func(model(x), y).backward()
        opt.zero_grad()
        opt.step()


@trains
def zeros_between(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        loss_func(model(x), y).backward()
        opt.zero_grad(set_to_none=False)
        opt.step()


@trains
def step_before_backward(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss = loss_func(model(x), y)
        opt.step()
        loss.backward()


@trains
def without_backward(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        loss_func(model(x), y)
        opt.step()


@trains
def without_step(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model(x), y).backward()


@trains
def one_step_an_epoch(model, loss_func, opt, train_dl):
    opt.zero_grad()
    for x, y in train_dl:
        loss_func(model(x), y).backward()
    opt.step()


@trains
def backward_of_a_sum(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        (10 * loss_func(model(x), y)).backward()
        opt.step()


@trains
def running_total(model, loss_func, opt, train_dl):
    total = 0
    for x, y in train_dl:
        opt.zero_grad()
        total = total + loss_func(model(x), y)
        total.backward(retain_graph=True)
        opt.step()


@trains
def short_batch_left_out(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        if len(x) == train_dl.batch_size:
            loss_batch(model, loss_func, x, y, opt)


@trains
def always_the_first(model, loss_func, opt, train_dl):
    for _ in range(len(train_dl)):
        loss_batch(model, loss_func, *next(iter(train_dl)), opt)


@trains
def called_twice(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        print((model(x) - y).abs().mean())
        loss_batch(model, loss_func, x, y, opt)


@trains
def first_batch_only(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model(x), y).backward()
        opt.step()
        return


@trains
def by_forward(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model.forward(x), y).backward()
        opt.step()


@trains
def target_first(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(y, model(x)).backward()
        opt.step()


@trains
def detached(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model(x).detach(), y).backward()
        opt.step()


@trains
@no_grad()
def no_graph_to_train(model, loss_func, opt, train_dl):
    for x, y in train_dl:
        opt.zero_grad()
        loss_func(model(x), y).backward()
        opt.step()


@trains
def endless(model, loss_func, opt, train_dl):
    while True:
        loss_batch(model, loss_func, *next(iter(train_dl)), opt)


def without_train_mode(epochs, model, loss_func, opt, train_dl, valid_dl):
    model.train()
    history = []
    for _ in range(epochs):
        for batch in train_dl:
            loss_batch(model, loss_func, *batch, opt)
        history.append(evaluated(model, loss_func, valid_dl))
    return history


def one_epoch_only(epochs, model, loss_func, opt, train_dl, valid_dl):
    for _ in range(epochs):
        return [one_epoch(model, loss_func, opt, train_dl, valid_dl)]


def epochs_from_one(epochs, *args):
    return [one_epoch(*args) for _ in range(1, epochs)]


def one_epoch_more(epochs, *args):
    return in_two_parts(epochs + 1, *args)


def judges_the_last_batch(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        model.train()
        for x, y in train_dl:
            loss_batch(model, loss_func, x, y, opt)
        model.eval()
        with no_grad():
            losses = [loss_func(model(x), y).item() for _ in valid_dl]
        history.append(np.mean(losses))
    return history


def total_of_all_epochs(epochs, model, loss_func, opt, train_dl, valid_dl):
    history, total, count = [], 0, 0
    for _ in range(epochs):
        model.train()
        for batch in train_dl:
            loss_batch(model, loss_func, *batch, opt)
        total += evaluated(model, loss_func, valid_dl) * 7
        count += 7
        history.append(total / count)
    return history


def all_losses(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        model.train()
        for batch in train_dl:
            history.append(loss_batch(model, loss_func, *batch, opt)[0])
        evaluated(model, loss_func, valid_dl)
    return history


def grad_mode_left_off(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        model.train()
        for batch in train_dl:
            loss_batch(model, loss_func, *batch, opt)
        set_grad_enabled(False)
        history.append(evaluated(model, loss_func, valid_dl))
    return history


def as_text(*args):
    return [f"{loss:.6f}" for loss in in_two_parts(*args)]


def exchanged_data(epochs, model, loss_func, opt, train_dl, valid_dl):
    return in_two_parts(epochs, model, loss_func, opt, valid_dl, train_dl)


def validates(evaluate):
    """A loop that is right, but for how it validates."""

    def fit(epochs, model, loss_func, opt, train_dl, valid_dl):
        history = []
        for _ in range(epochs):
            model.train()
            losses = [
                loss_batch(model, loss_func, *batch, opt)[0]
                for batch in train_dl
            ]
            history.append(evaluate(model, loss_func, valid_dl, losses, opt))
        return history

    return fit


@validates
def without_eval(model, loss_func, valid_dl, losses, opt):
    model.eval = model.train
    with no_grad():
        pairs = [loss_batch(model, loss_func, *b) for b in valid_dl]
    return np.average(*np.transpose(pairs)[:1], weights=[n for _, n in pairs])


@validates
def without_no_grad(model, loss_func, valid_dl, losses, opt):
    model.eval()
    pairs = [loss_batch(model, loss_func, *b) for b in valid_dl]
    return sum(loss * n for loss, n in pairs) / sum(n for _, n in pairs)


@validates
def steps_on_validation(model, loss_func, valid_dl, losses, opt):
    model.eval()
    pairs = [loss_batch(model, loss_func, *b, opt) for b in valid_dl]
    return sum(loss * n for loss, n in pairs) / sum(n for _, n in pairs)


@validates
@no_grad()
def mean_of_batches(model, loss_func, valid_dl, losses, opt):
    model.eval()
    return np.mean([float(loss_func(model(x), y)) for x, y in valid_dl])


@validates
@no_grad()
def sum_of_batches(model, loss_func, valid_dl, losses, opt):
    model.eval()
    return sum(float(loss_func(model(x), y)) for x, y in valid_dl)


@validates
@no_grad()
def last_batch(model, loss_func, valid_dl, losses, opt):
    model.eval()
    for x, y in valid_dl:
        loss = loss_func(model(x), y)
    return float(loss)


@validates
def loss_to_train_on(model, loss_func, valid_dl, losses, opt):
    evaluated(model, loss_func, valid_dl)
    return np.mean(losses)


@validates
def not_validated(model, loss_func, valid_dl, losses, opt):
    return losses[-1]


@validates
@no_grad()
def full_batches(model, loss_func, valid_dl, losses, opt):
    model.eval()
    return sum(float(loss_func(model(x), y)) * 4 for x, y in valid_dl) / 7


@validates
@no_grad()
def one_batch_judged(model, loss_func, valid_dl, losses, opt):
    model.eval()
    for x, y in valid_dl:
        return float(loss_func(model(x), y))


@validates
@no_grad()
def tensors(model, loss_func, valid_dl, losses, opt):
    model.eval()
    return sum(loss_func(model(x), y) * len(y) for x, y in valid_dl) / 7


@validates
def whole_graphs(model, loss_func, valid_dl, losses, opt):
    model.eval()
    return sum(loss_func(model(x), y) * len(y) for x, y in valid_dl) / 7


def last_epoch_only(*args):
    return in_two_parts(*args)[-1]


def validated_at_the_end(epochs, model, loss_func, opt, train_dl, valid_dl):
    for _ in range(epochs):
        model.train()
        for batch in train_dl:
            loss_batch(model, loss_func, *batch, opt)
    return [evaluated(model, loss_func, valid_dl)]


def validated_before(epochs, model, loss_func, opt, train_dl, valid_dl):
    history = []
    for _ in range(epochs):
        history.append(evaluated(model, loss_func, valid_dl))
        model.train()
        for batch in train_dl:
            loss_batch(model, loss_func, *batch, opt)
    return history


WRONG = [
    Entry(*row)
    for row in [
        ("the stub", stub, "is a return missing?"),
        ("an empty answer", empty, "is the model called?"),
        ("the input returned", returns_its_input, "is the model called?"),
        ("another signature", wrong_signature, "it raised TypeError"),
        ("nothing returned", returns_nothing, "is a return missing?"),
        ("no zero_grad", without_zero_grad, "is zero_grad() missing?"),
        ("zero_grad once an epoch", zero_grad_each_epoch,
         "zero_grad() belongs to each batch"),
        ("zero_grad before step", zero_grad_between, "between the two?"),
        ("zeros before step", zeros_between, "between backward() and step()"),
        ("step before backward", step_before_backward, "come after step()"),
        ("no backward", without_backward, "there are no gradients"),
        ("no step", without_step, "0 steps for 9 batches"),
        ("one step an epoch", one_step_an_epoch, "3 steps for 9 batches"),
        ("ten times the loss", backward_of_a_sum, "10 times what it should"),
        ("a running total sent back", running_total, "to its own loss"),
        ("the short batch left out", short_batch_left_out,
         "is the last batch left out?"),
        ("the first batch each time", always_the_first, "begins anew"),
        ("the model called twice", called_twice, "called twice for a batch?"),
        ("one epoch too many", one_epoch_more, "an epoch too many?"),
        ("recording left off", grad_mode_left_off, "it raised RuntimeError"),
        ("one batch an epoch", first_batch_only, "come too early?"),
        ("model.forward", by_forward, "model.forward(x) leaves them out"),
        ("the target first", target_first, "with the target first"),
        ("detached", detached, "it raised RuntimeError"),
        ("no graph to train", no_graph_to_train, "it raised RuntimeError"),
        ("an endless loop", endless, "does a loop never end?"),
        ("train mode once", without_train_mode, "start of each epoch"),
        ("return in the loop", one_epoch_only, "or a return inside it?"),
        ("one epoch too few", epochs_from_one, "is an epoch left out?"),
        ("data exchanged", exchanged_data, "valid_dl exchanged?"),
        ("no evaluation mode", without_eval, "eval() missing, or late?"),
        ("a graph to validate", without_no_grad, "it belongs under no_grad()"),
        ("steps on what is to judge", steps_on_validation,
         "the model learns from what is to judge it"),
        ("a mean of batches", mean_of_batches, "weight each by its number"),
        ("a sum of batches", sum_of_batches, "a sum over the batches"),
        ("each batch a full one", full_batches, "weighted as a full one"),
        ("one batch to judge by", one_batch_judged, "one batch to judge by"),
        ("the last batch to train on, judged", judges_the_last_batch,
         "in place of valid_dl?"),
        ("the total of all epochs", total_of_all_epochs,
         "are the total and its count not set to 0"),
        ("the losses of all batches", all_losses,
         "the loss of each training batch"),
        ("losses as tensors", tensors, "expected numbers, got tensors"),
        ("losses as text", as_text, "expected a list of 3 numbers"),
        ("the last batch's loss", last_batch, "the last batch alone"),
        ("the training loss", loss_to_train_on, "the loss on train_dl"),
        ("no validation", not_validated, "is the loss measured on valid_dl?"),
        ("losses with graphs", whole_graphs, "hold on to their graphs"),
        ("the last loss alone", last_epoch_only, "of the last epoch"),
        ("validated once", validated_at_the_end, "after the last one only?"),
        ("validated too early", validated_before, "after the epoch's"),
    ]
]  # fmt: skip
RIGHT = [
    Entry("loss_batch and fit", in_two_parts),
    Entry("zero_grad first, evaluation apart", zeroed_first),
    Entry("by hand, into an array", by_hand),
]
