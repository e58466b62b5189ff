"""The loop on our own engine, and what does not depend on the engine."""

import sys

import pytest
from train import cases

import companion
from companion import nn, optim, train


@pytest.mark.parametrize(("every", "batch"), [(1, 1), (4, 20), (None, 33)])
def test_resuming_is_exact(tmp_path, every, batch):
    cases.resuming_is_exact("companion", tmp_path, every, batch)


def test_resumed_when_complete(tmp_path):
    cases.resumed_when_complete("companion", tmp_path)


CASES = [
    cases.loss_batch_without_and_with_a_step,
    cases.clipping_bounds_a_step,
    cases.evaluation_weighs_batches_by_their_size,
    cases.evaluation_uses_evaluation_mode_and_no_graph,
    cases.a_row_for_each_epoch,
    cases.a_schedule_for_each_epoch_or_batch,
    cases.a_schedule_that_watches_the_loss,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_case(case):
    case("companion")


def test_early_stopping():
    """The loss rises from the third epoch on: two more, and the end."""
    history = train.History()
    for i, loss in enumerate([3.0, 2.0, 1.0, 1.5, 1.2]):
        assert not history.stalled(2), i
        history.rows.append({"train_loss": 0.0, "valid_loss": loss})
    assert history.stalled(2)
    assert not history.stalled(3)
    assert not history.stalled(None)


def test_fit_stops_early():
    """Each step makes the loss on the other samples larger."""
    model = nn.Linear(1, 1)
    opt = optim.SGD(model.parameters(), lr=0.01)
    x = companion.ones(4, 1)
    history = train.fit(
        9, model, nn.MSELoss(), opt, [(x, 9 * x)], [(x, -9 * x)], patience=2
    )
    assert len(history) == 3


def test_an_empty_loader_is_an_error():
    """A loss of nothing is no loss of zero."""
    model = nn.Linear(1, 1)
    opt = optim.SGD(model.parameters(), lr=0.01)
    with pytest.raises(ValueError, match="the loader is empty"):
        train.fit(1, model, nn.MSELoss(), opt, [])
    with pytest.raises(ValueError, match="the loader is empty"):
        train.evaluate(model, nn.MSELoss(), [])
    with pytest.raises(ValueError, match="\"batch\", got 'step'"):
        train.fit(1, model, nn.MSELoss(), opt, [], scheduler_every="step")


def test_a_measure_that_fails_leaves_the_mode_as_it_was():
    model = nn.Linear(1, 1)
    x = companion.zeros(1, 1)
    with pytest.raises(ZeroDivisionError):
        train.evaluate(model, lambda out, yb: 1 / 0, [(x, x)])
    assert model.training


def test_get_data():
    """Shuffled to train on; in order, and twice as many, to validate."""
    x = companion.arange(12)
    dataset = companion.utils.data.TensorDataset(x, x)
    companion.manual_seed(0)
    train_dl, valid_dl = train.get_data(dataset, dataset, 4)
    assert [len(xb) for xb, _ in train_dl] == [4, 4, 4]
    assert [len(xb) for xb, _ in valid_dl] == [8, 4]
    order = [i for xb, _ in train_dl for i in xb.tolist()]
    assert order != list(range(12))
    assert sorted(order) == list(range(12))
    assert [i for xb, _ in valid_dl for i in xb.tolist()] == list(range(12))


def test_wrapped_loader():
    batches = [(companion.ones(2, 4), companion.zeros(2))] * 3
    wrapped = train.WrappedDataLoader(
        batches, lambda x, y: (x.reshape(-1, 2, 2), y)
    )
    assert len(wrapped) == 3
    assert [tuple(x.shape) for x, _ in wrapped] == [(2, 2, 2)] * 3
    moved = train.WrappedDataLoader(batches, train.to_device("cpu"))
    assert [x.device.type for batch in moved for x in batch] == ["cpu"] * 6


def test_accuracy():
    out = companion.tensor([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    yb = companion.tensor([1, 0, 0, 0])
    assert train.accuracy(out, yb).item() == 0.75


def test_progress_needs_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    model = nn.Linear(1, 1)
    opt = optim.SGD(model.parameters(), lr=0.01)
    x = companion.ones(1, 1)
    with pytest.raises(ImportError, match=r"companion\[train\]"):
        train.fit(1, model, nn.MSELoss(), opt, [(x, x)], progress=True)


def test_progress_is_shown(capsys):
    model = nn.Linear(1, 1)
    opt = optim.SGD(model.parameters(), lr=0.01)
    x = companion.ones(1, 1)
    train.fit(2, model, nn.MSELoss(), opt, [(x, x)] * 3, progress=True)
    assert "epoch 2:" in capsys.readouterr().err


def test_history_as_a_table_and_there_and_back():
    history = train.History()
    assert repr(history).split() == ["epoch"]
    history.note(0.1, 3)
    history.rows.append({"steps": 1, "train_loss": 0.1})
    lines = repr(history).splitlines()
    assert lines[0].split() == ["epoch", "steps", "train_loss"]
    assert lines[1].split() == ["1", "1", "0.1000"]
    assert len(lines[0]) == len(lines[1])
    copy = train.History()
    copy.load_state_dict(history.state_dict())
    assert vars(copy) == vars(history)


def test_history_plots_itself():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    history = cases.history_of("companion")
    axes = history.plot()
    training, validation = axes.get_lines()
    assert training.get_ydata() == pytest.approx(history.losses)
    assert list(validation.get_xdata()) == [3, 6, 9]
    assert list(validation.get_ydata()) == history["valid_loss"]
    matplotlib.pyplot.close("all")
