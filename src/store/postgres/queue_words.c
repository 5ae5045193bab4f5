/*
 * What a statement does, from its words: which table it writes, which others it names, and whether
 * it is an INSERT that COPY can do. The statements are Berm's own, so few words are to be known;
 * what is not understood is no reason to fail, it only does not wait.
 */
#include "store/migration.h"
#include "store/postgres/queue.h"
#include "store/postgres/statement.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '"';
}

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* Behind a word and the space that follows it; NULL where something else stands there. */
static const char *after_word(const char *at, const char *word)
{
    size_t length = strlen(word);

    if (at == NULL || strncmp(at, word, length) != 0 ||
        (is_name_byte(word[length - 1]) && is_name_byte(at[length])))
        return NULL;
    return skip_space(at + length);
}

static const char *after_name(const char *at)
{
    while (is_name_byte(*at))
        at++;
    return at;
}

/* The table that a statement writes; empty where it is of another kind. */
static struct text written_table(const char *sql)
{
    static const char *const words[][2] = {{"INSERT", "INTO"}, {"UPDATE", ""}, {"DELETE", "FROM"}};
    const char *start = skip_space(sql);

    for (size_t i = 0; i < ARRAY_COUNT(words); i++) {
        const char *at = after_word(start, words[i][0]);

        if (at != NULL && words[i][1][0] != 0)
            at = after_word(at, words[i][1]);
        if (at != NULL)
            return (struct text){at, (size_t)(after_name(at) - at)};
    }
    return (struct text){0};
}

/* Behind "($1, $2, ... $count)"; NULL where the values are anything else. */
static const char *after_parameters(const char *at, int count)
{
    char *end = NULL;

    at = after_word(at, "(");
    for (int parameter = 1; at != NULL && parameter <= count; parameter++) {
        if (*at != '$' || strtol(at + 1, &end, 10) != parameter)
            return NULL;
        at = after_word(skip_space(end), parameter < count ? "," : ")");
    }
    return at;
}

/*
 * "INSERT INTO t (a, b) VALUES ($1, $2)" as "COPY t (a, b) FROM STDIN": nothing where it says more.
 * Plans that the server makes while a table is small, also those that look whether a referred row
 * is there, read it from end to end, and are kept while it grows by thousands of rows: so with each
 * COPY they are made anew, and from the first one to the transaction's end an index is used
 * wherever there is one.
 */
static void write_copy(const struct postgres_statement *statement, struct text table,
                       struct buffer *out)
{
    const char *columns = skip_space(table.bytes + table.length);
    const char *end = *columns == '(' ? strchr(columns, ')') : NULL;
    const char *at = NULL;

    if (end == NULL || *skip_space(statement->sql) != 'I')
        return;
    at = after_parameters(after_word(skip_space(end + 1), "VALUES"), statement->parameter_count);
    if (at == NULL || (*at != 0 && *at != ';'))
        return;
    buffer_append_format(
        out, "SET LOCAL enable_seqscan = off; DISCARD PLANS; COPY %.*s FROM STDIN (FORMAT binary)",
        (int)(end + 1 - table.bytes), table.bytes);
    buffer_append_char(out, 0);
}

/* The number of a table in the connection's list; 0 where there are too many. */
static int number_of_table(struct write_queue *queue, struct text name)
{
    int number = 0;

    while (number < queue->table_count && !text_equal(text_of(queue->tables[number]), name))
        number++;
    if (number == QUEUE_TABLES_MAX)
        return 0;
    if (number == queue->table_count) {
        queue->tables[number] = strndup(name.bytes, name.length);
        if (queue->tables[number] == NULL)
            return 0;
        queue->table_count++;
    }
    return number + 1;
}

/* Tables that no migration made are behind all others, in the order in which they were met. */
static int place_of(struct text table, int number)
{
    for (int place = 0; place < tables_by_reference_count; place++)
        if (text_equal(text_of(tables_by_reference[place]), table))
            return place;
    return tables_by_reference_count + number;
}

enum berm_status queue_recognise(struct postgres_statement *statement, struct berm_error *err)
{
    struct text table = written_table(statement->sql);
    struct buffer copy = {0};

    statement->is_write = table.length > 0;
    if (table.length == 0 || statement->column_count > 0 || statement->parameter_count == 0 ||
        statement->parameter_count > QUEUE_PARAMETERS_MAX)
        return BERM_OK;
    statement->runs.table = number_of_table(&statement->connection->queue, table);
    statement->runs.place = place_of(table, statement->runs.table);
    write_copy(statement, table, &copy);
    statement->runs.copy = copy.bytes;
    return buffer_status(&copy, err);
}

static bool names_table(const char *sql, const char *table)
{
    size_t length = strlen(table);

    for (const char *at = sql; (at = strstr(at, table)) != NULL; at += length)
        if ((at == sql || !is_name_byte(at[-1])) && !is_name_byte(at[length]))
            return true;
    return false;
}

/* The list grows, so what a statement names is looked for again where it did. */
uint64_t queue_mentioned(struct postgres_statement *statement)
{
    const struct write_queue *queue = &statement->connection->queue;
    struct queued_runs *runs = &statement->runs;

    for (; runs->looked_for < queue->table_count; runs->looked_for++)
        if (names_table(statement->sql, queue->tables[runs->looked_for]))
            runs->mentioned |= UINT64_C(1) << runs->looked_for;
    return runs->mentioned;
}
