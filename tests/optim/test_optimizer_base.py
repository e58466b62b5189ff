"""What all optimizers share, beside PyTorch's."""

import copy
import pickle

import pytest
import torch
from optim.trajectories import LIBRARIES, Bowl

from companion import nn, optim

BOTH = [optim, torch.optim]
kinds = pytest.mark.parametrize("kind", LIBRARIES)


def weight(value=1.0, gradient=None):
    p = torch.tensor([value], requires_grad=True)
    if gradient is not None:
        p.grad = torch.tensor([gradient])
    return p


def test_step_returns_the_loss_of_the_closure():
    for library in BOTH:
        p = weight(2.0)
        o = library.SGD([p], lr=0.25)

        def closure(o=o, p=p):
            o.zero_grad()
            loss = (p**2).sum()  # with gradients, inside step's no_grad
            loss.backward()
            return loss

        assert o.step(closure).item() == 4.0
        assert p.item() == 1.0
        assert o.step() is None


def test_step_leaves_parameters_without_gradient():
    p = weight()
    optim.SGD([p], lr=1, weight_decay=0.5).step()
    assert p.item() == 1.0


@kinds
def test_zero_grad(kind):
    bowl = Bowl(kind, "float32")
    o = optim.SGD(bowl.params)
    bowl.closure()
    first = bowl.params[0].grad
    o.zero_grad(set_to_none=False)
    assert bowl.params[0].grad is first
    assert (first == 0).all()
    o.zero_grad()
    assert [p.grad for p in bowl.params] == [None] * 3
    o.zero_grad(set_to_none=False)  # where there is none it stays so


def test_zero_grad_cuts_the_graph_of_a_gradient():
    p = weight(2.0)
    (p.grad,) = torch.autograd.grad((p**3).sum(), p, create_graph=True)
    optim.SGD([p]).zero_grad(set_to_none=False)
    assert p.grad.grad_fn is None
    assert p.grad.item() == 0


def test_repr_is_pytorch_s():
    for name in ("SGD", "Adam", "Rprop"):
        ours, theirs = (getattr(o, name)([weight()], lr=0.1) for o in BOTH)
        assert repr(ours) == repr(theirs)


def test_groups_have_settings_of_their_own():
    for library in BOTH:
        a, b = weight(gradient=1.0), weight(gradient=1.0)
        o = library.SGD([{"params": a}, {"params": [b], "lr": 0.5}], lr=0.1)
        c = weight(gradient=1.0)
        o.add_param_group({"params": (p for p in [c]), "lr": 0.25})
        o.step()
        assert [a.item(), b.item(), c.item()] == pytest.approx(
            [0.9, 0.5, 0.75]
        )
        assert [group["momentum"] for group in o.param_groups] == [0, 0, 0]


def test_a_group_is_the_dict_that_was_given():
    for library in BOTH:
        group = {"params": weight()}
        o = library.SGD([group], lr=0.1)
        assert o.param_groups[0] is group
        assert group["lr"] == 0.1


def test_named_parameters():
    for library in BOTH:
        o = library.SGD([("w", weight()), ("b", weight())])
        assert o.param_groups[0]["param_names"] == ["w", "b"]
        state = o.state_dict()
        assert state["param_groups"][0]["param_names"] == ["w", "b"]
        unnamed = library.SGD([weight(), weight()])
        unnamed.load_state_dict(state)
        assert unnamed.param_groups[0]["param_names"] == ["w", "b"]


def test_parameters_of_a_module():
    model = nn.Linear(3, 2)
    o = optim.SGD(model.parameters(), lr=0.1)
    assert [tuple(p.shape) for p in o.param_groups[0]["params"]] == [
        (2, 3),
        (2,),
    ]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (weight(), "iterable"),
        ([], "empty parameter list"),
        ([3.0], "can only optimize Tensors"),
        ([weight() * 2], "non-leaf"),
        ([{"params": {weight(), weight()}}], "ordered collections"),
        ([{"params": weight()}, 3], "must be a dict"),
        ([{"params": [("w", weight()), weight()]}], "with/without names"),
    ],
)
def test_bad_parameters(params, words):
    given = params
    if isinstance(params, list):  # PyTorch changes the dicts
        given = [dict(g) if isinstance(g, dict) else g for g in params]
    with pytest.raises((TypeError, ValueError), match=words) as theirs:
        torch.optim.SGD(given)
    with pytest.raises(theirs.type, match=words):
        optim.SGD(params)


def test_a_parameter_in_two_groups():
    p = weight()
    for library in BOTH:
        o = library.SGD([p])
        with pytest.raises(ValueError, match="more than one parameter group"):
            o.add_param_group({"params": [p]})
        with pytest.warns(UserWarning, match="duplicate parameters"):
            library.SGD([p, p])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("SGD", {"lr": -1}),
        ("SGD", {"lr": float("nan")}),
        ("SGD", {"weight_decay": -1}),
        ("SGD", {"nesterov": True}),
        ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
        ("SGD", {"momentun": 0.9}),
        ("Adam", {"eps": -1}),
        ("Adam", {"betas": (0.9, 1.0)}),
        ("AdamW", {"lr": -1}),
        ("Adagrad", {"initial_accumulator_value": -1}),
        ("RMSprop", {"alpha": -1}),
        ("Muon", {"lr": -1}),
        ("Adafactor", {"eps": (None, -1)}),
        ("Adadelta", {"rho": -0.1}),
    ],
)
def test_bad_settings(name, settings):
    params = [torch.zeros(2, 2)]
    if str(settings.get("lr")) != "nan":  # PyTorch's SGD takes it
        with pytest.raises((ValueError, TypeError)) as theirs:
            getattr(torch.optim, name)(params, **settings)
        expected = theirs.type
    else:
        expected = ValueError
    with pytest.raises(expected):
        getattr(optim, name)(params, **settings)


