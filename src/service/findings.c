/* Lists of findings: worst first, by area and code, as they held in a month. */
#include "service/service.h"

/* The area's subtree as a range of positions; everything where code is empty. */
enum berm_status area_range(struct store *store, struct text code, int64_t *ret_low,
                            int64_t *ret_high, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *area = NULL;
    bool has_row;

    *ret_low = 0;
    *ret_high = INT64_MAX;
    if (code.length == 0)
        return BERM_OK;
    TRY(statement_prepare(store, STATEMENT_AREA_BY_CODE, &area, err));
    statement_bind_text(area, AREA_BY_CODE__CODE, code);
    TRY(statement_step(area, &has_row, err));
    if (!has_row)
        return fail_with(
            err, BERM_NOT_FOUND,
            "there is no area with the code %.*s; berm stats lists those that there are",
            TEXT_ARG(code));
    *ret_low = statement_int64(area, 6);
    *ret_high = statement_int64(area, 7);
    return BERM_OK;
}

static enum berm_status check_code(const struct pack *pack, struct text code,
                                   struct berm_error *err)
{
    struct text names[256];
    size_t count =
        pack->finding_count < ARRAY_COUNT(names) ? pack->finding_count : ARRAY_COUNT(names);
    int nearest;

    if (code.length == 0 || pack_finding_position(pack, code) >= 0)
        return BERM_OK;
    for (size_t i = 0; i < count; i++)
        names[i] = pack->findings[i].code;
    nearest = text_nearest(code, names, count);
    if (nearest >= 0)
        return fail_with(err, BERM_NOT_FOUND,
                         "the pack %.*s has no finding %.*s; did you mean %.*s?",
                         TEXT_ARG(pack->name), TEXT_ARG(code), TEXT_ARG(names[nearest]));
    return fail_with(err, BERM_NOT_FOUND, "the pack %.*s has no finding %.*s", TEXT_ARG(pack->name),
                     TEXT_ARG(code));
}

enum berm_status findings_list(struct office *office, const struct finding_filter *filter,
                               finding_visitor *visit, void *context, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    int64_t low, high;
    bool has_row;

    TRY(check_code(office->pack, filter->code, err));
    TRY(area_range(office->store, filter->area, &low, &high, err));
    TRY(statement_prepare(office->store, STATEMENT_FINDING_LIST, &list, err));
    statement_bind_month(list, FINDING_LIST__MONTH, filter->month);
    statement_bind_int64(list, FINDING_LIST__LOW, low);
    statement_bind_int64(list, FINDING_LIST__HIGH, high);
    statement_bind_text(list, FINDING_LIST__CODE, filter->code);
    statement_bind_int64(list, FINDING_LIST__WITH_UNDETERMINED, filter->with_undetermined);
    statement_bind_int64(list, FINDING_LIST__COUNT, filter->limit > 0 ? filter->limit : -1);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct finding_row row = {
            .household = statement_text(list, 1),
            .area = statement_text(list, 2),
            .area_name = statement_text(list, 3),
            .code = statement_text(list, 4),
            .is_undetermined = statement_int64(list, 5) != 0,
            .severity = statement_text(list, 6),
            .from_month = statement_month(list, 7),
            .has_ended = !statement_is_null(list, 8),
            .evidence = statement_text(list, 9),
        };

        row.to_month = row.has_ended ? statement_month(list, 8) : 0;
        row.area_name_en = statement_text(list, 10);
        if (row.area_name_en.length == 0)
            row.area_name_en = row.area_name;
        row.info = pack_finding(office->pack, row.code);
        TRY(visit(context, &row, err));
        TRY(statement_step(list, &has_row, err));
    }
    return BERM_OK;
}
