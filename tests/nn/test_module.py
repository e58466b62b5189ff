"""Module and containers: each scene played with torch and with ours.

A scene is a function of the library. What it returns, or the exception it
ends with, must be the same for both.
"""

import copy
import pickle
from collections import OrderedDict

import pytest
import torch

import companion

SCENES = []
LIBRARIES = companion, torch


def scene(function):
    SCENES.append(function)
    return function


def net(lib):
    """A model with a child twice, a buffer, a frozen part."""

    class Net(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = lib.nn.Linear(3, 4)
            self.again = self.first
            self.blocks = lib.nn.Sequential(
                lib.nn.Linear(4, 4), lib.nn.ReLU(), lib.nn.BatchNorm1d(4)
            )
            self.scale = lib.nn.Parameter(lib.ones(4))
            self.register_buffer("mean", lib.zeros(4))
            self.register_buffer("scratch", lib.ones(2), persistent=False)
            self.register_parameter("absent", None)
            self.note = "not registered"

        def forward(self, x):
            return self.blocks(self.again(x)) * self.scale - self.mean

    lib.manual_seed(0)
    return Net()


def plain(value):
    """A value without its library."""
    if isinstance(value, (torch.Tensor, companion.Tensor)):
        return value.detach().numpy().round(4).tolist()
    if isinstance(value, dict):
        return [(key, plain(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (type, type(None), bool, int, float, str)):
        return value
    return type(value).__name__


def outcome(function, lib):
    try:
        return plain(function(lib))
    except Exception as error:
        return type(error)


# Registration ----------------------------------------------------------


@scene
def names_of_all_parts(lib):
    model = net(lib)
    return [
        [name for name, _ in walk]
        for walk in (
            model.named_parameters(),
            model.named_parameters(prefix="net", recurse=False),
            model.named_parameters(remove_duplicate=False),
            model.named_buffers(),
            model.named_modules(),
            model.named_modules(prefix="x", remove_duplicate=False),
            model.named_children(),
        )
    ]


@scene
def counts(lib):
    model = net(lib)
    walks = model.parameters, model.buffers, model.modules, model.children
    return [len(list(walk())) for walk in walks]


@scene
def state(lib):
    return net(lib).state_dict()


@scene
def printed(lib):
    return repr(net(lib))


@scene
def replaced_by_another_kind(lib):
    model = net(lib)
    model.mean = lib.nn.Parameter(lib.ones(4))
    model.note = lib.nn.ReLU()
    model.first = None
    return list(model.state_dict()), repr(model)


@scene
def deleted(lib):
    model = net(lib)
    del model.scale, model.mean, model.blocks, model.note
    return list(model.state_dict()), hasattr(model, "note")


@scene
def listed_in_dir(lib):
    names = dir(net(lib))
    return [name in names for name in ("scale", "mean", "first", "note")]


@scene
def found_by_dotted_name(lib):
    model = net(lib)
    return (
        model.get_submodule("blocks.0") is model.blocks[0],
        model.get_submodule("") is model,
        model.get_parameter("blocks.0.weight") is model.blocks[0].weight,
        model.get_buffer("blocks.2.running_var"),
    )


def without_init(lib):
    class Net(lib.nn.Module):
        def __init__(self, value):
            self.value = value

    return Net


for mistake in (
    lambda lib: net(lib).unknown,
    lambda lib: net(lib).get_submodule("blocks.9"),
    lambda lib: net(lib).get_submodule("note"),
    lambda lib: net(lib).get_parameter("mean"),
    lambda lib: net(lib).get_buffer("scale"),
    lambda lib: setattr(net(lib), "scale", lib.ones(4)),
    lambda lib: setattr(net(lib), "scale", 3),
    lambda lib: setattr(net(lib), "mean", "text"),
    lambda lib: setattr(net(lib), "blocks", lib.ones(4)),
    lambda lib: net(lib).register_parameter("a.b", None),
    lambda lib: net(lib).register_parameter("", None),
    lambda lib: net(lib).register_parameter("note", None),
    lambda lib: net(lib).register_parameter(3, None),
    lambda lib: net(lib).register_parameter("new", lib.ones(1)),
    lambda lib: net(lib).register_buffer("new", "text"),
    lambda lib: net(lib).register_buffer("a.b", None),
    lambda lib: net(lib).register_buffer("note", None),
    lambda lib: net(lib).add_module("new", lib.ones(1)),
    lambda lib: net(lib).add_module("note", None),
    lambda lib: net(lib).add_module("a.b", None),
    lambda lib: delattr(net(lib), "unknown"),
    lambda lib: lib.nn.Module()(1),
    lambda lib: without_init(lib)(lib.nn.ReLU()),
    lambda lib: without_init(lib)(lib.nn.Parameter(lib.ones(1))),
    lambda lib: without_init(lib)(1)(2),
    lambda lib: list(without_init(lib)(1).parameters()),
    lambda lib: net(lib).train("yes"),
    lambda lib: net(lib).to(lib.int64),
    lambda lib: net(lib).load_state_dict(3),
    lambda lib: net(lib).load_state_dict({}),
    lambda lib: lib.nn.Sequential(3),
    lambda lib: lib.nn.Sequential(lib.nn.ReLU())[1],
    lambda lib: lib.nn.Sequential(lib.nn.ReLU()).pop(4),
    lambda lib: lib.nn.ModuleList([3]),
    lambda lib: lib.nn.ModuleDict({"a": 3}),
    lambda lib: lib.nn.ModuleDict({"a": lib.nn.ReLU()})["b"],
    lambda lib: lib.nn.Threshold(1.0),
    lambda lib: lib.nn.ReLU(slope=3),
    lambda lib: lib.nn.Dropout(1.5),
    lambda lib: lib.nn.Conv2d(3, 4, 3, groups=2),
    lambda lib: lib.nn.Conv2d(2, 4, 3, padding_mode="mirror"),
    lambda lib: lib.nn.Conv2d(2, 4, 3, padding="other"),
    lambda lib: lib.nn.Conv2d(2, 4, 3, 2, padding="same"),
    lambda lib: lib.nn.Conv2d(2, 4, 3)(lib.ones(1, 3, 5, 5)),
    lambda lib: lib.nn.Conv2d(2, 4, 3)(lib.ones(1, 2, 2, 5)),
    lambda lib: lib.nn.Conv2d(2, 4, 3)(lib.ones(5, 5)),
    lambda lib: lib.nn.ConvTranspose2d(2, 4, 3)(lib.ones(1, 3, 5, 5)),
    lambda lib: lib.nn.Linear(3, 2)(lib.ones(4, 5)),
    lambda lib: lib.nn.Linear(3, 2)(lib.ones(4, 2, 5)),
    lambda lib: lib.nn.MaxPool2d(9)(lib.ones(1, 1, 4, 4)),
    lambda lib: lib.nn.ReflectionPad1d(9)(lib.ones(1, 1, 4)),
    lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(4, 2)),
    lambda lib: lib.nn.BatchNorm1d(3)(lib.ones(1, 3)),
    lambda lib: lib.nn.BatchNorm2d(3)(lib.ones(4, 3)),
    lambda lib: lib.nn.LayerNorm(3)(lib.ones(4, 2)),
    lambda lib: lib.nn.GroupNorm(2, 3),
    lambda lib: lib.nn.Embedding(3, 2, 5),
    lambda lib: lib.nn.GLU()(lib.ones(3)),
    lambda lib: lib.nn.MultiheadAttention(5, 2),
    lambda lib: lib.nn.Unflatten(1, "text"),
    lambda lib: lib.nn.MSELoss(reduction="middle")(lib.ones(1), lib.ones(1)),
    lambda lib: lib.nn.CrossEntropyLoss()(lib.ones(2, 3), lib.tensor([0, 3])),
    lambda lib: lib.nn.NLLLoss()(lib.ones(2, 3), lib.tensor([0, -1])),
    lambda lib: lib.nn.BCELoss()(lib.ones(2) * 2, lib.ones(2)),
    lambda lib: lib.nn.BCELoss()(lib.ones(2), lib.ones(3)),
    lambda lib: lib.nn.BCEWithLogitsLoss()(lib.ones(2), lib.ones(3)),
    lambda lib: lib.nn.HuberLoss(delta=-1.0)(lib.ones(2), lib.ones(2)),
    lambda lib: lib.nn.SmoothL1Loss(beta=-1.0)(lib.ones(2), lib.ones(2)),
):
    SCENES.append(mistake)


# What is done to all ---------------------------------------------------


@scene
def modes(lib):
    model = net(lib)
    told = [module.training for module in model.eval().modules()]
    return told, [module.training for module in model.train().modules()]


@scene
def applied_children_first(lib):
    seen = []
    net(lib).apply(lambda module: seen.append(type(module).__name__))
    return seen


@scene
def frozen(lib):
    model = net(lib).requires_grad_(False)
    return [parameter.requires_grad for parameter in model.parameters()]


def grads(model):
    return [parameter.grad for parameter in model.parameters()]


@scene
def gradients_zeroed(lib):
    model = net(lib)
    model(lib.ones(2, 3)).sum().backward()
    model.zero_grad(set_to_none=False)
    zeros = grads(model)
    model.zero_grad()
    return zeros, grads(model)


@scene
def gradients_accumulate(lib):
    model = net(lib).eval()
    for _ in range(2):
        model(lib.ones(2, 3)).sum().backward()
    return grads(model)


@scene
def in_double(lib):
    model = net(lib)
    weight = model.first.weight
    model(lib.ones(2, 3)).sum().backward()
    model.double()
    kept = model.first.weight is weight and weight.grad.dtype == lib.float64
    tracked = model.blocks[2].num_batches_tracked.dtype == lib.int64
    out = model(lib.ones(2, 3, dtype=lib.float64))
    model.float().to(lib.float64).to("cpu")
    return kept, tracked, out, model.mean.dtype == lib.float64


@scene
def deep_copy(lib):
    model = net(lib)
    twin = copy.deepcopy(model)
    with lib.no_grad():
        twin.scale.mul_(2)
    shared = twin.first is twin.again and twin.first is not model.first
    return model(lib.ones(2, 3)), twin(lib.ones(2, 3)), shared


@scene
def pickled(lib):
    layer = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.ELU(0.5))
    again = pickle.loads(pickle.dumps(layer))
    with lib.no_grad():
        return again[1].alpha, (again(lib.ones(2)) == layer(lib.ones(2)))


@scene
def a_weight_used_twice(lib):
    lib.manual_seed(0)
    tied = lib.nn.Sequential(lib.nn.Linear(3, 3), lib.nn.Linear(3, 3))
    lib.nn.init.eye_(tied[0].weight)
    tied[1].weight = tied[0].weight
    tied(lib.ones(3)).sum().backward()
    return len(list(tied.parameters())), list(tied.state_dict()), grads(tied)


# State -----------------------------------------------------------------


@scene
def loaded(lib):
    model, other = net(lib), net(lib)
    with lib.no_grad():
        other.scale.fill_(3)
    weight = model.scale
    answer = model.load_state_dict(other.state_dict())
    return str(answer), model.scale, weight is model.scale


@scene
def assigned(lib):
    model = net(lib)
    values = {key: value + 1 for key, value in model.state_dict().items()}
    model.load_state_dict(values, assign=True)
    return (
        model.scale,
        type(model.scale).__name__,
        model.scale.requires_grad,
        model.mean is values["mean"],
    )


@scene
def a_part_of_the_keys(lib):
    model = net(lib)
    part = model.state_dict()
    del part["blocks.0.weight"], part["mean"]
    part["scale"], part["other"] = lib.zeros(4), lib.zeros(1)
    keys = model.load_state_dict(part, strict=False)
    return keys.missing_keys, keys.unexpected_keys, model.scale


@scene
def what_is_wrong_with_a_state(lib):
    model = lib.nn.Sequential(lib.nn.Linear(2, 1))
    wrong = {"0.weight": lib.zeros(3, 2), "other": lib.zeros(1)}
    try:
        model.load_state_dict(wrong)
    except RuntimeError as error:
        return str(error).replace("companion", "torch")


@scene
def state_shares_memory(lib):
    model = net(lib)
    saved = model.state_dict()
    with lib.no_grad():
        model.scale.zero_()
    return saved["scale"], saved["scale"].requires_grad


@scene
def state_with_prefix(lib):
    kept = net(lib).state_dict(prefix="net.", keep_vars=True)
    return list(kept), kept["net.scale"].requires_grad


# Hooks -----------------------------------------------------------------


@scene
def forward_hooks(lib):
    model, seen = lib.nn.ReLU(), []

    def before(module, args):
        seen.append(("before", args[0].tolist()))
        return args[0] + 1

    def after(module, args, output):
        seen.append(("after", args[0].tolist(), output.tolist()))
        return output * 10

    handles = [
        model.register_forward_pre_hook(before),
        model.register_forward_hook(after),
    ]
    first = model(lib.tensor([-3.0, 2.0]))
    for handle in handles:
        handle.remove()
    return seen, first, model(lib.tensor([-3.0, 2.0]))


@scene
def hooks_with_keywords(lib):
    class Power(lib.nn.Module):
        def forward(self, x, exponent=1):
            return x**exponent

    model = Power()
    model.register_forward_pre_hook(
        lambda module, args, kwargs: (args, {"exponent": 3}),
        with_kwargs=True,
    )
    model.register_forward_hook(
        lambda module, args, kwargs, out: out + kwargs["exponent"],
        with_kwargs=True,
    )
    return model(lib.tensor(2.0), exponent=2)


@scene
def order_of_hooks(lib):
    model, seen = lib.nn.ReLU(), []
    for name in "abc":
        model.register_forward_hook(
            lambda *_, name=name: seen.append(name), prepend=name == "c"
        )
    with model.register_forward_hook(lambda *_: seen.append("once")):
        model(lib.ones(1))
    model(lib.ones(1))
    return seen


@scene
def a_hook_called_in_any_case(lib):
    model, seen = lib.nn.Linear(2, 2), []
    model.register_forward_hook(
        lambda *_: seen.append("always"), always_call=True
    )
    model.register_forward_hook(lambda *_: seen.append("not then"))
    with pytest.raises(RuntimeError):
        model(lib.ones(3))
    return seen


@scene
def backward_hooks(lib):
    model, seen = lib.nn.Linear(2, 2), []
    lib.nn.init.eye_(model.weight)

    def hook(module, grad_input, grad_output):
        seen.append((plain(grad_input), plain(grad_output)))
        return (grad_input[0] * 10,)

    def before(module, grad_output):
        return (grad_output[0] * 2,)

    model.register_full_backward_hook(hook)
    model.register_full_backward_pre_hook(before)
    x = lib.ones(3, 2, requires_grad=True)
    model(x).sum().backward()
    return seen, x.grad, model.weight.grad


@scene
def backward_hooks_with_two_inputs(lib):
    model, seen = lib.nn.Bilinear(2, 2, 1), []
    lib.nn.init.ones_(model.weight)
    model.register_full_backward_hook(
        lambda module, inputs, outputs: seen.append(plain([inputs, outputs]))
    )
    x = lib.ones(1, 2, requires_grad=True)
    model(x, lib.ones(1, 2)).sum().backward()
    return seen, x.grad


@scene
def backward_hooks_where_no_input_wants_a_gradient(lib):
    model, seen = lib.nn.Linear(2, 1), []
    model.register_full_backward_hook(
        lambda module, inputs, outputs: seen.append(plain(outputs))
    )
    model(lib.ones(1, 2)).sum().backward()
    return seen, model.weight.grad


# Containers ------------------------------------------------------------


@scene
def sequential_as_a_list(lib):
    nn = lib.nn
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Tanh())
    shown = [len(model), repr(model[1:]), repr(model[-1])]
    model.append(nn.Sigmoid())
    model.extend([nn.ELU()]).insert(1, nn.GELU())
    shown.append(repr(model))
    model[0] = nn.Identity()
    del model[2], model[-1]
    shown += [repr(model), repr(model.pop(0)), list(model.state_dict())]
    shown.append(repr(model + nn.Sequential(nn.ReLU())))
    shown.append([type(layer).__name__ for layer in model])
    return shown


