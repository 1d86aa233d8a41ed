/* The store of runs: a run goes in, in one transaction.  See history.h for the tables,
 * history.c for what comes out.  Ids are hashes of what they stand for, so that machines
 * add without asking each other for a number.
 */
#include "history.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "array.h"
#include "fault.h"
#include "snapshot.h"
#include "statistics.h"

/* ---- Ids --------------------------------------------------------------------- */

#define HASH_START 0xcbf29ce484222325u

/* FNV-1a over the bytes and an end mark, so that "ab", "c" is not "a", "bc". */
static uint64_t hash_bytes(uint64_t hash, const void *ptr, size_t len)
{
    const unsigned char *bytes = ptr;
    for (size_t idx = 0; idx < len; idx++)
        hash = (hash ^ bytes[idx]) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text));
}

/* Databases have 63 bits and a sign; mixed once more, since FNV's high bits are poor. */
static int64_t id_of(uint64_t hash)
{
    return (int64_t)(statistics_random(&hash) >> 1);
}

/* ---- Numbers of a run, compressed ---------------------------------------------- */

struct bytes {
    unsigned char *ptr;
    size_t len, capacity;
};

static bool collect(void *context, const char *ptr, size_t len)
{
    struct bytes *bytes = context;
    if (!array_reserve(&bytes->ptr, &bytes->capacity, bytes->len + len, 1))
        return false;
    memcpy(bytes->ptr + bytes->len, ptr, len);
    bytes->len += len;
    return true;
}

/* The snapshot's document as zlib packs it; *whole is its length. */
static bool pack(const struct cprof_snapshot *snapshot, struct bytes *packed, size_t *whole)
{
    struct bytes plain = {0};
    struct cprof_sink sink = {collect, &plain};
    bool done = cprof_snapshot_json(snapshot, &sink, NULL) == CPROF_OK;
    uLongf len = compressBound(plain.len);
    *packed = (struct bytes){.ptr = done ? malloc(len) : NULL};
    done = packed->ptr && compress(packed->ptr, &len, plain.ptr, plain.len) == Z_OK;
    packed->len = len;
    *whole = plain.len;
    free(plain.ptr);
    return done;
}

/* ---- Adding --------------------------------------------------------------------- */

