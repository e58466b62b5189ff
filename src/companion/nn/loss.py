"""Losses as modules: `nn.MSELoss()(x, t)` is `functional.mse_loss(x, t)`.

What each computes stands in `functional/regression.py`, `classification.py`,
`margin.py` and `ctc.py`.
"""

from companion.nn import functional as F
from companion.nn.functional.reduction import reduction_name
from companion.nn.layer import Layer


class Loss(Layer):
    """A layer of prediction and target; weights go where the model goes."""

    shown = ()
    left_out = "size_average", "reduce"

    def remember(self, settings):
        if "size_average" in settings:
            old = settings.pop("size_average"), settings.pop("reduce")
            settings["reduction"] = reduction_name(*old, settings["reduction"])
        for name in ("weight", "pos_weight"):
            if name in settings:
                self.register_buffer(name, settings.pop(name))
        super().remember(settings)


class L1Loss(
    Loss,
    function=F.l1_loss,
    inputs=2,
    settings="size_average reduce reduction",
): ...


class MSELoss(
    Loss,
    function=F.mse_loss,
    inputs=2,
    settings="size_average reduce reduction",
): ...


class SmoothL1Loss(Loss, function=F.smooth_l1_loss, inputs=2): ...


class HuberLoss(
    Loss, function=F.huber_loss, inputs=2, settings="reduction delta"
):
    def remember(self, settings):
        if not isinstance(settings["delta"], (int, float)):
            raise TypeError(
                f"delta must be a float or int, got: {type(settings['delta'])}"
            )
        super().remember(settings)


class PoissonNLLLoss(Loss, function=F.poisson_nll_loss, inputs=2): ...


class GaussianNLLLoss(Loss, function=F.gaussian_nll_loss, inputs=3):
    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(full, eps, reduction)


class NLLLoss(Loss, function=F.nll_loss, inputs=2): ...


class CrossEntropyLoss(Loss, function=F.cross_entropy, inputs=2): ...


class KLDivLoss(Loss, function=F.kl_div, inputs=2): ...


class BCELoss(Loss, function=F.binary_cross_entropy, inputs=2): ...


class BCEWithLogitsLoss(
    Loss, function=F.binary_cross_entropy_with_logits, inputs=2
): ...


class CTCLoss(Loss, function=F.ctc_loss, inputs=4): ...


class MarginRankingLoss(Loss, function=F.margin_ranking_loss, inputs=3): ...


class HingeEmbeddingLoss(Loss, function=F.hinge_embedding_loss, inputs=2): ...


class CosineEmbeddingLoss(
    Loss, function=F.cosine_embedding_loss, inputs=3
): ...


class SoftMarginLoss(Loss, function=F.soft_margin_loss, inputs=2): ...


class MultiMarginLoss(Loss, function=F.multi_margin_loss, inputs=2): ...


class MultiLabelMarginLoss(
    Loss, function=F.multilabel_margin_loss, inputs=2
): ...


class MultiLabelSoftMarginLoss(
    Loss, function=F.multilabel_soft_margin_loss, inputs=2
): ...


class TripletMarginLoss(Loss, function=F.triplet_margin_loss, inputs=3): ...
