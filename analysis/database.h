/* A database, as far as history.c needs one: statements with values in, rows out, over
 * SQLite or PostgreSQL.  Statements are SQL that both know, with $1, $2, ... in order
 * of appearance.  Knows nothing of profiles.
 *
 *   database.c           the choice and what is the same
 *   database_sqlite.c    a file, through libsqlite3
 *   database_postgres.c  a server, through libpq
 */
#ifndef CPROF_ANALYSIS_DATABASE_H
#define CPROF_ANALYSIS_DATABASE_H

#include <cprof/cprof.h>

/* A value to be bound; borrowed for the call. */
struct database_value {
    enum { DATABASE_WHOLE, DATABASE_REAL, DATABASE_TEXT, DATABASE_BYTES } kind;
    int64_t whole;
    double real;
    const void *ptr;
    size_t len;
};

#define DATABASE_OF_WHOLE(value) ((struct database_value){.kind = DATABASE_WHOLE, .whole = (value)})
#define DATABASE_OF_REAL(value) ((struct database_value){.kind = DATABASE_REAL, .real = (value)})
#define DATABASE_OF_TEXT(value) ((struct database_value){.kind = DATABASE_TEXT, .ptr = (value)})
#define DATABASE_OF_BYTES(value, length)                                                           \
    ((struct database_value){.kind = DATABASE_BYTES, .ptr = (value), .len = (length)})

/* A row of an answer; its texts and bytes are valid during the call that shows it. */
struct database_row {
    int64_t (*whole)(const struct database_row *row, int column);
    double (*real)(const struct database_row *row, int column);
    const char *(*text)(const struct database_row *row, int column);
    const void *(*bytes)(const struct database_row *row, int column, size_t *len);
    void *native;
    int index;
};

/* Takes a row; false ends the answer (no memory). */
typedef bool database_taker(void *context, const struct database_row *row);

struct database;

struct database_kind {
    /* Runs one statement.  *changed (if asked) is how many rows it inserted. */
    enum cprof_status (*ask)(struct database *database, const char *sql,
                             const struct database_value *values, int count, database_taker *take,
                             void *context, size_t *changed, struct cprof_error *error);
    void (*close)(struct database *database);
};

struct database {
    const struct database_kind *kind;
    char *name; /* for errors, without a password */
};

enum cprof_status database_open(struct database **database, const char *store,
                                struct cprof_error *error);
void database_close(struct database *database);

enum cprof_status database_ask(struct database *database, const char *sql,
                               const struct database_value *values, int count, database_taker *take,
                               void *context, size_t *changed, struct cprof_error *error);

/* A statement that takes and gives nothing. */
enum cprof_status database_do(struct database *database, const char *sql,
                              struct cprof_error *error);

enum cprof_status database_sqlite_open(struct database **database, const char *path,
                                       struct cprof_error *error);
enum cprof_status database_postgres_open(struct database **database, const char *url,
                                         struct cprof_error *error);

#endif
