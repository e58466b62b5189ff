"""What a checker answers: each thing that was tried, and the verdict."""

import re
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from companion.check.culprit import place, raised_by_reader

ADDRESS = re.compile(r" (object )?at 0x[0-9A-Fa-f]+")


class Wrong(Exception):
    """What is wrong, in words; ends the trial that meets it.

    `cause` is a guess at the mistake, best as a question. `final`: nothing
    that comes after could be tried.
    """

    def __init__(self, text, cause="", final=False):
        super().__init__(f"{text}\n{cause}" if cause else text)
        self.final = final


class Stop(Exception):
    """Ends the check: the rest makes no sense without what failed."""


@contextmanager
def readers_errors():
    """What the reader's objects raise when they are looked at, is `Wrong`.

    An error of the checker's own is not.
    """
    try:
        yield
    except (Wrong, Stop):
        raise
    except Exception as error:
        if not raised_by_reader(error):
            raise
        name = type(error).__name__
        raise Wrong(f"it raised {name}: {error}", place(error)) from None


@contextmanager
def suspecting(cause, endless=False):
    """Names the cause of what is `Wrong` inside, in place of a guess.

    What the reader's code raised is said too. That it did not end is named
    by itself, unless this is the cause of being `endless`.
    """
    try:
        yield
    except Wrong as error:
        if error.final and not endless:
            raise
        text = str(error)
        if not text.startswith("it "):
            text = text.partition("\n")[0]
        raise Wrong(text, cause, error.final) from None


@dataclass(repr=False)
class Report:
    """The findings of one check; true if there are some and all are good.

    A finding is a pair: what was tried, and what is wrong with it, or an
    empty text if nothing is.
    """

    title: str
    findings: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self):
        return bool(self.findings) and not self.wrong

    @property
    def wrong(self):
        """All that is wrong, as one text; empty if nothing is."""
        return "\n".join(wrong for _, wrong in self.findings if wrong)

    @property
    def headline(self):
        return f"{self.title}: {'accepted' if self else 'not yet'}"

    @contextmanager
    def trying(self, tried, vital=False):
        """One finding: good, unless what is tried inside raises `Wrong`.

        The check goes on after it, except where this was `vital`.
        """
        try:
            with readers_errors():
                yield
        except Wrong as error:
            self.findings.append((tried, ADDRESS.sub("", str(error))))
            if vital or error.final:
                raise Stop from None
        else:
            self.findings.append((tried, ""))

    def __repr__(self):
        lines = [self.headline]
        for tried, wrong in self.findings:
            lines.append(f"  {'no' if wrong else 'ok'}  {tried}")
            for line in wrong.splitlines():
                lines += textwrap.wrap(line, 65, **INDENTED)
        return "\n".join(lines)

    def _repr_html_(self):
        rows = "".join(row(*finding) for finding in self.findings)
        state = "accepted" if self else "refused"
        return (
            f'<table class="report report-{state}">'
            f"<caption>{escape(self.headline)}</caption><thead><tr>"
            '<th scope="col">Tried</th><th scope="col">Verdict</th>'
            '<th scope="col">What is wrong</th>'
            f"</tr></thead><tbody>{rows}</tbody></table>"
        )


INDENTED = {
    "initial_indent": " " * 6,
    "subsequent_indent": " " * 6,
    "break_long_words": False,
}


def row(tried, wrong):
    """A finding in HTML. The verdict is a word, not a colour alone."""
    verdict = "no" if wrong else "ok"
    text = "<br>".join(map(escape, wrong.splitlines()))
    return (
        f'<tr class="report-{verdict}"><th scope="row">{escape(tried)}</th>'
        f"<td>{verdict}</td><td>{text}</td></tr>"
    )
