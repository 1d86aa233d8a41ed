/* Writes a fabricated profile for the tests of the CLI.
 * Usage: make_profile FILE [WORD]...
 *   hostile      names that try to break out of text, JSON and SVG
 *   count        recorded in count mode
 *   running=PID  still running, or killed, on this host
 *   start=N      the process's start time
 *   threads      three more threads of two start functions
 *   lists        a line that is used and one that is idle
 *   build=XX     two digits that its build id ends with
 *   begun=N      started N seconds after 2026 began
 *   function=N   main calls function_N N times
 *   calls=N      main calls `again` N times
 *   self=N       and that takes N nanoseconds
 *   troubled     lost calls and everything that can go wrong
 *   levels=N     a chain of N functions, each called by the one before
 *   contexts=N   a tree of N contexts of 2,000 functions, 20 and more levels deep
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fabricate.h"

static void add_hostile(struct fabricate *profile, uint32_t parent)
{
    static const char *const names[] = {"<b>&amp;\"'",
                                        "]]></style><script>",
                                        "</script><!--<script>",
                                        "tab\there\033[31m",
                                        "\xff\xc3(",
                                        "\xe5\x87\xbd\xe6\x95\xb0",
                                        ""};
    static char longest[4001];
    memset(longest, 'T', sizeof longest - 1);
    fabricate_node(profile, parent, fabricate_site(profile, longest, "t.cc", 1), 1, 5000);
    for (size_t idx = 0; idx < sizeof names / sizeof *names; idx++)
        fabricate_node(profile, parent, fabricate_site(profile, names[idx], names[idx], 7), 2,
                       9000);
}

static void add_levels(struct fabricate *profile, uint32_t parent, uint32_t levels)
{
    for (uint32_t idx = 0; idx < levels; idx++) {
        char name[32];
        snprintf(name, sizeof name, "level_%u", idx);
        parent = fabricate_node(profile, parent, fabricate_site(profile, name, "deep.c", idx + 1),
                                idx + 1, 100 + idx);
    }
}

/* The same tree every time.  A context's caller is one of the last made, so that
 * the tree grows in depth as programs' do. */
static void add_contexts(struct fabricate *profile, uint32_t parent, uint32_t count)
{
    enum { SITES = 2000, LATEST = 64 };
    uint32_t sites[SITES], latest[LATEST];
    uint64_t state = 1;
    for (uint32_t idx = 0; idx < SITES; idx++) {
        char name[64];
        snprintf(name, sizeof name, "space::worker_%u(int, char const*)", idx);
        sites[idx] = fabricate_site(profile, name, "many.cc", idx + 1);
    }
    for (uint32_t idx = 0; idx < LATEST; idx++)
        latest[idx] = parent;
    for (uint32_t idx = 0; idx < count; idx++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t random = (uint32_t)(state >> 33);
        uint32_t caller = random % 20 ? latest[random % LATEST] : parent;
        uint32_t node = fabricate_node(profile, caller, sites[random / 64 % SITES],
                                       1 + random % 1000, random % 100000);
        latest[random / 64 % LATEST] = node;
    }
}

/* Three threads: two trees of one start function, taken over by five threads, and
 * another with what it shares with them. */
static void add_threads(struct fabricate *profile)
{
    uint32_t worker = fabricate_site(profile, "worker_start", "pool.c", 5);
    uint32_t logger = fabricate_site(profile, "logger_start", "log.c", 9);
    uint32_t shared = fabricate_site(profile, "shared", "shared.c", 3);
    for (uint32_t idx = 0; idx < 3; idx++) {
        uint32_t root = fabricate_thread(profile);
        uint32_t top = fabricate_node(profile, root, idx < 2 ? worker : logger, idx + 1, 50000);
        fabricate_node(profile, top, shared, 100 * (idx + 1), 20000 * (idx + 1));
    }
    fabricate_thread_at(profile, 1)->owners = 4;
}

static void add_word(struct fabricate *profile, const char *word, uint32_t parent)
{
    struct cprof_header *header = fabricate_header(profile);
    if (strcmp(word, "hostile") == 0)
        add_hostile(profile, parent);
    if (strcmp(word, "count") == 0)
        header->mode = CPROF_MODE_COUNT;
    if (strncmp(word, "running=", 8) == 0) {
        header->state = CPROF_STATE_RUNNING;
        header->pid = (uint32_t)atoi(word + 8);
        gethostname(header->host, sizeof header->host - 1);
    }
    if (strncmp(word, "start=", 6) == 0)
        header->process_start = strtoull(word + 6, NULL, 10);
    if (strcmp(word, "threads") == 0)
        add_threads(profile);
    if (strcmp(word, "lists") == 0) {
        fabricate_line(profile, "deny", 1, "skipped", CPROF_LINE_MATCHED);
        fabricate_line(profile, "deny", 4, "fun:nobody*", 0);
    }
    if (strncmp(word, "levels=", 7) == 0)
        add_levels(profile, parent, (uint32_t)atoi(word + 7));
    if (strncmp(word, "contexts=", 9) == 0)
        add_contexts(profile, parent, (uint32_t)atoi(word + 9));
    if (strncmp(word, "build=", 6) == 0)
        header->build_id[header->build_id_len - 1] = (uint8_t)strtoul(word + 6, NULL, 16);
    if (strncmp(word, "begun=", 6) == 0)
        header->started_ns = (1767225600 + strtoull(word + 6, NULL, 10)) * 1000000000;
    if (strncmp(word, "function=", 9) == 0) {
        char name[32];
        uint32_t number = (uint32_t)strtoul(word + 9, NULL, 10);
        snprintf(name, sizeof name, "function_%u", number);
        fabricate_node(profile, parent, fabricate_site(profile, name, "src/many.c", number), number,
                       1000 + number);
    }
    if (strncmp(word, "calls=", 6) == 0)
        fabricate_node(profile, parent, fabricate_site(profile, "again", "src/again.c", 3),
                       strtoull(word + 6, NULL, 10), 0);
    if (strncmp(word, "self=", 5) == 0)
        fabricate_node(profile, parent, fabricate_site(profile, "again", "src/again.c", 3), 0,
                       strtoull(word + 5, NULL, 10));
    if (strcmp(word, "troubled") == 0) {
        header->troubles = ~0u;
        header->lost_calls = 3;
        header->early_calls = 1;
    }
}

int main(int count, char **words)
{
    if (count < 2)
        return EXIT_FAILURE;
    struct fabricate *profile = fabricate_new();
    uint32_t root = fabricate_thread(profile);
    uint32_t top =
        fabricate_node(profile, root, fabricate_site(profile, "main", "src/main.c", 12), 1, 100000);
    fabricate_node(profile, top, fabricate_site(profile, "work", "src/work.c", 34), 1234567,
                   800000);
    /* Too narrow for a frame of their own, together wide enough to be seen. */
    for (uint32_t idx = 0; idx < 50; idx++) {
        char name[16];
        snprintf(name, sizeof name, "narrow_%u", idx);
        fabricate_node(profile, top, fabricate_site(profile, name, "n.c", idx), 1, 60);
    }
    fabricate_left_out(profile, "skipped", "src/main.c", 99, CPROF_REASON_ATTRIBUTE_NO_PROFILE);
    for (int idx = 2; idx < count; idx++)
        add_word(profile, words[idx], top);
    size_t len;
    const unsigned char *bytes = fabricate_bytes(profile, &len);
    FILE *file = fopen(words[1], "wb");
    int failed = !file || fwrite(bytes, 1, len, file) != len;
    failed |= file && fclose(file) != 0;
    fabricate_free(profile);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
