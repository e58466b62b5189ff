"""Handles with which registered hooks are removed."""


class RemovableHandle:
    """Puts `hook` into the dict `hooks`, whose values are called in order."""

    def __init__(self, hooks, hook):
        self.hooks = hooks
        hooks[self] = hook

    def remove(self):
        self.hooks.pop(self, None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()
