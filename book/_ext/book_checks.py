"""Which assertions of a page are checks against PyTorch, and how many passed.

One is if it reads a name that PyTorch took part in: an object of PyTorch's,
or what was made of one, such as an array or a float. The first is seen when
the assertion has passed, the second in the page's text: a name is PyTorch's
if it was imported from there, or if what it stands for was made by a
statement that reads such a name.
"""

import ast
import sys

THEIRS = ("torch", "torchvision")
passed = 0


class CountChecks(ast.NodeTransformer):
    """Follows each ``assert``, and each ``assert_close(...)``, by a count.

    One object sees all cells of a page, in their order.
    """

    def __init__(self):
        self.theirs = set()  # the names that are PyTorch's by now

    def reads_theirs(self, node):
        return not self.theirs.isdisjoint(names_in(node))

    def bind(self, target, theirs):
        """A name means something new; a container has something more."""
        if isinstance(target, ast.Name):
            (self.theirs.add if theirs else self.theirs.discard)(target.id)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for part in target.elts:
                self.bind(part, theirs)
        elif theirs and target is not None:  # a[0], or a.b
            self.theirs.update(names_in(target))

    def visit_Import(self, node):
        for alias in node.names:
            name = alias.asname or top(alias.name)
            self.bind(ast.Name(name), top(alias.name) in THEIRS)
        return node

    def visit_ImportFrom(self, node):
        for alias in node.names:
            name = ast.Name(alias.asname or alias.name)
            self.bind(name, top(node.module or "") in THEIRS)
        return node

    def visit_Assign(self, node):
        for target in node.targets:
            for part, value in pairs(target, node.value):
                self.bind(part, self.reads_theirs(value))
        return node

    def visit_AugAssign(self, node):
        if self.reads_theirs(node.value):
            self.bind(node.target, True)
        return node

    def visit_For(self, node):
        self.bind(node.target, self.reads_theirs(node.iter))
        return self.generic_visit(node)

    def visit_With(self, node):
        for item in node.items:
            self.bind(item.optional_vars, self.reads_theirs(item.context_expr))
        return self.generic_visit(node)

    def visit_FunctionDef(self, node):
        """What a function or class makes is PyTorch's if its body is."""
        outside, own = self.theirs, names_in(node)
        self.theirs = outside & own
        self.generic_visit(node)
        self.theirs = outside
        self.bind(ast.Name(node.name), not outside.isdisjoint(own))
        return node

    visit_ClassDef = visit_FunctionDef

    def visit_Assert(self, node):
        return self.counted(node, node.test)

    def visit_Expr(self, node):
        call = node.value
        if not isinstance(call, ast.Call):
            return node
        if called(call).startswith("assert_"):
            return self.counted(node, call)
        arguments = [*call.args, *(word.value for word in call.keywords)]
        if any(map(self.reads_theirs, arguments)):  # found.append(theirs)
            self.bind(call.func, isinstance(call.func, ast.Attribute))
        return node

    def counted(self, node, test):
        names = sorted(names_in(test))
        count = ast.parse(
            "__import__('book_checks').count"
            f"({self.reads_theirs(test)}, {names}, locals(), globals())"
        ).body[0]
        for part in ast.walk(count):
            ast.copy_location(part, node)
        return [node, count]


def names_in(node):
    """Those that it reads and does not make itself, as a loop does."""
    parts = list(ast.walk(node))
    names = [part for part in parts if isinstance(part, ast.Name)]
    made = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    arguments = {part.arg for part in parts if isinstance(part, ast.arg)}
    return {n.id for n in names} - made - arguments


def top(module):
    return module.partition(".")[0]


def called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def pairs(target, value):
    """``a, b = c, d`` is two assignments."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return zip(target.elts, value.elts, strict=False)
    return [(target, value)]


def count(theirs, names, *scopes):
    """Count an assertion that has passed, if PyTorch took part in it."""
    global passed
    passed += theirs or any(
        of_torch(scope[name])
        for name in names
        for scope in scopes
        if name in scope
    )


def of_torch(value):
    """Is it a module, class, function or object of PyTorch's?"""
    if isinstance(value, (list, tuple, set)):
        return any(map(of_torch, value))
    if isinstance(value, dict):
        return any(map(of_torch, value.values()))
    home = getattr(value, "__module__", None) or type(value).__module__
    if isinstance(value, type(sys)):
        home = value.__name__
    return top(str(home)) in THEIRS
