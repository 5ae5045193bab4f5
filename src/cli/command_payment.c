/* berm payment prepare, sign, send, receive, list, show, cancel; berm payment set-payer, payers */
#include "cli.h"
#include "exchange/exchange.h"
#include "view/view.h"

#include <errno.h>
#include <string.h>

enum { LIST_LIMIT_DEFAULT = 100, ARENA_BYTES = 16 << 20 };

/* What every command begins with. */
struct session {
    struct invocation *invocation;
    struct office *office;
    struct arena *arena;
    const struct caller *caller;
    enum format format;
    struct output output;
};

static void session_close(struct session *session)
{
    output_discard(&session->output);
    arena_free(session->arena);
    office_close(session->office);
}

static enum berm_status session_open(struct session *session, struct invocation *invocation,
                                     bool is_to_write, struct berm_error *err)
{
    session->invocation = invocation;
    TRY(arena_create(ARENA_BYTES, &session->arena, err));
    if (is_to_write)
        TRY(invocation_open_to_write(invocation, &session->office, err));
    else
        TRY(invocation_open(invocation, &session->office, err));
    return invocation_caller(invocation, session->office, session->arena, &session->caller, err);
}

static struct text amount_text(const struct session *session, int64_t minor,
                               char out[MONEY_TEXT_MAX])
{
    return money_format(minor, session->office->pack->dictionary.money_decimals, out);
}

/* A batch in one line, for people, on standard error. */
static void tell_batch(const struct session *session, const struct batch_row *row)
{
    char amount[MONEY_TEXT_MAX];

    fprintf(stderr, "batch %.*s is %s: %lld payments, %.*s %.*s\n", TEXT_ARG(row->code),
            batch_state_name(row->state), (long long)row->line_count,
            TEXT_ARG(amount_text(session, row->total_minor, amount)),
            TEXT_ARG(session->office->pack->currency));
}

static struct text argument(const struct invocation *invocation)
{
    return text_of(invocation->arguments[0]);
}

static struct text value(const struct invocation *invocation, const char *name)
{
    return text_of(invocation_value(invocation, name));
}

/* ---- prepare --------------------------------------------------------------------------------- */

static enum berm_status write_left_out(void *context, const struct left_out *left_out,
                                       struct berm_error *err)
{
    struct session *session = context;
    char amount[MONEY_TEXT_MAX];
    const struct text cells[] = {
        left_out->household,
        left_out->person,
        amount_text(session, left_out->amount_minor, amount),
        text_of(left_out->reason),
        text_of(left_out->remedy),
    };

    output_row(&session->output, cells);
    return write_status(stdout, err);
}

static enum berm_status read_period(struct invocation *invocation, struct office *office,
                                    struct batch_order *order, struct berm_error *err)
{
    const struct programme *programme = pack_programme(office->pack, order->programme);
    month_number month;
    bool has_month;

    TRY(invocation_month(invocation, &has_month, &month, err));
    order->period = programme == NULL ? month : programme_period(programme, month);
    if (has_month || (programme != NULL && programme->cycle == CYCLE_ONCE))
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT,
                     "say --month YYYY-MM: any month of the period that is to be paid");
}

enum berm_status command_payment_prepare(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"household", CELL_TEXT},
                                                   {"person", CELL_TEXT},
                                                   {"amount", CELL_NUMBER},
                                                   {"left_out", CELL_TEXT},
                                                   {"remedy", CELL_TEXT}};
    CLEANUP(session_close) struct session session = {0};
    struct batch_order order = {.code = value(invocation, "code"),
                                .programme = argument(invocation),
                                .area = value(invocation, "area"),
                                .execution_on = date_today()};
    struct batch_row row;
    bool is_repeated, has_day;

    TRY(invocation_date(invocation, "on", &has_day, &order.execution_on, err));
    TRY(invocation_format(invocation, &session.format, err));
    TRY(session_open(&session, invocation, true, err));
    TRY(read_period(invocation, session.office, &order, err));
    output_begin(&session.output, stdout, session.format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(batch_prepare(session.office, session.caller, &session.office->actor, &order,
                      write_left_out, &session, session.arena, &row, &is_repeated, err));
    if (session.output.row_count > 0 || session.format != FORMAT_TABLE)
        TRY(output_end(&session.output, err));
    if (is_repeated)
        fprintf(stderr, "made before: ");
    tell_batch(&session, &row);
    return office_seal(session.office, err);
}

/* ---- sign, send, cancel ---------------------------------------------------------------------- */

enum berm_status command_payment_sign(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(session_close) struct session session = {0};
    struct batch_row row;

    TRY(session_open(&session, invocation, true, err));
    TRY(batch_sign(session.office, session.caller, &session.office->actor, argument(invocation),
                   session.arena, &row, err));
    tell_batch(&session, &row);
    return office_seal(session.office, err);
}

