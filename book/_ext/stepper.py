"""The script of ``companion.viz.Stepper``, on the pages that show one."""


def add_script(app, pagename, templatename, context, doctree):
    if 'class="stepper"' in context.get("body", ""):
        app.add_js_file("stepper.js", loading_method="defer")


def setup(app):
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
