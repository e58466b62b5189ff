# Read by every kernel of the book (kernel.py puts it in place).
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import book_observer  # noqa: F401

del sys.path[0]

c = get_config()  # noqa: F821

c.InteractiveShellApp.extensions = ["book_observer"]
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
