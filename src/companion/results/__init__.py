"""Every figure of the five sources, beside ours, at the sources' settings.

``python -m companion.results`` runs all of them, or goes on where it was
stopped. A source that fixes no seed is run from ten seeds: its figure should
lie between our lowest and our highest.
"""
