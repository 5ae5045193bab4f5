/*
 * From facts to the dictionary's values. The dictionary belongs to the pack, so nothing is set that
 * it would refuse: a name that it does not have, a choice that its list lacks, a number out of its
 * bounds is left open. What is open in the end gets a value drawn from the variable's type, list
 * and constraint; so a register can be made up for a pack that this program has never seen.
 */
#include <string.h>

#include "service/synth/private.h"

enum {
    WIDTH_UNBOUNDED = 100,    /* of an integer or decimal without bounds */
    MONEY_YEAR_UNITS = 60000, /* amounts up to here, where the unit names a year */
    MONEY_UNITS = 5000,       /* elsewhere */
    DAYS_BACK = 3650,
    UNKNOWN_OF_10000 = 300, /* of values that nobody understands and nobody requires */
};

bool synth_is_allowed(const struct constraint *constraint, int64_t number)
{
    if (constraint->is_length)
        return true;
    if (constraint->has_low &&
        (number < constraint->low || (constraint->is_low_open && number == constraint->low)))
        return false;
    return !constraint->has_high || number < constraint->high ||
           (number == constraint->high && !constraint->is_high_open);
}

/* ---- Facts ----------------------------------------------------------------------------------- */

void synth_set(struct synth_values *values, int variable, int64_t number)
{
    int position = values->binding->positions[variable];

    if (position < 0 || !synth_is_allowed(&values->binding->variables[position].constraint, number))
        return;
    values->values[position] = (struct field_value){.is_known = true, .number = number};
    values->decisions[position] = SYNTH_IS_KNOWN;
}

void synth_set_choice(struct synth_values *values, int variable, const char *choice)
{
    int position = values->binding->positions[variable];
    const struct choice_list *list;
    int found;

    if (position < 0)
        return;
    list = values->binding->variables[position].list;
    found = choice_position(list, text_of(choice));
    if (found < 0)
        return;
    values->values[position] = (struct field_value){true, found, list->choices[found].name};
    values->decisions[position] = SYNTH_IS_KNOWN;
}

void synth_set_money(const struct synth_plan *plan, struct synth_values *values, int variable,
                     int64_t units)
{
    synth_set(values, variable, units * plan->minor_per_major);
}

void synth_set_decimal(struct synth_values *values, int variable, int64_t tenths)
{
    synth_set(values, variable, tenths * 100000);
}

void synth_set_unknown(struct synth_values *values, int variable)
{
    int position = values->binding->positions[variable];

    if (position < 0 || values->binding->variables[position].is_required)
        return;
    values->values[position] = (struct field_value){0};
    values->decisions[position] = SYNTH_IS_UNKNOWN;
}

/* The names of a list's choices that are chosen, in the list's order, one blank between. */
static enum berm_status join_choices(const struct choice_list *list, const bool *is_chosen,
                                     struct arena *arena, struct text *ret_text,
                                     struct berm_error *err)
{
    size_t length = 0;
    char *bytes = NULL;

    for (size_t i = 0; i < list->choice_count; i++)
        length += is_chosen[i] ? list->choices[i].name.length + 1 : 0;
    TRY(arena_new(arena, length + 1, 1, &bytes, err));
    length = 0;
    for (size_t i = 0; i < list->choice_count; i++) {
        struct text name = list->choices[i].name;

        if (!is_chosen[i] || length + name.length + 1 > TEXT_VALUE_BYTES_MAX)
            continue;
        if (length > 0)
            bytes[length++] = ' ';
        memcpy(bytes + length, name.bytes, name.length);
        length += name.length;
    }
    *ret_text = (struct text){bytes, length};
    return BERM_OK;
}

/* "No choice at all" would come back from a file as unknown: it is left unknown. */
static enum berm_status set_multiple(struct synth_values *values, int position,
                                     const bool *is_chosen, struct berm_error *err)
{
    struct field_value value = {.is_known = true};

    TRY(join_choices(values->binding->variables[position].list, is_chosen, values->arena,
                     &value.text, err));
    if (value.text.length == 0)
        return BERM_OK;
    values->values[position] = value;
    values->decisions[position] = SYNTH_IS_KNOWN;
    return BERM_OK;
}

enum berm_status synth_set_choices(struct synth_values *values, int variable,
                                   const char *const *names, int count, unsigned chosen,
                                   struct berm_error *err)
{
    int position = values->binding->positions[variable];
    bool is_chosen[DICTIONARY_CHOICES_MAX] = {0};

    if (position < 0)
        return BERM_OK;
    for (int i = 0; i < count; i++) {
        int found = chosen >> i & 1 ? choice_position(values->binding->variables[position].list,
                                                      text_of(names[i]))
                                    : -1;

        if (found >= 0)
            is_chosen[found] = true;
    }
    synth_set_unknown(values, variable);
    return set_multiple(values, position, is_chosen, err);
}

/* ---- What nobody understands ----------------------------------------------------------------- */

/* A number between the constraint's bounds, in steps; where one is missing, width away from the
 * other.
 */
static int64_t any_number(const struct constraint *constraint, int64_t low, int64_t width,
                          int64_t step, struct random *random)
{
    int64_t high;

    if (constraint->is_length)
        constraint = &(const struct constraint){0};
    if (constraint->has_low)
        low = constraint->low + constraint->is_low_open;
    else if (constraint->has_high && constraint->high < low + width)
        low = constraint->high - width;
    high = low + width;
    if (constraint->has_high && (constraint->has_low || high > constraint->high))
        high = constraint->high - constraint->is_high_open;
    if (high <= low)
        return low;
    if ((high - low) / step == 0)
        step = 1;
    return low + step * (int64_t)random_below(random, (uint64_t)((high - low) / step) + 1);
}

