/*
 * Who is eligible for a programme, and for how much: the two decisions that its row names, run by
 * the interpreter over the same rows as the findings. A programme for persons gets a list from its
 * decisions, one entry for each member in their order; what is given to all alike may be one value.
 *
 * Unknown is not "no": an answer that carries a mark is told as unknown, with the facts that are
 * missing, so that somebody finds them out.
 */
#include "interpreter.h"

/* The value of a member's entry, or of the whole where the decision gives one value for all. */
static struct feel_value entry_of(struct feel_value value, size_t member)
{
    if (value.kind != FEEL_LIST)
        return value;
    return member < value.list->count ? value.list->items[member] : feel_null();
}

static enum berm_status set_missing(struct arena *arena, const struct feel_unknown *unknown,
                                    struct programme_answer *answer, struct berm_error *err)
{
    struct text *names;

    answer->entitled = ENTITLED_UNKNOWN;
    answer->amount_minor = 0;
    TRY(arena_new(arena, unknown->count, sizeof *names, &names, err));
    for (uint32_t i = 0; i < unknown->count; i++)
        TRY(text_copy(arena, unknown->names[i], &names[i], err));
    answer->missing = names;
    answer->missing_count = unknown->count;
    return BERM_OK;
}

static enum berm_status fail_decision(const struct screening_runner *runner, int decision,
                                      const char *wanted, struct berm_error *err)
{
    return fail_with(err, BERM_INVALID_INPUT,
                     "the decision %.*s gives no %s; a programme asks it: correct it in the policy",
                     TEXT_ARG(dmn_decision_name(runner->program->pack->model, (size_t)decision)),
                     wanted);
}

/* *ret_is_eligible: go on and read the amount. */
static enum berm_status read_eligible(struct screening_runner *runner,
                                      const struct programme *programme, size_t member,
                                      struct arena *arena, struct programme_answer *answer,
                                      struct berm_error *err)
{
    struct feel_value value;

    TRY(dmn_run_decision(runner->run, (size_t)programme->eligible_decision, &value, err));
    value = entry_of(value, member);
    if (value.unknown)
        return set_missing(arena, value.unknown, answer, err);
    if (value.kind != FEEL_BOOLEAN)
        return fail_decision(runner, programme->eligible_decision, "true or false", err);
    answer->entitled = value.boolean ? ENTITLED_YES : ENTITLED_NO;
    return BERM_OK;
}

/* Nothing to give is nobody entitled: an amount that is 0 or less after rounding. */
static enum berm_status read_amount(struct screening_runner *runner,
                                    const struct programme *programme, size_t member,
                                    struct arena *arena, struct programme_answer *answer,
                                    struct berm_error *err)
{
    struct feel_value value;

    TRY(dmn_run_decision(runner->run, (size_t)programme->amount_decision, &value, err));
    value = entry_of(value, member);
    if (value.unknown)
        return set_missing(arena, value.unknown, answer, err);
    if (value.kind != FEEL_NUMBER ||
        !feel_decimal_to_scaled(value.number, runner->program->pack->dictionary.money_decimals,
                                &answer->amount_minor))
        return fail_decision(runner, programme->amount_decision, "amount", err);
    if (answer->amount_minor <= 0)
        *answer = (struct programme_answer){.programme = programme, .member = answer->member};
    return BERM_OK;
}

static enum berm_status decide_one(struct screening_runner *runner,
                                   const struct programme *programme, size_t member,
                                   struct arena *arena, struct programme_answer *ret_answer,
                                   struct berm_error *err)
{
    struct programme_answer answer = {.programme = programme, .member = member};

    TRY(read_eligible(runner, programme, member, arena, &answer, err));
    if (answer.entitled == ENTITLED_YES)
        TRY(read_amount(runner, programme, member, arena, &answer, err));
    *ret_answer = answer;
    return BERM_OK;
}

enum berm_status screening_decide_programmes(struct screening_runner *runner,
                                             const struct batch *batch, size_t row,
                                             const struct programme *const *programmes,
                                             size_t programme_count, struct arena *arena,
                                             struct programme_answer **ret_answers,
                                             size_t *ret_count, struct berm_error *err)
{
    size_t members = batch->member_first[row + 1] - batch->member_first[row];
    struct programme_answer *answers;
    size_t count = 0;

    TRY(arena_new(arena, programme_count * (members > 0 ? members : 1), sizeof *answers, &answers,
                  err));
    runner_forget_parameters(runner);
    TRY(runner_load_row(runner, batch, row, err));
    for (size_t p = 0; p < programme_count; p++) {
        size_t subjects = programmes[p]->target == TARGET_PERSON ? members : 1;

        for (size_t i = 0; i < subjects; i++, count++)
            TRY(decide_one(runner, programmes[p], i, arena, &answers[count], err));
    }
    *ret_answers = answers;
    *ret_count = count;
    return BERM_OK;
}
