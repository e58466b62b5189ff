"""Every operation in scope does what torch does, on torch's own cases."""

import types

import op_cases
import op_scope
import pytest
import torch

import companion


def entry_id(info):
    return "-".join(filter(None, op_scope.key(info)))


@pytest.mark.parametrize("info", op_scope.IN_SCOPE, ids=entry_id)
def test_torchs_cases(info):
    counts, failures = op_cases.failures(companion, info)
    assert not failures, (
        f"{len(failures)} of {counts.in_scope} cases fail, the first:\n"
        + "\n".join(failures[:5])
    )


@pytest.mark.parametrize("name", op_scope.BY_HAND)
def test_cases_by_hand(name):
    for call in op_scope.BY_HAND[name]:
        op_cases.check_by_hand(companion, call)


def test_every_name_has_cases():
    covered = {
        info.name
        for info in op_scope.IN_SCOPE
        if op_scope.key(info) not in op_scope.LEFT_OUT
    }
    assert set(op_scope.NAMES) - covered == set(op_scope.BY_HAND)


def test_every_entry_in_scope_has_cases_in_scope():
    for info in op_scope.IN_SCOPE:
        if op_scope.key(info) not in op_scope.LEFT_OUT:
            assert any(
                op_scope.left_out(info, sample) is None
                for _, sample, _ in op_cases.cases(info)
            ), entry_id(info)


# ---- the checks themselves: torch passes them, a broken torch does not


class WrongSecondDerivative(torch.autograd.Function):
    """exp whose saved output is cut off from the graph."""

    @staticmethod
    def forward(ctx, x):
        ctx.result = x.exp()
        return ctx.result

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.result.detach()


FAULTS = {
    "value": lambda x: torch.exp(x) * 1.001,
    "dtype": lambda x: torch.exp(x.double()),
    "shape": lambda x: torch.exp(x)[None],
    "structure": lambda x: (torch.exp(x),),
    "error": lambda x: 1 / 0,
    "argument": lambda x: torch.exp(x.mul_(2)),
    "gradient": lambda x: torch.exp(x) + 0.1 * (x - x.detach()),
    "second derivative": WrongSecondDerivative.apply,
}


def entry(name):
    return next(i for i in op_scope.IN_SCOPE if i.name == name)


def torch_with(**changes):
    return types.SimpleNamespace(**{**vars(torch), **changes})


@pytest.mark.parametrize("name", ["exp", "sort", "reshape", "gather"])
def test_torch_passes(name):
    counts, failures = op_cases.failures(torch_with(), entry(name))
    assert failures == []
    assert counts.passed == counts.in_scope > 30


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(fault):
    broken = torch_with(exp=FAULTS[fault])
    assert op_cases.failures(broken, entry("exp"))[1]


def test_a_copy_for_a_view_is_seen():
    def reshape(x, shape):
        return torch.reshape(x, shape).clone()

    assert op_cases.failures(torch_with(reshape=reshape), entry("reshape"))[1]


def test_a_missing_error_is_seen():
    def gather(x, dim, index):
        try:
            return torch.gather(x, dim, index)
        except RuntimeError:
            return x

    _, failures = op_cases.failures(torch_with(gather=gather), entry("gather"))
    assert failures
    assert all(failure.startswith("error") for failure in failures)
