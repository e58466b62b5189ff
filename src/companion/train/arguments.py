"""What may stand on the command line, and what it means."""

import argparse
from inspect import signature

from companion import optim
from companion.train.models import MODELS

COMMAND = "python -m companion.train"
LEFT_OUT = {"Optimizer", "LBFGS", "Muon"}  # base, closure, matrices only
OPTIMIZERS = {
    name.lower(): name
    for name in sorted(dir(optim), key=str.lower)
    if name[0].isupper() and name not in LEFT_OUT
}
DESCRIPTION = """
Train a net to read handwritten digits: on 50,000 of MNIST, measured after
each epoch on 10,000 others, and in the end on the 10,000 of the test set.
"""
EXAMPLES = f"""
examples:
  {COMMAND}
  {COMMAND} --model cnn --optimizer adam --epochs 5
  {COMMAND} --checkpoint runs/first --every 200
  {COMMAND} --checkpoint runs/first --every 200 --resume
  torchrun --nproc-per-node 2 -m companion.train --engine torch
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """One line, and where to read on."""
        self.exit(2, f"{self.prog}: {message} (--help lists all options)\n")


def whole(text, least=1):
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not least <= number < 2**64:
        raise argparse.ArgumentTypeError(
            f"expected a whole number from {least} on, got {text!r}"
        )
    return number


def seed(text):
    return whole(text, 0)


def number(text):
    """A number from 0 on; neither infinite nor NaN."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(
            f"expected a number from 0 on, got {text!r}"
        )
    return value


def parser():
    result = Parser(
        prog=COMMAND,
        usage="%(prog)s [options]",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for add in add_problem, add_step, add_run, add_saving:
        add(result)
    return result


def add_problem(parser):
    add = parser.add_argument_group("what is trained").add_argument
    add("--data", choices=["mnist"], default="mnist", help="(default: mnist)")
    add(
        "--model",
        choices=list(MODELS),
        default="mlp",
        help="logistic: 784-10; mlp: 784-50-10; cnn: three convolutions "
        "(default: mlp)",
    )
    add(
        "--engine",
        choices=["companion", "torch"],
        default="companion",
        help="whose tensors, layers, optimizer and loader: this package's, "
        "or PyTorch's (default: companion)",
    )
    add(
        "--samples",
        type=whole,
        default=50_000,
        metavar="N",
        help="train on the first N digits (default: 50000, all)",
    )


def add_step(parser):
    add = parser.add_argument_group("how a step is made").add_argument
    add(
        "--optimizer",
        choices=list(OPTIMIZERS),
        default="sgd",
        metavar="NAME",
        help=f"{', '.join(OPTIMIZERS)} (default: sgd)",
    )
    add(
        "--lr",
        type=number,
        metavar="RATE",
        help="learning rate (default: 0.1 for sgd, else the optimizer's own)",
    )
    add("--momentum", type=number, metavar="M", help="such as 0.9 with sgd")
    add("--weight-decay", type=number, metavar="D", help="such as 0.0001")
    add(
        "--clip",
        type=number,
        metavar="LENGTH",
        help="most that a gradient is long",
    )


def add_run(parser):
    add = parser.add_argument_group("the run").add_argument
    add("--epochs", type=whole, default=3, metavar="N", help="(default: 3)")
    add(
        "--batch-size",
        type=whole,
        default=64,
        metavar="N",
        help="digits in a step, of all processes together (default: 64)",
    )
    add(
        "--patience",
        type=whole,
        metavar="N",
        help="stop after N epochs without a better validation loss",
    )
    add(
        "--seed",
        type=seed,
        default=0,
        metavar="N",
        help="the same seed gives the same run (default: 0)",
    )


def add_saving(parser):
    add = parser.add_argument_group("going on after a stop").add_argument
    add("--checkpoint", metavar="DIR", help="save the run in this folder")
    add("--every", type=whole, metavar="N", help="save every N steps too")
    add(
        "--resume",
        action="store_true",
        help="go on from the newest checkpoint in DIR, if there is one",
    )


def parsed(words, processes=1):
    """The checked arguments; else one line on stderr, and exit code 2."""
    command = parser()
    args = command.parse_args(words)
    if not args.checkpoint and (args.resume or args.every):
        option = "--resume" if args.resume else "--every"
        command.error(f"{option} needs --checkpoint DIR")
    if processes > 1 and args.engine != "torch":
        command.error(f"{processes} processes need --engine torch")
    if args.batch_size % processes:
        command.error(
            f"{processes} processes cannot share a --batch-size of "
            f"{args.batch_size}"
        )
    known = signature(getattr(optim, OPTIMIZERS[args.optimizer])).parameters
    for name in settings(args):
        if name not in known:
            option = name.replace("_", "-")
            command.error(f"{args.optimizer} has no --{option}")
    return args


def settings(args):
    """What the optimizer is told."""
    default = 0.1 if args.optimizer == "sgd" else None
    chosen = {
        "lr": default if args.lr is None else args.lr,
        "momentum": args.momentum,
        "weight_decay": args.weight_decay,
    }
    return {k: v for k, v in chosen.items() if v is not None}


def same_when_resumed(args):
    """The arguments that a run must keep when it goes on."""
    free = "checkpoint", "every", "resume", "epochs", "patience"
    kept = {k: v for k, v in vars(args).items() if k not in free}
    kept["lr"] = settings(args).get("lr", "the optimizer's own")
    return {f"--{k.replace('_', '-')}": v for k, v in kept.items()}
