/*
 * Who belongs where since when, out of one row of a file. A row tells one membership; which of
 * those in the register it speaks of is decided by household and from_date:
 *
 * - the same household and from_date: that one is corrected;
 * - the household where the person is now: this membership is corrected, except that a person who
 *   left before from_date has come back;
 * - another household: the person moved there, and the membership until then ends; except that a
 *   row that ends before the present membership began tells an earlier one.
 *
 * Whatever comes out, no two memberships of a person may overlap.
 */
#include "service/import/membership.h"

date_days spell_from_unknown(void)
{
    return date_from_civil(1, 1, 1);
}

static bool spell_ends_by(const struct spell *spell, date_days day)
{
    return spell->to.is_known && spell->to.date <= day;
}

static bool spells_overlap(const struct spell *a, const struct spell *b)
{
    if (spell_ends_by(a, a->from) || spell_ends_by(b, b->from))
        return false; /* an empty one */
    return !spell_ends_by(a, b->from) && !spell_ends_by(b, a->from);
}

static const struct spell *find_spell(const struct spell *spells, size_t count,
                                      int64_t household_id, date_days from)
{
    for (size_t i = 0; i < count; i++)
        if (spells[i].household_id == household_id && spells[i].from == from)
            return &spells[i];
    return NULL;
}

/* The open one, else the last. Spells do not overlap, so the open one is the last but for empty
 * ones. */
static const struct spell *present_spell(const struct spell *spells, size_t count)
{
    for (size_t i = count; i-- > 0;)
        if (!spells[i].to.is_known)
            return &spells[i];
    return count == 0 ? NULL : &spells[count - 1];
}

/* The row's household is not the present one. */
static enum berm_status plan_other_household(struct import_person *row, const struct spell *spells,
                                             size_t count, const struct spell *present,
                                             struct arena *arena, struct spell_plan *plan,
                                             struct berm_error *err)
{
    char shown[DATE_TEXT_MAX];
    date_days earliest = present->to.is_known ? present->to.date : present->from;

    if (row->from_date.is_known && row->to_date.is_known && row->to_date.date <= present->from)
        return BERM_OK; /* an earlier membership; nothing ends by it */
    if (!row->from_date.is_known)
        plan->after.from = date_today();
    if (plan->after.from < earliest)
        return import_reject(arena, &row->row, IMPORT_FIELD_FROM_DATE, err,
                             "the person belongs to another household until %.*s; the move cannot "
                             "be before that day, so correct from_date or the household",
                             TEXT_ARG(date_format(earliest, shown)));
    plan->replaced = find_spell(spells, count, plan->after.household_id, plan->after.from);
    if (!present->to.is_known)
        plan->closed = present;
    return BERM_OK;
}

/* Which membership the row speaks of. */
static enum berm_status choose(struct import_person *row, const struct spell *spells, size_t count,
                               struct arena *arena, struct spell_plan *plan, struct berm_error *err)
{
    const struct spell *present = present_spell(spells, count);
    int64_t household_id = plan->after.household_id;

    if (present == NULL)
        return BERM_OK;
    if (row->from_date.is_known)
        plan->replaced = find_spell(spells, count, household_id, row->from_date.date);
    if (plan->replaced != NULL)
        return BERM_OK;
    if (present->household_id != household_id)
        return plan_other_household(row, spells, count, present, arena, plan, err);
    if (row->from_date.is_known && (spell_ends_by(present, row->from_date.date) ||
                                    (row->to_date.is_known && row->to_date.date <= present->from)))
        return BERM_OK; /* came back, or was here before */
    plan->replaced = present;
    return BERM_OK;
}

/* Lay what the row says over the membership that it corrects. */
static void fill_after(const struct import_columns *columns, const struct import_person *row,
                       struct spell_plan *plan)
{
    struct spell *after = &plan->after;
    date_days from = after->from;
    bool is_same = plan->replaced != NULL && plan->closed == NULL;

    if (plan->replaced != NULL)
        *after = *plan->replaced;
    if (row->from_date.is_known || plan->replaced == NULL)
        after->from = from;
    if (!is_same || import_columns_have(columns, IMPORT_FIELD_RELATION))
        after->relation = row->relation;
    if (!is_same || import_columns_have(columns, IMPORT_FIELD_TO_DATE))
        after->to = row->to_date;
    if (!is_same || import_columns_have(columns, IMPORT_FIELD_END_REASON))
        after->end_reason = row->end_reason;
    else if (!after->to.is_known)
        after->end_reason = TEXT("");
}

/* Days that cannot be: a day later is let pass, since the register's day may be ahead of ours. */
static enum berm_status check_days(struct import_person *row, const struct spell *after,
                                   struct arena *arena, struct berm_error *err)
{
    date_days latest = date_today() + 1;

    if (row->from_date.is_known && after->from > latest)
        return import_reject(arena, &row->row, IMPORT_FIELD_FROM_DATE, err,
                             "from_date lies in the future; a membership is recorded when it has "
                             "begun");
    if (after->to.is_known && after->to.date > latest)
        return import_reject(
            arena, &row->row, IMPORT_FIELD_TO_DATE, err,
            "to_date lies in the future; a membership's end is recorded when it has "
            "come");
    if (after->to.is_known && row->birth_date.is_known && after->to.date < row->birth_date.date)
        return import_reject(arena, &row->row, IMPORT_FIELD_TO_DATE, err,
                             "to_date is before birth_date; correct one of them");
    return BERM_OK;
}

static enum berm_status check(struct import_person *row, const struct spell *spells, size_t count,
                              const struct spell_plan *plan, struct arena *arena,
                              struct berm_error *err)
{
    const struct spell *after = &plan->after;
    char from[DATE_TEXT_MAX];

    TRY(check_days(row, after, arena, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    if (after->to.is_known && after->to.date < after->from)
        return import_reject(arena, &row->row, IMPORT_FIELD_TO_DATE, err,
                             "to_date is before %.*s, the day on which the membership begins; "
                             "correct one of them",
                             TEXT_ARG(date_format(after->from, from)));
    if (after->end_reason.length > 0 && !after->to.is_known)
        return import_reject(arena, &row->row, IMPORT_FIELD_END_REASON, err,
                             "an end_reason needs a to_date; fill in the day, or leave both empty");
    for (size_t i = 0; i < count; i++) {
        if (&spells[i] == plan->replaced || &spells[i] == plan->closed ||
            !spells_overlap(&spells[i], after))
            continue;
        return import_reject(arena, &row->row, IMPORT_FIELD_FROM_DATE, err,
                             "the membership overlaps another one of this person, which begins on "
                             "%.*s; correct from_date or to_date",
                             TEXT_ARG(date_format(spells[i].from, from)));
    }
    return BERM_OK;
}

enum berm_status spell_plan_make(const struct import_columns *columns, struct import_person *row,
                                 int64_t household_id, const struct spell *spells, size_t count,
                                 struct arena *arena, struct spell_plan *ret_plan,
                                 struct berm_error *err)
{
    struct spell_plan plan = {
        .after = {.household_id = household_id,
                  .from = row->from_date.is_known ? row->from_date.date : spell_from_unknown()},
    };

    TRY(choose(row, spells, count, arena, &plan, err));
    if (row->row.outcome == IMPORT_REJECTED)
        return BERM_OK;
    fill_after(columns, row, &plan);
    *ret_plan = plan;
    return check(row, spells, count, &plan, arena, err);
}
