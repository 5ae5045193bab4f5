/*
 * Simple cells as sets. The checker reads the text of a cell itself: comparisons, ranges and lists
 * of literals, `not` of these, and one name a column in place of literals ("< parameter.line",
 * ">= parameter.line"). The points that a column's cells name cut its values into atoms; each cell
 * is then a set of atoms, and gaps and overlaps are questions about sets.
 */
#include "check.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { INTERVALS_MAX = 64 };

struct interval {
    struct feel_value start; /* null: unbounded */
    struct feel_value end;
    bool is_start_included;
    bool is_end_included;
};

struct simple_test {
    struct interval intervals[INTERVALS_MAX];
    size_t count;
    bool is_negated;
    bool is_any;
    bool is_symbolic;
    bool has_literals;
};

enum berm_status check_constant(struct arena *arena, struct text text, struct feel_value *ret_value,
                                bool *ret_is_constant, struct berm_error *err)
{
    struct feel_run run = {.arena = arena, .steps_left = DMN_STEPS_MAX};
    const struct feel_expression *expression;
    struct feel_scope *scope;

    *ret_is_constant = false;
    TRY(feel_scope_create(arena, &scope, err));
    enum berm_status status =
        feel_compile(arena, scope, FEEL_EXPRESSION, FEEL_STRICT, text, &expression, NULL);
    if (status == BERM_OK)
        status = feel_evaluate(expression, &run, NULL, ret_value, NULL);
    if (status == BERM_NO_MEMORY)
        return fail_with(err, status, "No memory for checking a table.");
    *ret_is_constant = status == BERM_OK;
    return BERM_OK;
}

static bool is_name(struct text text)
{
    if (text.length == 0 || isdigit((unsigned char)text.bytes[0]))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.bytes[i];

        if (c < 0x80 && !isalnum(c) && c != '_' && c != '.' && c != ' ')
            return false;
    }
    return !text_equal(text, TEXT("null"));
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* A literal, or a name that stands for one; false where it is neither. */
static enum berm_status operand(struct arena *arena, struct text text, struct simple_test *test,
                                struct feel_value *ret_value, bool *ret_is_simple,
                                struct berm_error *err)
{
    text = text_trimmed(text);
    TRY(check_constant(arena, text, ret_value, ret_is_simple, err));
    if (*ret_is_simple) {
        *ret_is_simple = ret_value->kind == FEEL_NUMBER || ret_value->kind == FEEL_DATE ||
                         ret_value->kind == FEEL_STRING || ret_value->kind == FEEL_BOOLEAN;
        test->has_literals = true;
        return BERM_OK;
    }
    *ret_is_simple = is_name(text);
    *ret_value = feel_string(text);
    test->is_symbolic = true;
    return BERM_OK;
}

/* Where ".." stands outside strings; text.length where nowhere. */
static size_t find_dots(struct text text)
{
    bool is_quoted = false;

    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.bytes[i] == '"')
            is_quoted = !is_quoted;
        else if (!is_quoted && text.bytes[i] == '.' && text.bytes[i + 1] == '.')
            return i;
    }
    return text.length;
}

static enum berm_status range_part(struct arena *arena, struct text part, size_t dots,
                                   struct simple_test *test, struct interval *interval,
                                   bool *ret_is_simple, struct berm_error *err)
{
    char first = part.bytes[0], last = part.bytes[part.length - 1];
    struct text start = {part.bytes + 1, dots - 1};
    struct text end = {part.bytes + dots + 2, part.length - dots - 3};
    bool is_end_simple;

    *ret_is_simple = false;
    if (strchr("[(]", first) == NULL || strchr("])[", last) == NULL)
        return BERM_OK;
    interval->is_start_included = first == '[';
    interval->is_end_included = last == ']';
    TRY(operand(arena, start, test, &interval->start, ret_is_simple, err));
    TRY(operand(arena, end, test, &interval->end, &is_end_simple, err));
    *ret_is_simple = *ret_is_simple && is_end_simple;
    return BERM_OK;
}

static enum berm_status one_part(struct arena *arena, struct text part, struct simple_test *test,
                                 bool *ret_is_simple, struct berm_error *err)
{
    static const char *const operators[] = {"<=", ">=", "<", ">", "="};
    struct interval *interval = &test->intervals[test->count];
    struct feel_value value;
    size_t dots, i;

    part = text_trimmed(part);
    *ret_is_simple = false;
    if (part.length == 0 || test->count == INTERVALS_MAX)
        return BERM_OK;
    test->count++;
    *interval = (struct interval){.start = feel_null(), .end = feel_null()};
    dots = find_dots(part);
    if (dots > 0 && dots + 2 < part.length && strchr("[(]", part.bytes[0]) != NULL)
        return range_part(arena, part, dots, test, interval, ret_is_simple, err);
    for (i = 0; i < ARRAY_COUNT(operators); i++)
        if (text_starts_with(part, text_of(operators[i])))
            break;
    if (i < ARRAY_COUNT(operators))
        part = text_from(part, strlen(operators[i]));
    TRY(operand(arena, part, test, &value, ret_is_simple, err));
    if (i == 0 || i == 2) {
        interval->end = value;
        interval->is_end_included = i == 0;
    } else if (i == 1 || i == 3) {
        interval->start = value;
        interval->is_start_included = i == 1;
    } else {
        *interval = (struct interval){value, value, true, true};
    }
    return BERM_OK;
}

