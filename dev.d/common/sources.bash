# Debian's source packages, which the demo and the whole-program tests build:
# fetch_source PACKAGE leaves it unpacked, without Debian's patches, in
# $source_cache/PACKAGE.
#
# A fresh machine has no source package lists; the one added here is derived from
# the machine's own list of main Debian, so that no archive is named in this
# repository.  Sourced by ./dev.

source_cache=${CPROF_SOURCE_CACHE:-$source_dir/build/_sources}

# "URI SUITE" of main Debian, as apt itself understands the machine's lists.
main_archive() {
    local release
    release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    apt-get indextargets --format '$(LABEL) $(CODENAME) $(COMPONENT) $(REPO_URI) $(RELEASE)' \
        'Created-By: Packages' |
        awk -v release="$release" \
            '$1 == "Debian" && $2 == release && $3 == "main" { print $4, $5; exit }'
}

# The machine's own entry for that archive, changed from deb to deb-src: what it
# says about keys and options stays.
source_entry_deb822() {
    awk -v RS= -v uri="${1%/}" -v suite="$2" '
        {
            entry = ""; is_uri = is_suite = 0
            count = split($0, line, "\n")
            for (idx = 1; idx <= count; idx++) {
                if (line[idx] ~ /^#/) continue
                words = split(line[idx], word, /[ \t]+/)
                for (at = 2; at <= words; at++) {
                    sub(/\/$/, "", word[at])
                    if (word[1] == "URIs:" && word[at] == uri) is_uri = 1
                    if (word[1] == "Suites:" && word[at] == suite) is_suite = 1
                }
                if (word[1] == "Types:") line[idx] = "Types: deb-src"
                if (word[1] == "URIs:") line[idx] = "URIs: " uri
                if (word[1] == "Suites:") line[idx] = "Suites: " suite
                entry = entry line[idx] "\n"
            }
            if (is_uri && is_suite) { printf "%s", entry; exit }
        }' /etc/apt/sources.list.d/*.sources 2>/dev/null
}

source_entry_one_line() {
    awk -v uri="${1%/}" -v suite="$2" '
        $1 == "deb" {
            line = $0
            options = ""
            if (match(line, /\[[^]]*\]/)) {
                options = substr(line, RSTART, RLENGTH) " "
                line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
            }
            split(line, word)
            sub(/\/$/, "", word[2])
            if (word[2] == uri && word[3] == suite) {
                print "deb-src " options word[2] " " suite " main"
                exit
            }
        }' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null
}

enable_source_lists() {
    local archive uri suite entry target=/etc/apt/sources.list.d/cprof-src
    apt-get indextargets --format '$(LABEL)' 'Created-By: Sources' | grep -qx Debian && return
    [ "$(id -u)" = 0 ] || stop "Debian's source package lists are not enabled; run ./dev once as root"
    update_package_lists
    archive=$(main_archive)
    [ -n "$archive" ] || stop "apt knows no main archive of this Debian; see 'apt-get indextargets'"
    read -r uri suite <<<"$archive"
    entry=$(source_entry_deb822 "$uri" "$suite")
    if [ -n "$entry" ]; then
        target=$target.sources
    else
        entry=$(source_entry_one_line "$uri" "$suite")
        target=$target.list
    fi
    [ -n "$entry" ] || stop "found no entry for $suite of main Debian below /etc/apt to derive deb-src from"
    say "adds $target for Debian's source packages"
    printf '%s\n' "$entry" >"$target"
    package_lists_updated=
    update_package_lists
}

fetch_source() {
    local package=$1 description
    [ -d "$source_cache/$package" ] && return
    need_packages source
    enable_source_lists
    mkdir -p "$source_cache/$package.part"
    say "fetches the source package $package"
    (
        cd "$source_cache/$package.part"
        apt-get source -qq --download-only "$package" >../"$package".log 2>&1 ||
            { tail -n 5 ../"$package".log >&2 && exit 1; }
        description=$(ls ./*.dsc)
        # Upstream's own makefile is wanted, not the one that Debian's patches make of it.
        dpkg-source --skip-patches --no-check -x "$description" tree >>../"$package".log 2>&1
    ) || stop "could not fetch the source package $package; see $source_cache/$package.log"
    # Renamed last: a folder of the final name is complete.
    mv "$source_cache/$package.part/tree" "$source_cache/$package"
    rm -rf "$source_cache/$package.part"
}
