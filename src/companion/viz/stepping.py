"""A backward pass to step through: the graph, and a table of the steps.

The table is for those who do not see the picture, and for the book's script
that shows one step at a time. Where no script runs, the picture has it all.
"""

import json
from html import escape

import numpy as np

from companion.autograd import trace
from companion.viz.drawing import called, draw, operation

SHOWN = 4  # numbers of an array, at most
HEAD = (
    "<details><summary>All steps in a table</summary><table><thead><tr>"
    '<th scope="col">Step</th><th scope="col">What happens</th></tr></thead>'
)


class Stepper:
    """The graph behind `tensor`, to be stepped through forward and backward.

    `names` are those of tensors in it: their values can be shown, and those
    of leaves. The numbers are the engine's; no ``.grad`` is touched. A step:
    {"text", "nodes": those that it happens to, "values" and "gradients":
    {node: a new line in its box; of a gradient, the sum so far}}.
    """

    def __init__(self, tensor, **names):
        self.graph = trace.graph(tensor, **names)
        self.names = [called(node) for node in self.graph["nodes"]]
        self.values = trace.values(tensor, **names)
        back = trace.trace(tensor)
        self.steps = [*self.forward(), *self.backward(back), self.end(back)]

    def forward(self):
        given = self.leaves()
        known = {n: self.values[n] for n in given}
        yield step(f"The leaves are given: {self.told(known)}.", given, known)
        for node in self.graph["nodes"][len(given) :]:
            n = node["id"]
            used = [e["to"] for e in self.graph["edges"] if e["from"] == n]
            inputs = " and ".join(self.names[i] for i in used)
            known = {n: self.values[n]} if n in self.values else {}
            made = self.told(known) or f"{self.names[n]} is made"
            text = f"Forward: {made}, by {operation(node)} of {inputs}."
            yield step(text, [n, *used], known)

    def backward(self, back):
        """From the last node to the leaves, adding what arrives in each."""
        root, ones = back[0]["node"], back[0]["gradient"]
        text = f"Backward begins at {self.names[root]}, with {shown(ones)}."
        yield step(text, [root], gradients={root: ones})
        arrived = {}
        for node, g, sends in map(dict.values, back):
            told = []
            for to, part in map(dict.values, sends):
                told.append(f"{shown(part)} to {self.names[to]}")
                if to in arrived:
                    part = np.add(arrived[to], part)
                    told[-1] += f", which makes {shown(part)} there"
                arrived[to] = part
            if sends:
                text = f"{self.names[node]} has its whole gradient, "
                text += f"{shown(g)}. It sends {', and '.join(told)}."
                now = {send["to"]: arrived[send["to"]] for send in sends}
                yield step(text, [node, *now], gradients=now)

    def end(self, back):
        grads = {s["node"]: s["gradient"] for s in back if not s["sends"]}
        told = self.told(dict(sorted(grads.items())), ".grad")
        return step(f"What has arrived at the leaves stays: {told}.", [*grads])

    def leaves(self):
        nodes = self.graph["nodes"]
        return [node["id"] for node in nodes if node["operation"] == "leaf"]

    def told(self, numbers, suffix=""):
        return ", ".join(
            f"{self.names[n]}{suffix} = {shown(number)}"
            for n, number in numbers.items()
        )

    def notes(self):
        """{node: its value and its gradient at the end}, as lines."""
        lines = {node["id"]: ["", ""] for node in self.graph["nodes"]}
        for s in self.steps:
            for line, key in enumerate(("values", "gradients")):
                for node, text in s[key].items():
                    before = lines[node][line]  # a box fits the longest
                    lines[node][line] = text.ljust(len(before))
        return lines

    def _repr_html_(self):
        return (
            '<div class="stepper"><div class="stepper-controls"></div>'
            f"{draw(self.graph, self.notes())}{HEAD}<tbody>"
            f"{''.join(map(row, self.steps, range(1, len(self.steps) + 1)))}"
            "</tbody></table></details></div>"
        )


def step(text, nodes, values=(), gradients=()):
    return {
        "text": text,
        "nodes": nodes,
        "values": {n: f"value {shown(v)}" for n, v in dict(values).items()},
        "gradients": {
            n: f"grad {shown(g)}" for n, g in dict(gradients).items()
        },
    }


def row(step, number):
    """A row of the table, with the step as data for the script."""
    data = {key: step[key] for key in ("nodes", "values", "gradients")}
    return (
        f'<tr data-step="{escape(json.dumps(data))}">'
        f'<th scope="row">{number}</th><td>{escape(step["text"])}</td></tr>'
    )


def shown(number):
    """A number, or a small array of them, in four digits."""
    if np.size(number) > SHOWN:
        return f"numbers of shape {np.shape(number)}"
    if isinstance(number, (list, np.ndarray)):
        return f"[{', '.join(map(shown, number))}]"
    return f"{number + 0.0:.4g}"  # + 0.0: no "-0"
