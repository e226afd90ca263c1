# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says beside the recording what was found in this process, so that `murmur run` can say what it could not see."""

import os

_said = set()


def note(word, what):
    """`word` is runtime, found, instrumented or failed; each line is written once."""
    try:
        folder = os.environ.get("MURMURSCOPE_NOTES")
        line = "%s\t%s\n" % (word, " ".join(str(what).split())[:400])
        key = (os.getpid(), line)
        if not folder or key in _said or len(_said) > 200:
            return
        _said.add(key)
        with open(os.path.join(folder, "python-%d" % os.getpid()), "a", encoding="utf-8") as file:
            file.write(line)
    except Exception:  # nobody asks
        pass
