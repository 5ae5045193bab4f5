/*
 * Screening's input from PostgreSQL: Berm's loader, which fills a batch's columns chunk after
 * chunk, beside the same three queries over the whole register that are only drained, by binary
 * COPY and by binary rows one at a time. All three are run in turn, so that whoever else is busy on
 * the machine slows each of them; the best of all rounds counts.
 *
 *     bench_scan STORE MONTH ROUNDS
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/policy.h"
#include "service/screen/load.h"
#include "store/builder.h"
#include "store/stored_form.h"

enum { SCANS = 3, WORDS_MAX = 32, ARENA_BYTES_MAX = 1 << 28 };

struct input {
    struct office *office;
    const struct screening_program *program;
    const struct places *places;
    struct id_range all;
    char *queries[SCANS]; /* over the whole register, their parameters written in */
};

struct measure {
    int64_t rows;
    double seconds;
};

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static _Noreturn void give_up(const char *words)
{
    fprintf(stderr, "bench_scan: %s\n", words);
    exit(1);
}

static void must(enum berm_status status, const struct berm_error *err)
{
    if (status != BERM_OK)
        give_up(err->message);
}

/* ---- The bare reads -------------------------------------------------------------------------- */

/* "$1" becomes the first word; COPY takes no parameters. */
static char *write_in(const struct buffer *sql, const char words[][WORDS_MAX])
{
    struct buffer whole = {0};

    for (size_t i = 0; i < sql->length; i++) {
        if (sql->bytes[i] == '$')
            buffer_append_text(&whole, text_of(words[sql->bytes[++i] - '1']));
        else
            buffer_append_char(&whole, sql->bytes[i]);
    }
    buffer_append_char(&whole, 0);
    return whole.bytes;
}

static void build_query(struct input *input, int scan, enum entity entity,
                        void (*build)(struct buffer *, struct variable_selection),
                        const int *positions, size_t count)
{
    const struct screening_program *program = input->program;
    struct variable_selection selection = {.dictionary = &program->pack->dictionary,
                                           .entity = entity,
                                           .positions = positions,
                                           .count = count};
    char words[4][WORDS_MAX];
    struct buffer sql = {0};
    int year, month, day;

    snprintf(words[0], WORDS_MAX, "%lld", (long long)input->all.low);
    snprintf(words[1], WORDS_MAX, "%lld", (long long)input->all.high);
    snprintf(words[3], WORDS_MAX, "%lld", (long long)stored_month(program->month));
    if (entity == ENTITY_FLOW) {
        snprintf(words[2], WORDS_MAX, "%lld",
                 (long long)stored_month(program->month - program->months_back));
    } else {
        date_to_civil(month_last_day(program->month), &year, &month, &day);
        snprintf(words[2], WORDS_MAX, "'%04d-%02d-%02d'", year, month, day);
    }
    build(&sql, selection);
    input->queries[scan] = write_in(&sql, words);
    buffer_free(&sql);
}

static void build_queries(struct input *input)
{
    const struct screening_program *program = input->program;
    int positions[DICTIONARY_VARIABLES_MAX];

    for (size_t i = 0; i < program->household_count; i++)
        positions[i] = program->household[i].variable;
    build_query(input, 0, ENTITY_HOUSEHOLD, build_household_scan, positions,
                program->household_count);
    for (size_t i = 0; i < program->person_count; i++)
        positions[i] = program->person[i].variable;
    build_query(input, 1, ENTITY_PERSON, build_member_scan, positions, program->person_count);
    build_query(input, 2, ENTITY_FLOW, build_flow_scan, program->flows, program->flow_count);
}

static void end_query(PGconn *server)
{
    for (PGresult *result; (result = PQgetResult(server)) != NULL; PQclear(result))
        if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
            give_up(PQerrorMessage(server));
}

static int64_t drain_copy(PGconn *server, const char *query)
{
    struct buffer sql = {0};
    int64_t messages = 0;
    char *row;

    buffer_append_format(&sql, "COPY (%s) TO STDOUT (FORMAT binary)", query);
    buffer_append_char(&sql, 0);
    if (PQsendQuery(server, sql.bytes) != 1)
        give_up(PQerrorMessage(server));
    PQclear(PQgetResult(server));
    for (; PQgetCopyData(server, &row, 0) > 0; messages++)
        PQfreemem(row);
    end_query(server);
    buffer_free(&sql);
    return messages - 1; /* the end mark is a message of its own, the header comes with a row */
}

