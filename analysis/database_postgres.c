/* A store on a PostgreSQL server; see database.h.  Values go as text, bytes as they
 * are; answers come as text.  Errors must not show a password of the URL.
 *
 * libpq is opened when a store asks for it, and not linked: it brings Kerberos, LDAP and
 * TLS along, which nobody else's reports should wait for.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "fault.h"

#define MOST_STATEMENTS 24
#define MOST_VALUES 16
#define NUMBER_ROOM 32

/* What is used of libpq. */
#define EACH_FUNCTION(X)                                                                           \
    X(PQclear)                                                                                     \
    X(PQcmdTuples)                                                                                 \
    X(PQconnectdb)                                                                                 \
    X(PQdb)                                                                                        \
    X(PQerrorMessage)                                                                              \
    X(PQexecPrepared)                                                                              \
    X(PQfinish)                                                                                    \
    X(PQfreemem)                                                                                   \
    X(PQgetvalue)                                                                                  \
    X(PQhost)                                                                                      \
    X(PQntuples)                                                                                   \
    X(PQprepare)                                                                                   \
    X(PQresultStatus)                                                                              \
    X(PQsetNoticeReceiver)                                                                         \
    X(PQstatus)                                                                                    \
    X(PQunescapeBytea)

struct libpq {
    void *handle;
#define MEMBER(name) __typeof__(name) *name;
    EACH_FUNCTION(MEMBER)
#undef MEMBER
};

struct postgres {
    struct database base;
    struct libpq pq;
    PGconn *connection;
    const char *kept[MOST_STATEMENTS]; /* by address: statements are constants */
    size_t count;
};

/* What one answer needs while it is shown. */
struct answer {
    const struct libpq *pq;
    PGresult *result;
    unsigned char *bytes; /* of the column shown last */
};

/* libpq ends its sentences with a newline, and may write several. */
static enum cprof_status fault(struct postgres *postgres, struct cprof_error *error)
{
    const char *text = postgres->pq.PQerrorMessage(postgres->connection);
    return fault_set(error, CPROF_INPUT, "%.300s: %.*s", postgres->base.name,
                     (int)strcspn(text, "\n"), text);
}

static const char *row_text(const struct database_row *row, int column)
{
    const struct answer *answer = row->native;
    return answer->pq->PQgetvalue(answer->result, row->index, column);
}

static int64_t row_whole(const struct database_row *row, int column)
{
    return strtoll(row_text(row, column), NULL, 10);
}

static double row_real(const struct database_row *row, int column)
{
    return strtod(row_text(row, column), NULL);
}

static const void *row_bytes(const struct database_row *row, int column, size_t *len)
{
    struct answer *answer = row->native;
    answer->pq->PQfreemem(answer->bytes);
    answer->bytes = answer->pq->PQunescapeBytea(
        (const unsigned char *)answer->pq->PQgetvalue(answer->result, row->index, column), len);
    return answer->bytes;
}

/* The name that a statement is prepared under; NULL when it cannot be. */
static const char *prepare(struct postgres *postgres, const char *sql, char name[NUMBER_ROOM])
{
    size_t idx = 0;
    while (idx < postgres->count && postgres->kept[idx] != sql)
        idx++;
    snprintf(name, NUMBER_ROOM, "s%zu", idx);
    if (idx < postgres->count)
        return name;
    if (idx == MOST_STATEMENTS)
        return NULL;
    PGresult *result = postgres->pq.PQprepare(postgres->connection, name, sql, 0, NULL);
    bool done = postgres->pq.PQresultStatus(result) == PGRES_COMMAND_OK;
    postgres->pq.PQclear(result);
    if (!done)
        return NULL;
    postgres->kept[postgres->count++] = sql;
    return name;
}

