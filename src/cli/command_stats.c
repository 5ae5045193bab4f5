/* berm stats */
#include "reports.h"

enum berm_status command_stats(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    const struct caller *caller;
    struct summary summary;
    enum language language;
    enum format format;
    month_number month;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_open_month(invocation, &office, &month, err));
    TRY(arena_create((size_t)1 << 30, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    TRY(summary_compute(office, caller, month, text_of(invocation_value(invocation, "area")), arena,
                        &summary, err));
    TRY(summary_write(&summary, language, format, stdout, err));
    if (!summary.has_run)
        fprintf(stderr, "The month was not screened: findings are those of the runs before it.\n");
    if (summary.unmeasured_households > 0)
        fprintf(stderr,
                "%lld households with %lld people are in no headcount: facts are missing.\n",
                (long long)summary.unmeasured_households, (long long)summary.unmeasured_people);
    return BERM_OK;
}
