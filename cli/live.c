/* Finding and reading a profile that grows; see live.h. */
#include "live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

/* ---- Finding -------------------------------------------------------------- */

static bool is_process_id(const char *word)
{
    return *word && strspn(word, "0123456789") == strlen(word) && strlen(word) < 10;
}

/* The file of the process among what it has mapped; the last word of a line. */
static bool find_mapped(const char *id, char path[PATH_MAX])
{
    char name[64], line[PATH_MAX + 256];
    bool found = false;
    snprintf(name, sizeof name, "/proc/%s/maps", id);
    FILE *maps = fopen(name, "re");
    while (maps && !found && fgets(line, sizeof line, maps)) {
        const char *file = strchr(line, '/');
        line[strcspn(line, "\n")] = '\0';
        found = file && strstr(line, "rw-s") && strstr(file, "/cprof.") && access(file, R_OK) == 0;
        if (found)
            snprintf(path, PATH_MAX, "%.*s", PATH_MAX - 1, file);
    }
    if (maps)
        fclose(maps);
    return found;
}

static bool find_process(const char *id, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "cprof.out.%s", id);
    if (access(path, R_OK) == 0)
        return true;
    /* Its folder by the folder's own name, which stays when the process is gone. */
    char link[64], folder[PATH_MAX - 64];
    snprintf(link, sizeof link, "/proc/%s/cwd", id);
    ssize_t len = readlink(link, folder, sizeof folder - 1);
    if (len > 0) {
        folder[len] = '\0';
        snprintf(path, PATH_MAX, "%s/cprof.out.%s", folder, id);
        if (access(path, R_OK) == 0)
            return true;
    }
    return find_mapped(id, path);
}

int live_find(struct live *live, const char *word)
{
    struct cprof_error error;
    *live = (struct live){.profile = NULL};
    if (!word) {
        if (cprof_profile_newest(".", live->path, sizeof live->path, &error) == CPROF_OK)
            return EXIT_DONE;
        complain("%s", error.text);
        return EXIT_INPUT;
    }
    if (access(word, F_OK) != 0 && is_process_id(word)) {
        if (find_process(word, live->path))
            return EXIT_DONE;
        complain("process %s has no profile that can be found; name its file instead", word);
        return EXIT_INPUT;
    }
    snprintf(live->path, sizeof live->path, "%s", word);
    return EXIT_DONE;
}

/* ---- Reading -------------------------------------------------------------- */

static int compare_rows(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_function *left = &((const struct live_row *)left_ptr)->function;
    const struct cprof_function *right = &((const struct live_row *)right_ptr)->function;
    int order = strcmp(left->name, right->name);
    if (!order)
        order = strcmp(left->file, right->file);
    return order ? order : left->line < right->line ? -1 : left->line > right->line;
}

static bool fill_rows(struct live *live, struct cprof_error *error)
{
    size_t count = (size_t)live->run.functions;
    live->rows = calloc(count ? count : 1, sizeof *live->rows);
    live->count = 0;
    while (live->rows && live->count < count &&
           cprof_function_at(live->profile, live->count, &live->rows[live->count].function,
                             error) == CPROF_OK)
        live->count++;
    if (live->rows)
        qsort(live->rows, live->count, sizeof *live->rows, compare_rows);
    return live->rows != NULL;
}

/* Estimates may shrink, and what is unknown does not grow. */
static uint64_t growth(uint64_t now, uint64_t before)
{
    return now == CPROF_UNKNOWN || before == CPROF_UNKNOWN || now < before ? 0 : now - before;
}

static void compare(struct live *live, const struct live *before)
{
    size_t other = 0;
    for (size_t idx = 0; idx < live->count; idx++) {
        struct live_row *row = &live->rows[idx];
        static const struct cprof_function none = {.name = ""};
        while (other < before->count && compare_rows(&before->rows[other], row) < 0)
            other++;
        bool known = other < before->count && compare_rows(&before->rows[other], row) == 0;
        const struct cprof_function *old = known ? &before->rows[other].function : &none;
        row->calls = growth(row->function.calls, old->calls);
        row->self_ns = growth(row->function.self_ns, old->self_ns);
        row->total_ns = growth(row->function.total_ns, old->total_ns);
        live->calls += row->calls;
        live->self_ns += row->self_ns;
    }
    live->wall_ns = growth(live->run.wall_ns, before->run.wall_ns);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void release(struct live *live)
{
    cprof_profile_free(live->profile);
    free(live->rows);
    live->profile = NULL;
    live->rows = NULL;
}

enum cprof_status live_read(struct live *live, struct cprof_error *error)
{
    struct live next = {.profile = cprof_profile_new()};
    uint64_t begin = now_ns();
    memcpy(next.path, live->path, sizeof next.path);
    *error = (struct cprof_error){.status = CPROF_INPUT, .text = "not enough memory"};
    cprof_profile_settle(next.path);
    enum cprof_status status = CPROF_INPUT;
    if (next.profile)
        status = cprof_profile_add_path(next.profile, next.path, error);
    if (status == CPROF_OK)
        status = cprof_run_facts(next.profile, &next.run, error);
    if (status == CPROF_OK && !fill_rows(&next, error))
        status = CPROF_INPUT;
    if (status != CPROF_OK) {
        release(&next);
        live->run.running = false;
        return status;
    }
    if (live->profile)
        compare(&next, live);
    next.reading_ns = now_ns() - begin;
    release(live);
    *live = next;
    return CPROF_OK;
}

void live_close(struct live *live)
{
    release(live);
}
