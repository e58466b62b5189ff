"""`check.gradient` beyond its table of wrong and right answers."""

import numpy as np
import pytest
from wrong import gradient as table

from companion import check

AT, X, Y = table.AT, table.X, table.Y


def test_a_mask_that_is_missing_where_the_gradient_is_zero():
    """One unit is silent for all samples: its column must be zero."""
    x = np.abs(X)
    w1 = np.array([[1.0, -1.0]] * 4)
    at = w1, np.ones((2, 2))

    def silent_loss(w1, w2):
        return ((np.maximum(x @ w1, 0) @ w2 - Y) ** 2).sum()

    def silent_wrong(w1, w2):
        a = np.maximum(x @ w1, 0)
        from_loss = 2 * (a @ w2 - Y)
        return x.T @ (from_loss @ w2.T), a.T @ from_loss

    report = check.gradient(silent_wrong, of=silent_loss, at=at)
    assert "is a mask missing" in report.wrong


def test_a_single_array_needs_no_tuple():
    report = check.gradient(
        lambda w: 2 * w, of=lambda w: (w**2).sum(), at=(np.arange(3),)
    )
    assert report


def test_at_is_left_as_it_was():
    at = [a.copy() for a in AT]
    check.gradient(table.changes_its_input, of=table.loss, at=at)
    assert all(np.array_equal(a, b) for a, b in zip(at, AT, strict=True))


def test_gradients_that_are_not_numbers():
    report = check.gradient(
        lambda w: w * np.nan, of=lambda w: (w**2).sum(), at=(np.ones(3),)
    )
    assert "expected 2, got nan" in report.wrong


@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_numerical_gradient_has_the_shape_of_its_array(shape):
    w = np.full(shape, 0.5)
    (gradient,) = check.numerical_gradient(lambda w: (w**3).sum(), w)
    assert gradient.shape == shape
    np.testing.assert_allclose(gradient, 3 * w**2, rtol=1e-8)


def test_numerical_gradient_takes_integers_as_numbers():
    (gradient,) = check.numerical_gradient(lambda w: (w**2).sum(), [1, 2])
    np.testing.assert_allclose(gradient, [2, 4], rtol=1e-8)


def test_numerical_gradient_puts_each_entry_back():
    """Exact for a product with any nudge, if the other factor is itself."""
    (gradient,) = check.numerical_gradient(np.prod, [3.0, 5.0], eps=0.5)
    np.testing.assert_allclose(gradient, [5.0, 3.0], rtol=1e-12)
