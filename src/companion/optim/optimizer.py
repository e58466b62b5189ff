"""What all optimizers share: parameter groups, state, and the loop of a step.

A variant says only its difference: what it remembers of a parameter before
the first step (``start``), and its formula for one parameter (``update``).
"""

import warnings
from collections import defaultdict
from copy import deepcopy
from functools import wraps
from itertools import chain

from companion._library import converted, is_tensor, library
from companion.utils.hooks import RemovableHandle

NOT_NEGATIVE = {
    *("lr", "eps", "alpha", "initial_accumulator_value", "lr_decay"),
    *("momentum", "momentum_decay", "weight_decay"),
}
NUMBERS = {"step", "mu_product", "eta", "mu"}  # state of a dtype of its own
CALLED = {"lr": "learning rate", "eps": "epsilon value"}  # in messages


def settings(arguments):
    """The checked settings in `arguments`, an ``__init__``'s ``locals()``.

    ``foreach``, ``fused`` and ``capturable`` choose between PyTorch's ways
    to compute the same step; they are kept, so that calls and state_dicts
    stay interchangeable, and change nothing here.
    """
    hidden = "self", "params", "__class__"
    found = {k: v for k, v in arguments.items() if k not in hidden}
    if is_tensor(found["lr"]) and found["lr"].numel() != 1:
        raise ValueError(
            f"Tensor lr must be 1-element, but has {found['lr'].numel()}"
        )
    for name in NOT_NEGATIVE & found.keys():
        if not found[name] >= 0:  # catches NaN too
            called = CALLED.get(name, f"{name} value")
            raise ValueError(f"Invalid {called}: {found[name]}")
    for i, beta in enumerate(found.get("betas", ())):
        if not 0 <= beta < 1:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
    if found.get("differentiable"):
        raise NotImplementedError("differentiable=True: steps record no graph")
    return found


def zeros(p, *names):
    """A state that counts steps, with buffers of zeros shaped as `p`.

    The count is a 0-d tensor because PyTorch's is, in files too.
    """
    home = library(p)
    buffers = {name: home.zeros_like(p) for name in names}
    return {"step": home.tensor(0.0), **buffers}


def transfer(value, p, key=None):
    """A copy of `value` as state of `p`: its library, dtype and device."""
    if isinstance(value, dict):
        return {k: transfer(v, p, k) for k, v in value.items()}
    if isinstance(value, list):
        return [transfer(v, p) for v in value]
    if not is_tensor(value):
        return value
    value = converted(value, library(p))
    if key not in NUMBERS:  # a count above 2048 is not exact in float16
        value = value.to(device=p.device, dtype=p.dtype)
    return value.clone()


def hooked(step):
    """`step`, with the optimizer's hooks called before and after it."""

    @wraps(step)
    def run(self, *args, **kwargs):
        args = self, *args
        for hook in self._before.values():
            changed = hook(self, args, kwargs)
            if changed is not None:
                args, kwargs = pair(changed)
        loss = step(*args, **kwargs)
        for hook in self._after.values():
            hook(self, args, kwargs)
        return loss

    return run


def pair(result):
    if isinstance(result, tuple) and len(result) == 2:
        return result
    raise RuntimeError(
        "a step pre-hook must return None or a tuple of (new_args, "
        f"new_kwargs), but got {result!r}"
    )


