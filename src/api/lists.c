/* Lists of households, persons and findings, page by page. */
#include "api/call.h"

#include <stdio.h>

void call_begin_items(struct call *call)
{
    json_begin_object(&call->json);
    json_key(&call->json, "items");
    json_begin_array(&call->json);
}

void call_write_next(struct call *call, struct text next)
{
    json_key_of_text_or_null(&call->json, "next", next);
}

void call_write_next_id(struct call *call, int64_t id)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)id);

    call_write_next(call, id == 0 ? (struct text){0} : (struct text){digits, (size_t)length});
}

bool row_page_takes(struct row_page *page, int64_t id)
{
    page->has_more = page->left-- == 0;
    if (!page->has_more)
        page->last = id;
    return !page->has_more;
}

void row_page_end(const struct row_page *page)
{
    json_end_array(&page->call->json);
    call_write_next_id(page->call, page->has_more ? page->last : 0);
    json_end_object(&page->call->json);
}

/* ---- Households and persons ------------------------------------------------------------------ */

/* That a row is there tells what was filtered by. */
static enum berm_status note_filter(struct call *call, const struct household_row *row,
                                    struct berm_error *err)
{
    return row->shows_sensitive ? call_note_look(call, LOOK_FILTER, "household", row->code, err)
                                : BERM_OK;
}

static enum berm_status write_household(void *context, const struct household_row *row,
                                        struct berm_error *err)
{
    struct call *call = context;
    struct json_writer *json = &call->json;

    json_begin_object(json);
    json_key_of_text(json, "code", row->code);
    json_key_of_bool(json, "active", row->is_active);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "area_name", row->area_name);
    json_key_of_text(json, "area_name_en", row->area_name_en);
    json_key_of_text_or_null(json, "risk", row->risk_level);
    if (row->person.length > 0) {
        json_key_of_text(json, "person", row->person);
        json_key_of_text(json, "name", row->person_name);
    }
    json_end_object(json);
    return note_filter(call, row, err);
}

static enum berm_status write_person(void *context, const struct household_row *row,
                                     struct berm_error *err)
{
    struct call *call = context;
    struct json_writer *json = &call->json;

    json_begin_object(json);
    json_key_of_text(json, "code", row->person);
    json_key_of_text(json, "name", row->person_name);
    json_key_of_text(json, "household", row->code);
    json_key_of_bool(json, "household_active", row->is_active);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "area_name", row->area_name);
    json_key_of_text(json, "area_name_en", row->area_name_en);
    json_end_object(json);
    return note_filter(call, row, err);
}

static enum berm_status write_found(struct call *call, const struct household_query *query,
                                    household_visitor *write_row, struct berm_error *err)
{
    char next_bytes[CURSOR_TEXT_MAX];
    struct text next;

    call_begin_items(call);
    TRY(households_find(call->office, &call->caller, query, write_row, call, next_bytes, &next,
                        err));
    json_end_array(&call->json);
    call_write_next(call, next);
    json_end_object(&call->json);
    return BERM_OK;
}

/* Fields of the query that stand for a condition: the condition's text, in the arena. */
static enum berm_status add_condition(struct call *call, const char *field, const char *condition,
                                      struct text *filters, size_t *count, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer text = {0};

    if (!call_has_query(call, field) || *count >= FIND_FILTERS_MAX)
        return BERM_OK; /* too many are refused below */
    buffer_append_text(&text, text_of(condition));
    buffer_append_text(&text, call_query(call, field));
    TRY(buffer_status(&text, err));
    return text_copy(call->arena, buffer_text(&text), &filters[(*count)++], err);
}

static bool is_by_risk(struct call *call)
{
    struct text sort = call_query(call, "sort");

    if (call_has_query(call, "sort") && !text_equal(sort, TEXT("code")) &&
        !text_equal(sort, TEXT("risk")))
        call_add_query_problem(call, "sort", "invalid", "sort is code or risk, not %.*s",
                               TEXT_ARG(sort));
    return text_equal(sort, TEXT("risk"));
}

enum berm_status handle_household_list(struct call *call, struct berm_error *err)
{
    struct text filters[FIND_FILTERS_MAX];
    struct household_query query = {
        .area = call_query(call, "area"),
        .search = call_query(call, "search"),
        .is_written_down = true,
        .filters = filters,
        .filter_count = call_query_texts(call, "filter", ARRAY_COUNT(filters), filters),
        .is_worst_first = is_by_risk(call),
        .limit = call_query_limit(call),
        .cursor = call_query(call, "cursor"),
    };

    if (query.filter_count + call_has_query(call, "finding") + call_has_query(call, "risk") >
        FIND_FILTERS_MAX)
        call_add_query_problem(call, "filter", "invalid",
                               "at most %d filters are taken, finding and risk among them",
                               (int)FIND_FILTERS_MAX);
    TRY(call_check(call, err));
    TRY(add_condition(call, "finding", "finding=", filters, &query.filter_count, err));
    TRY(add_condition(call, "risk", "risk in ", filters, &query.filter_count, err));
    return write_found(call, &query, write_household, err);
}

