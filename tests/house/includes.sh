#!/usr/bin/env bash
# shellcheck disable=SC2086  # lists of patterns are split into words on purpose
#
# Holds the walls between the rooms: every #include line against the table of
# docs/ARCHITECTURE.md, which stands here in the form that a script reads.
#
# usage: includes.sh [CHECKOUT].  Prints each line that crosses a wall and exits
# with 1 if there is one.  Run by ctest; looks at files as they are, not at git.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

rooms='policy plugin-gcc plugin-clang loader runtime analysis profiler cli'

# What a room may include, as lists of patterns: `contracts` of include/cprof,
# `others` of other rooms; and what of the system's headers it may never.
walls_of() {
    contracts='' others='' never=''
    case $1 in
        include/cprof) contracts='*' never='stdio.h stdlib.h string.h unistd.h' ;;
        policy) contracts='abi.h record.h *.def' ;;
        plugin-*) contracts='abi.h record.h *.def' others='policy.h allocation.h site_text.h hook_text.h slot_plan.h' ;;
        runtime) contracts='abi.h format.h user.h record.h *.def' never='stdio.h wchar.h locale.h' ;;
        analysis) contracts='format.h cprof.h record.h *.def' ;;
        profiler) contracts='cprof.h' others='array.h fault.h table.h texts.h' ;;
        cli) contracts='cprof.h *.def' ;;
        bench | examples) contracts='cprof.h user.h' ;;
    esac
    # A compiler's own headers come in through one file of each plugin.
    compiler='*-plugin.h plugin-version.h tree*.h gimple*.h cgraph.h rtl.h c-family/* llvm/* clang/*'
}

# Is the word one of the patterns?
listed() {
    local word=$1 pattern
    shift
    for pattern; do
        # shellcheck disable=SC2053  # a pattern on purpose
        [[ $word == $pattern ]] && return 0
    done
    return 1
}

# The room that a header belongs to, or nothing.
owner_of() {
    local room=$1 header=$2 other
    for other in "$room" $rooms; do
        [ -e "$other/$header" ] && echo "$other" && return
    done
    return 0
}

# Prints why a line crosses a wall, or nothing.
crossing() {
    local room=$1 file=$2 header=$3 owner
    case $header in
        ..* | */../*) echo "a path upwards" && return ;;
        cprof/*)
            listed "${header#cprof/}" $contracts || echo "not among its contracts"
            return
            ;;
    esac
    # GCC has headers of the same names as some of ours (output.h, tree.h); in the
    # file that is for them they are GCC's, because no other room is searched.
    [[ $file == plugin-*_compat.h ]] && return
    if listed "$header" $compiler && [ ! -e "$room/$header" ]; then
        echo "compilers' headers only in a plugin's *_compat.h"
        return
    fi
    owner=$(owner_of "$room" "$header")
    if [ -n "$owner" ]; then
        [ "$owner" = "$room" ] || listed "$header" $others || echo "it is private to $owner"
    elif listed "$header" $never; then
        echo "never in this room"
    fi
}

set -f # the lists above are patterns, not files
crossings=0
for room in include/cprof $rooms bench examples; do
    [ -d "$room" ] || continue
    walls_of "$room"
    while IFS=: read -r file number line; do
        header=$(sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]+)[>"].*/\1/p' <<<"$line")
        why='not a plain header name'
        [ -n "$header" ] && why=$(crossing "$room" "$file" "$header")
        if [ -n "$why" ]; then
            printf '%s:%s: %s may not include %s: %s\n' "$file" "$number" "$room" "${header:-$line}" "$why"
            crossings=$((crossings + 1))
        fi
    done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include\b' "$room" \
        --include='*.[chS]' --include='*.cc' --include='*.def')
done

[ "$crossings" = 0 ] || { echo "$crossings includes cross a wall; see docs/ARCHITECTURE.md" && exit 1; }
echo "no include crosses a wall"