static bool unit_names_a_year(struct text unit)
{
    for (size_t i = 0; i + 4 <= unit.length; i++)
        if (memcmp(unit.bytes + i, "year", 4) == 0)
            return true;
    return false;
}

int64_t synth_any_amount(const struct synth_plan *plan, const struct variable *variable,
                         struct random *random)
{
    int64_t units = unit_names_a_year(variable->unit) ? MONEY_YEAR_UNITS : MONEY_UNITS;
    int64_t width = units * plan->minor_per_major;
    const struct constraint *constraint = &variable->constraint;

    if (constraint->has_low && constraint->has_high && constraint->high - constraint->low < width)
        width = constraint->high - constraint->low;
    if (constraint->has_low && constraint->has_high) { /* the lower part of wide bounds */
        struct constraint narrow = *constraint;

        narrow.high = constraint->low + width;
        narrow.is_high_open = constraint->is_high_open && narrow.high == constraint->high;
        return any_number(&narrow, 0, width, plan->minor_per_major, random);
    }
    return any_number(constraint, 0, width, plan->minor_per_major, random);
}

static enum berm_status any_text(const struct variable *variable, struct arena *arena,
                                 struct text *ret_text, struct berm_error *err)
{
    static const char words[] = "made up ";
    const struct constraint *constraint = &variable->constraint;
    int64_t length = (int64_t)sizeof words - 2;
    char *bytes = NULL;

    if (constraint->is_length && constraint->has_low &&
        length < constraint->low + constraint->is_low_open)
        length = constraint->low + constraint->is_low_open;
    if (constraint->is_length && constraint->has_high &&
        length > constraint->high - constraint->is_high_open)
        length = constraint->high - constraint->is_high_open;
    length = length < 0 ? 0 : length > TEXT_VALUE_BYTES_MAX ? TEXT_VALUE_BYTES_MAX : length;
    TRY(arena_new(arena, (size_t)length + 1, 1, &bytes, err));
    for (int64_t i = 0; i < length; i++)
        bytes[i] = words[i % ((int64_t)sizeof words - 1)];
    if (length > 0 && bytes[length - 1] == ' ')
        bytes[length - 1] = 'x'; /* blanks at the ends would be taken off */
    *ret_text = (struct text){bytes, (size_t)length};
    return BERM_OK;
}

static enum berm_status any_choices(struct synth_values *values, int position,
                                    struct random *random, struct berm_error *err)
{
    const struct choice_list *list = values->binding->variables[position].list;
    bool is_chosen[DICTIONARY_CHOICES_MAX] = {0};

    if (list->choice_count == 0)
        return BERM_OK;
    is_chosen[synth_below(random, (int)list->choice_count)] = true;
    is_chosen[synth_below(random, (int)list->choice_count)] = true;
    return set_multiple(values, position, is_chosen, err);
}

static enum berm_status any_value(const struct synth_plan *plan, struct synth_values *values,
                                  int position, struct random *random, struct berm_error *err)
{
    const struct variable *variable = &values->binding->variables[position];
    const struct constraint *constraint = &variable->constraint;
    struct field_value *value = &values->values[position];

    value->is_known = true;
    switch (variable->type) {
    case VARIABLE_INTEGER:
        value->number = any_number(constraint, 0, WIDTH_UNBOUNDED, 1, random);
        break;
    case VARIABLE_DECIMAL:
        value->number =
            any_number(constraint, 0, (int64_t)WIDTH_UNBOUNDED * 1000000, 100000, random);
        break;
    case VARIABLE_MONEY:
        value->number = synth_any_amount(plan, variable, random);
        break;
    case VARIABLE_BOOLEAN:
        value->number = synth_below(random, 2);
        break;
    case VARIABLE_DATE:
        value->number = any_number(constraint, plan->last_day - DAYS_BACK, DAYS_BACK, 1, random);
        break;
    case VARIABLE_TEXT:
        TRY(any_text(variable, values->arena, &value->text, err));
        value->is_known = value->text.length > 0; /* in a file, no text is unknown */
        break;
    case VARIABLE_SELECT_ONE:
        value->is_known = variable->list->choice_count > 0;
        if (value->is_known) {
            value->number = synth_below(random, (int)variable->list->choice_count);
            value->text = variable->list->choices[value->number].name;
        }
        break;
    case VARIABLE_SELECT_MULTIPLE:
        value->is_known = false;
        return any_choices(values, position, random, err);
    }
    return BERM_OK;
}

enum berm_status synth_fill_open(const struct synth_plan *plan, struct synth_values *values,
                                 struct random *random, struct berm_error *err)
{
    for (size_t i = 0; i < values->binding->variable_count; i++) {
        const struct variable *variable = &values->binding->variables[i];

        if (values->decisions[i] == SYNTH_OPEN &&
            (variable->is_required || !synth_chance(random, UNKNOWN_OF_10000)))
            TRY(any_value(plan, values, (int)i, random, err));
        if (!values->values[i].is_known && variable->is_empty_zero)
            values->values[i] = (struct field_value){.is_known = true};
    }
    return BERM_OK;
}
