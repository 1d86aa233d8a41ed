/* The running program's own numbers, from inside: what the plugin's hooks have
 * recorded of it, or, in a program without them, the calling thread's profiler and
 * tracker.
 *
 * The profile is a file that this very process has mapped, so it is found among the
 * process's mappings and read like anybody's: no symbol of the runtime is needed,
 * and whichever module carries it, the result is the same.
 */
#include <cprof/cprof.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A line of /proc/self/maps that may be a profile's beginning: shared, from offset
 * 0, of a file whose name is still there.  NULL, or the path in the line. */
static char *mapped_path(char *line)
{
    char access[5];
    unsigned long long offset, inode;
    int path = 0;
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%*s %4s %llx %*s %llu %n", access, &offset, &inode, &path) != 3 || !path ||
        strcmp(access, "rw-s") != 0 || offset != 0 || inode == 0 || line[path] != '/')
        return NULL;
    size_t len = strlen(line), gone = strlen(" (deleted)");
    if (len > gone && strcmp(line + len - gone, " (deleted)") == 0)
        return NULL;
    /* Devices can be mapped so, too, and must not be read. */
    if (strncmp(line + path, "/dev/", 5) == 0 && strncmp(line + path, "/dev/shm/", 9) != 0)
        return NULL;
    return line + path;
}

/* The profile in the file, if it is one and this process's own. */
static struct cprof_profile *own_profile_in(const char *path)
{
    struct cprof_profile *profile = cprof_profile_new();
    struct cprof_run run;
    if (profile && cprof_profile_add_path(profile, path, NULL) == CPROF_OK &&
        cprof_run_facts(profile, &run, NULL) == CPROF_OK && run.pid == (uint32_t)getpid())
        return profile;
    cprof_profile_free(profile);
    return NULL;
}

static bool begins_like_profile(const char *path)
{
    char magic[8];
    FILE *file = fopen(path, "re");
    bool same = file && fread(magic, sizeof magic, 1, file) == 1 &&
                memcmp(magic,
                       "\x89"
                       "CPROF\r\n",
                       sizeof magic) == 0;
    if (file)
        fclose(file);
    return same;
}

static struct cprof_profile *own_profile(void)
{
    struct cprof_profile *profile = NULL;
    FILE *maps = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t size = 0;
    while (maps && !profile && getline(&line, &size, maps) > 0) {
        const char *path = mapped_path(line);
        if (path && begins_like_profile(path))
            profile = own_profile_in(path);
    }
    free(line);
    if (maps)
        fclose(maps);
    return profile;
}

static enum cprof_status add_thread(struct cprof_snapshot *snapshot, struct cprof_error *error)
{
    struct cprof_tracker *tracker = cprof_tracker_of_thread();
    enum cprof_status status =
        cprof_snapshot_add_profiler(snapshot, cprof_profiler_of_thread(), error);
    if (cprof_tracker_total_allocated(tracker)) {
        size_t count;
        uint64_t allocations = 0;
        const struct cprof_hotspot *hotspots = cprof_tracker_hotspots(tracker, &count);
        for (size_t idx = 0; idx < count; idx++)
            allocations += hotspots[idx].count;
        cprof_snapshot_set(snapshot, CPROF_METRIC_ALLOC_COUNT, allocations);
        cprof_snapshot_set(snapshot, CPROF_METRIC_ALLOC_BYTES,
                           cprof_tracker_total_allocated(tracker));
        cprof_snapshot_set(snapshot, CPROF_METRIC_PEAK_BYTES, cprof_tracker_peak_usage(tracker));
    }
    return status;
}

struct cprof_snapshot *cprof_snapshot_capture(const char *name)
{
    struct cprof_snapshot *snapshot = cprof_snapshot_new(name);
    struct cprof_profile *profile = snapshot ? own_profile() : NULL;
    struct cprof_error error = {.text = ""};
    if (!snapshot)
        return NULL;
    if (profile)
        cprof_snapshot_add_profile(snapshot, profile, &error);
    else if (add_thread(snapshot, &error) == CPROF_OK && cprof_snapshot_count(snapshot) == 0)
        snprintf(error.text, sizeof error.text,
                 "nothing to capture: build the program with cprof's plugin, or measure with "
                 "cprof_profiler_of_thread()");
    if (error.text[0])
        cprof_snapshot_set_note(snapshot, error.text);
    cprof_profile_free(profile);
    return snapshot;
}
