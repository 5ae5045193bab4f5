/*
 * The monthly flows against a rebuild from the reports. Both lie in the order of household and
 * month, so two cursors walk side by side and no memory is needed for the whole.
 */
#include "service/doctor/private.h"

enum { PACK_BYTES_MAX = 256 << 20, REPORTS_MAX = 1 << 16, SMALL_IDS_MAX = 4096 };

struct rebuild {
    struct examination *examination;
    const struct dictionary *dictionary;
    struct arena *arena;
    struct statement *entries, *months;
    bool has_entry, has_month;
    int flow_of_id[SMALL_IDS_MAX]; /* -1: no longer in the dictionary */
    struct text source_of_id[SMALL_IDS_MAX];
    struct flow_report *reports; /* of one household and month */
    int *flows;                  /* which flow each is of */
    size_t report_count;
    int64_t compared, wrong;
};

static void rebuild_close(struct rebuild *rebuild)
{
    statement_close(rebuild->entries);
    statement_close(rebuild->months);
    arena_free(rebuild->arena);
}

static enum berm_status read_names(struct rebuild *rebuild, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *flows = NULL;
    CLEANUP(statement_closep) struct statement *sources = NULL;
    struct store *store = rebuild->examination->store;
    bool has_row;

    for (int id = 0; id < SMALL_IDS_MAX; id++)
        rebuild->flow_of_id[id] = -1;
    TRY(statement_prepare(store, STATEMENT_IMPORT_FLOW_LIST, &flows, err));
    TRY(statement_step(flows, &has_row, err));
    while (has_row) {
        int64_t id = statement_int64(flows, 0);

        if (id >= 0 && id < SMALL_IDS_MAX)
            rebuild->flow_of_id[id] =
                dictionary_position(rebuild->dictionary, ENTITY_FLOW, statement_text(flows, 1));
        TRY(statement_step(flows, &has_row, err));
    }
    TRY(statement_prepare(store, STATEMENT_IMPORT_FLOW_SOURCE_LIST, &sources, err));
    TRY(statement_step(sources, &has_row, err));
    while (has_row) {
        int64_t id = statement_int64(sources, 0);

        if (id >= 0 && id < SMALL_IDS_MAX)
            TRY(text_copy(rebuild->arena, statement_text(sources, 1), &rebuild->source_of_id[id],
                          err));
        TRY(statement_step(sources, &has_row, err));
    }
    return BERM_OK;
}

/* The reports of the household and month where the entries' cursor stands. */
static enum berm_status take_reports(struct rebuild *rebuild, int64_t household_id,
                                     month_number month, struct berm_error *err)
{
    rebuild->report_count = 0;
    while (rebuild->has_entry && statement_int64(rebuild->entries, 0) == household_id &&
           statement_month(rebuild->entries, 1) == month) {
        int64_t flow_id = statement_int64(rebuild->entries, 2);
        int64_t source_id = statement_int64(rebuild->entries, 3);

        if (rebuild->report_count == REPORTS_MAX || flow_id < 0 || flow_id >= SMALL_IDS_MAX ||
            source_id < 0 || source_id >= SMALL_IDS_MAX)
            return fail_with(err, BERM_CORRUPT,
                             "flow_entry holds an impossible row; restore a "
                             "backup");
        rebuild->flows[rebuild->report_count] = rebuild->flow_of_id[flow_id];
        rebuild->reports[rebuild->report_count++] = (struct flow_report){
            rebuild->source_of_id[source_id], statement_int64(rebuild->entries, 4)};
        TRY(statement_step(rebuild->entries, &rebuild->has_entry, err));
    }
    return BERM_OK;
}

/* Whether the amount of a flow is what its reports give; the months' cursor stands on its row, or
 * there is none. */
static bool is_flow_right(const struct rebuild *rebuild, size_t flow, bool has_month)
{
    const struct variable *variable = dictionary_variables(rebuild->dictionary, ENTITY_FLOW) + flow;
    struct flow_report of_flow[SMALL_IDS_MAX];
    size_t count = 0;
    int64_t amount_minor = 0, stored_minor = 0;
    bool is_known, is_stored;

    for (size_t r = 0; r < rebuild->report_count; r++)
        if (rebuild->flows[r] == (int)flow && count < SMALL_IDS_MAX)
            of_flow[count++] = rebuild->reports[r];
    is_known = flow_combine(variable, of_flow, count, &amount_minor);
    is_stored = has_month && statement_has_int64(rebuild->months, (int)flow + 2, &stored_minor);
    return is_known == is_stored && (!is_known || amount_minor == stored_minor);
}