/* The end of the part that starts at `start`: the next comma outside strings and parentheses. */
static size_t part_end(struct text text, size_t start)
{
    bool is_quoted = false;
    int depth = 0;
    size_t i;

    for (i = start; i < text.length; i++) {
        char c = text.bytes[i];

        if (c == '"' && (i == 0 || text.bytes[i - 1] != '\\'))
            is_quoted = !is_quoted;
        else if (!is_quoted && c == '(')
            depth++;
        else if (!is_quoted && c == ')')
            depth--;
        else if (!is_quoted && depth <= 0 && c == ',')
            break;
    }
    return i;
}

static enum berm_status read_test(struct arena *arena, struct text text, struct simple_test *test,
                                  bool *ret_is_simple, struct berm_error *err)
{
    memset(test, 0, sizeof(*test));
    *ret_is_simple = true;
    text = text_trimmed(text);
    test->is_any = text.length == 0 || text_equal(text, TEXT("-"));
    if (test->is_any)
        return BERM_OK;
    if (text_starts_with(text, TEXT("not(")) && text.bytes[text.length - 1] == ')') {
        test->is_negated = true;
        text = (struct text){text.bytes + 4, text.length - 5};
    }
    for (size_t start = 0; *ret_is_simple && start < text.length;) {
        size_t end = part_end(text, start);
        struct text part = {text.bytes + start, end - start};

        TRY(one_part(arena, part, test, ret_is_simple, err));
        start = end + 1;
    }
    return BERM_OK;
}

/* ---- Columns --------------------------------------------------------------------------------- */

static int compare_points(const void *a, const void *b)
{
    const struct feel_value *left = a, *right = b;

    switch (left->kind) {
    case FEEL_NUMBER:
        return feel_decimal_compare(left->number, right->number);
    case FEEL_DATE:
        return left->date < right->date ? -1 : left->date > right->date;
    case FEEL_STRING:
        return text_compare(left->string, right->string);
    default:
        return (int)right->boolean - (int)left->boolean; /* true first */
    }
}

static bool add_point(struct check_column *column, const struct simple_test *test,
                      struct feel_value value)
{
    if (value.kind == FEEL_NULL)
        return true;
    if (column->point_count > 0 &&
        (column->points[0].kind != value.kind || column->is_symbolic != test->is_symbolic))
        return false;
    column->is_symbolic = test->is_symbolic;
    for (size_t i = 0; i < column->point_count; i++)
        if (compare_points(&column->points[i], &value) == 0)
            return true;
    /* Two names cannot be put in order. */
    if (column->point_count >= (CHECK_ATOMS_MAX - 2) / 2 ||
        (test->is_symbolic && column->point_count == 1))
        return false;
    column->points[column->point_count++] = value;
    return true;
}

/* Texts and booleans are only asked for equality; their order is nobody's concern here. */
static bool is_unordered_range(const struct simple_test *test, const struct interval *interval)
{
    const struct feel_value *start = &interval->start, *end = &interval->end;
    uint8_t kind = start->kind != FEEL_NULL ? start->kind : end->kind;

    if (test->is_symbolic || (kind != FEEL_STRING && kind != FEEL_BOOLEAN))
        return false;
    return start->kind != end->kind || compare_points(start, end) != 0;
}

/* Take the points of one test; false where the column cannot hold it. */
static bool column_add(struct check_column *column, const struct simple_test *test)
{
    if (test->is_symbolic && test->has_literals)
        return false;
    for (size_t i = 0; i < test->count; i++)
        if (is_unordered_range(test, &test->intervals[i]))
            return false;
    for (size_t i = 0; i < test->count; i++)
        if (!add_point(column, test, test->intervals[i].start) ||
            !add_point(column, test, test->intervals[i].end))
            return false;
    return true;
}

static void column_finish(struct check_column *column)
{
    size_t count = column->point_count;

    if (count > 1)
        qsort(column->points, count, sizeof(*column->points), compare_points);
    if (count == 0) {
        column->kind = COLUMN_ANY;
        column->atom_count = 1;
    } else if (column->points[0].kind == FEEL_BOOLEAN) {
        column->kind = COLUMN_BOOLEAN;
        column->atom_count = 2;
    } else if (column->points[0].kind == FEEL_STRING && !column->is_symbolic) {
        column->kind = COLUMN_CHOICE;
        column->atom_count = count + 1;
    } else {
        column->kind = COLUMN_ORDERED;
        column->atom_count = 2 * count + 1;
    }
    column->atom_count++; /* missing */
}

