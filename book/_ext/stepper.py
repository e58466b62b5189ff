"""The script and the style of ``companion.viz.Stepper``."""


def add_script(app, pagename, templatename, context, doctree):
    if 'class="stepper"' in context.get("body", ""):
        app.add_js_file("stepper.js", loading_method="defer")


def setup(app):
    app.add_css_file("stepper.css")
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
