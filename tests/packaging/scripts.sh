#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# scripts.sh SOURCE: the two commands name what is missing, say who can install it, and name no package twice.
set -euo pipefail
cd "$1"
fail() { echo "$1" >&2; exit 1; }

packages=$(sed -n 's/[[:space:]]*#.*//; /^[a-z0-9]/p' packaging/dependencies)
[ -z "$(sort <<<"$packages" | uniq -d)" ] || fail "packaging/dependencies names a package twice"
grep -vE '^[a-z0-9][a-z0-9+.-]*$' <<<"$packages" && fail "packaging/dependencies has a line that is no package"
grep -E '^[a-z0-9]' packaging/dependencies | grep -v ' # ' && fail "a package without a word what it is for"

# A machine that lacks two packages, and a person who may not install them.
sandbox=$(mktemp -d)
trap 'rm -rf "$sandbox"' EXIT
mkdir -p "$sandbox/tree/tests" "$sandbox/bin"
cp -r packaging "$sandbox/tree"
cp tests/run "$sandbox/tree/tests"
cat >"$sandbox/bin/dpkg-query" <<'FAKE'
#!/bin/bash
shift 2
for package in "$@"; do
    case $package in
    cmake | libzstd-dev) ;;
    *) echo "$package installed" ;;
    esac
done
exit 1
FAKE
printf '#!/bin/bash\necho 1000\n' >"$sandbox/bin/id"
printf '#!/bin/bash\necho "apt-get must not run" >&2\nexit 99\n' >"$sandbox/bin/apt-get"
printf '#!/bin/bash\nexit 1\n' >"$sandbox/bin/sudo"
chmod +x "$sandbox"/bin/*
for command in packaging/run tests/run; do
    code=0
    said=$(PATH="$sandbox/bin:$PATH" "$sandbox/tree/$command" 2>&1 </dev/null) || code=$?
    [ "$code" -eq 3 ] || fail "$command ended with $code instead of 3: $said"
    grep -qx '  cmake' <<<"$said" || fail "$command does not name cmake: $said"
    grep -qx '  apt-get update && apt-get install -y --no-install-recommends cmake libzstd-dev' <<<"$said" ||
        fail "$command does not show the one line to run: $said"
    grep -qE '^\[1/[0-9]+\] +0 %, about .* left: ' <<<"$said" || fail "$command does not say how far it is: $said"
done

# With sudo it runs exactly that line.
cat >"$sandbox/bin/sudo" <<'FAKE'
#!/bin/bash
[ "$1" = -n ] && exit 0
echo "$*" >>"${BASH_SOURCE[0]%/*}/../asked"
[[ $* != *" install "* ]] # stop there: nothing shall be built
FAKE
code=0
PATH="$sandbox/bin:$PATH" "$sandbox/tree/packaging/run" >/dev/null 2>&1 </dev/null || code=$?
[ "$code" -eq 1 ] || fail "a failed installation ended with $code"
grep -q 'DEBIAN_FRONTEND=noninteractive apt-get .*install -y --no-install-recommends cmake libzstd-dev$' "$sandbox/asked" ||
    fail "sudo was asked for something else: $(cat "$sandbox/asked")"
[ "$(wc -l <"$sandbox/asked")" -eq 2 ] || fail "sudo was asked more than to update and to install"
