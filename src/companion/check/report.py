"""What a checker answers: each thing that was tried, and the verdict."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """The findings of one check; true if all of them are good.

    A finding is a pair: what was tried, and what is wrong with it, or an
    empty text if nothing is.
    """

    title: str
    findings: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self):
        return not any(wrong for _, wrong in self.findings)

    def __repr__(self):
        verdict = "accepted" if self else "not yet"
        lines = [f"{self.title}: {verdict}"]
        for tried, wrong in self.findings:
            lines.append(f"  {'no' if wrong else 'ok'}  {tried}")
            lines += [f"      {line}" for line in wrong.splitlines()]
        return "\n".join(lines)
