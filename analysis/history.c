/* The store of runs: tables, adding, finding.  See history.h for the tables. */
#include "history.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "array.h"
#include "fault.h"
#include "model.h"
#include "snapshot.h"
#include "statistics.h"
#include "stats.h"

/* SQL that SQLite and PostgreSQL both take.  BYTEA is a word of the second's that the
 * first does not mind. */
static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS builds (id BIGINT PRIMARY KEY, program TEXT NOT NULL, "
    "build_id TEXT NOT NULL, compiler TEXT NOT NULL, flags TEXT NOT NULL, revision TEXT NOT NULL, "
    "first_ns BIGINT NOT NULL, runs BIGINT NOT NULL, timed BIGINT NOT NULL, "
    "wall_sum DOUBLE PRECISION NOT NULL, wall_squares DOUBLE PRECISION NOT NULL)",
    "CREATE INDEX IF NOT EXISTS builds_by_time ON builds (first_ns)",
    "CREATE INDEX IF NOT EXISTS builds_by_program ON builds (program, first_ns)",
    "CREATE TABLE IF NOT EXISTS profiles (id BIGINT PRIMARY KEY, build BIGINT NOT NULL, "
    "host TEXT NOT NULL, pid BIGINT NOT NULL, started_ns BIGINT NOT NULL, mode TEXT NOT NULL, "
    "bytes BIGINT NOT NULL, numbers BYTEA NOT NULL)",
    "CREATE INDEX IF NOT EXISTS profiles_by_build ON profiles (build, started_ns)",
    "CREATE TABLE IF NOT EXISTS functions (id BIGINT PRIMARY KEY, name TEXT NOT NULL, "
    "file TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS functions_by_name ON functions (name)",
    "CREATE TABLE IF NOT EXISTS trends (function BIGINT NOT NULL, metric BIGINT NOT NULL, "
    "build BIGINT NOT NULL, runs BIGINT NOT NULL, sum DOUBLE PRECISION NOT NULL, "
    "squares DOUBLE PRECISION NOT NULL, PRIMARY KEY (function, metric, build))"};

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

/* ---- Opening ------------------------------------------------------------------ */

enum cprof_status cprof_history_open(struct cprof_history **history, const char *store,
                                     struct cprof_error *error)
{
    struct cprof_history *made = calloc(1, sizeof *made);
    *history = NULL;
    if (!made)
        return fault_memory(error, store);
    enum cprof_status status = database_open(&made->database, store, error);
    for (size_t idx = 0; status == CPROF_OK && idx < sizeof tables / sizeof *tables; idx++)
        status = database_do(made->database, tables[idx], error);
    if (status == CPROF_OK)
        *history = made;
    else
        cprof_history_close(made);
    return status;
}

static void forget(struct cprof_history *history)
{
    texts_free(&history->texts);
    history->texts = (struct texts){0};
    history->build_count = history->point_count = 0;
}