@scene
def sequential_with_names(lib):
    model = lib.nn.Sequential(
        OrderedDict([("a", lib.nn.Linear(2, 2)), ("b", lib.nn.ReLU())])
    )
    return repr(model), repr(model[:1]), model.a is model[0]


@scene
def module_list(lib):
    nn = lib.nn
    layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
    shown = [repr(layers), repr(layers[1:]), len(layers[:2])]
    layers += [nn.ReLU(), nn.ReLU()]
    layers.insert(0, nn.Tanh())
    layers[1] = nn.Sequential(nn.ELU())
    shown.append(repr(layers))
    del layers[1:3]
    shown += [repr(layers), repr(nn.ModuleList()), layers.pop(0)]
    return shown, list(layers.state_dict())


@scene
def module_dict(lib):
    nn = lib.nn
    parts = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    parts["c"] = nn.Tanh()
    parts.update([("d", nn.ELU())])
    del parts["a"]
    popped = parts.pop("d")
    return (
        repr(parts),
        repr(popped),
        list(parts),
        len(parts),
        "b" in parts,
        list(parts.keys()),
        [type(value).__name__ for value in parts.values()],
        [key for key, _ in parts.items()],
        list(parts.state_dict()),
    )


@scene
def parameter_list(lib):
    parts = lib.nn.ParameterList([lib.ones(2), lib.nn.Parameter(lib.ones(1))])
    parts.append(lib.zeros(2, 3))
    parts[0] = lib.ones(4)
    return (
        repr(parts).replace("companion", "torch"),
        len(parts),
        [name for name, _ in parts.named_parameters()],
        all(parameter.requires_grad for parameter in parts),
        parts[-1],
    )