static int64_t drain_rows(PGconn *server, const char *query)
{
    int64_t rows = 0;

    if (PQsendQueryParams(server, query, 0, NULL, NULL, NULL, NULL, 1) != 1 ||
        PQsetSingleRowMode(server) != 1)
        give_up(PQerrorMessage(server));
    for (PGresult *result; (result = PQgetResult(server)) != NULL; PQclear(result))
        rows += PQntuples(result);
    return rows;
}

static struct measure drain(PGconn *server, const struct input *input,
                            int64_t (*drain_query)(PGconn *, const char *))
{
    struct measure measure = {0};
    double begin = seconds_now();

    for (int scan = 0; scan < SCANS; scan++)
        measure.rows += drain_query(server, input->queries[scan]);
    measure.seconds = seconds_now() - begin;
    return measure;
}

/* ---- Berm's own path ------------------------------------------------------------------------- */

static struct measure load(struct input *input, struct batch *batch)
{
    struct store *store = input->office->store;
    struct loader *loader = NULL;
    struct measure measure = {0};
    struct berm_error err;
    double begin = seconds_now();

    must(store_begin_read(store, &err), &err);
    must(loader_create(store, input->program, input->places, &loader, &err), &err);
    for (int64_t low = input->all.low; low <= input->all.high; low += BATCH_ROWS_MAX) {
        struct id_range chunk = {low, low + BATCH_ROWS_MAX - 1};

        if (chunk.high > input->all.high)
            chunk.high = input->all.high;
        must(loader_load(loader, &chunk, 1, batch, &err), &err);
        measure.rows += (int64_t)(batch->row_count + batch->member_first[batch->row_count]);
    }
    loader_free(loader);
    store_rollback(store);
    measure.seconds = seconds_now() - begin;
    return measure;
}

static void open_input(struct input *input, const char *url, struct text month_text,
                       struct arena *arena)
{
    struct statement *range = NULL;
    const struct pack *pack;
    month_number month;
    struct berm_error err;

    must(month_parse(month_text, &month, &err), &err);
    must(office_open(text_of(url), STORE_READ_ONLY, &input->office, &err), &err);
    must(office_pack_at(input->office, month, &pack, &err), &err);
    must(screening_program_create(arena, pack, month, &input->program, &err), &err);
    must(places_read(input->office->store, pack, month, arena, &input->places, &err), &err);
    must(statement_prepare(input->office->store, STATEMENT_HOUSEHOLD_ID_RANGE, &range, &err), &err);
    must(statement_step_to_row(range, &err), &err);
    input->all = (struct id_range){statement_int64(range, 0), statement_int64(range, 1)};
    statement_close(range);
    build_queries(input);
}

static void take_best(struct measure *best, struct measure measure)
{
    if (best->seconds == 0 || measure.seconds < best->seconds)
        *best = measure;
}

static void tell(const char *what, struct measure measure, int64_t rows)
{
    printf("%-42s %9lld rows %8.3f s %10.0f rows/s\n", what, (long long)rows, measure.seconds,
           (double)rows / measure.seconds);
}

int main(int argc, char **argv)
{
    struct input input = {0};
    struct measure copy = {0}, rows = {0}, ours = {0};
    struct arena *arena = NULL;
    struct batch *batch = NULL;
    struct berm_error err;
    double fastest;
    PGconn *server;
    int rounds;

    if (argc != 4 || (rounds = atoi(argv[3])) < 1)
        give_up("give STORE MONTH ROUNDS");
    must(arena_create(ARENA_BYTES_MAX, &arena, &err), &err);
    open_input(&input, argv[1], text_of(argv[2]), arena);
    must(batch_create(input.program, &batch, &err), &err);
    server = PQconnectdb(argv[1]);
    PQclear(PQexec(server, "SET jit = off; SET enable_sort = off")); /* as Berm plans its scans */
    for (int round = 0; round < rounds; round++) {
        take_best(&copy, drain(server, &input, drain_copy));
        take_best(&rows, drain(server, &input, drain_rows));
        take_best(&ours, load(&input, batch));
    }
    if (copy.rows != rows.rows || ours.rows == 0)
        give_up("the bare reads differ in their number of rows");
    tell("binary COPY of the same queries, drained", copy, rows.rows);
    tell("single rows in binary, drained", rows, rows.rows);
    tell("berm: into the columns of screening", ours, rows.rows);
    fastest = copy.seconds < rows.seconds ? copy.seconds : rows.seconds;
    printf("berm reads at %.2f of the faster bare read (wanted: 0.80 or more)\n",
           fastest / ours.seconds);
    PQfinish(server);
    for (int scan = 0; scan < SCANS; scan++)
        free(input.queries[scan]);
    batch_free(batch);
    office_close(input.office);
    arena_free(arena);
    return fastest / ours.seconds >= 0.8 ? 0 : 1;
}
