"""One row of a table of implementations, wrong or right.

Each module beside this one belongs to the checker of its name. It holds two
lists of entries: `WRONG`, each with words that its report must contain, and
`RIGHT`. They are data: the tests run them, and a page of the book runs and
shows them (`inspect.getsource(entry.code)`).
"""

from typing import Any, NamedTuple

from companion import check


class Entry(NamedTuple):
    """`code` is what the reader would hand in; `settings` go with it."""

    name: str  # the mistake, or the way it is done, in a line
    code: Any
    cause: str = ""  # words of the cause that the report names
    settings: dict = {}  # noqa: RUF012 - a table's row is not changed
    arguments: tuple = ()  # by place

    def report(self, checker):
        """What the checker of that name answers."""
        return getattr(check, checker)(
            self.code, *self.arguments, **self.settings
        )