void cprof_history_close(struct cprof_history *history)
{
    if (!history)
        return;
    forget(history);
    free(history->builds);
    free(history->points);
    database_close(history->database);
    free(history);
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

/* No snapshot is larger; a damaged length must not ask for all memory. */
#define MOST_PLAIN ((size_t)1 << 30)

static enum cprof_status unpack(struct cprof_snapshot **snapshot, const void *ptr, size_t len,
                                size_t whole, struct cprof_error *error)
{
    unsigned char *plain = whole <= MOST_PLAIN ? malloc(whole + 1) : NULL;
    uLongf got = whole;
    *snapshot = NULL;
    if (!plain)
        return fault_memory(error, "a profile of the store");
    enum cprof_status status =
        uncompress(plain, &got, ptr, len) == Z_OK
            ? cprof_snapshot_load_bytes(snapshot, "a profile of the store", plain, got, error)
            : fault_set(error, CPROF_INPUT, "a profile of the store is damaged; add it again");
    free(plain);
    return status;
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

/* ---- Builds ----------------------------------------------------------------------- */

#define BUILD_COLUMNS                                                                              \
    "b.id, b.program, b.build_id, b.compiler, b.flags, b.revision, b.first_ns, b.runs, b.timed, "  \
    "b.wall_sum, b.wall_squares"
#define BUILD_COLUMN_COUNT 11

static const char *keep(struct cprof_history *history, const char *text)
{
    uint32_t id = texts_add(&history->texts, text, strlen(text));
    return id == TABLE_NONE ? NULL : texts_get(&history->texts, id);
}

/* The mean of `count` values and half of its 95 % interval.  Builds mostly have the same
 * number of runs, and a quantile takes longer than all the rest. */
static void mean_of(struct cprof_history *history, double count, double sum, double squares,
                    double *mean, double *error)
{
    *mean = count > 0 ? sum / count : -1;
    *error = -1;
    if (count < 2)
        return;
    double variance = fmax(0, (squares - sum * sum / count) / (count - 1));
    if (history->degrees != count - 1) {
        history->degrees = count - 1;
        history->quantile = statistics_student_quantile(0.05, count - 1);
    }
    *error = history->quantile * sqrt(variance / count);
}

static bool read_build(struct cprof_history *history, const struct database_row *row,
                       struct cprof_build *build)
{
    *build = (struct cprof_build){.id = row->whole(row, 0),
                                  .program = keep(history, row->text(row, 1)),
                                  .build_id = keep(history, row->text(row, 2)),
                                  .compiler = keep(history, row->text(row, 3)),
                                  .flags = keep(history, row->text(row, 4)),
                                  .revision = keep(history, row->text(row, 5)),
                                  .first_ns = (uint64_t)row->whole(row, 6),
                                  .runs = (uint64_t)row->whole(row, 7)};
    mean_of(history, (double)row->whole(row, 8), row->real(row, 9), row->real(row, 10),
            &build->wall_ns, &build->wall_error);
    return build->program && build->build_id && build->compiler && build->flags && build->revision;
}

static bool take_build(void *context, const struct database_row *row)
{
    struct cprof_history *history = context;
    return array_reserve(&history->builds, &history->build_capacity, history->build_count + 1,
                         sizeof *history->builds) &&
           read_build(history, row, &history->builds[history->build_count++]);
}

enum cprof_status cprof_history_builds(struct cprof_history *history, const char *program,
                                       size_t most, const struct cprof_build **builds,
                                       size_t *count, struct cprof_error *error)
{
    const struct database_value values[] = {
        DATABASE_OF_WHOLE(most && most < INT64_MAX ? (int64_t)most : INT64_MAX),
        DATABASE_OF_TEXT(program)};
    forget(history);
    enum cprof_status status =
        program ? database_ask(history->database,
                               "SELECT " BUILD_COLUMNS " FROM builds b WHERE b.program = $2 "
                               "ORDER BY b.first_ns DESC, b.id LIMIT $1",
                               values, 2, take_build, history, NULL, error)
                : database_ask(history->database,
                               "SELECT " BUILD_COLUMNS
                               " FROM builds b ORDER BY b.first_ns DESC, b.id LIMIT $1",
                               values, 1, take_build, history, NULL, error);
    *builds = history->builds;
    *count = history->build_count;
    return status;
}

/* The program asked for, or that of the latest build. */
static enum cprof_status program_of(struct cprof_history *history, const char *asked,
                                    const char **program, struct cprof_error *error)
{
    const struct cprof_build *builds;
    size_t count;
    *program = asked;
    if (asked)
        return CPROF_OK;
    enum cprof_status status = cprof_history_builds(history, NULL, 1, &builds, &count, error);
    if (status == CPROF_OK && !count)
        return fault_set(error, CPROF_INPUT, "%.600s: no profile in this store",
                         history->database->name);
    if (status == CPROF_OK)
        *program = builds[0].program;
    return status;
}

/* ---- Comparing ---------------------------------------------------------------------- */

/* How many builds before the latest a word means; -1: it names none by number. */
static long number_of(const char *word)
{
    if (strcmp(word, "@latest") == 0)
        return 0;
    if (strcmp(word, "@previous") == 0)
        return 1;
    char *end;
    long number = strtol(word + 1, &end, 10);
    return isdigit((unsigned char)word[1]) && !*end && end - word < 6 ? number : -1;
}

static bool begins(const char *text, const char *start)
{
    return *start && strncmp(text, start, strlen(start)) == 0;
}

static enum cprof_status find_build(struct cprof_history *history, const char *asked,
                                    const char *word, int64_t *id, struct cprof_error *error)
{
    const char *program;
    const struct cprof_build *builds;
    size_t count;
    long number = number_of(word);
    enum cprof_status status = program_of(history, asked, &program, error);
    /* The program's name goes with the next answer. */
    char *kept = status == CPROF_OK ? strdup(program) : NULL;
    if (status == CPROF_OK)
        status = kept ? cprof_history_builds(history, kept, number >= 0 ? (size_t)number + 1 : 0,
                                             &builds, &count, error)
                      : fault_memory(error, word);
    free(kept);
    if (status != CPROF_OK)
        return status;
    if (number >= 0 && (size_t)number < count) {
        *id = builds[number].id;
        return CPROF_OK;
    }
    for (size_t idx = 0; idx < count && (number < 0 || strlen(word) > 4); idx++)
        if (begins(builds[idx].revision, word + 1) || begins(builds[idx].build_id, word + 1)) {
            *id = builds[idx].id;
            return CPROF_OK;
        }
    return fault_set(error, CPROF_INPUT,
                     "%.200s: the store has no such build (%zu of this program); `cprof list "
                     "--store` shows them",
                     word, count);
}

struct adding {
    struct cprof_diff *diff;
    enum cprof_side side;
    enum cprof_status status;
    struct cprof_error *error;
};

static bool take_run(void *context, const struct database_row *row)
{
    struct adding *adding = context;
    struct cprof_snapshot *snapshot;
    size_t len;
    int64_t whole = row->whole(row, 1);
    const void *bytes = row->bytes(row, 0, &len);
    adding->status = unpack(&snapshot, bytes, len, whole < 0 ? 0 : (size_t)whole, adding->error);
    if (adding->status == CPROF_OK)
        adding->status =
            cprof_diff_add_snapshot(adding->diff, adding->side, snapshot, adding->error);
    cprof_snapshot_free(snapshot);
    return adding->status == CPROF_OK;
}

static bool take_one(void *context, const struct database_row *row)
{
    struct cprof_history *history = context;
    history->build_count = 0;
    return take_build(history, row);
}

enum cprof_status cprof_history_compare(struct cprof_history *history, const char *program,
                                        const char *word, struct cprof_diff *diff,
                                        enum cprof_side side, struct cprof_error *error)
{
    struct adding adding = {diff, side, CPROF_OK, error};
    int64_t id = 0;
    enum cprof_status status = find_build(history, program, word, &id, error);
    const struct database_value value = DATABASE_OF_WHOLE(id);
    if (status == CPROF_OK)
        status = database_ask(history->database,
                              "SELECT " BUILD_COLUMNS " FROM builds b WHERE b.id = $1", &value, 1,
                              take_one, history, NULL, error);
    if (status == CPROF_OK)
        status =
            cprof_diff_describe(diff, side, history->builds[0].program, history->builds[0].build_id,
                                history->builds[0].compiler, error);
    if (status != CPROF_OK)
        return status;
    status =
        database_ask(history->database,
                     "SELECT numbers, bytes FROM profiles WHERE build = $1 ORDER BY started_ns",
                     &value, 1, take_run, &adding, NULL, error);
    return adding.status != CPROF_OK ? adding.status : status;
}

/* ---- Trends -------------------------------------------------------------------------- */

static bool take_point(void *context, const struct database_row *row)
{
    struct cprof_history *history = context;
    if (!array_reserve(&history->points, &history->point_capacity, history->point_count + 1,
                       sizeof *history->points))
        return false;
    struct cprof_trend_point *point = &history->points[history->point_count++];
    mean_of(history, row->real(row, BUILD_COLUMN_COUNT), row->real(row, BUILD_COLUMN_COUNT + 1),
            row->real(row, BUILD_COLUMN_COUNT + 2), &point->value, &point->error);
    return read_build(history, row, &point->build);
}

enum cprof_status cprof_history_trend(struct cprof_history *history, const char *program,
                                      const char *function, enum cprof_metric metric, size_t most,
                                      const struct cprof_trend_point **points, size_t *count,
                                      struct cprof_error *error)
{
    enum cprof_status status = program_of(history, program, &program, error);
    char *kept = status == CPROF_OK ? strdup(program) : NULL;
    if (status == CPROF_OK && !kept)
        status = fault_memory(error, function);
    const struct database_value values[] = {
        DATABASE_OF_TEXT(function), DATABASE_OF_WHOLE(metric), DATABASE_OF_TEXT(kept),
        DATABASE_OF_WHOLE(most && most < INT64_MAX ? (int64_t)most : INT64_MAX)};
    forget(history);
    /* A function of several files, or one whose file was renamed, is one line.  Of several
     * with one name in a build the values add up, their squares only nearly. */
    if (status == CPROF_OK)
        status = database_ask(
            history->database,
            "SELECT " BUILD_COLUMNS ", MAX(t.runs), SUM(t.sum), SUM(t.squares) FROM (SELECT * FROM "
            "builds WHERE program = $3 ORDER BY first_ns DESC, id LIMIT $4) b JOIN trends t ON "
            "t.build = b.id AND t.metric = $2 AND t.function IN (SELECT id FROM functions WHERE "
            "name = $1) GROUP BY " BUILD_COLUMNS " ORDER BY b.first_ns DESC, b.id",
            values, 4, take_point, history, NULL, error);
    free(kept);
    for (size_t low = 0, high = history->point_count; status == CPROF_OK && low + 1 < high; low++) {
        struct cprof_trend_point point = history->points[low];
        history->points[low] = history->points[--high];
        history->points[high] = point;
    }
    if (status == CPROF_OK && !history->point_count)
        status = fault_set(error, CPROF_INPUT,
                           "%.300s: no run in the store knows the %s of a function of that name",
                           function, cprof_metric_word(metric));
    *points = history->points;
    *count = history->point_count;
    return status;
}
