#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# desktop_files.sh SOURCE: the validators have nothing to say, and everything has the one id.
set -euo pipefail
cd "$1/packaging"
id=org.murmurscope.Murmurscope

desktop-file-validate "$id.desktop"
appstreamcli validate --no-net --explain "$id.metainfo.xml"
xmllint --noout --nonet "$id.mime.xml" "$id.metainfo.xml" icons/*.svg ../resources/icons/*.svg

expect() { # FILE TEXT
    grep -qF -- "$2" "$1" || { echo "$1 lacks: $2" >&2; exit 1; }
}
mime=application/x-murmur-recording
expect "$id.desktop" "Icon=$id"
expect "$id.desktop" "MimeType=$mime;"
expect "$id.metainfo.xml" "<id>$id</id>"
expect "$id.metainfo.xml" "<launchable type=\"desktop-id\">$id.desktop</launchable>"
expect "$id.metainfo.xml" "<mediatype>$mime</mediatype>"
expect "$id.mime.xml" "<mime-type type=\"$mime\">"
version=$(sed -n 's/^project(.* VERSION \([0-9.]*\).*/\1/p' ../CMakeLists.txt)
expect "$id.metainfo.xml" "<release version=\"$version\""

# An icon that carries another colour than the one that is replaced would not follow the theme.
if grep -LF '#000000' ../resources/icons/*.svg | grep .; then
    echo "these icons have no #000000 to replace" >&2
    exit 1
fi
if grep -noE '#[0-9a-fA-F]{6}' ../resources/icons/*.svg | grep -v '#000000'; then
    echo "these icons have a colour of their own" >&2
    exit 1
fi
