"""Layer: a module that is a function and remembers its settings."""

from inspect import Parameter, Signature, signature

from companion.nn.module import Module

BY_PLACE_OR_NAME = Parameter.POSITIONAL_OR_KEYWORD


class Layer(Module):
    """``class ELU(Layer, function=F.elu)`` is all that an ELU layer says.

    The constructor's arguments are those of the function behind the first
    `inputs`, without `training`, or those that `settings` names; each becomes
    an attribute, and a call passes their present values on.
    """

    shown: tuple[str, ...] | None = None  # settings that repr shows; None: all
    left_out: tuple[str, ...] = ()  # arguments that are no settings

    def __init_subclass__(cls, function=None, inputs=1, settings=None):
        super().__init_subclass__()
        if "__init__" in cls.__dict__:
            cls.__signature__ = None  # not the inherited one
        if function is None:  # a subclass of a layer, with its function
            return
        every = dict(signature(function).parameters)
        cls.function = staticmethod(function)
        cls.__doc__ = cls.__doc__ or function.__doc__
        cls.knows_training = every.pop("training", None) is not None
        names = settings.split() if settings else list(every)[inputs:]
        cls.names = [name for name in names if name not in cls.left_out]
        cls.arguments = Signature(
            [every[name].replace(kind=BY_PLACE_OR_NAME) for name in names]
        )
        if "__init__" not in cls.__dict__:
            cls.__signature__ = cls.arguments

    def __init__(self, *args, **kwargs):
        super().__init__()
        given = self.arguments.bind(*args, **kwargs)
        given.apply_defaults()
        self.remember(given.arguments)

    def remember(self, settings):
        for name, value in settings.items():
            setattr(self, name, value)

    def forward(self, *inputs):
        settings = {name: getattr(self, name) for name in self.names}
        if self.knows_training:
            settings["training"] = self.training
        return self.function(*inputs, **settings)

    def extra_repr(self):
        names = self.names if self.shown is None else self.shown
        return ", ".join(
            f"{name}={getattr(self, name)!r}"
            for name in names
            if name != "inplace" or self.inplace
        )