enum berm_status handle_person_list(struct call *call, struct berm_error *err)
{
    const struct household_query query = {
        .area = call_query(call, "area"),
        .search = call_query(call, "search"),
        .is_written_down = true,
        .is_of_persons = true,
        .limit = call_query_limit(call),
        .cursor = call_query(call, "cursor"),
    };

    TRY(call_check(call, err));
    return write_found(call, &query, write_person, err);
}

/* A POST, although it changes nothing: addresses are written down by proxies and browsers, bodies
 * are not. */
enum berm_status handle_person_lookup(struct call *call, struct berm_error *err)
{
    static const char *const MEMBERS[] = {"id_type", "id_number", NULL};
    struct body body = call_body(call);
    const struct household_query query = {
        .is_of_persons = true,
        .id_type = body_text(body, "id_type", true),
        .search = body_text(body, "id_number", true),
    };

    body_expect(body, MEMBERS);
    TRY(call_check(call, err));
    return write_found(call, &query, write_person, err);
}

/* ---- Findings -------------------------------------------------------------------------------- */

static void write_labels(struct json_writer *json, const struct finding_info *info)
{
    json_key_of_text(json, "label_en", info == NULL ? TEXT("") : info->label_en);
    json_key_of_text(json, "label_zh", info == NULL ? TEXT("") : info->label_zh);
}

static enum berm_status write_finding(void *context, const struct finding_row *row,
                                      struct berm_error *err)
{
    struct call *call = context;
    struct json_writer *json = &call->json;

    json_begin_object(json);
    json_key_of_text(json, "household", row->household);
    json_key_of_text(json, "area", row->area);
    json_key_of_text(json, "area_name", row->area_name);
    json_key_of_text(json, "area_name_en", row->area_name_en);
    json_key_of_text(json, "code", row->code);
    write_labels(json, row->info);
    finding_write_spell_json(row, "from_month", "to_month", json);
    json_end_object(json);
    return row->shows_sensitive
               ? call_note_look(call, LOOK_FINDINGS, "household", row->household, err)
               : BERM_OK;
}

static enum berm_status find_month(struct call *call, month_number *ret_month,
                                   struct berm_error *err)
{
    *ret_month = call_query_month(call, "month");
    TRY(call_check(call, err));
    return *ret_month != 0 ? BERM_OK : month_last_screened(call->office->store, ret_month, err);
}

/* A list of a month that nobody screened looks like safety: it is told beside the month. */
static enum berm_status begin_findings(struct call *call, month_number month,
                                       struct berm_error *err)
{
    bool is_screened;

    TRY(month_is_screened(call->office->store, month, &is_screened, err));
    json_begin_object(&call->json);
    json_key(&call->json, "month");
    json_month(&call->json, month);
    json_key_of_bool(&call->json, "screened", is_screened);
    json_key(&call->json, "items");
    json_begin_array(&call->json);
    return BERM_OK;
}

enum berm_status handle_finding_list(struct call *call, struct berm_error *err)
{
    struct finding_filter filter = {
        .area = call_query(call, "area"),
        .code = call_query(call, "code"),
        .with_undetermined = call_query_bool(call, "undetermined", false),
        .limit = call_query_limit(call),
    };
    char next_bytes[CURSOR_TEXT_MAX];
    struct text next;

    TRY(find_month(call, &filter.month, err));
    TRY(begin_findings(call, filter.month, err));
    TRY(findings_page(call->office, &call->caller, &filter, call_query(call, "cursor"),
                      write_finding, call, next_bytes, &next, err));
    json_end_array(&call->json);
    call_write_next(call, next);
    json_end_object(&call->json);
    return BERM_OK;
}

static enum berm_status write_count(void *context, const struct finding_count *count,
                                    struct berm_error *err)
{
    struct call *call = context;
    struct json_writer *json = &call->json;

    (void)err;
    json_begin_object(json);
    json_key_of_text(json, "code", count->code);
    write_labels(json, pack_finding(call->office->pack, count->code));
    json_key_of_text(json, "severity", count->severity);
    json_key_of_bool(json, "undetermined", count->is_undetermined);
    json_key_of_int64(json, "households", count->households);
    json_end_object(json);
    return BERM_OK;
}

enum berm_status handle_finding_count(struct call *call, struct berm_error *err)
{
    month_number month;

    TRY(find_month(call, &month, err));
    TRY(begin_findings(call, month, err));
    TRY(findings_count(call->office, &call->caller, month, call_query(call, "area"), write_count,
                       call, err));
    json_end_array(&call->json);
    json_end_object(&call->json);
    return BERM_OK;
}