def test_differentiable_is_refused():
    with pytest.raises(NotImplementedError, match="differentiable"):
        optim.SGD([weight()], differentiable=True)


def test_lbfgs_refuses_groups_and_other_searches():
    for library in BOTH:
        groups = [{"params": [weight()]}, {"params": [weight()]}]
        with pytest.raises(ValueError, match="parameter groups"):
            library.LBFGS(groups)
        p = weight(2.0, 1.0)
        o = library.LBFGS([p], line_search_fn="golden")
        with pytest.raises(RuntimeError, match="strong_wolfe"):
            o.step(lambda p=p: (p**2).sum())


def test_a_state_that_does_not_fit():
    for library in BOTH:
        two = library.SGD([weight(), weight()]).state_dict()
        o = library.SGD([weight()])
        with pytest.raises(ValueError, match="size of optimizer's group"):
            o.load_state_dict(two)
        o.add_param_group({"params": [weight()]})
        with pytest.raises(ValueError, match="different number of parameter"):
            o.load_state_dict(two)


def test_a_loaded_group_keeps_the_settings_that_the_state_lacks():
    o = optim.Adam([weight()], lr=0.3, amsgrad=True)
    state = o.state_dict()
    del state["param_groups"][0]["amsgrad"]
    other = optim.Adam([weight(gradient=1.0)], lr=0.5)
    other.load_state_dict(state)
    assert other.param_groups[0]["lr"] == 0.3
    assert other.param_groups[0]["amsgrad"] is False
    other.step()


def test_a_state_is_cast_to_the_parameter():
    for library in BOTH:
        p = weight(gradient=1.0)
        first = library.Adam([p])
        first.step()
        double = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
        o = library.Adam([double])
        o.load_state_dict(first.state_dict())
        assert o.state[double]["exp_avg"].dtype == torch.float64
        assert o.state[double]["step"].dtype == torch.float32


def test_a_loaded_state_is_a_copy():
    p = weight(gradient=1.0)
    o = optim.SGD([p], momentum=0.9)
    o.step()
    saved = copy.deepcopy(o.state_dict())
    o.load_state_dict(saved)
    o.step()
    assert saved["state"][0]["momentum_buffer"].item() == 1.0


def test_hooks_of_step():
    for library in BOTH:
        p, seen = weight(gradient=1.0), []
        o = library.SGD([p], lr=0.5)

        def before(optimizer, args, kwargs, seen=seen, o=o, p=p):
            assert optimizer is o
            assert args == (o,)
            seen.append(p.item())

        def replace(optimizer, args, kwargs):
            return (*args, lambda: 7), kwargs

        def after(optimizer, args, kwargs, seen=seen, p=p):
            seen.append(p.item())

        handles = [
            o.register_step_pre_hook(before),
            o.register_step_pre_hook(replace),
            o.register_step_post_hook(after),
        ]
        assert o.step() == 7
        assert seen == [1.0, 0.5]
        for handle in handles:
            handle.remove()
        assert o.step() is None
        assert seen == [1.0, 0.5]
        o.register_step_pre_hook(lambda *_: 3)
        with pytest.raises(RuntimeError, match="must return None or a tuple"):
            o.step()


def test_an_own_optimizer_written_for_pytorch():
    """A subclass that overrides `step`, with hooks and a schedule."""
    found = []
    for library in BOTH:

        class Sign(library.Optimizer):
            def __init__(self, params, lr=0.1):
                super().__init__(params, {"lr": lr})

            @torch.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for p in group["params"]:
                        if p.grad is not None:
                            p.add_(p.grad.sign(), alpha=-group["lr"])

        p, calls = weight(gradient=3.0), []
        o = Sign([p])
        o.register_step_post_hook(lambda *_, calls=calls: calls.append(1))
        schedule = library.lr_scheduler.ExponentialLR(o, 0.5)
        for _ in range(3):
            o.step()
            schedule.step()
        found.append((p.item(), o.param_groups[0]["lr"], calls))
    assert found[0] == found[1]


def test_a_variant_states_its_formula():
    class Sign(optim.Optimizer):
        def update(self, p, grad, state, *, lr, **_):
            p.add_(grad.sign(), alpha=-lr)

    p = weight(gradient=3.0)
    Sign([p], {"lr": 0.25, "maximize": True}).step()
    assert p.item() == 1.25
    with pytest.raises(NotImplementedError):
        optim.Optimizer([p], {"lr": 0.1}).step()


@pytest.mark.parametrize("duplicate", ["pickle", "copy"])
def test_pickled_and_copied(duplicate):
    p = weight(gradient=1.0)
    o = optim.Adam([p], lr=0.1)
    optim.lr_scheduler.StepLR(o, 3)
    o.step()
    twin = (
        pickle.loads(pickle.dumps(o))
        if duplicate == "pickle"
        else copy.deepcopy(o)
    )
    (q,) = twin.param_groups[0]["params"]
    q.grad = p.grad.clone()
    o.step()
    twin.step()
    assert q is not p
    assert q.item() == p.item()


def test_a_tensor_as_learning_rate():
    for library in BOTH:
        p, lr = weight(gradient=1.0), torch.tensor(0.5)
        o = library.SGD([p], lr=lr)
        o.step()
        lr.fill_(0.25)
        o.step()
        assert p.item() == 0.25
