/* Documents to be printed, as PDF. */
#include "api/call.h"

#include "document/document.h"

#include <stdio.h>

/* Read by a browser's viewer under a name that says what it is; a code may hold what a header's
 * quoted text may not, so only plain letters, digits and hyphens of it are kept. */
static void set_file_name(struct call *call, const char *kind, struct text code)
{
    char disposition[160];
    size_t at = (size_t)snprintf(disposition, sizeof disposition, "inline; filename=\"%s", kind);

    for (size_t i = 0; i < code.length && at < sizeof disposition - 8; i++) {
        char c = code.bytes[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

        if (i == 0)
            disposition[at++] = '-';
        disposition[at++] = is_plain ? c : '-';
    }
    snprintf(disposition + at, sizeof disposition - at, ".pdf\"");
    http_response_header(call->response, "Content-Disposition", text_of(disposition));
    http_response_header(call->response, "X-Content-Type-Options", TEXT("nosniff"));
}

static enum berm_status print_document(struct call *call, struct document_order *order,
                                       const char *name, struct text code, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct document document;

    order->month = call_query_month(call, "month");
    order->language = call_language(call);
    order->row_max = NOTICE_ROWS_AT_ONCE_MAX;
    order->day = date_today();
    order->printed_by = call->caller.name;
    TRY(call_check(call, err));
    if (order->month == 0)
        TRY(month_last_screened(call->office->store, &order->month, err));
    TRY(arena_create(DOCUMENT_ARENA_BYTES, &arena, err));
    TRY(document_make(call->office, &call->caller, order, arena, &call->response->body, &document,
                      err));
    if (document.shows_sensitive)
        TRY(call_note_look(call, document.look.kinds, document.look.what, document.look.code, err));
    set_file_name(call, name, code);
    return BERM_OK;
}

enum berm_status handle_card_print(struct call *call, struct berm_error *err)
{
    struct document_order order = {.kind = DOCUMENT_CARD,
                                   .household = call_parameter(call, "code")};

    return print_document(call, &order, "card", order.household, err);
}

enum berm_status handle_visit_print(struct call *call, struct berm_error *err)
{
    struct document_order order = {.kind = DOCUMENT_VISIT,
                                   .household = call_parameter(call, "code")};

    return print_document(call, &order, "visit", order.household, err);
}

enum berm_status handle_notice_print(struct call *call, struct berm_error *err)
{
    struct document_order order = {.kind = DOCUMENT_NOTICE, .area = call_query(call, "area")};

    return print_document(call, &order, "notice", order.area, err);
}