static PGresult *execute(struct postgres *postgres, const char *sql,
                         const struct database_value *values, int count)
{
    char name[NUMBER_ROOM], numbers[MOST_VALUES][NUMBER_ROOM];
    const char *texts[MOST_VALUES];
    int lengths[MOST_VALUES], formats[MOST_VALUES];
    if (count > MOST_VALUES || !prepare(postgres, sql, name))
        return NULL;
    for (int idx = 0; idx < count; idx++) {
        const struct database_value *value = &values[idx];
        formats[idx] = value->kind == DATABASE_BYTES;
        lengths[idx] = (int)value->len;
        texts[idx] = numbers[idx];
        if (value->kind == DATABASE_WHOLE)
            snprintf(numbers[idx], NUMBER_ROOM, "%" PRId64, value->whole);
        else if (value->kind == DATABASE_REAL)
            snprintf(numbers[idx], NUMBER_ROOM, "%.17g", value->real);
        else
            texts[idx] = value->ptr;
    }
    return postgres->pq.PQexecPrepared(postgres->connection, name, count, texts, lengths, formats,
                                       0);
}

static enum cprof_status ask(struct database *database, const char *sql,
                             const struct database_value *values, int count, database_taker *take,
                             void *context, size_t *changed, struct cprof_error *error)
{
    struct postgres *postgres = (struct postgres *)database;
    struct answer answer = {.pq = &postgres->pq, .result = execute(postgres, sql, values, count)};
    ExecStatusType got = postgres->pq.PQresultStatus(answer.result);
    enum cprof_status status = CPROF_OK;
    if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK)
        status = fault(postgres, error);
    struct database_row row = {row_whole, row_real, row_text, row_bytes, &answer, 0};
    for (int rows = postgres->pq.PQntuples(answer.result); status == CPROF_OK && row.index < rows;
         row.index++)
        if (take && !take(context, &row))
            status = fault_memory(error, postgres->base.name);
    if (changed)
        *changed = strtoul(postgres->pq.PQcmdTuples(answer.result), NULL, 10);
    postgres->pq.PQfreemem(answer.bytes);
    postgres->pq.PQclear(answer.result);
    return status;
}

static void close_postgres(struct database *database)
{
    struct postgres *postgres = (struct postgres *)database;
    if (postgres->connection)
        postgres->pq.PQfinish(postgres->connection);
    if (postgres->pq.handle)
        dlclose(postgres->pq.handle);
    free(postgres->base.name);
    free(postgres);
}

/* "host/database" for errors. */
static char *name_of(const struct postgres *postgres)
{
    char *name = NULL;
    const char *host = postgres->pq.PQhost(postgres->connection),
               *database = postgres->pq.PQdb(postgres->connection);
    int len = asprintf(&name, "postgresql://%s/%s", host ? host : "", database ? database : "");
    return len < 0 ? NULL : name;
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context, (void)result; /* "relation already exists, skipping" */
}

static bool load(struct libpq *pq)
{
    pq->handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    bool all = pq->handle != NULL;
#define LOAD(name) all = all && (*(void **)&pq->name = dlsym(pq->handle, #name)) != NULL;
    EACH_FUNCTION(LOAD)
#undef LOAD
    return all;
}

enum cprof_status database_postgres_open(struct database **database, const char *url,
                                         struct cprof_error *error)
{
    static const struct database_kind kind = {ask, close_postgres};
    struct postgres *postgres = calloc(1, sizeof *postgres);
    if (!postgres)
        return fault_memory(error, "the store");
    postgres->base.kind = &kind;
    if (!load(&postgres->pq)) {
        close_postgres(&postgres->base);
        return fault_set(error, CPROF_INPUT,
                         "a postgresql:// store needs libpq.so.5; install the package libpq5");
    }
    postgres->connection = postgres->pq.PQconnectdb(url);
    postgres->base.name = name_of(postgres);
    enum cprof_status status = CPROF_OK;
    if (!postgres->base.name)
        status = fault_memory(error, "the store");
    else if (postgres->pq.PQstatus(postgres->connection) != CONNECTION_OK)
        status = fault(postgres, error);
    if (status != CPROF_OK) {
        close_postgres(&postgres->base);
        return status;
    }
    postgres->pq.PQsetNoticeReceiver(postgres->connection, ignore_notice, NULL);
    *database = &postgres->base;
    return CPROF_OK;
}
