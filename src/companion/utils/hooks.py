"""Handles with which registered hooks are removed."""


class RemovableHandle:
    """Puts `hook` into the dict `hooks`, which calls its values in order."""

    def __init__(self, hooks, hook, prepend=False):
        self.hooks = hooks
        others = dict(hooks) if prepend else {}
        if prepend:
            hooks.clear()
        hooks[self] = hook
        hooks.update(others)

    def remove(self):
        self.hooks.pop(self, None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()
