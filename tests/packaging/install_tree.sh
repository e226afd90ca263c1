#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# install_tree.sh SOURCE BUILD: what is installed is complete, starts, and lies where a desktop looks for it.
set -euo pipefail
build=$2
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT
id=org.murmurscope.Murmurscope

cmake --install "$build" --prefix "$prefix" >/dev/null
expected="bin/murmur
bin/murmurscope
bin/murmurscope-render
share/applications/$id.desktop
share/doc/murmurscope/LICENSE
share/doc/murmurscope/README.md
share/icons/hicolor/scalable/apps/$id.svg
share/metainfo/$id.metainfo.xml
share/mime/packages/$id.xml
$(cd "$1/resources" && find bridges -name __pycache__ -prune -o -type f -printf 'share/murmurscope/%p\n')"
diff <(LC_ALL=C sort <<<"$expected") <(cd "$prefix" && find . -type f -printf '%P\n' | LC_ALL=C sort)

version=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' "$1/CMakeLists.txt")
"$prefix/bin/murmur" --version | grep -F "$version"
sed -nE 's/^Exec=([^ ]+).*/\1/p' "$prefix/share/applications/$id.desktop" | while read -r program; do
    [ -x "$prefix/bin/$program" ]
done

# The recorder alone, as a server gets it.
rm -rf "${prefix:?}"/*
cmake --install "$build" --prefix "$prefix" --component recorder >/dev/null
[ -x "$prefix/bin/murmur" ]
# shellcheck disable=SC2016 # the program's own shell expands it
"$prefix/bin/murmur" run -o "$prefix/run.murmur" -- sh -c 'test -e "${PYTHONPATH%%:*}/sitecustomize.py"'
[ ! -e "$prefix/bin/murmurscope" ]