/* Is atom number `atom` inside the interval? */
static bool interval_has(const struct check_column *column, const struct interval *interval,
                         size_t atom)
{
    size_t start_at = 0, end_at = 2 * column->point_count;

    if (column->kind == COLUMN_CHOICE)
        return atom < column->point_count && interval->start.kind != FEEL_NULL &&
               compare_points(&column->points[atom], &interval->start) == 0;
    if (column->kind == COLUMN_BOOLEAN)
        return interval->start.kind != FEEL_NULL && interval->start.boolean == (atom == 0);
    for (size_t i = 0; i < column->point_count; i++) {
        if (interval->start.kind != FEEL_NULL &&
            compare_points(&column->points[i], &interval->start) == 0)
            start_at = 2 * i + 1 + !interval->is_start_included;
        if (interval->end.kind != FEEL_NULL &&
            compare_points(&column->points[i], &interval->end) == 0)
            end_at = 2 * i + 1 - !interval->is_end_included;
    }
    return atom >= start_at && atom <= end_at;
}

static struct atoms test_atoms(const struct check_column *column, const struct simple_test *test)
{
    struct atoms atoms = {0};

    for (size_t atom = 0; atom + 1 < column->atom_count; atom++) {
        bool is_in = test->is_any;

        for (size_t i = 0; !is_in && i < test->count; i++)
            is_in = interval_has(column, &test->intervals[i], atom);
        if (is_in != test->is_negated)
            atoms_add(&atoms, atom);
    }
    if (test->is_any) /* only "-" holds for a missing value */
        atoms_add(&atoms, column->atom_count - 1);
    return atoms;
}

static struct text allowed_text(const struct table_input *input)
{
    if (input->allowed.length == 0 && input->type != NULL && input->type->allowed != NULL)
        return feel_source_text(input->type->allowed);
    return input->allowed;
}

static enum berm_status column_domain(struct check_table *made, size_t index,
                                      struct simple_test *test, struct berm_error *err)
{
    struct check_column *column = &made->columns[index];
    bool is_simple;

    TRY(read_test(made->arena, allowed_text(&made->table->inputs[index]), test, &is_simple, err));
    if (!is_simple || !column_add(column, test))
        *test = (struct simple_test){.is_any = true};
    column_finish(column);
    column->domain = test_atoms(column, test);
    column->domain.words[(column->atom_count - 1) / 64] &=
        ~(UINT64_C(1) << ((column->atom_count - 1) % 64));
    return BERM_OK;
}

static enum berm_status column_make(struct check_table *made, size_t index, struct berm_error *err)
{
    const struct table *table = made->table;
    struct check_column *column = &made->columns[index];
    struct simple_test *test;
    bool is_simple;

    TRY(arena_new(made->arena, 1, sizeof(*test), &test, err));
    TRY(arena_new(made->arena, CHECK_ATOMS_MAX / 2, sizeof(*column->points), &column->points, err));
    column->text = table->inputs[index].text;
    for (size_t i = 0; i < table->rule_count; i++) {
        TRY(read_test(made->arena, table->rules[i].cell_texts[index], test, &is_simple, err));
        if (!is_simple || !column_add(column, test))
            made->is_simple[i] = false;
    }
    TRY(column_domain(made, index, test, err));
    for (size_t i = 0; i < table->rule_count; i++) {
        struct atoms *cell = &made->cells[i * table->input_count + index];

        if (!made->is_simple[i])
            continue;
        TRY(read_test(made->arena, table->rules[i].cell_texts[index], test, &is_simple, err));
        *cell = test_atoms(column, test);
    }
    return BERM_OK;
}

enum berm_status check_table_make(struct arena *arena, const struct table *table,
                                  struct check_table *ret_table, struct berm_error *err)
{
    struct check_table made = {.table = table, .arena = arena};

    TRY(arena_new(arena, table->input_count, sizeof(*made.columns), &made.columns, err));
    TRY(arena_new(arena, table->rule_count * table->input_count, sizeof(*made.cells), &made.cells,
                  err));
    TRY(arena_new(arena, table->rule_count, sizeof(*made.is_simple), &made.is_simple, err));
    for (size_t i = 0; i < table->rule_count; i++)
        made.is_simple[i] = true;
    for (size_t i = 0; i < table->input_count; i++)
        TRY(column_make(&made, i, err));
    for (size_t i = 0; i < table->rule_count; i++)
        made.simple_count += made.is_simple[i];
    *ret_table = made;
    return BERM_OK;
}
