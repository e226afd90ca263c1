# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python imports this at its start when the folder is in PYTHONPATH: frameworks are listened to without a change of the
program. Does nothing unless MURMURSCOPE_HUB names a hub. The sitecustomize that this one hides still runs."""

import os
import sys


def _listen():
    try:
        from murmurscope_bridge import hook

        hook.install()
    except Exception:  # the program runs as it would without us
        pass


def _run_hidden():
    """Runs the next sitecustomize in the path, if there is one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    paths = [path for path in sys.path if os.path.abspath(path or os.curdir) != here]
    spec = PathFinder.find_spec("sitecustomize", paths)
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if os.environ.get("MURMURSCOPE_HUB"):
    _listen()
_run_hidden()
