/* A prepared statement: its parameters in PostgreSQL's binary form, and the rows that came. */
#ifndef STORE_POSTGRES_STATEMENT_H
#define STORE_POSTGRES_STATEMENT_H

#include "store/postgres/queue.h"

enum { STATEMENT_NAME_BYTES_MAX = 24 };

/** What a COPY in binary begins with: "PGCOPY\n\377\r\n\0", flags, the length of an extension. */
enum { COPY_HEADER_BYTES = 11 + 4 + 4 };

/** Types by their numbers in pg_type, which never change. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };
enum { OID_BYTEA = 17, OID_NAME = 19, OID_VARCHAR = 1043 };

struct bound_parameter {
    Oid type;
    char number[8]; /* in the order of the network; values points to it */
    bool is_misfit; /* a text for a number, or the reverse, or too large a number */
};

/** The rows of a scan as they arrive (stream.c). */
struct stream {
    bool is_open;
    bool has_header;      /* it has come */
    unsigned transaction; /* in which it was begun */
    char *message;        /* libpq's: the present row, while it is live */
    struct text *values;  /* of the present row, by column; bytes are NULL for NULL */
    struct buffer kept;   /* rows that were put aside */
    size_t kept_at;
    struct berm_error failure; /* while they were */
};

/** The server keeps a plan of each name, and makes a new one where another role runs it. */
struct prepared_name {
    char name[STATEMENT_NAME_BYTES_MAX]; /* empty: not prepared */
    unsigned session;                    /* in which it was */
};

struct postgres_statement {
    struct connection *connection;
    char *sql; /* ended by 0 */
    struct prepared_name prepared[ROLE_COUNT];
    bool is_scan;  /* of a range of households, which parameters 1 and 2 give */
    bool is_list;  /* may give many rows: read through a cursor */
    bool is_write; /* an INSERT, UPDATE or DELETE */
    int limit;     /* the parameter that limits a list, 0: none does */

    int parameter_count;
    struct bound_parameter *parameters;
    Oid *types; /* the three arrays are as libpq takes them */
    const char **values;
    int *lengths;
    int *formats;

    int column_count;
    Oid *column_types;

    /* While it runs. */
    bool is_started; /* sent, and its rows were not asked for yet */
    PGresult *rows;  /* NULL: not running */
    int row;
    int row_count;
    unsigned cursor; /* its number; 0: the rows are all there are */
    unsigned cursor_transaction;
    int fetch_count; /* rows that were asked for last */
    struct stream stream;

    struct queued_runs runs;
};

/** Before a run: whether what is bound fits, and the statement is prepared in this session and for
 * the present role. */
enum berm_status postgres_make_ready(struct postgres_statement *statement, struct berm_error *err);
/** What it is called by the server, for the present role. */
const char *postgres_name(const struct postgres_statement *statement);

/** The number that is bound to a parameter; 0 for NULL. */
int64_t postgres_bound_number(const struct postgres_statement *statement, int parameter);

#endif
