/* Which database a store is; see database.h. */
#include "database.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

enum cprof_status database_open(struct database **database, const char *store,
                                struct cprof_error *error)
{
    *database = NULL;
    return begins(store, "postgresql://") || begins(store, "postgres://")
               ? database_postgres_open(database, store, error)
               : database_sqlite_open(database, store, error);
}

void database_close(struct database *database)
{
    if (database)
        database->kind->close(database);
}

enum cprof_status database_ask(struct database *database, const char *sql,
                               const struct database_value *values, int count, database_taker *take,
                               void *context, size_t *changed, struct cprof_error *error)
{
    return database->kind->ask(database, sql, values, count, take, context, changed, error);
}

enum cprof_status database_do(struct database *database, const char *sql, struct cprof_error *error)
{
    return database_ask(database, sql, NULL, 0, NULL, NULL, NULL, error);
}
