/* A store in an SQLite file; see database.h.  Statements are kept prepared: a profile
 * adds some hundred rows by the same one.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "fault.h"

#define MOST_STATEMENTS 24

/* How long a store that somebody else writes is waited for. */
#define PATIENCE_MS 20000

struct sqlite {
    struct database base;
    sqlite3 *handle;
    struct {
        const char *sql; /* by address: statements are constants */
        sqlite3_stmt *statement;
    } kept[MOST_STATEMENTS];
    size_t count;
};

static enum cprof_status fault(struct sqlite *sqlite, struct cprof_error *error)
{
    return fault_set(error, CPROF_INPUT, "%.600s: %.300s; is it a store of cprof's?",
                     sqlite->base.name, sqlite3_errmsg(sqlite->handle));
}

static int64_t row_whole(const struct database_row *row, int column)
{
    return sqlite3_column_int64(row->native, column);
}

static double row_real(const struct database_row *row, int column)
{
    return sqlite3_column_double(row->native, column);
}

static const char *row_text(const struct database_row *row, int column)
{
    const unsigned char *text = sqlite3_column_text(row->native, column);
    return text ? (const char *)text : "";
}

static const void *row_bytes(const struct database_row *row, int column, size_t *len)
{
    const void *bytes = sqlite3_column_blob(row->native, column);
    *len = (size_t)sqlite3_column_bytes(row->native, column);
    return bytes;
}

static sqlite3_stmt *statement_of(struct sqlite *sqlite, const char *sql)
{
    for (size_t idx = 0; idx < sqlite->count; idx++)
        if (sqlite->kept[idx].sql == sql)
            return sqlite->kept[idx].statement;
    sqlite3_stmt *statement = NULL;
    if (sqlite->count == MOST_STATEMENTS ||
        sqlite3_prepare_v2(sqlite->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    sqlite->kept[sqlite->count].sql = sql;
    sqlite->kept[sqlite->count++].statement = statement;
    return statement;
}

/* By name: SQLite counts parameters as they appear, whatever their number. */
static int bind(sqlite3_stmt *statement, int number, const struct database_value *value)
{
    char name[16];
    snprintf(name, sizeof name, "$%d", number);
    int at = sqlite3_bind_parameter_index(statement, name);
    switch (value->kind) {
    case DATABASE_WHOLE:
        return sqlite3_bind_int64(statement, at, value->whole);
    case DATABASE_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case DATABASE_TEXT:
        return sqlite3_bind_text(statement, at, value->ptr, -1, SQLITE_STATIC);
    default:
        return sqlite3_bind_blob64(statement, at, value->ptr, value->len, SQLITE_STATIC);
    }
}

static enum cprof_status ask(struct database *database, const char *sql,
                             const struct database_value *values, int count, database_taker *take,
                             void *context, size_t *changed, struct cprof_error *error)
{
    struct sqlite *sqlite = (struct sqlite *)database;
    sqlite3_stmt *statement = statement_of(sqlite, sql);
    if (!statement)
        return fault(sqlite, error);
    for (int idx = 0; idx < count; idx++)
        bind(statement, idx + 1, &values[idx]);
    struct database_row row = {row_whole, row_real, row_text, row_bytes, statement, 0};
    enum cprof_status status = CPROF_OK;
    int step;
    while ((step = sqlite3_step(statement)) == SQLITE_ROW && status == CPROF_OK)
        if (take && !take(context, &row))
            status = fault_memory(error, sqlite->base.name);
    if (status == CPROF_OK && step != SQLITE_DONE)
        status = fault(sqlite, error);
    if (changed)
        *changed = (size_t)sqlite3_changes(sqlite->handle);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static void close_sqlite(struct database *database)
{
    struct sqlite *sqlite = (struct sqlite *)database;
    for (size_t idx = 0; idx < sqlite->count; idx++)
        sqlite3_finalize(sqlite->kept[idx].statement);
    sqlite3_close(sqlite->handle);
    free(sqlite->base.name);
    free(sqlite);
}

enum cprof_status database_sqlite_open(struct database **database, const char *path,
                                       struct cprof_error *error)
{
    static const struct database_kind kind = {ask, close_sqlite};
    struct sqlite *sqlite = calloc(1, sizeof *sqlite);
    if (!sqlite || !(sqlite->base.name = strdup(path))) {
        free(sqlite);
        return fault_memory(error, path);
    }
    sqlite->base.kind = &kind;
    if (sqlite3_open(path, &sqlite->handle) != SQLITE_OK) {
        enum cprof_status status =
            fault_set(error, CPROF_INPUT, "%.600s: cannot be opened (%.200s)", path,
                      sqlite3_errmsg(sqlite->handle));
        close_sqlite(&sqlite->base);
        return status;
    }
    sqlite3_busy_timeout(sqlite->handle, PATIENCE_MS);
    *database = &sqlite->base;
    return CPROF_OK;
}
