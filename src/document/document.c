/* Which documents there are, and what all of them share. */
#include "document/private.h"

enum berm_status making_draw(struct making *making, struct text title, struct text mark,
                             bool is_landscape, paper_drawing *draw, void *context,
                             struct buffer *pdf, struct berm_error *err)
{
    struct paper_options options = {
        .language = making->is_chinese ? PAPER_CHINESE : PAPER_ENGLISH,
        .title = title,
        .mark = mark,
        .day = making->order->day,
        .is_landscape = is_landscape,
    };
    char day[DATE_TEXT_MAX];

    TRY(text_format(making->arena, &options.note, err,
                    making->is_chinese ? "%.*s %.*s 打印" : "printed %.*s by %.*s",
                    TEXT_ARG(date_format(making->order->day, day)),
                    TEXT_ARG(making->order->printed_by)));
    return paper_make(&options, draw, context, pdf, &making->document->made, err);
}

enum berm_status making_read(struct making *making, struct household_facts *ret_facts,
                             struct household_reasons *ret_reasons, struct berm_error *err)
{
    TRY(household_read(making->office, making->caller, making->order->household, making->arena,
                       ret_facts, err));
    TRY(household_show_secrets(making->office, false, making->arena, ret_facts, err));
    TRY(household_explain(making->office, making->caller, making->order->household,
                          making->order->month, making->arena, ret_reasons, err));
    making->document->look = (struct look){
        .kinds = (ret_facts->shows_sensitive ? LOOK_FACTS : 0u) |
                 (ret_reasons->shows_sensitive ? LOOK_REASONS : 0u),
        .what = "household",
        .code = ret_facts->code,
    };
    making->document->shows_sensitive = making->document->look.kinds != 0;
    return BERM_OK;
}

enum berm_status document_make(struct office *office, const struct caller *caller,
                               const struct document_order *order, struct arena *arena,
                               struct buffer *pdf, struct document *ret_document,
                               struct berm_error *err)
{
    static enum berm_status (*const MAKE[DOCUMENT_KIND_COUNT])(
        struct making * making, struct buffer * pdf, struct berm_error * err) = {
        [DOCUMENT_CARD] = card_make,     [DOCUMENT_VISIT] = visit_make,
        [DOCUMENT_NOTICE] = notice_make, [DOCUMENT_PAYMENT] = payment_make,
        [DOCUMENT_LETTER] = letter_make,
    };
    struct document document = {0};
    struct making making = {
        .office = office,
        .caller = caller,
        .order = order,
        .arena = arena,
        .is_chinese = order->language == LANGUAGE_CHINESE,
        .document = &document,
    };

    TRY(MAKE[order->kind](&making, pdf, err));
    *ret_document = document;
    return BERM_OK;
}

struct text document_missing_note(const struct document *document, struct arena *arena)
{
    struct text note;

    if (document->made.missing_count == 0 ||
        text_format(arena, &note, NULL,
                    "%lld characters are in no font of this machine and were printed as their "
                    "numbers, the first as [U+%04X]; the Debian package fonts-hanazono has rare "
                    "Chinese characters",
                    (long long)document->made.missing_count,
                    (unsigned)document->made.missing_first) != BERM_OK)
        return TEXT("");
    return note;
}