static const char *known(const char *text)
{
    return text ? text : "";
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static enum cprof_status add_build(struct cprof_history *history, const struct cprof_run *run,
                                   const struct cprof_history_about *about, int64_t *id,
                                   struct cprof_error *error)
{
    const char *texts[] = {last_part(run->program), run->build_id, run->compiler,
                           known(about ? about->flags : NULL),
                           known(about ? about->revision : NULL)};
    uint64_t hash = HASH_START;
    for (size_t idx = 0; idx < sizeof texts / sizeof *texts; idx++)
        hash = hash_text(hash, texts[idx]);
    *id = id_of(hash);
    bool timed = run->timed && run->wall_ns != CPROF_UNKNOWN;
    double wall = timed ? (double)run->wall_ns : 0;
    const struct database_value values[] = {DATABASE_OF_WHOLE(*id),
                                            DATABASE_OF_TEXT(texts[0]),
                                            DATABASE_OF_TEXT(texts[1]),
                                            DATABASE_OF_TEXT(texts[2]),
                                            DATABASE_OF_TEXT(texts[3]),
                                            DATABASE_OF_TEXT(texts[4]),
                                            DATABASE_OF_WHOLE((int64_t)run->started_ns),
                                            DATABASE_OF_WHOLE(timed),
                                            DATABASE_OF_REAL(wall),
                                            DATABASE_OF_REAL(wall * wall)};
    return database_ask(
        history->database,
        "INSERT INTO builds VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10) "
        "ON CONFLICT (id) DO UPDATE SET runs = builds.runs + 1, timed = builds.timed + "
        "excluded.timed, wall_sum = builds.wall_sum + excluded.wall_sum, wall_squares = "
        "builds.wall_squares + excluded.wall_squares, first_ns = CASE WHEN excluded.first_ns < "
        "builds.first_ns THEN excluded.first_ns ELSE builds.first_ns END",
        values, 10, NULL, NULL, NULL, error);
}

static enum cprof_status add_run(struct cprof_history *history, const struct cprof_run *run,
                                 const struct cprof_snapshot *snapshot, int64_t build, bool *added,
                                 struct cprof_error *error)
{
    uint64_t hash = hash_text(HASH_START, run->host);
    const uint64_t who[] = {run->pid, run->started_ns, run->processes, (uint64_t)build};
    struct bytes packed;
    size_t whole, changed = 0;
    if (!pack(snapshot, &packed, &whole)) {
        free(packed.ptr);
        return fault_memory(error, "the profile");
    }
    const struct database_value values[] = {
        DATABASE_OF_WHOLE(id_of(hash_bytes(hash, who, sizeof who))),
        DATABASE_OF_WHOLE(build),
        DATABASE_OF_TEXT(run->host),
        DATABASE_OF_WHOLE(run->pid),
        DATABASE_OF_WHOLE((int64_t)run->started_ns),
        DATABASE_OF_TEXT(run->mode),
        DATABASE_OF_WHOLE((int64_t)whole),
        DATABASE_OF_BYTES(packed.ptr, packed.len)};
    enum cprof_status status = database_ask(
        history->database,
        "INSERT INTO profiles VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
        values, 8, NULL, NULL, &changed, error);
    *added = changed > 0;
    free(packed.ptr);
    return status;
}

static enum cprof_status add_function(struct cprof_history *history,
                                      const struct cprof_entry *entry, int64_t build,
                                      struct cprof_error *error)
{
    int64_t id = id_of(hash_text(hash_text(HASH_START, entry->name), entry->file));
    const struct database_value names[] = {DATABASE_OF_WHOLE(id), DATABASE_OF_TEXT(entry->name),
                                           DATABASE_OF_TEXT(entry->file)};
    enum cprof_status status = database_ask(
        history->database, "INSERT INTO functions VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        names, 3, NULL, NULL, NULL, error);
    for (int metric = 0; status == CPROF_OK && metric < CPROF_METRIC_COUNT; metric++) {
        double value = (double)entry->values[metric];
        if (entry->values[metric] == CPROF_UNKNOWN)
            continue;
        const struct database_value values[] = {DATABASE_OF_WHOLE(id), DATABASE_OF_WHOLE(metric),
                                                DATABASE_OF_WHOLE(build), DATABASE_OF_REAL(value),
                                                DATABASE_OF_REAL(value * value)};
        status = database_ask(
            history->database,
            "INSERT INTO trends VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (function, metric, "
            "build) DO UPDATE SET runs = trends.runs + 1, sum = trends.sum + excluded.sum, "
            "squares = trends.squares + excluded.squares",
            values, 5, NULL, NULL, NULL, error);
    }
    return status;
}

/* One order for all: two machines that add at one time wait for each other's rows, and
 * must not do so crosswise. */
static int compare_entries(const void *left_ptr, const void *right_ptr)
{
    const struct cprof_entry *left = left_ptr, *right = right_ptr;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->file, right->file);
}

/* All of a run, inside of a transaction. */
static enum cprof_status add_all(struct cprof_history *history, const struct cprof_run *run,
                                 struct cprof_snapshot *snapshot,
                                 const struct cprof_history_about *about, bool *added,
                                 struct cprof_error *error)
{
    int64_t build;
    struct cprof_entry whole = cprof_snapshot_whole(snapshot);
    enum cprof_status status = add_build(history, run, about, &build, error);
    if (status == CPROF_OK)
        status = add_run(history, run, snapshot, build, added, error);
    if (status != CPROF_OK || !*added)
        return status;
    if (snapshot->count)
        qsort(snapshot->entries, snapshot->count, sizeof *snapshot->entries, compare_entries);
    status = add_function(history, &whole, build, error);
    for (size_t idx = 0; status == CPROF_OK && idx < snapshot->count; idx++)
        status = add_function(history, &snapshot->entries[idx], build, error);
    return status;
}

enum cprof_status cprof_history_add(struct cprof_history *history, struct cprof_profile *profile,
                                    const struct cprof_history_about *about, bool *added,
                                    struct cprof_error *error)
{
    struct cprof_run run;
    struct cprof_snapshot *snapshot = cprof_snapshot_new("");
    enum cprof_status status =
        snapshot ? cprof_run_facts(profile, &run, error) : fault_memory(error, "the profile");
    *added = false;
    if (status == CPROF_OK)
        status = cprof_snapshot_add_profile(snapshot, profile, error);
    /* Calling contexts would take several times the room. */
    if (snapshot) {
        cprof_tree_free(snapshot->tree);
        snapshot->tree = NULL;
    }
    if (status == CPROF_OK)
        status = database_do(history->database, "BEGIN", error);
    if (status == CPROF_OK) {
        status = add_all(history, &run, snapshot, about, added, error);
        /* Without the run its build must not have counted it. */
        if (status == CPROF_OK && *added)
            status = database_do(history->database, "COMMIT", error);
        else
            database_do(history->database, "ROLLBACK", NULL);
    }
    cprof_snapshot_free(snapshot);
    return status;
}
