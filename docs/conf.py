"""Sphinx configuration of the mrsite manual."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mrsite.base.data import version as _version

sys.path.insert(0, str(Path(__file__).resolve().parent / "_ext"))

project = "mrsite"
author = "mrsite developers"
copyright = "mrsite developers, BSD 3-Clause"
version = release = _version()
language = "en-GB"

extensions = [
    "mathml",
    "mrsite_docs",
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
]
# Links into the manuals of numpy, xarray and shapely need the network: ask for them by DOCS_ONLINE=1.
if os.environ.get("DOCS_ONLINE"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "xarray": ("https://docs.xarray.dev/en/stable", None),
        "shapely": ("https://shapely.readthedocs.io/en/stable", None),
    }

root_doc = "index"
templates_path = ["_templates"]
exclude_patterns = ["_build", "_ext", "_templates", "tutorials/notebooks/.ipynb_checkpoints"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence", "tasklist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_timeout = 180
nb_execution_raise_on_error = True
nb_execution_excludepatterns = []
nb_merge_streams = True

autosummary_generate = True
autodoc_typehints = "none"  # the numpydoc sections say more: shapes, units, frame
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "mrsite"
html_static_path = ["_static"]
html_css_files = ["mrsite.css"]
html_show_sourcelink = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
linkcheck_timeout = 20
linkcheck_ignore = [r"https://doi\.org/.*"]
