/*
 * Searching a table's ground, column by column: each atom keeps the rules whose cells hold it, and
 * an atom that no rule is left for is a gap. A rule that asks nothing of the columns still to come
 * covers all of them, which ends most branches early; how far a search goes is limited.
 */
#include "check.h"

struct search {
    const struct check_table *table;
    const struct atoms *ground;
    uint32_t *rules; /* rule_count entries for each column's depth */
    size_t rule_count;
    size_t *gap;
    size_t steps_left;
};

static const struct atoms *cell_of(const struct check_table *table, uint32_t rule, size_t column)
{
    return &table->cells[rule * table->table->input_count + column];
}

static bool holds_ground(const struct search *search, uint32_t rule, size_t column)
{
    const struct atoms *cell = cell_of(search->table, rule, column);

    for (size_t w = 0; w < ARRAY_COUNT(cell->words); w++)
        if ((search->ground[column].words[w] & ~cell->words[w]) != 0)
            return false;
    return true;
}

static bool holds_rest(const struct search *search, uint32_t rule, size_t column)
{
    for (; column < search->table->table->input_count; column++)
        if (!holds_ground(search, rule, column))
            return false;
    return true;
}

static enum cover search_column(struct search *search, size_t column, const uint32_t *rules,
                                size_t count);

/* The rules that hold one atom of a column, and what they cover behind it. */
static enum cover search_atom(struct search *search, size_t column, size_t atom,
                              const uint32_t *rules, size_t count, size_t *last_count)
{
    uint32_t *kept = search->rules + (column + 1) * search->rule_count;
    size_t kept_count = 0;
    bool is_as_before = *last_count != SIZE_MAX;

    for (size_t i = 0; i < count; i++) {
        if (!atoms_has(cell_of(search->table, rules[i], column), atom))
            continue;
        is_as_before = is_as_before && kept_count < *last_count && kept[kept_count] == rules[i];
        kept[kept_count++] = rules[i];
    }
    if (is_as_before && kept_count == *last_count)
        return COVER_WHOLE; /* the same rules as for the atom before, which were enough */
    *last_count = kept_count;
    search->gap[column] = atom;
    return search_column(search, column + 1, kept, kept_count);
}

static enum cover search_column(struct search *search, size_t column, const uint32_t *rules,
                                size_t count)
{
    size_t input_count = search->table->table->input_count, last_count = SIZE_MAX;

    if (search->steps_left == 0)
        return COVER_GIVEN_UP;
    search->steps_left--;
    for (size_t i = 0; i < count; i++)
        if (holds_rest(search, rules[i], column))
            return COVER_WHOLE;
    if (count == 0 || column == input_count) {
        for (; column < input_count; column++)
            search->gap[column] = SIZE_MAX;
        return COVER_GAP;
    }
    for (size_t atom = 0; atom < search->table->columns[column].atom_count; atom++) {
        if (!atoms_has(&search->ground[column], atom))
            continue;
        enum cover cover = search_atom(search, column, atom, rules, count, &last_count);
        if (cover != COVER_WHOLE)
            return cover;
    }
    return COVER_WHOLE;
}

enum berm_status check_cover(const struct check_table *table, const struct atoms *ground,
                             const uint32_t *rules, size_t rule_count, enum cover *ret_cover,
                             size_t *ret_gap, struct berm_error *err)
{
    struct search search = {.table = table,
                            .ground = ground,
                            .rule_count = rule_count,
                            .gap = ret_gap,
                            .steps_left = CHECK_STEPS_MAX};
    struct arena_mark mark = arena_mark(table->arena);

    TRY(arena_new(table->arena, (table->table->input_count + 1) * rule_count, sizeof(*search.rules),
                  &search.rules, err));
    *ret_cover = search_column(&search, 0, rules, rule_count);
    arena_rewind(table->arena, mark);
    return BERM_OK;
}

bool check_overlap(const struct check_table *table, uint32_t a, uint32_t b, size_t *ret_where)
{
    for (size_t column = 0; column < table->table->input_count; column++) {
        const struct atoms *left = cell_of(table, a, column), *right = cell_of(table, b, column);
        size_t atom, count = table->columns[column].atom_count;

        for (atom = 0; atom < count; atom++)
            if (atoms_has(&table->columns[column].domain, atom) && atoms_has(left, atom) &&
                atoms_has(right, atom))
                break;
        if (atom == count)
            return false;
        ret_where[column] = atom;
    }
    return true;
}

static void describe_value(struct feel_value value, bool is_symbol, struct buffer *out)
{
    if (is_symbol)
        buffer_append_text(out, value.string);
    else if (feel_format(value, out, NULL) != BERM_OK)
        buffer_append_text(out, TEXT("..."));
}

static void describe_atom(const struct check_column *column, size_t atom, struct buffer *out)
{
    size_t point = atom / 2;

    if (atom + 1 == column->atom_count) {
        buffer_append_text(out, TEXT(" is missing"));
    } else if (column->kind == COLUMN_BOOLEAN) {
        buffer_append_text(out, atom == 0 ? TEXT(" is true") : TEXT(" is false"));
    } else if (column->kind == COLUMN_CHOICE && atom == column->point_count) {
        buffer_append_text(out, TEXT(" is any other text"));
    } else if (column->kind == COLUMN_CHOICE) {
        buffer_append_text(out, TEXT(" is "));
        describe_value(column->points[atom], false, out);
    } else if (atom % 2 == 1) {
        buffer_append_text(out, TEXT(" = "));
        describe_value(column->points[point], column->is_symbolic, out);
    } else {
        if (point > 0) {
            buffer_append_text(out, TEXT(" > "));
            describe_value(column->points[point - 1], column->is_symbolic, out);
        }
        if (point > 0 && point < column->point_count)
            buffer_append_text(out, TEXT(" and"));
        if (point < column->point_count) {
            buffer_append_text(out, TEXT(" < "));
            describe_value(column->points[point], column->is_symbolic, out);
        }
    }
}

void check_describe(const struct check_table *table, const size_t *atoms, struct buffer *out)
{
    bool is_first = true;

    for (size_t i = 0; i < table->table->input_count; i++) {
        if (atoms[i] == SIZE_MAX || table->columns[i].kind == COLUMN_ANY)
            continue;
        buffer_append_text(out, is_first ? TEXT("") : TEXT(" and "));
        buffer_append_text(out, table->columns[i].text);
        describe_atom(&table->columns[i], atoms[i], out);
        is_first = false;
    }
    if (is_first)
        buffer_append_text(out, TEXT("nothing is asked"));
}
