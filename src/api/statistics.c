/* Figures of a month: people and households by area, risk level, kind and finding. */
#include "api/call.h"

#include <stdio.h>

enum { RATIO_TEXT_MAX = 32, SUMMARY_BYTES_MAX = 64 << 20 };

/* Six places, as berm stats writes them; null where nothing was measured. */
static void write_ratio(struct json_writer *json, const char *key, const struct fgt *fgt,
                        double value)
{
    char out[RATIO_TEXT_MAX];

    json_key(json, key);
    snprintf(out, sizeof out, "%.6f", value);
    if (fgt->weight > 0)
        json_number_text(json, text_of(out));
    else
        json_null_value(json);
}

static void write_group(struct json_writer *json, const struct summary_group *group)
{
    json_begin_object(json);
    json_key_of_text(json, "key", group->key);
    json_key_of_text(json, "label_en", group->label_en);
    json_key_of_text(json, "label_zh", group->label_zh);
    json_key_of_bool(json, "undetermined", group->is_undetermined);
    json_key_of_int64(json, "households", group->households);
    json_key_of_int64(json, "people", group->people);
    json_key_of_int64(json, "with_findings", group->with_findings);
    write_ratio(json, "headcount", &group->fgt, fgt_headcount(&group->fgt));
    write_ratio(json, "gap", &group->fgt, fgt_gap(&group->fgt));
    write_ratio(json, "squared_gap", &group->fgt, fgt_severity(&group->fgt));
    json_end_object(json);
}

static void write_groups(struct json_writer *json, const char *key,
                         const struct summary_group *groups, size_t count)
{
    json_key(json, key);
    json_begin_array(json);
    for (size_t g = 0; g < count; g++)
        if (groups[g].households > 0)
            write_group(json, &groups[g]);
    json_end_array(json);
}

enum berm_status handle_statistics_show(struct call *call, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    month_number month = call_query_month(call, "month");
    struct json_writer *json = &call->json;
    struct summary summary;

    TRY(call_check(call, err));
    if (month == 0)
        TRY(month_last_screened(call->office->store, &month, err));
    TRY(arena_create(SUMMARY_BYTES_MAX, &arena, err));
    TRY(summary_compute(call->office, &call->caller, month, call_query(call, "area"), arena,
                        &summary, err));
    json_begin_object(json);
    json_key(json, "month");
    json_month(json, summary.month);
    json_key_of_bool(json, "screened", summary.has_run);
    json_key(json, "total");
    write_group(json, &summary.total);
    write_groups(json, "areas", summary.areas, summary.area_count);
    write_groups(json, "risk_levels", summary.levels, summary.has_run ? summary.level_count : 0);
    write_groups(json, "kinds", summary.kinds, summary.kind_count);
    write_groups(json, "findings", summary.findings, summary.finding_count);
    json_key_of_int64(json, "unmeasured_households", summary.unmeasured_households);
    json_key_of_int64(json, "unmeasured_people", summary.unmeasured_people);
    json_end_object(json);
    return BERM_OK;
}