enum berm_status command_payment_cancel(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(session_close) struct session session = {0};
    struct batch_row row;

    TRY(session_open(&session, invocation, true, err));
    TRY(batch_cancel(session.office, session.caller, &session.office->actor, argument(invocation),
                     value(invocation, "reason"), session.arena, &row, err));
    tell_batch(&session, &row);
    return office_seal(session.office, err);
}

enum berm_status command_payment_send(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(session_close) struct session session = {0};
    enum payment_format format = PAYMENT_PAIN001;
    const char *path = invocation_value(invocation, "output");
    struct text as = value(invocation, "file-format");
    struct batch_row row;
    int64_t taken_out;

    if (as.length > 0)
        TRY(payment_format_find(as, &format, err));
    TRY(session_open(&session, invocation, true, err));
    TRY(batch_send(session.office, session.caller, &session.office->actor, argument(invocation),
                   session.arena, &row, &taken_out, err));
    TRY(payment_file_write(session.office, session.caller, &session.office->actor,
                           argument(invocation), format, path ? path : "-", err));
    if (taken_out > 0)
        fprintf(stderr, "%lld payments were taken out: they cannot be paid any more\n",
                (long long)taken_out);
    tell_batch(&session, &row);
    return office_seal(session.office, err);
}

/* ---- receive --------------------------------------------------------------------------------- */

static void write_refusal(void *context, const struct payment_refusal *refusal)
{
    struct session *session = context;
    char line[24];
    const struct text cells[] = {number_text(refusal->line, line), text_of(refusal->field),
                                 refusal->value, text_of(refusal->reason)};

    output_row(&session->output, cells);
}

static enum berm_status read_file(void *context, char *bytes, size_t length, size_t *ret_read,
                                  struct berm_error *err)
{
    FILE *file = context;

    *ret_read = fread(bytes, 1, length, file);
    if (ferror(file))
        return fail_with(err, BERM_IO, "the file cannot be read: %s", strerror(errno));
    return BERM_OK;
}

static void close_file(FILE **file)
{
    if (*file && *file != stdin)
        fclose(*file);
}

static const char *name_of_path(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

enum berm_status command_payment_receive(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"line", CELL_NUMBER}, {"field", CELL_TEXT}, {"value", CELL_TEXT}, {"refused", CELL_TEXT}};
    CLEANUP(session_close) struct session session = {0};
    CLEANUP(close_file) FILE *file = NULL;
    const char *path = invocation->arguments[0];
    struct payment_receiving receiving = {.batch = value(invocation, "batch"),
                                          .file_name = text_of(name_of_path(path)),
                                          .context = &session,
                                          .refuse = write_refusal};
    struct receipt_counts counts;

    file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return fail_with(err, BERM_IO, "%s: %s", path, strerror(errno));
    TRY(invocation_format(invocation, &session.format, err));
    TRY(session_open(&session, invocation, true, err));
    receiving.caller = session.caller;
    receiving.actor = session.office->actor;
    output_begin(&session.output, stdout, session.format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(payment_receive(session.office, &receiving,
                        (struct csv_source){.context = file, .read = read_file}, &counts, err));
    if (counts.refused > 0 || session.format != FORMAT_TABLE)
        TRY(output_end(&session.output, err));
    fprintf(stderr,
            "%lld lines: %lld paid, %lld returned, %lld under way, %lld known before, %lld "
            "refused%s\n",
            (long long)counts.lines, (long long)counts.paid, (long long)counts.returned,
            (long long)counts.noted, (long long)counts.unchanged, (long long)counts.refused,
            counts.settled > 0 ? "; the batch is settled" : "");
    if (counts.refused > 0)
        invocation->exit_code = EXIT_CODE_REJECTS;
    return office_seal(session.office, err);
}

/* ---- list, show ------------------------------------------------------------------------------ */

static enum berm_status write_batch(void *context, const struct batch_row *row,
                                    struct berm_error *err)
{
    struct session *session = context;
    char lines[24], paid[24], returned[24], open[24], total[MONEY_TEXT_MAX], month[MONTH_TEXT_MAX];
    const struct text cells[] = {
        row->code,
        row->programme,
        row->area,
        month_format(row->period, month),
        text_of(batch_state_name(row->state)),
        number_text(row->line_count, lines),
        amount_text(session, row->total_minor, total),
        number_text(row->paid_count, paid),
        number_text(row->returned_count, returned),
        number_text(row->open_count, open),
        row->execution_on,
    };

    output_row(&session->output, cells);
    return write_status(stdout, err);
}