# Parameters ------------------------------------------------------------


@scene
def parameters(lib):
    data = lib.ones(2)
    parameter = lib.nn.Parameter(data)
    with lib.no_grad():
        parameter.mul_(3)
    return (
        isinstance(parameter, lib.Tensor),
        parameter.requires_grad,
        parameter.is_leaf,
        data,
        type(parameter * 2).__name__,
        type(parameter.detach()).__name__,
        repr(parameter),
        lib.nn.Parameter(data, requires_grad=False).requires_grad,
        lib.nn.parameter.Parameter is lib.nn.Parameter,
        type(copy.deepcopy(parameter)).__name__,
    )


@scene
def inplace_activations(lib):
    x = lib.linspace(-2, 2, 5, requires_grad=True)
    results = []
    for name in ("ReLU", "ELU", "SiLU", "Hardtanh", "Mish", "LeakyReLU"):
        x.grad, middle = None, x * 2
        out = getattr(lib.nn, name)(inplace=True)(middle)
        out.sum().backward()
        results.append((out is middle, out, x.grad))
    return results


@pytest.mark.parametrize(
    "function", SCENES, ids=[f"{i}-{s.__name__}" for i, s in enumerate(SCENES)]
)
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_scene(function):
    ours, theirs = (outcome(function, lib) for lib in LIBRARIES)
    assert ours == theirs


def test_a_misspelt_name_gets_a_near_miss():
    with pytest.raises(AttributeError, match="did you mean 'scale'"):
        net(companion).scal  # noqa: B018


def test_a_forgotten_init_is_named():
    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        without_init(companion)(1)(2)
