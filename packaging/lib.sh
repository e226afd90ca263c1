# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What packaging/run and tests/run share: steps with percentage and time left, installing what is missing, building.
# The scripts that source this set `root` (of the source tree) and call `plan` first.

jobs=$(nproc)
# A compiler at work takes up to about a gigabyte; a small machine with many cores would swap instead of building.
roomFor=$(awk '/^MemAvailable:/ { print int($2 / 1000000) }' /proc/meminfo 2>/dev/null || echo "$jobs")
[ "${roomFor:-0}" -ge 1 ] || roomFor=1
[ "$jobs" -le "$roomFor" ] || jobs=$roomFor
logs=${root:?}/build/log
exitNeedsRoot=3 # packages are missing and nobody may install them

# --- progress ---------------------------------------------------------------------------------------------------------
# A plan is a list of name=seconds. The seconds of the last run of the same script, kept under build/, replace the guess:
# so the time left is this machine's.

stepNames=()
declare -A stepSeconds # planned
declare -A stepTook    # measured
currentStep=-1
stepTitle=
stepStarted=0
lastPermille=-1
isTerminal=
[ -t 1 ] && isTerminal=yes

plan() {
    planFile=$root/build/log/$1.seconds
    shift
    local entry name seconds
    for entry in "$@"; do
        stepNames+=("${entry%%=*}")
        stepSeconds[${entry%%=*}]=${entry#*=}
    done
    if [ -f "$planFile" ]; then
        while IFS='=' read -r name seconds; do
            if [ -n "${stepSeconds[$name]:-}" ] && [[ $seconds =~ ^[0-9]+$ ]]; then
                stepSeconds[$name]=$seconds
            fi
        done <"$planFile"
    fi
}

spell() { # seconds
    if [ "$1" -ge 90 ]; then
        echo "$((($1 + 30) / 60)) min"
    else
        echo "$1 s"
    fi
}

# say PERMILLE-OF-THIS-STEP [NOTE]
say() {
    local permille=$1 note=${2:-} name=${stepNames[$currentStep]} total=0 before=0 after=0 i
    for i in "${!stepNames[@]}"; do
        local seconds=$((stepSeconds[${stepNames[$i]}] + 1))
        total=$((total + seconds))
        [ "$i" -lt "$currentStep" ] && before=$((before + seconds))
        [ "$i" -gt "$currentStep" ] && after=$((after + seconds))
    done
    local expected=$((stepSeconds[$name] + 1)) elapsed=$((EPOCHSECONDS - stepStarted)) left
    if [ "$permille" -ge 50 ] && [ "$elapsed" -ge 3 ]; then
        left=$((elapsed * (1000 - permille) / permille)) # what was measured beats what was guessed
    else
        left=$((expected > elapsed ? expected - elapsed : 1))
    fi
    local percent=$(((before * 1000 + expected * permille) / (total * 10)))
    local line
    printf -v line '[%d/%d] %3d %%, about %s left: %s%s' $((currentStep + 1)) "${#stepNames[@]}" "$percent" \
        "$(spell $((left + after)))" "$stepTitle" "${note:+ ($note)}"
    if [ -n "$isTerminal" ] && [ "$permille" -gt 0 ]; then
        printf '\r\e[K%s' "${line:0:${COLUMNS:-80}}"
    else
        printf '%s\n' "$line"
    fi
}

# progress PERMILLE [NOTE]: on a terminal the line moves, elsewhere one line a tenth is enough
progress() {
    local granule=100
    [ -n "$isTerminal" ] && granule=5
    if [ "$(($1 / granule))" -ne "$((lastPermille / granule))" ]; then
        lastPermille=$1
        say "$@"
    fi
}

endLine() {
    if [ -n "$isTerminal" ]; then printf '\r\e[K'; fi
}

finishStep() {
    if [ "$currentStep" -ge 0 ]; then
        stepTook[${stepNames[$currentStep]}]=$((EPOCHSECONDS - stepStarted))
        endLine
    fi
}

step() { # NAME TITLE
    finishStep
    currentStep=$((currentStep + 1))
    while [ "$currentStep" -lt "${#stepNames[@]}" ] && [ "${stepNames[$currentStep]}" != "$1" ]; do
        currentStep=$((currentStep + 1)) # steps that this run did not need
    done
    stepTitle=$2
    stepStarted=$EPOCHSECONDS
    lastPermille=0
    say 0
}

finishPlan() {
    finishStep
    mkdir -p "$(dirname "$planFile")"
    local name
    for name in "${stepNames[@]}"; do echo "$name=${stepTook[$name]:-${stepSeconds[$name]}}"; done >"$planFile"
}

fail() { # MESSAGE [EXIT CODE]
    endLine
    printf '\n%s\n' "$1" >&2
    exit "${2:-1}"
}

# --- packages ---------------------------------------------------------------------------------------------------------

# packagesOf SECTION…: the package names of packaging/dependencies
packagesOf() {
    local wanted=" $* " section='' line
    while IFS= read -r line; do
        line=${line%%#*}
        line=${line%"${line##*[![:space:]]}"}
        case $line in
        '') ;;
        '['*']') section=${line:1:-1} ;;
        *) [[ $wanted == *" $section "* ]] && echo "$line" ;;
        esac
    done <"$root/packaging/dependencies"
    return 0
}

