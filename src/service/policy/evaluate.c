/*
 * A version for one household that is given, not held: what an author tries out, and what a system
 * beside the register asks for. The facts are read as a case's are and decided by what screens.
 */
#include "service/policy/private.h"

static enum berm_status decide(const struct pack *pack, const struct pack_case *facts,
                               struct arena *arena, struct household_reasons *reasons,
                               struct berm_error *err)
{
    CLEANUP(batch_freep) struct batch *batch = NULL;
    CLEANUP(screening_runner_freep) struct screening_runner *runner = NULL;

    TRY(screening_program_create(arena, pack, facts->month, &reasons->program, err));
    TRY(batch_create(reasons->program, &batch, err));
    TRY(screening_runner_create(reasons->program, &runner, err));
    batch_clear(batch);
    TRY(batch_add_case(batch, facts, err));
    return screening_explain(runner, batch, 0, arena, &reasons->explanation, err);
}

enum berm_status policy_evaluate(struct office *office, const struct caller *caller,
                                 struct text version, struct text facts, struct arena *arena,
                                 struct household_reasons *ret_reasons, struct berm_error *err)
{
    struct household_reasons reasons = {.class_seen = FIELD_CLASS_SENSITIVE};
    struct pack_version found;
    const struct pack *pack;
    struct pack_case given;

    TRY(pack_version_find(office, caller, version, month_of_date(date_today()), arena, &found,
                          err));
    TRY(office_pack_of_version(office, found.pack_version_id, &pack, err));
    TRY(case_of_facts(arena, pack, facts, &given, err));
    TRY(decide(pack, &given, arena, &reasons, err));
    reasons.code = given.name;
    reasons.month = given.month;
    reasons.member_count = given.member_count;
    if (given.area_code_count > 0)
        reasons.area_code = given.area_codes[0];
    reasons.area_name = reasons.area_name_en = reasons.area_code;
    TRY(arena_new(arena, reasons.explanation.finding_count, sizeof(struct finding_row *),
                  &reasons.held, err));
    *ret_reasons = reasons;
    return BERM_OK;
}