enum berm_status command_payment_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"batch", CELL_TEXT},   {"programme", CELL_TEXT},   {"area", CELL_TEXT},
        {"period", CELL_TEXT},  {"state", CELL_TEXT},       {"payments", CELL_NUMBER},
        {"total", CELL_NUMBER}, {"paid", CELL_NUMBER},      {"returned", CELL_NUMBER},
        {"open", CELL_NUMBER},  {"execution_on", CELL_TEXT}};
    CLEANUP(session_close) struct session session = {0};
    struct batch_filter filter = {.programme = value(invocation, "programme"),
                                  .area = value(invocation, "area"),
                                  .has_state = invocation_has(invocation, "state")};

    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, LIST_LIMIT_DEFAULT, &filter.limit,
                         err));
    if (filter.has_state)
        TRY(batch_state_find(value(invocation, "state"), &filter.state, err));
    TRY(invocation_format(invocation, &session.format, err));
    TRY(session_open(&session, invocation, false, err));
    output_begin(&session.output, stdout, session.format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(batches_list(session.office, session.caller, &filter, write_batch, &session, err));
    return output_end(&session.output, err);
}

static enum berm_status write_payment(void *context, const struct payment_row *row,
                                      struct berm_error *err)
{
    struct session *session = context;
    char line[24], amount[MONEY_TEXT_MAX];
    const struct text cells[] = {number_text(row->line_number, line),
                                 row->end_to_end_id,
                                 row->household,
                                 row->payee,
                                 amount_text(session, row->amount_minor, amount),
                                 row->state,
                                 row->bank_status,
                                 row->reason_code,
                                 row->reason,
                                 row->value_on};

    output_row(&session->output, cells);
    return write_status(stdout, err);
}

static enum berm_status write_payments(struct session *session, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"line", CELL_NUMBER},      {"end_to_end_id", CELL_TEXT}, {"household", CELL_TEXT},
        {"payee", CELL_TEXT},       {"amount", CELL_NUMBER},      {"state", CELL_TEXT},
        {"bank_status", CELL_TEXT}, {"reason_code", CELL_TEXT},   {"reason", CELL_TEXT},
        {"value_on", CELL_TEXT}};
    struct payment_filter filter = {.state = value(session->invocation, "state")};

    TRY(invocation_int64(session->invocation, "after", 0, INT64_MAX, 0, &filter.after, err));
    TRY(invocation_int64(session->invocation, "limit", 1, INT64_MAX, INT64_MAX, &filter.limit,
                         err));
    output_begin(&session->output, stdout, session->format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(payments_list(session->office, session->caller, argument(session->invocation), &filter,
                      write_payment, session, err));
    return output_end(&session->output, err);
}

enum berm_status command_payment_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(session_close) struct session session = {0};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct batch_row row;

    TRY(invocation_format(invocation, &session.format, err));
    TRY(session_open(&session, invocation, false, err));
    if (invocation_has(invocation, "lines"))
        return write_payments(&session, err);
    TRY(batch_read(session.office, session.caller, argument(invocation), session.arena, &row, err));
    if (session.format == FORMAT_TABLE) {
        batch_write_lines(session.office->pack, &row, &out);
    } else {
        batch_write_json(session.office->pack, &row, &json);
        buffer_append_char(&out, '\n');
    }
    return text_write(stdout, &out, err);
}

/* ---- payer ----------------------------------------------------------------------------------- */

enum berm_status command_payment_set_payer(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(session_close) struct session session = {0};
    struct payer payer = {.programme = value(invocation, "programme"),
                          .area = argument(invocation),
                          .name = text_trimmed(value(invocation, "name")),
                          .account = value(invocation, "account"),
                          .bic = value(invocation, "bic")};

    if (invocation_has(invocation, "remove") == (payer.name.length > 0)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "say --name and --account of the paying office, or --remove");
    }
    TRY(session_open(&session, invocation, true, err));
    TRY(payer_set(session.office, session.caller, &session.office->actor, &payer, err));
    return office_seal(session.office, err);
}

static enum berm_status write_payer(void *context, const struct payer *payer,
                                    struct berm_error *err)
{
    struct session *session = context;
    const struct text cells[] = {payer->area, payer->programme, payer->name, payer->account,
                                 payer->bic};

    output_row(&session->output, cells);
    return write_status(stdout, err);
}

enum berm_status command_payment_payers(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"area", CELL_TEXT},
                                                   {"programme", CELL_TEXT},
                                                   {"name", CELL_TEXT},
                                                   {"account", CELL_TEXT},
                                                   {"bic", CELL_TEXT}};
    CLEANUP(session_close) struct session session = {0};

    TRY(invocation_format(invocation, &session.format, err));
    TRY(session_open(&session, invocation, false, err));
    output_begin(&session.output, stdout, session.format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(payers_list(session.office, session.caller, write_payer, &session, err));
    return output_end(&session.output, err);
}
