"""Words of the glossary show their definitions where the pointer rests.

The first time that a page uses one, it is a link to the glossary, whose title
is the definition. So is each ``{term}`` that a page writes.
"""

import re
import unicodedata

from docutils import nodes
from sphinx import addnodes

# They often mean no more than they do elsewhere: a page links them itself.
EVERYDAY = {
    *("blank", "buffer", "filter", "fork", "history", "in place", "kernel"),
    *("margin", "node", "precision", "process", "rank", "reduction"),
    *("register", "residual", "tag", "training", "transform", "view"),
    "worker",
}
NOT_IN = (addnodes.desc, addnodes.glossary, nodes.citation)
FRACTION = re.compile(r"\\t?frac\{(.*?)\}\{(.*?)\}")
SIGNS = {"lambda": "λ", "sum": "∑", "lVert": "‖", "rVert": "‖", "top": "ᵀ"}


def read_definitions(app, env):
    """{the term's place: what the glossary says}, from all its pages."""
    objects = env.domains["std"].objects.items()
    env.terms = {name: at for (kind, name), at in objects if kind == "term"}
    env.definitions = {}
    for page in sorted({page for page, _ in env.terms.values()}):
        for glossary in env.get_doctree(page).findall(addnodes.glossary):
            for item in glossary.findall(nodes.definition_list_item):
                *terms, definition = item.children
                text = " ".join(as_text(definition).split())
                for term in terms:
                    env.definitions |= dict.fromkeys(term["ids"], text)


def as_text(definition):
    """What a title can show: formulas with their signs, without TeX."""
    copy = definition.deepcopy()
    for formula in list(copy.findall(nodes.math)):
        formula.replace_self(nodes.Text(plain(formula.astext())))
    return copy.astext()


def plain(tex):
    r"""``\hat y - \beta`` as ŷ - β."""
    tex = FRACTION.sub(r"\1/\2", tex)
    tex = re.sub(r"\\hat (\w)", "\\1\u0302", tex)
    tex = re.sub(r"\\(?:var)?([a-zA-Z]+)", sign, tex)
    return unicodedata.normalize("NFC", re.sub("[{}]", "", tex))


def sign(command):
    name = command[1]
    if name in SIGNS:
        return SIGNS[name]
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {name}")
    except KeyError:  # as \\max
        return name


def finish(app, doctree, docname):
    """Give each link its title, then each word that has none a link."""
    shown = set()
    for link in doctree.findall(nodes.reference):
        place = link.get("refid") or link.get("refuri", "").partition("#")[2]
        if place in app.env.definitions and link.get("internal"):
            link["reftitle"] = app.env.definitions[place]
            shown.add(place)
    names = app.env.terms.keys() - EVERYDAY
    if names and not any(doctree.findall(addnodes.glossary)):
        words = pattern(names)
        for text in filter(is_running, list(doctree.findall(nodes.Text))):
            parts = list(linked(app, docname, text, words, shown))
            text.parent.replace(text, parts)


def pattern(names):
    """The longest counts; also with a capital, and in the plural."""
    names = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(
        rf"(?<![\w-])({'|'.join(map(either, names))})(?:e?s)?(?![\w-])"
    )


def either(name):
    first, rest = name[0], re.escape(name[1:])
    if first.islower():
        first = f"[{first}{first.upper()}]"
    return first + rest


def is_running(text):
    """Is it a sentence's, and neither a link's nor an entry's?"""
    part = text.parent
    running = type(part) is nodes.paragraph
    while part and not isinstance(part, NOT_IN):
        part = part.parent
    return running and not part


def linked(app, docname, text, words, shown):
    """The parts of a text; each word not yet `shown` is a link."""
    end = 0
    for word in words.finditer(text):
        page, place = app.env.terms.get(word[1]) or lowered(app.env, word[1])
        if place not in shown:
            shown.add(place)
            yield nodes.Text(text[end : word.start()])
            address = app.builder.get_relative_uri(docname, page)
            yield nodes.reference(
                "",
                word[0],
                refuri=f"{address}#{place}",
                reftitle=app.env.definitions[place],
                internal=True,
                classes=["term"],
            )
            end = word.end()
    yield nodes.Text(text[end:])


def lowered(env, word):
    """The term that a sentence begins with."""
    return env.terms[word[0].lower() + word[1:]]


def setup(app):
    app.connect("env-updated", read_definitions)
    app.connect("doctree-resolved", finish, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