static void compare_month(struct rebuild *rebuild, int64_t household_id, month_number month,
                          bool has_month)
{
    char shown[MONTH_TEXT_MAX];

    rebuild->compared++;
    for (size_t flow = 0; flow < rebuild->dictionary->count[ENTITY_FLOW]; flow++) {
        if (is_flow_right(rebuild, flow, has_month))
            continue;
        if (++rebuild->wrong <= DOCTOR_TOLD_MAX)
            doctor_tell(
                rebuild->examination, "monthly flows", DOCTOR_FAULT,
                "%.*s of household number %lld in %.*s is not what was reported; import the "
                "month's flows again with a correction, or restore a backup",
                TEXT_ARG(dictionary_variables(rebuild->dictionary, ENTITY_FLOW)[flow].name),
                (long long)household_id, TEXT_ARG(month_format(month, shown)));
    }
}

static enum berm_status compare_all(struct rebuild *rebuild, struct berm_error *err)
{
    TRY(statement_step(rebuild->entries, &rebuild->has_entry, err));
    TRY(statement_step(rebuild->months, &rebuild->has_month, err));
    while (rebuild->has_entry || rebuild->has_month) {
        int64_t household_id = INT64_MAX;
        month_number month = INT32_MAX;
        bool has_month;

        if (rebuild->has_entry) {
            household_id = statement_int64(rebuild->entries, 0);
            month = statement_month(rebuild->entries, 1);
        }
        has_month = rebuild->has_month && (statement_int64(rebuild->months, 0) < household_id ||
                                           (statement_int64(rebuild->months, 0) == household_id &&
                                            statement_month(rebuild->months, 1) <= month));
        if (has_month) {
            household_id = statement_int64(rebuild->months, 0);
            month = statement_month(rebuild->months, 1);
        }
        TRY(take_reports(rebuild, household_id, month, err));
        compare_month(rebuild, household_id, month, has_month);
        if (has_month)
            TRY(statement_step(rebuild->months, &rebuild->has_month, err));
    }
    return BERM_OK;
}

static enum berm_status rebuild_open(struct rebuild *rebuild, struct berm_error *err)
{
    struct store *store = rebuild->examination->store;
    struct variable_selection all = {.entity = ENTITY_FLOW};
    const struct pack *pack;
    struct text pack_name;

    TRY(arena_create(PACK_BYTES_MAX, &rebuild->arena, err));
    TRY(setting_read(store, "pack", rebuild->arena, &pack_name, err));
    TRY(pack_read(rebuild->arena, pack_name, &pack, err));
    rebuild->dictionary = &pack->dictionary;
    all.dictionary = rebuild->dictionary;
    all.count = rebuild->dictionary->count[ENTITY_FLOW];
    TRY(arena_new(rebuild->arena, REPORTS_MAX, sizeof *rebuild->reports, &rebuild->reports, err));
    TRY(arena_new(rebuild->arena, REPORTS_MAX, sizeof *rebuild->flows, &rebuild->flows, err));
    TRY(read_names(rebuild, err));
    TRY(statement_prepare(store, STATEMENT_DOCTOR_ENTRY_LIST, &rebuild->entries, err));
    TRY(store_prepare_flow_scan(store, all, &rebuild->months, err));
    statement_bind_int64(rebuild->months, 1, INT64_MIN);
    statement_bind_int64(rebuild->months, 2, INT64_MAX);
    statement_bind_month(rebuild->months, 3, month_from_civil(1, 1));
    statement_bind_month(rebuild->months, 4, month_from_civil(9999, 12));
    return BERM_OK;
}

enum berm_status doctor_monthly_flows(struct examination *examination, struct berm_error *err)
{
    CLEANUP(rebuild_close) struct rebuild rebuild = {.examination = examination};
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(rebuild_open(&rebuild, err));
    TRY(store_begin_read(examination->store, err));
    transaction = examination->store;
    TRY(compare_all(&rebuild, err));
    doctor_tell(examination, "monthly flows", rebuild.wrong > 0 ? DOCTOR_FAULT : DOCTOR_OK,
                "%lld months of households, %lld amounts differ from a rebuild",
                (long long)rebuild.compared, (long long)rebuild.wrong);
    return BERM_OK;
}
