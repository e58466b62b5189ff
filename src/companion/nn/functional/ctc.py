"""Connectionist temporal classification [Graves 2006]."""

from companion._library import is_tensor, library
from companion.nn.functional.reduction import reduced

# log 0, but finite: from -∞ the derivative of logsumexp would be 0 / 0.
IMPOSSIBLE = -1e30


def ctc_loss(
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    blank=0,
    reduction="mean",
    zero_infinity=False,
):
    """-log P(targets), summed over every way to align them with the input.

    log_probs (T, N, C) or (T, C); targets (N, S), or all in one row. An
    alignment goes through the states blank, t₁, blank, t₂, …, blank; a step
    stays, goes on, or skips a blank between two different labels. The mean
    divides each loss by the length of its target first.
    """
    if log_probs.ndim not in (2, 3) or not log_probs.numel():
        raise RuntimeError(
            "Expected log_probs (T, N, C) or (T, C) that are not empty, "
            f"got {list(log_probs.shape)}"
        )
    if not 0 <= blank < log_probs.shape[-1]:
        raise RuntimeError("blank must be in label range")
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.unsqueeze(1)
    input_lengths, target_lengths = (
        as_lengths(x, targets) for x in (input_lengths, target_lengths)
    )
    targets = targets.long()
    check_lengths(log_probs, targets, input_lengths, target_lengths)
    # The rows are log-probabilities; to divide by their sum once more changes
    # nothing but the gradient, which is then, as torch's, log_softmax's too.
    total = log_probs.logsumexp(-1, True)
    log_probs = log_probs - (total - total.detach())
    states = with_blanks(targets, target_lengths, blank)  # N, 2S + 1
    alpha = forward_pass(log_probs, states, blank, input_lengths)
    last = 2 * target_lengths.unsqueeze(1)  # after it ends the last label
    ends = alpha.gather(1, library(alpha).cat([last, (last - 1).relu()], 1))
    label_end = ends[:, 1:].masked_fill(last == 0, IMPOSSIBLE)
    ends = library(alpha).cat([ends[:, :1], label_end], 1)
    loss = -ends.logsumexp(1)  # N
    never = loss > -IMPOSSIBLE / 2  # no alignment is possible
    loss = loss.masked_fill(never, 0 if zero_infinity else float("inf"))
    if reduction == "mean":
        loss = loss / target_lengths.clamp(min=1)
    return reduced(loss[0] if single else loss, reduction)


def as_lengths(value, targets):
    value = value if is_tensor(value) else targets.long().new_tensor(value)
    if value.is_floating_point():
        raise RuntimeError(f"lengths must be integral, got {value.dtype}")
    return value.long().reshape(-1)


def check_lengths(log_probs, targets, input_lengths, target_lengths):
    steps = log_probs.shape[0]
    if not 0 <= input_lengths.min() <= input_lengths.max() <= steps:
        raise RuntimeError(
            f"Expected input_lengths from 0 to {steps}, got {input_lengths}"
        )
    total = int(target_lengths.sum())
    if targets.ndim == 1 and targets.numel() != total:
        raise RuntimeError(
            f"Expected {total} targets in one row, the sum of "
            f"target_lengths, got {targets.numel()}"
        )


def with_blanks(targets, lengths, blank):
    """Rows of labels with a blank before, between and after them."""
    rows, longest = len(lengths), int(lengths.max()) if len(lengths) else 0
    states = targets.new_full((rows, 2 * longest + 1), blank)
    start = 0
    for row, length in enumerate(lengths.tolist()):
        if targets.ndim == 2 and len(targets) == rows:
            labels = targets[row, :length]
        else:
            labels = targets.reshape(-1)[start : start + length]
            start += length
        states[row, 1 : 2 * length : 2] = labels
    return states


def forward_pass(log_probs, states, blank, lengths):
    """log α: the probability of all alignments that end in each state."""
    count = states.shape[1]
    time = log_probs.shape[0]
    emitted = log_probs.gather(2, states.expand(time, *states.shape))
    emitted = emitted.clamp(min=IMPOSSIBLE)
    may_skip = (states != blank) & (states != delayed(states, 2, blank))
    alpha = emitted[0]
    if count > 2:
        alpha = library(alpha).cat(
            [
                alpha[:, :2],
                alpha.new_full((len(alpha), count - 2), IMPOSSIBLE),
            ],
            1,
        )
    for step in range(1, time):
        one = delayed(alpha, 1, IMPOSSIBLE)
        two = delayed(alpha, 2, IMPOSSIBLE).masked_fill(~may_skip, IMPOSSIBLE)
        arrived = library(alpha).stack([alpha, one, two]).logsumexp(0)
        running = (lengths > step).unsqueeze(1)
        alpha = (arrived + emitted[step]).where(running, alpha)
    return alpha


def delayed(values, steps, fill):
    """Columns moved `steps` to the right, and `fill` where none came."""
    rows, count = values.shape
    moved = values.new_full((rows, min(steps, count)), fill)
    kept = values[:, : max(count - steps, 0)]
    return library(values).cat([moved, kept], 1)
