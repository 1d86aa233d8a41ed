# How ./dev speaks: progress on stdout, reasons for stopping on stderr.
#
# Sourced by ./dev.  A line of ours starts with "dev:", so that it can be told
# from what the tools print.

say() {
    printf 'dev: %s\n' "$*"
}

# Says why it stops, one sentence that names the thing and what to do.
stop() {
    printf 'dev: %s\n' "$*" >&2
    exit 1
}
