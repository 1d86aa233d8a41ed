/* The store of runs: tables, finding and comparing; history_add.c fills it.  See history.h
 * for the tables. */
#include "history.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "array.h"
#include "fault.h"
#include "snapshot.h"
#include "statistics.h"

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
