/* berm print */
#include "cli.h"

#include "document/document.h"
#include "exchange/exchange.h"

#include <unistd.h>

/* A terminal has no use for a PDF. */
static enum berm_status output_path(struct invocation *invocation, const char **ret_path,
                                    struct berm_error *err)
{
    const char *path = invocation_value(invocation, "output");

    if (!path && isatty(STDOUT_FILENO)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "say where the PDF goes: --output FILE, or --output - into a program that "
                         "reads it");
    }
    *ret_path = path ? path : "-";
    return BERM_OK;
}

/* What is sensitive on it was looked at before a byte of it is written. */
static enum berm_status print_document(struct invocation *invocation, enum document_kind kind,
                                       struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(buffer_free) struct buffer pdf = {0};
    struct document_order order = {
        .kind = kind,
        .area = text_of(invocation_value(invocation, "area")),
        .state = text_of(invocation_value(invocation, "state")),
        .row_max = NOTICE_ROWS_MAX,
        .day = date_today(),
    };
    const struct caller *caller;
    struct document document;
    struct text missing;
    const char *path;
    bool has_month;

    if (invocation->argument_count > 0)
        order.household = order.batch = text_of(invocation->arguments[0]);
    TRY(invocation_int64(invocation, "step", 1, INT64_MAX, 0, &order.step_number, err));
    TRY(output_path(invocation, &path, err));
    TRY(invocation_language(invocation, &order.language, err));
    TRY(invocation_month(invocation, &has_month, &order.month, err));
    TRY(arena_create(DOCUMENT_ARENA_BYTES, &arena, err));
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    if (!has_month && kind != DOCUMENT_PAYMENT && order.state.length == 0)
        TRY(month_last_screened(office->store, &order.month, err));
    order.printed_by = caller->is_local ? office->actor.name : caller->name;
    TRY(document_make(office, caller, &order, arena, &pdf, &document, err));
    if (document.shows_sensitive)
        TRY(invocation_note_look(invocation, office, &document.look, 1, err));
    TRY(exchange_write_file(path, &pdf, err));
    missing = document_missing_note(&document, arena);
    if (missing.length)
        fprintf(stderr, "berm: %.*s\n", TEXT_ARG(missing));
    return BERM_OK;
}

enum berm_status command_print_card(struct invocation *invocation, struct berm_error *err)
{
    return print_document(invocation, DOCUMENT_CARD, err);
}

enum berm_status command_print_visit(struct invocation *invocation, struct berm_error *err)
{
    return print_document(invocation, DOCUMENT_VISIT, err);
}

enum berm_status command_print_notice(struct invocation *invocation, struct berm_error *err)
{
    return print_document(invocation, DOCUMENT_NOTICE, err);
}

enum berm_status command_print_payment(struct invocation *invocation, struct berm_error *err)
{
    return print_document(invocation, DOCUMENT_PAYMENT, err);
}

enum berm_status command_print_letter(struct invocation *invocation, struct berm_error *err)
{
    return print_document(invocation, DOCUMENT_LETTER, err);
}
