#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# floor_plan.sh SOURCE QT-HEADERS: who may include whom, and what every file carries. All that is wrong is listed.
set -euo pipefail
shopt -s lastpipe # complain, at the end of a pipe, sets `wrong` here
source=$1
qt=$2
cd "$source"
wrong=0

complain() { # SENTENCE, the places on standard input
    local places
    places=$(cat)
    if [ -n "$places" ]; then
        printf '%s\n%s\n\n' "$1" "$places"
        wrong=1
    fi
}

if git -c safe.directory="$source" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    mapfile -t files < <(git -c safe.directory="$source" ls-files --cached --others --exclude-standard)
else
    mapfile -t files < <(find . -path ./build -prune -o -type f -printf '%P\n')
fi
[ "${#files[@]}" -gt 20 ] || { echo "no source files found in $source"; exit 1; }

# grepIn FOLDER-PATTERN REGEX: file:line:text of C++ files there
grepIn() {
    local chosen
    mapfile -t chosen < <(printf '%s\n' "${files[@]}" | grep -E "^($1)/.*\.(h|cpp)\$")
    [ "${#chosen[@]}" -eq 0 ] || grep -nHE -- "$2" "${chosen[@]}" || true
}

# What has a header in these Qt modules is Gui, whatever its name.
guiModules=(QtGui QtWidgets QtSvg QtSvgWidgets QtPrintSupport QtOpenGL QtOpenGLWidgets)
[ -d "$qt/QtCore" ] || { echo "no Qt headers in $qt"; exit 1; }
namesGui() {
    local place name module
    while IFS= read -r place; do
        name=$(sed -E 's/.*#include <([^>]+)>.*/\1/' <<<"$place")
        for module in "${guiModules[@]}"; do
            if [ "${name%%/*}" = "$module" ] || [ -e "$qt/$module/$name" ]; then
                echo "$place"
                break
            fi
        done
    done
}
grepIn 'core|app/cli' '#include <([Qq]|Qt)[A-Za-z]+' | namesGui |
    complain "The core and the command line know no Gui library, but these include one:"
grepIn 'core|app/cli' '#include "(views|resources|app/studio)/|#include <qcustomplot' |
    complain "The core and the command line include nothing of the window, but:"
grepIn 'views|app' '#include <sqlite3' | complain "No view and no command includes SQLite, but:"
grepIn 'core' '#include <sqlite3' | { grep -vE '^core/(recording|sql)/' || true; } |
    complain "In the core only the rooms recording and sql include SQLite, but:"
grepIn 'core|views' '#include "app/' | complain "Nothing includes the programs, but:"

grepIn views '#include "views/' | awk -F: '{
    split($1, own, "/"); match($0, /#include "views\/[^\/]+/); other = substr($0, RSTART + 16, RLENGTH - 16)
    if (other != own[2] && other != "base") print }' |
    complain "No view includes another view's room, only its own and views/base, but:"

grepIn 'core|views|app' 'processEvents *\(|BlockingQueuedConnection' |
    complain "Nobody processes events by hand or waits for another thread's slot, but:"
grepIn 'core|views|app|tests' 'std::(ranges::(subrange|views::|(unique|remove|remove_if|partition|stable_partition|rotate|search|find_end|equal_range)\()|views::)' |
    complain "Clang 14 compiles neither views of ranges nor algorithms that return a subrange (the fuzzers need it), but:"

# Two classes of one name are one to the linker, which takes the functions of either for both.
namedTwice() {
    mapfile -t headers < <(printf '%s\n' "${files[@]}" | grep -E '^(core|views|app)/.*\.h$')
    awk '/^namespace [a-z:]+ *(\{|$)/ { space = $2 }
        /^(class|struct|enum class) [A-Za-z0-9]+( final)?( :[^;:]*( |,).*)?$/ {
            name = $1 == "enum" ? $3 : $2
            sub(/:.*/, "", name)
            if ((space, name) in at) print space "::" name ": " at[space, name] " and " FILENAME
            at[space, name] = FILENAME }' "${headers[@]}"
}
namedTwice | complain "A name of a class stands for one class, but:"

lacksSpdx() {
    local file
    for file in "${files[@]}"; do
        case $file in
        *.h | *.cpp | *.cmake | *.sh | *.svg | *.xml | *.desktop | */CMakeLists.txt | CMakeLists.txt | packaging/run | tests/run | .ci/run) ;;
        *) continue ;;
        esac
        [ -f "$file" ] || continue
        local head
        head=$(head -n 6 "$file")
        [[ $head == *'SPDX-FileCopyrightText:'* && $head == *'SPDX-License-Identifier: GPL-3.0-or-later'* ]] || echo "$file"
    done
}
lacksSpdx | complain "These files lack the two SPDX lines:"

tooLong() {
    local file lines
    for file in "${files[@]}"; do
        [[ $file =~ \.(h|cpp)$ && -f $file ]] || continue
        lines=$(wc -l <"$file")
        [ "$lines" -le 800 ] || echo "$file: $lines"
    done
}
tooLong | complain "A file of more than 800 lines wants to be two:"

exit "$wrong"