# asRoot COMMAND…: as root, or through sudo
asRoot() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

mayBecomeRoot() {
    [ "$(id -u)" -eq 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null && return 0
    [ -t 0 ] && sudo -v # asks for the password, once
}

# apt tells how many it installs; fetching, unpacking and setting up are about a third of the time each
aptProgress() {
    local line count=0 all=1
    while IFS= read -r line; do
        case $line in
        *' newly installed'*)
            [[ $line =~ ([0-9]+)\ newly ]] && all=$((BASH_REMATCH[1] > 0 ? BASH_REMATCH[1] : 1))
            ;;
        'Get:'* | 'Unpacking '* | 'Setting up '*)
            count=$((count + 1))
            progress $((count * 1000 / (3 * all) > 999 ? 999 : count * 1000 / (3 * all))) "$all packages"
            ;;
        esac
    done
}

# hasCommandOf PACKAGE: node and npm often come from elsewhere, and Debian's packages then conflict
hasCommandOf() {
    case $1 in
    nodejs) command -v node >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    *) return 1 ;;
    esac
}

# installMissing SECTION…
installMissing() {
    local package status missing=()
    local -a wanted
    local -A installed
    mapfile -t wanted < <(packagesOf "$@")
    if ! command -v dpkg-query >/dev/null; then
        echo "This is not a Debian system: nothing is installed. Needed are, by Debian's names: ${wanted[*]}"
        return 0
    fi
    while read -r package status; do
        [ "$status" = installed ] && installed[$package]=yes
    done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
    for package in "${wanted[@]}"; do
        [ -n "${installed[$package]:-}" ] || hasCommandOf "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0

    endLine
    echo "Missing packages (${#missing[@]}):"
    printf '  %s\n' "${missing[@]}"
    stepTitle="installing what is missing"
    local install="apt-get install -y --no-install-recommends ${missing[*]}"
    if ! mayBecomeRoot; then
        fail "These packages are missing and neither root nor sudo is at hand to install them. Let somebody who is root run this one line, then start again:

  apt-get update && $install
" "$exitNeedsRoot"
    fi
    mkdir -p "$logs"
    if ! asRoot env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update >"$logs/apt.log" 2>&1; then
        tail -n 20 "$logs/apt.log" >&2
        fail "apt-get update failed; the whole output is in $logs/apt.log. Is this machine connected?"
    fi
    # shellcheck disable=SC2086 # the line that is shown is the line that is run
    if ! asRoot env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 ${install#apt-get } </dev/null 2>&1 |
        tee -a "$logs/apt.log" | aptProgress; then
        tail -n 20 "$logs/apt.log" >&2
        fail "Installing failed; the whole output is in $logs/apt.log. By hand it is: $install"
    fi
    endLine
}

# --- building ---------------------------------------------------------------------------------------------------------

# Only one of us may work in a build directory; the lock goes with the process.
lockBuild() { # DIRECTORY
    mkdir -p "$1"
    exec {lockFd}>"$1/.lock"
    if ! flock -n "$lockFd"; then
        echo "Another run is building in $1; waiting for it."
        flock "$lockFd"
    fi
}

unlockBuild() {
    exec {lockFd}>&-
}

# configure PRESET [-D…]: only when it was not done, or the presets changed since; ninja sees all other changes itself
configure() {
    local preset=$1 directory=$root/build/$1
    shift
    mkdir -p "$logs"
    if [ -f "$directory/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$directory/CMakeCache.txt"; then
        rm -rf "$directory/CMakeCache.txt" "$directory/CMakeFiles" # the tree was moved or copied
    fi
    if [ -f "$directory/build.ninja" ] && [ -f "$directory/CMakeCache.txt" ] &&
        [ "$directory/build.ninja" -nt "$root/CMakePresets.json" ]; then
        return 0
    fi
    if ! (cd "$root" && LC_ALL=C.UTF-8 cmake --preset "$preset" "$@") >"$logs/configure-$preset.log" 2>&1; then
        tail -n 30 "$logs/configure-$preset.log" >&2
        fail "Configuring failed; the whole output is in $logs/configure-$preset.log"
    fi
    touch "$directory/build.ninja"
}

# Reads ninja's "[12/340] …" and tells how far it is.
ninjaProgress() {
    local line
    while IFS= read -r line; do
        [[ $line == *"] Re-"* ]] && continue # looks for new files first; that is not the build
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            progress $((BASH_REMATCH[1] * 1000 / BASH_REMATCH[2])) "${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
        fi
    done
}

# build PRESET TARGET…: quiet while it works, the compiler's own words when it does not
build() {
    local preset=$1 log=$logs/build-$1.log
    shift
    mkdir -p "$logs"
    if ! LC_ALL=C.UTF-8 NINJA_STATUS='[%f/%t] ' ninja -C "$root/build/$preset" -j "$jobs" "$@" 2>&1 | tee "$log" | ninjaProgress; then
        endLine
        grep -A 40 -m 3 -E '^FAILED:|error:' "$log" >&2 || tail -n 30 "$log" >&2
        return 1
    fi
}
