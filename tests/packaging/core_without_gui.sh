#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# core_without_gui.sh SOURCE MURMUR: the command line runs on a server that has no Gui library, directly or through
# another one.
set -euo pipefail
murmur=$2
libraries=$(ldd "$murmur")
grep -q 'libQt6Core' <<<"$libraries" || { echo "ldd says nothing of $murmur"; exit 1; }
if grep -E 'libQt6(Gui|Widgets|Svg|PrintSupport|OpenGL)|qcustomplot|libX11|libxcb|libGL|libEGL' <<<"$libraries"; then
    echo "$murmur needs Gui libraries" >&2
    exit 1
fi
