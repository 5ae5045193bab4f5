/*
 * Is a warning complete, and can it be? Nothing here looks at who is in the register, so that what
 * is refused tells nothing about anybody.
 */
#include "service/warning/private.h"

enum {
    SOURCE_BYTES_MAX = 48,
    NOTE_BYTES_MAX = 2000,
};

struct checking {
    struct office *office;
    struct arena *arena;
    struct warning_order *order;
    const char *field;
};

static struct text input_of(struct checking *checking, enum warning_member member)
{
    return *warning_member_of(&checking->order->input, member);
}

/* Remember the member that is looked at; it is told where the check fails. */
static struct text look_at(struct checking *checking, enum warning_member member)
{
    checking->field = warning_member_name(member);
    return input_of(checking, member);
}

static enum berm_status check_texts(struct checking *checking, struct berm_error *err)
{
    static const struct {
        enum warning_member member;
        size_t bytes_max;
        bool is_required;
    } texts[] = {
        {MEMBER_SOURCE, SOURCE_BYTES_MAX, true},     {MEMBER_REFERENCE, CODE_BYTES_MAX, true},
        {MEMBER_KIND, SOURCE_BYTES_MAX, true},       {MEMBER_NOTE, NOTE_BYTES_MAX, false},
        {MEMBER_HOUSEHOLD, CODE_BYTES_MAX, false},   {MEMBER_PERSON, CODE_BYTES_MAX, false},
        {MEMBER_AREA, CODE_BYTES_MAX, false},        {MEMBER_NAME, NAME_BYTES_MAX, false},
        {MEMBER_VALUE, TEXT_VALUE_BYTES_MAX, false},
    };

    for (size_t t = 0; t < ARRAY_COUNT(texts); t++) {
        struct text text = look_at(checking, texts[t].member);

        if (text.length == 0 && texts[t].is_required)
            return fail_with(err, BERM_INVALID_INPUT, "\"%s\" is missing; every warning has one",
                             checking->field);
        if (text.length > texts[t].bytes_max)
            return fail_with(err, BERM_INVALID_INPUT, "\"%s\" has %zu bytes, at most %zu are taken",
                             checking->field, text.length, texts[t].bytes_max);
    }
    return BERM_OK;
}

/* A source is what it is in a file of flows: it may become one there. */
static enum berm_status check_source(struct checking *checking, struct berm_error *err)
{
    struct field_reader reader = {.dictionary = &checking->office->pack->dictionary};
    struct import_flow row = {.month = 0};
    int flow;

    TRY(import_read_flow(&reader, IMPORT_FIELD_SOURCE, -1, look_at(checking, MEMBER_SOURCE), &row,
                         NULL, &flow, err));
    return code_check(look_at(checking, MEMBER_REFERENCE), "\"reference\"", err);
}

static enum berm_status find_kind(struct checking *checking, struct berm_error *err)
{
    const struct pack *pack = checking->office->pack;
    struct text code = look_at(checking, MEMBER_KIND);
    struct text nearest;

    checking->order->kind = pack_warning(pack, code);
    if (checking->order->kind)
        return BERM_OK;
    if (pack->warning_count == 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the pack %.*s knows no kinds of warnings; it needs a warnings.csv",
                         TEXT_ARG(pack->name));
    nearest = pack_warning_nearest(pack, code);
    if (nearest.length > 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the pack %.*s has no kind of warning \"%.*s\"; did you mean \"%.*s\"?",
                         TEXT_ARG(pack->name), TEXT_ARG(code), TEXT_ARG(nearest));
    return fail_with(err, BERM_INVALID_INPUT, "the pack %.*s has no kind of warning \"%.*s\"",
                     TEXT_ARG(pack->name), TEXT_ARG(code));
}

static enum berm_status check_month(struct checking *checking, struct berm_error *err)
{
    enum { YEAR_FIRST = 1990 };
    struct warning_order *order = checking->order;
    struct text month = input_of(checking, MEMBER_MONTH);
    struct text date = look_at(checking, MEMBER_DATE);
    date_days day;

    if (date.length > 0) {
        TRY(date_parse(date, &day, err));
        order->month = month_of_date(day);
        if (month.length > 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "\"date\" and \"month\" are both given; leave one out");
    } else {
        (void)look_at(checking, MEMBER_MONTH);
        if (month.length == 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "\"month\" is missing: when was it? Write YYYY-MM, or \"date\"");
        TRY(month_parse(month, &order->month, err));
    }
    if (order->month > month_of_date(date_today()))
        return fail_with(err, BERM_INVALID_INPUT, "\"%s\" lies in the future", checking->field);
    if (order->month < month_from_civil(YEAR_FIRST, 1))
        return fail_with(err, BERM_INVALID_INPUT, "\"%s\" is before %d", checking->field,
                         YEAR_FIRST);
    return BERM_OK;
}

