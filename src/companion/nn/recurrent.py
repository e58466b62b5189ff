"""Recurrent cells: one step in time, from a state to the next."""

import math
from functools import partial

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.module import Module


class Cell(Module):
    """Wᵢ x + bᵢ and Wₕ h + bₕ, for several gates at once."""

    gates = 1
    names: tuple[str, ...] = ("hidden",)  # of the states, in messages

    def __init__(
        self, input_size, hidden_size, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.bias = bias
        make = partial(parameter.empty, device=device, dtype=dtype)
        rows = self.gates * hidden_size
        self.weight_ih = make(rows, input_size)
        self.weight_hh = make(rows, hidden_size)
        self.bias_ih = make(rows) if bias else None
        self.bias_hh = make(rows) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        size = self.hidden_size
        bound = 1 / math.sqrt(size) if size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def products(self, input, state):
        """The input's and the state's part, each (…, gates · hidden)."""
        return (
            F.linear(input, self.weight_ih, self.bias_ih),
            F.linear(state, self.weight_hh, self.bias_hh),
        )

    def states(self, input, *given):
        """The states, or zeros where there is none yet; all checked."""
        for what, value in (
            ("input", input),
            *zip(self.names, given, strict=True),
        ):
            if value is not None and value.ndim not in (1, 2):
                raise ValueError(
                    f"{type(self).__name__}: Expected {what} to be 1D or 2D, "
                    f"got {value.ndim}D instead"
                )
        shape = (*input.shape[:-1], self.hidden_size)
        zeros = input.detach().new_zeros(shape)
        states = [zeros if state is None else state for state in given]
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input has inconsistent input_size: got "
                f"{input.shape[-1]} expected {self.input_size}"
            )
        for state in states:
            if state.shape[-1] != self.hidden_size:
                raise RuntimeError(
                    "hidden0 has inconsistent hidden_size: got "
                    f"{state.shape[-1]}, expected {self.hidden_size}"
                )
            if tuple(state.shape) != shape:
                raise RuntimeError(
                    f"Input batch size {input.shape[0]} doesn't match hidden0 "
                    f"batch size {state.shape[0]}"
                )
        return states

    def extra_repr(self):
        shown = f"{self.input_size}, {self.hidden_size}"
        return shown if self.bias else f"{shown}, bias=False"


class RNNCell(Cell):
    """h' = tanh(Wᵢ x + bᵢ + Wₕ h + bₕ), or relu."""

    def __init__(
        self,
        input_size,
        hidden_size,
        bias=True,
        nonlinearity="tanh",
        device=None,
        dtype=None,
    ):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input, hx=None):
        (hx,) = self.states(input, hx)
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        from_input, from_state = self.products(input, hx)
        return getattr(from_input + from_state, self.nonlinearity)()

    def extra_repr(self):
        shown = super().extra_repr()
        if self.nonlinearity != "tanh":
            shown += f", nonlinearity={self.nonlinearity}"
        return shown


class LSTMCell(Cell):
    """c' = f c + i g and h' = o tanh(c') [Hochreiter 1997].

    i, f, o are sigmoids and g is the tanh of the four parts of the products.
    """

    gates = 4
    names = "hx[0]", "hx[1]"

    def forward(self, input, hx=None):
        hidden, cell = self.states(input, *(hx or (None, None)))
        from_input, from_state = self.products(input, hidden)
        i, f, g, o = (from_input + from_state).chunk(4, -1)
        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
        return o.sigmoid() * cell.tanh(), cell


class GRUCell(Cell):
    """h' = (1 - z) n + z h, n = tanh(Wᵢ x + r Wₕ h) [Cho 2014].

    r and z are sigmoids of the first two of the three parts.
    """

    gates = 3

    def forward(self, input, hx=None):
        (hx,) = self.states(input, hx)
        from_input, from_state = self.products(input, hx)
        r_x, z_x, n_x = from_input.chunk(3, -1)
        r_h, z_h, n_h = from_state.chunk(3, -1)
        reset, update = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        new = (n_x + reset * n_h).tanh()
        return new + update * (hx - new)
