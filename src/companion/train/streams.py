"""Every random stream that a run may draw from, with its state."""

import random

import numpy as np

import companion
from companion._library import converted, library, loaded


def innermost(loader):
    """The loader in a `WrappedDataLoader`, however often wrapped."""
    while hasattr(loader, "dl"):
        loader = loader.dl
    return loader


def generators(loader):
    """By name: each library's generators, and those that a loader has."""
    found = {}
    for home in loaded():
        found[home.__name__] = home.default_generator
        devices = getattr(home.cuda, "default_generators", ())
        found |= {f"cuda {i}": device for i, device in enumerate(devices)}
    loader = innermost(loader)
    owners = {"loader": loader, "sampler": getattr(loader, "sampler", None)}
    for name, owner in owners.items():
        if (own := getattr(owner, "generator", None)) is not None:
            found[name] = own
    return found


def states(loader):
    """Where all streams are: those above, Python's own, and NumPy's."""
    found = {k: g.get_state() for k, g in generators(loader).items()}
    version, words, spare = random.getstate()
    found["python"] = version, companion.tensor(words), spare
    name, key, *rest = np.random.get_state()
    found["numpy"] = name, companion.from_numpy(key.astype(np.int64)), *rest
    return found


def restore(loader, states):
    """Go on from `states`; what they do not name stays as it is."""
    for name, generator in generators(loader).items():
        if name in states:
            state = converted(states[name], library(generator))
            generator.set_state(state)
    version, words, spare = states["python"]
    random.setstate((version, tuple(words.tolist()), spare))
    name, key, *rest = states["numpy"]
    np.random.set_state((name, key.numpy(), *rest))
