#!/bin/sh
# What a fresh Debian or Ubuntu lacks: `setup.sh venv PYTHON FOLDER` and `setup.sh libraries`.
# Installs through apt where root or sudo without a password allows it, else says what to install.
set -eu

apt_install() {
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    else
        echo "make: please install, then run again: apt-get install $*" >&2
        exit 1
    fi
    command -v apt-get >/dev/null 2>&1 || {
        echo "make: no apt-get here; please install what these Debian packages hold: $*" >&2
        exit 1
    }
    echo "make: installing $* through apt"
    log=$(mktemp)
    if ! { $as_root apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
        $as_root apt-get -qq install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        echo "make: apt failed; please install by hand, then run again: apt-get install $*" >&2
        exit 1
    fi
    rm -f "$log"
}

make_venv() {
    python=$1
    folder=$2
    command -v "$python" >/dev/null 2>&1 || {
        echo "make: $python is not there: Python 3.11 or newer is needed" >&2
        exit 1
    }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "make: Python 3.11 or newer is needed, $python is $("$python" -V)." \
            "Fix: make PYTHON=python3.11 ..." >&2
        exit 1
    }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
    echo "make: creating $folder with $("$python" -V)"
    "$python" -m venv "$folder"
}

# WeasyPrint loads these by name when it runs; LightGBM and XGBoost need OpenMP.
libraries() {
    missing=""
    while read -r soname package; do
        "${PYTHON:-python3}" -c "import ctypes; ctypes.CDLL('$soname')" 2>/dev/null ||
            missing="$missing $package"
    done <<LIST
libpango-1.0.so.0 libpango-1.0-0
libpangoft2-1.0.so.0 libpangoft2-1.0-0
libharfbuzz-subset.so.0 libharfbuzz-subset0
libgomp.so.1 libgomp1
LIST
    # shellcheck disable=SC2086 -- a list of package names
    [ -z "$missing" ] || apt_install $missing
}

case "$1" in
venv) make_venv "$2" "$3" ;;
libraries) libraries ;;
*) echo "setup.sh: expected 'venv' or 'libraries', found '$1'" >&2; exit 2 ;;
esac