class Optimizer:
    """Groups of parameters, each with its settings, and a step for them.

    `params` is what ``model.parameters()`` or ``model.named_parameters()``
    gives, or a list of dicts, one a group: its ``"params"`` and settings of
    its own. `defaults` are the settings of groups that have no other.
    """

    decoupled = False  # weight decay, where no setting says so

    def __init__(self, params, defaults):
        self.defaults = defaults
        self.state = defaultdict(dict)  # parameter -> what is remembered of it
        self.param_groups = []
        self._before, self._after = {}, {}  # hooks of step
        if is_tensor(params):
            raise TypeError(
                "params argument given to the optimizer should be an iterable"
                f" of Tensors or dicts, but got {type(params).__name__}"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "step" in vars(cls):
            cls.step = hooked(cls.step)

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            names = sorted(group.keys() - {"params"})
            lines += [f"    {name}: {group[name]}" for name in names]
        return "\n".join([*lines, ")"])

    # The step.

    @hooked
    def step(self, closure=None):
        """Update each parameter that has a gradient; the closure's loss."""
        with self.library.no_grad():
            loss = None if closure is None else self.evaluate(closure)
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.advance(p, group)
        return loss

    def advance(self, p, group):
        state = self.state[p]
        if not state and self.start:
            state.update(self.start(p, **group))
        if "step" in state:
            state["step"] += 1
        grad = -p.grad if group.get("maximize") else p.grad
        if group.get("weight_decay"):
            grad = self.decayed(p, grad, **group)
        self.update(p, grad, state, **group)

    # start(p, **group): the state of a parameter before its first step.
    start = None

    def decayed(
        self, p, grad, *, lr, weight_decay, decoupled_weight_decay=False, **_
    ):
        """g + λθ; or, decoupled from it, θ ← θ - lr·λθ."""
        if not (decoupled_weight_decay or self.decoupled):
            return grad.add(p, alpha=weight_decay)
        p.mul_(1 - lr * weight_decay)
        return grad

    def update(self, p, grad, state, **options):
        """The variant's formula: change `p` and its `state` in place."""
        raise NotImplementedError

    def evaluate(self, closure):
        with self.library.enable_grad():
            return closure()

    @property
    def library(self):
        for group in self.param_groups:
            for p in group["params"]:
                return library(p)
        return library(None)

    def parameters(self):
        groups = (group["params"] for group in self.param_groups)
        return chain.from_iterable(groups)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients, or set them to zero in place."""
        for p in self.parameters():
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.detach_().zero_()

    def register_step_pre_hook(self, hook):
        """``hook(optimizer, args, kwargs)`` may return new (args, kwargs)."""
        return RemovableHandle(self._before, hook)

    def register_step_post_hook(self, hook):
        """``hook(optimizer, args, kwargs)``, after each step."""
        return RemovableHandle(self._after, hook)

    # The groups.

    def add_param_group(self, param_group):
        """Add a group: a dict of ``"params"`` and settings of its own."""
        if not isinstance(param_group, dict):
            raise TypeError(
                f"param_group must be a dict, but got {type(param_group)}"
            )
        group = param_group  # changed in place, as in PyTorch
        group.update(named(group["params"]))
        for name, default in self.defaults.items():
            group.setdefault(name, default)
        self.check_group(group)
        self.param_groups.append(group)

    def check_group(self, group):
        for p in group["params"]:
            check_parameter(p)
        if len(group["params"]) != len(set(group["params"])):
            warnings.warn(
                "optimizer contains a parameter group with duplicate "
                "parameters: each is updated several times a step",
                stacklevel=5,  # who made the optimizer
            )
        if not set(group["params"]).isdisjoint(self.parameters()):
            raise ValueError(
                "some parameters appear in more than one parameter group"
            )
        for other in self.param_groups:
            if ("param_names" in group) != ("param_names" in other):
                kind = "with" if "param_names" in group else "without"
                raise ValueError(
                    "all optimizer param groups should be with/without names."
                    f" cannot add param group {kind} names to the optimizer"
                )

    # Saving and loading, in PyTorch's layout: parameters are numbered.

    def state_dict(self):
        """``{"state": {number: its state}, "param_groups": [group, ...]}``.

        Its tensors are the optimizer's own, not copies.
        """
        number = {}
        for i, p in enumerate(self.parameters()):
            number.setdefault(p, i)
        groups = [
            {**group, "params": [number[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        state = {number.get(p, p): s for p, s in self.state.items() if s}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Go on from a state_dict: ours or PyTorch's, copied."""
        groups = deepcopy(state_dict["param_groups"])
        self.check_sizes(groups)
        numbers = chain.from_iterable(group["params"] for group in groups)
        owner = dict(zip(numbers, self.parameters(), strict=True))
        self.state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            p = owner.get(key, key)
            self.state[p] = transfer(value, p) if key in owner else value
        self.param_groups = [
            {**old, **new, "params": old["params"]}
            for old, new in zip(self.param_groups, groups, strict=True)
        ]

    def check_sizes(self, groups):
        sizes = [len(group["params"]) for group in groups]
        own = [len(group["params"]) for group in self.param_groups]
        if len(sizes) != len(own):
            raise ValueError(
                "loaded state dict has a different number of parameter "
                f"groups: {len(sizes)}, expected {len(own)}"
            )
        if sizes != own:
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't "
                f"match the size of optimizer's group: {sizes}, expected {own}"
            )


def check_parameter(p):
    if not is_tensor(p):
        raise TypeError(
            "optimizer can only optimize Tensors, but one of the params is "
            f"{type(p).__name__}"
        )
    if not (p.is_leaf or p.retains_grad):
        raise ValueError(
            "can't optimize a non-leaf Tensor: its gradient is not kept "
            f"(shape {tuple(p.shape)})"
        )


def named(params):
    """A group's parameters, and their names if they come as pairs."""
    if isinstance(params, set):
        raise TypeError(
            "optimizer parameters need to be organized in ordered "
            "collections, but the order of a set changes between runs"
        )
    params = [params] if is_tensor(params) else list(params)
    names = [p[0] for p in params if isinstance(p, tuple)]
    if not names:
        return {"params": params}
    if len(names) != len(params):
        raise ValueError(
            "all optimizer params should be with/without names. Some param "
            f"names are missing: {len(names)} names, {len(params)} params"
        )
    return {"params": [p for _, p in params], "param_names": names}
