"""`check.gradient` accepts what is right and names what is wrong."""

import numpy as np
import pytest

from companion import check

rng = np.random.default_rng(1)
X, Y = rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
AT = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))


def loss(w1, w2):
    return ((np.maximum(X @ w1, 0) @ w2 - Y) ** 2).sum()


def right(w1, w2):
    z = X @ w1
    a = np.maximum(z, 0)
    from_loss = 2 * (a @ w2 - Y)
    return X.T @ ((from_loss @ w2.T) * (z > 0)), a.T @ from_loss


def right_by_nudging(w1, w2):
    return check.numerical_gradient(loss, w1, w2)


def right_by_samples(w1, w2):
    grads = [np.zeros_like(w1), np.zeros_like(w2)]
    for x, y in zip(X, Y, strict=True):
        z = x @ w1
        from_loss = 2 * (np.maximum(z, 0) @ w2 - y)
        grads[0] += np.outer(x, (w2 @ from_loss) * (z > 0))
        grads[1] += np.outer(np.maximum(z, 0), from_loss)
    return grads


def without_mask(w1, w2):
    a = np.maximum(X @ w1, 0)
    from_loss = 2 * (a @ w2 - Y)
    return X.T @ (from_loss @ w2.T), a.T @ from_loss


def changes_its_input(w1, w2):
    answer = right(w1, w2)
    w1 *= 0
    return answer


def raises(w1, w2):
    raise ValueError("shapes do not match")


# Each row: a wrong answer, and words of the cause that the report names.
WRONG = [
    (lambda w1, w2: ..., "the stub is still there"),
    (lambda w1, w2: None, "it returned None"),
    (lambda w1, w2: (), "expected 2, got 0"),
    (lambda w1, w2: (w1, w2), "entries are wrong"),
    (lambda w1, w2: [g / 10 for g in right(w1, w2)], "0.1 times"),
    (lambda w1, w2: [-g for g in right(w1, w2)], "sign is reversed"),
    (lambda w1, w2: [g.T for g in right(w1, w2)], "expected shape (4, 3)"),
    (lambda w1, w2: [0 * g for g in right(w1, w2)], "everything is zero"),
    (lambda w1, w2: right(w1, w2)[::-1], "got (3, 2)"),
    (lambda w1, w2: [g + np.nan for g in right(w1, w2)], "got nan"),
    (lambda w1, w2: ("w1", "w2"), "expected an array of numbers"),
    (without_mask, "entries are wrong"),
    (changes_its_input, "changed its argument 1 in place"),
    (raises, "it raised ValueError: shapes do not match"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda row: row[1])
def test_wrong_gradients_are_refused_with_their_cause(wrong):
    gradients, cause = wrong
    report = check.gradient(gradients, of=loss, at=AT)
    assert not report
    assert cause in report.wrong
    assert "not yet" in repr(report)


@pytest.mark.parametrize(
    "gradients", [right, right_by_nudging, right_by_samples]
)
def test_right_gradients_are_accepted(gradients):
    report = check.gradient(gradients, of=loss, at=AT)
    assert report
    assert repr(report).startswith("gradient: accepted")


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
    check.gradient(changes_its_input, of=loss, at=at)
    assert all(np.array_equal(a, b) for a, b in zip(at, AT, strict=True))


def test_the_report_is_the_same_each_time():
    reports = {repr(check.gradient(without_mask, loss, AT)) for _ in "ab"}
    assert len(reports) == 1


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
