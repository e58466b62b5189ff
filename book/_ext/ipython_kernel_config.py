# Read by every kernel of the book (kernel.py puts it in place).
c = get_config()  # noqa: F821

c.InteractiveShell.xmode = "Minimal"
c.InteractiveShell.colors = "nocolor"
c.HistoryManager.enabled = False
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.rc = {}
c.InlineBackend.print_figure_kwargs = {
    "bbox_inches": "tight",
    "metadata": {"Date": None, "Creator": None},
}
c.IPKernelApp.log_level = "ERROR"
