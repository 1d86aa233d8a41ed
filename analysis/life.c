/* Asking /proc about the process that writes a profile; see life.h.  Reads no
 * profile and decides nothing about times.
 */
#include "life.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "array.h"

uint64_t life_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- /proc/PID/stat ------------------------------------------------------- */

struct stat_line {
    char state;            /* field 3 */
    unsigned long threads; /* field 20 */
    uint64_t start;        /* field 22 */
};

/* False, with nothing known, where it cannot be read. */
static bool read_stat(const char *path, struct stat_line *line)
{
    char text[1024];
    *line = (struct stat_line){0};
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[len] = '\0';
    /* The name of the process, field 2, may hold anything, but only up to the
     * last closing bracket. */
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ')
        return false;
    line->state = at[2];
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at + 1, ' ');
        if (at && field + 1 == 20)
            line->threads = strtoul(at, NULL, 10);
    }
    line->start = at ? strtoull(at, NULL, 10) : 0;
    return true;
}

bool life_alive(const struct cprof_header *header)
{
    char host[sizeof header->host] = "", path[64];
    struct stat_line line;
    gethostname(host, sizeof host - 1);
    if (header->host[0] && strcmp(host, header->host) != 0)
        return false;
    if (header->pid == 0 || header->pid > INT32_MAX ||
        (kill((pid_t)header->pid, 0) != 0 && errno == ESRCH))
        return false;
    snprintf(path, sizeof path, "/proc/%u/stat", header->pid);
    if (!read_stat(path, &line))
        return true;
    /* Ended, and its parent has not asked yet; unless only its first thread has. */
    if ((line.state == 'Z' || line.state == 'X') && line.threads <= 1)
        return false;
    return header->process_start == 0 || line.start == 0 || line.start == header->process_start;
}

/* ---- Whose bytes ---------------------------------------------------------- */

/* Whether the process has this very file mapped: then the bytes are its memory
 * and not what somebody has copied a while ago. */
static bool maps_file(uint32_t pid, const struct life_source *source)
{
    char path[64], text[512];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%u/maps", pid);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(text, sizeof text, file)) {
        unsigned major_number, minor_number;
        unsigned long long inode;
        found = sscanf(text, "%*s %*s %*s %x:%x %llu", &major_number, &minor_number, &inode) == 3 &&
                inode == source->inode && major_number == major(source->device) &&
                minor_number == minor(source->device);
    }
    if (file)
        fclose(file);
    return found;
}

static bool list_threads(struct life *life, uint32_t pid)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/%u/task", pid);
    DIR *folder = opendir(path);
    bool enough = true;
    for (struct dirent *entry; folder && enough && (entry = readdir(folder));) {
        struct stat_line line;
        unsigned long tid = strtoul(entry->d_name, NULL, 10);
        snprintf(path, sizeof path, "/proc/%u/task/%lu/stat", pid, tid);
        if (tid == 0 || !read_stat(path, &line) || line.state == 'Z' || line.state == 'X')
            continue;
        enough = array_reserve(&life->threads, &life->thread_capacity, life->thread_count + 1,
                               sizeof *life->threads);
        if (enough)
            life->threads[life->thread_count++] =
                (struct life_thread){.tid = (uint32_t)tid, .sleeps = line.state != 'R'};
    }
    if (folder)
        closedir(folder);
    return enough;
}

bool life_ask(struct life *life, const struct cprof_header *header,
              const struct life_source *source)
{
    *life = (struct life){0};
    life->running = header->state == CPROF_STATE_RUNNING && life_alive(header);
    if (!life->running || !source || !maps_file(header->pid, source))
        return true;
    life->now_ns = source->read_ns;
    return list_threads(life, header->pid);
}

void life_free(struct life *life)
{
    free(life->threads);
    *life = (struct life){0};
}
