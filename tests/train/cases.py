"""What holds on both engines; test_fit.py and test_fit_torch.py run it."""

import importlib

import numpy as np
import pytest
from train.kills import assert_same
from train.small_run import parts, trained

import companion
from companion import train


class Interruption(Exception):
    pass


def interrupted(engine, folder, every, batch):
    """A run that fails at its so-many-th batch; its folder stays."""
    made = parts(engine)
    loss_func, seen = made["loss_func"], []

    def failing(out, yb):
        seen.append(1)
        if len(seen) == batch:
            raise Interruption
        return loss_func(out, yb)

    made["loss_func"] = failing
    checkpoint = train.Checkpoint(folder, every, resume=True)
    with pytest.raises(Interruption):
        train.fit(4, **made, checkpoint=checkpoint)


def as_saved(result):
    """A result of `trained` as `companion.load` would give it."""
    result["model"] = {
        name: companion.from_numpy(value.detach().numpy())
        for name, value in result["model"].items()
    }
    return result


def resuming_is_exact(engine, folder, every, batch):
    interrupted(engine, folder, every, batch)
    checkpoint = train.Checkpoint(folder, every, resume=True)
    found = as_saved(trained(engine, checkpoint))
    assert_same(as_saved(trained(engine)), found)


def resumed_when_complete(engine, folder):
    """Nothing is left to do: the same again, and more epochs on request."""
    first = as_saved(trained(engine, train.Checkpoint(folder)))
    again = train.Checkpoint(folder, resume=True)
    assert_same(first, as_saved(trained(engine, again)))
    longer = as_saved(trained(engine, again, epochs=6))
    quiet = as_saved(trained(engine, epochs=6))
    for name, value in quiet["model"].items():
        assert np.array_equal(longer["model"][name], value)


def net(engine):
    library = importlib.import_module(engine)
    library.manual_seed(0)
    return library, library.nn.Linear(3, 2)


def batches(library, sizes=(4, 4, 1)):
    generator = library.Generator().manual_seed(1)
    return [
        (
            library.randn(n, 3, generator=generator),
            library.arange(n) % 2,
        )
        for n in sizes
    ]


def loss_batch_without_and_with_a_step(engine):
    library, model = net(engine)
    loss_func = library.nn.CrossEntropyLoss()
    xb, yb = batches(library)[0]
    before = model.weight.detach().clone()
    expected = loss_func(model(xb), yb)
    loss, size = train.loss_batch(model, loss_func, xb, yb)
    assert (loss, size) == (expected.item(), 4)
    assert (model.weight == before).all()
    assert model.weight.grad is None
    expected.backward()
    by_hand = before - 0.5 * model.weight.grad
    model.zero_grad()
    opt = library.optim.SGD(model.parameters(), lr=0.5)
    train.loss_batch(model, loss_func, xb, yb, opt)
    assert np.allclose(model.weight.detach().numpy(), by_hand.numpy())
    assert model.weight.grad is None


def clipping_bounds_a_step(engine):
    library, model = net(engine)
    opt = library.optim.SGD(model.parameters(), lr=1.0)
    before = [p.detach().clone() for p in model.parameters()]
    loss_func = library.nn.CrossEntropyLoss()
    xb, yb = batches(library)[0]
    train.loss_batch(model, loss_func, xb, yb, opt, clip=0.01)
    after = [p.detach() for p in model.parameters()]
    moved = [np.asarray(a - b) for a, b in zip(after, before, strict=True)]
    length = np.sqrt(sum((m**2).sum() for m in moved))
    assert length == pytest.approx(0.01, rel=1e-3)


def evaluation_weighs_batches_by_their_size(engine):
    library, model = net(engine)
    model.train()
    loss_func = library.nn.CrossEntropyLoss()
    parts = batches(library)
    found = train.evaluate(model, loss_func, parts, [train.accuracy])
    x = library.cat([xb for xb, _ in parts])
    y = library.cat([yb for _, yb in parts])
    out = model(x)
    assert found["loss"] == pytest.approx(loss_func(out, y).item(), rel=1e-6)
    correct = (out.argmax(dim=1) == y).float().mean().item()
    assert found["accuracy"] == pytest.approx(correct)
    assert model.training


def evaluation_uses_evaluation_mode_and_no_graph(engine):
    library, _ = net(engine)
    seen = []

    def note(out, yb):
        seen.append((model.training, out.requires_grad))
        return library.tensor(0.0)

    model = library.nn.Sequential(
        library.nn.Linear(3, 2), library.nn.Dropout(1.0)
    )
    for training in False, True:
        model.train(training)
        train.evaluate(model, note, batches(library))
        assert model.training == training
    assert seen == [(False, False)] * 6


def history_of(engine, **options):
    library, model = net(engine)
    opt = library.optim.SGD(model.parameters(), lr=0.1)
    if "scheduler" in options:
        options["scheduler"] = options["scheduler"](library, opt)
    return train.fit(
        3,
        model,
        library.nn.CrossEntropyLoss(),
        opt,
        batches(library),
        options.pop("valid_dl", batches(library)),
        **options,
    )


def a_row_for_each_epoch(engine):
    told = []
    history = history_of(engine, metrics=[train.accuracy], report=told.append)
    assert len(history) == 3
    assert told == [history] * 3
    assert list(history.rows[0]) == [
        *("steps", "lr", "train_loss", "valid_loss", "accuracy")
    ]
    assert history["steps"] == [3, 6, 9]
    assert history.sizes == [4, 4, 1] * 3
    losses = np.array(history.losses).reshape(3, 3)
    means = (losses * [4, 4, 1]).sum(1) / 9
    assert history["train_loss"] == pytest.approx(means)
    assert history["valid_loss"][2] < history["valid_loss"][0]


def a_schedule_for_each_epoch_or_batch(engine):
    def halving(library, opt):
        return library.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)

    by_epoch = history_of(engine, scheduler=halving)
    assert by_epoch["lr"] == pytest.approx([0.1, 0.05, 0.025])
    by_batch = history_of(engine, scheduler=halving, scheduler_every="batch")
    assert by_batch["lr"] == pytest.approx([0.1 / 8, 0.1 / 64, 0.1 / 512])


def a_schedule_that_watches_the_loss(engine):
    """A loss that falls is enough, or, by a high threshold, never enough."""

    def plateau(threshold):
        return lambda library, opt: (
            library.optim.lr_scheduler.ReduceLROnPlateau(
                opt, patience=0, threshold=threshold
            )
        )

    history = history_of(engine, scheduler=plateau(0.0))
    assert history["lr"] == pytest.approx([0.1, 0.1, 0.1])
    history = history_of(engine, scheduler=plateau(0.99))
    assert history["lr"] == pytest.approx([0.1, 0.1, 0.01])
