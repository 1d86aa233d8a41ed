# Installing Debian packages: need_packages GROUP... makes sure that all packages
# of those groups of dev.d/packages.list are there.
#
# Asks dpkg first, so that a second run needs no network and no root.  Installs
# nothing that is not in the list.  Sourced by ./dev.

missing_packages() {
    local group package
    while read -r group package _; do
        case " $* " in
            *" $group "*) ;;
            *) continue ;;
        esac
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            printf '%s ' "$package"
        fi
    done < <(grep -v '^#' dev.d/packages.list)
}

# Package lists older than this session's first need may name versions that
# the archive has dropped; one update a run is enough.
update_package_lists() {
    [ -n "${package_lists_updated:-}" ] && return
    say "asks the package archive for its lists"
    apt-get update -qq || stop "apt-get update failed; see the lines above"
    package_lists_updated=yes
}

need_packages() {
    local missing
    command -v dpkg-query >/dev/null ||
        stop "this is not Debian; install what dev.d/packages.list names and run cmake yourself"
    missing=$(missing_packages "$@")
    [ -z "$missing" ] && return
    [ "$(id -u)" = 0 ] || stop "packages are missing, install them as root: apt-get install $missing"
    update_package_lists
    say "installs: $missing"
    # shellcheck disable=SC2086  # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 $missing >build/apt.log 2>&1 </dev/null ||
        { tail -n 20 build/apt.log >&2 && stop "apt-get could not install: $missing"; }
}