static enum berm_status check_identity(struct checking *checking, struct berm_error *err)
{
    struct warning_order *order = checking->order;
    struct warning_input *input = &order->input;

    if (input->id_number.length > 0) {
        if (look_at(checking, MEMBER_ID_TYPE).length == 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "\"id_type\" is missing; write resident_id, passport or other");
        (void)look_at(checking, MEMBER_ID_NUMBER);
        TRY(id_number_read(input->id_type, input->id_number, order->id_number_bytes,
                           &order->id_number, err));
    }
    if (look_at(checking, MEMBER_BIRTH_DATE).length > 0) {
        TRY(date_parse(input->birth_date, &order->birth_date, err));
        order->has_birth_date = true;
    }
    checking->field = "";
    if (input->id_number.length == 0 && input->person.length == 0 && input->household.length == 0 &&
        (input->name.length == 0 || !order->has_birth_date))
        return fail_with(err, BERM_INVALID_INPUT,
                         "the warning does not say whom it means; give id_type and id_number, "
                         "person, household, or name and birth_date");
    if (order->kind->needs_person && input->id_number.length == 0 && input->person.length == 0 &&
        input->name.length == 0) {
        (void)look_at(checking, MEMBER_PERSON);
        return fail_with(err, BERM_INVALID_INPUT,
                         "a warning of the kind %.*s is about one person; give id_type and "
                         "id_number, person, or name and birth_date",
                         TEXT_ARG(order->kind->code));
    }
    return BERM_OK;
}

/* What the kind sets, tried against the dictionary before anybody is looked up. */
static enum berm_status read_values(struct checking *checking, struct berm_error *err)
{
    struct warning_order *order = checking->order;
    const struct warning_kind *kind = order->kind;
    const struct dictionary *dictionary = &checking->office->pack->dictionary;

    TRY(arena_new(checking->arena, kind->fact_count, sizeof *order->values, &order->values, err));
    for (size_t f = 0; f < kind->fact_count; f++) {
        const struct warning_fact *fact = &kind->facts[f];
        struct text text = fact->value == WARNING_AMOUNT  ? look_at(checking, MEMBER_AMOUNT)
                           : fact->value == WARNING_VALUE ? look_at(checking, MEMBER_VALUE)
                                                          : fact->literal;

        if (text.length == 0)
            return fail_with(err, BERM_INVALID_INPUT,
                             "\"%s\" is missing; a warning of the kind %.*s needs it",
                             checking->field, TEXT_ARG(kind->code));
        TRY(variable_parse(dictionary, fact->variable, text, checking->arena, &order->values[f],
                           err));
    }
    return BERM_OK;
}

/* What is kept of what was sent: an id number only so far that a person recognises it. */
static enum berm_status write_payload(struct checking *checking, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_writer json = {.out = &out};
    struct warning_order *order = checking->order;
    char mask[OFFICIAL_NUMBER_MASK_MAX];

    json_begin_object(&json);
    for (int m = MEMBER_KIND; m < MEMBER_COUNT; m++) {
        struct text text = input_of(checking, (enum warning_member)m);

        if (text.length > 0)
            json_key_of_text(&json, warning_member_name((enum warning_member)m),
                             m == MEMBER_ID_NUMBER ? official_number_mask(order->id_number, mask)
                                                   : text);
    }
    json_end_object(&json);
    TRY(buffer_status(&out, err));
    return text_copy(checking->arena, buffer_text(&out), &order->payload, err);
}

enum berm_status warning_check(struct office *office, const struct warning_input *input,
                               struct arena *arena, struct warning_order *ret_order,
                               const char **ret_field, struct berm_error *err)
{
    struct checking checking = {.office = office, .arena = arena, .order = ret_order, .field = ""};
    enum berm_status status;

    *ret_order = (struct warning_order){.input = *input};
    status = check_texts(&checking, err);
    if (status == BERM_OK)
        status = check_source(&checking, err);
    if (status == BERM_OK)
        status = find_kind(&checking, err);
    if (status == BERM_OK)
        status = check_month(&checking, err);
    if (status == BERM_OK)
        status = check_identity(&checking, err);
    if (status == BERM_OK)
        status = read_values(&checking, err);
    *ret_field = checking.field;
    TRY(status);
    *ret_field = "";
    return write_payload(&checking, err);
}
