"""Embedding: a row of numbers for each word."""

from companion.nn import functional as F
from companion.nn import init, parameter
from companion.nn.module import Module


class Embedding(Module):
    """(…) of integers becomes (…, embedding_dim); N(0, 1) at first."""

    def __init__(
        self,
        num_embeddings,
        embedding_dim,
        padding_idx=None,
        max_norm=None,
        norm_type=2.0,
        scale_grad_by_freq=False,
        sparse=False,
        _weight=None,
        _freeze=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError(
                    "padding_idx must be within num_embeddings"
                )
            padding_idx %= num_embeddings
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx, self.max_norm = padding_idx, max_norm
        self.norm_type, self.sparse = norm_type, sparse
        self.scale_grad_by_freq = scale_grad_by_freq
        shape = num_embeddings, embedding_dim
        if _weight is None:
            self.weight = parameter.empty(*shape, device=device, dtype=dtype)
            self.reset_parameters()
        elif tuple(_weight.shape) == shape:
            self.weight = parameter.Parameter(_weight)
        else:
            raise AssertionError(
                "Shape of weight does not match num_embeddings and "
                f"embedding_dim: {tuple(_weight.shape)} and {shape}"
            )
        self.weight.requires_grad_(not _freeze)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, **settings):
        """The given rows; frozen, unless told otherwise."""
        if embeddings.ndim != 2:
            raise AssertionError(
                "Embeddings parameter is expected to be 2-dimensional"
            )
        return cls(
            *embeddings.shape, _weight=embeddings, _freeze=freeze, **settings
        )

    def reset_parameters(self):
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input):
        limit = self.max_norm, self.norm_type
        gradient = self.scale_grad_by_freq, self.sparse
        rest = self.padding_idx, *limit, *gradient
        return F.embedding(input, self.weight, *rest)

    def extra_repr(self):
        usual = {
            "padding_idx": None,
            "max_norm": None,
            "norm_type": 2,
            "scale_grad_by_freq": False,
            "sparse": False,
        }
        return f"{self.num_embeddings}, {self.embedding_dim}" + "".join(
            f", {name}={getattr(self, name)}"
            for name, value in usual.items()
            if getattr(self, name) != value
        )
