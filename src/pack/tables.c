/*
 * The tables that name findings, measures and figures for people. Texts that people read in both
 * languages may be left out in Chinese only, since a pack of another country has nobody to read
 * them; the English one is what every other language falls back on.
 */
#include "pack/tables.h"

#include "pack/decisions.h"

enum berm_status tables_read_rows(struct arena *arena, struct text csv, const char *file,
                                  const struct csv_column *columns, size_t column_count,
                                  struct csv_table *ret_table, struct berm_error *err)
{
    struct csv_table table;

    TRY(csv_table_read(arena, csv, file, columns, column_count, &table, err));
    if (table.row_count > PACK_TABLE_ROWS_MAX)
        return fail_at(err, BERM_LIMIT, table.rows[PACK_TABLE_ROWS_MAX].line, 0,
                       "%s: more than %d rows are not taken; take out what no rule uses", file,
                       PACK_TABLE_ROWS_MAX);
    *ret_table = table;
    return BERM_OK;
}

/* Fails where a required column is empty, or where the first column's value stands in a row above.
 */
enum berm_status tables_check_row(const struct csv_table *table, size_t row, const char *file,
                                  const struct csv_column *columns, size_t column_count,
                                  struct berm_error *err)
{
    const struct csv_row *checked = &table->rows[row];

    for (size_t i = 0; i < column_count; i++)
        if (columns[i].is_required && checked->fields[i].length == 0)
            return fail_at(err, BERM_INVALID_INPUT, checked->line, table->positions[i],
                           "%s: '%.*s' is empty; fill it in", file, TEXT_ARG(columns[i].name));
    for (size_t i = 0; i < row; i++)
        if (text_equal(table->rows[i].fields[0], checked->fields[0]))
            return fail_at(err, BERM_INVALID_INPUT, checked->line, table->positions[0],
                           "%s: '%.*s' stands on line %d already; keep one of them", file,
                           TEXT_ARG(checked->fields[0]), (int)table->rows[i].line);
    return BERM_OK;
}

enum berm_status tables_check_code(const struct csv_table *table, size_t row, const char *file,
                                   struct berm_error *err)
{
    enum berm_status status = code_check(table->rows[row].fields[0], "code", err);

    if (status == BERM_OK)
        return BERM_OK;
    (void)fail_within(err, status, "%s", file);
    if (err != NULL) {
        err->line = table->rows[row].line;
        err->column = table->positions[0];
    }
    return status;
}

/* Empty: other. */
static enum berm_status read_group(const struct csv_table *table, size_t row, size_t field,
                                   const char *file, enum finding_group *ret_group,
                                   struct berm_error *err)
{
    static const struct text groups[FINDING_GROUP_COUNT] = {[GROUP_OTHER] = TEXT("other"),
                                                            [GROUP_INCOME] = TEXT("income"),
                                                            [GROUP_GUARANTEE] = TEXT("guarantee"),
                                                            [GROUP_WATER] = TEXT("water"),
                                                            [GROUP_EXPENSE] = TEXT("expense")};
    struct text group = table->rows[row].fields[field];

    *ret_group = GROUP_OTHER;
    for (size_t g = 0; g < FINDING_GROUP_COUNT; g++)
        if (group.length == 0 || text_equal(group, groups[g])) {
            *ret_group = (enum finding_group)g;
            return BERM_OK;
        }
    return fail_at(err, BERM_INVALID_INPUT, table->rows[row].line, table->positions[field],
                   "%s: '%.*s' is no group of findings; take one of income, guarantee, water, "
                   "expense, other",
                   file, TEXT_ARG(group));
}

enum berm_status tables_read_findings(struct arena *arena, struct text csv, struct pack *pack,
                                      struct berm_error *err)
{
    static const struct csv_column columns[] = {{TEXT("code"), true},      {TEXT("label_en"), true},
                                                {TEXT("label_zh"), false}, {TEXT("clear_en"), true},
                                                {TEXT("clear_zh"), false}, {TEXT("source"), false},
                                                {TEXT("group"), false}};
    static const char file[] = "findings.csv";
    struct csv_table table;
    struct finding_info *findings;

    TRY(tables_read_rows(arena, csv, file, columns, ARRAY_COUNT(columns), &table, err));
    TRY(arena_new(arena, table.row_count, sizeof *findings, &findings, err));
    for (size_t i = 0; i < table.row_count; i++) {
        const struct text *fields = table.rows[i].fields;

        TRY(tables_check_row(&table, i, file, columns, ARRAY_COUNT(columns), err));
        TRY(tables_check_code(&table, i, file, err));
        findings[i] = (struct finding_info){.code = fields[0],
                                            .label_en = fields[1],
                                            .label_zh = fields[2],
                                            .clear_en = fields[3],
                                            .clear_zh = fields[4],
                                            .source = fields[5]};
        TRY(read_group(&table, i, 6, file, &findings[i].group, err));
    }
    pack->findings = findings;
    pack->finding_count = table.row_count;
    return BERM_OK;
}

static enum berm_status check_kind(const struct csv_table *table, size_t row, size_t field,
                                   const char *file, struct berm_error *err)
{
    static const struct text kinds[] = {TEXT("cash"),       TEXT("insurance"), TEXT("dividend"),
                                        TEXT("post"),       TEXT("job"),       TEXT("training"),
                                        TEXT("sale"),       TEXT("house"),     TEXT("water"),
                                        TEXT("relocation"), TEXT("school"),    TEXT("care")};
    struct text kind = table->rows[row].fields[field];
    int nearest;

    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++)
        if (text_equal(kinds[i], kind))
            return BERM_OK;
    nearest = text_nearest(kind, kinds, ARRAY_COUNT(kinds));
    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, table->rows[row].line, table->positions[field],
                       "%s: '%.*s' is no kind of measure; did you mean '%.*s'?", file,
                       TEXT_ARG(kind), TEXT_ARG(kinds[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, table->rows[row].line, table->positions[field],
                   "%s: '%.*s' is no kind of measure; take one of cash, insurance, dividend, post, "
                   "job, training, sale, house, water, relocation, school, care",
                   file, TEXT_ARG(kind));
}

/* The word behind a blank at *at, moving behind it; length 0 at the end. */
static struct text next_word(struct text list, size_t *at)
{
    size_t start;

    while (*at < list.length && list.bytes[*at] == ' ')
        ++*at;
    start = *at;
    while (*at < list.length && list.bytes[*at] != ' ')
        ++*at;
    return (struct text){list.bytes + start, *at - start};
}

bool measure_answers(const struct measure_info *measure, struct text finding)
{
    size_t at = 0;

    for (struct text word = next_word(measure->answers, &at); word.length > 0;
         word = next_word(measure->answers, &at))
        if (text_equal(word, finding))
            return true;
    return false;
}

static enum berm_status check_answers(const struct pack *pack, const struct csv_table *table,
                                      size_t row, size_t field, const char *file,
                                      struct berm_error *err)
{
    struct text list = table->rows[row].fields[field];
    size_t at = 0;

    for (struct text word = next_word(list, &at); word.length > 0; word = next_word(list, &at)) {
        struct text nearest;

        if (pack_finding(pack, word) != NULL)
            continue;
        nearest = tables_nearest_finding(pack, word);
        if (nearest.length > 0)
            return fail_at(err, BERM_INVALID_INPUT, table->rows[row].line, table->positions[field],
                           "%s: '%.*s' is no code of findings.csv; did you mean '%.*s'?", file,
                           TEXT_ARG(word), TEXT_ARG(nearest));
        return fail_at(err, BERM_INVALID_INPUT, table->rows[row].line, table->positions[field],
                       "%s: '%.*s' is no code of findings.csv; add it there or take it out", file,
                       TEXT_ARG(word));
    }
    return BERM_OK;
}

enum berm_status tables_read_measures(struct arena *arena, struct text csv, struct pack *pack,
                                      struct berm_error *err)
{
    static const struct csv_column columns[] = {{TEXT("code"), true},     {TEXT("kind"), true},
                                                {TEXT("label_en"), true}, {TEXT("label_zh"), false},
                                                {TEXT("source"), false},  {TEXT("answers"), false}};
    static const char file[] = "measures.csv";
    struct csv_table table;
    struct measure_info *measures;

    TRY(tables_read_rows(arena, csv, file, columns, ARRAY_COUNT(columns), &table, err));
    TRY(arena_new(arena, table.row_count, sizeof *measures, &measures, err));
    for (size_t i = 0; i < table.row_count; i++) {
        const struct text *fields = table.rows[i].fields;

        TRY(tables_check_row(&table, i, file, columns, ARRAY_COUNT(columns), err));
        TRY(tables_check_code(&table, i, file, err));
        TRY(check_kind(&table, i, 1, file, err));
        TRY(check_answers(pack, &table, i, 5, file, err));
        measures[i] = (struct measure_info){.code = fields[0],
                                            .kind = fields[1],
                                            .label_en = fields[2],
                                            .label_zh = fields[3],
                                            .source = fields[4],
                                            .answers = fields[5]};
    }
    pack->measures = measures;
    pack->measure_count = table.row_count;
    return BERM_OK;
}

/* "parameter.poverty_line": a figure out of parameters.csv, which reasons name too. */
static bool is_parameter(const struct pack *pack, struct text name)
{
    const struct text prefix = TEXT("parameter.");

    for (size_t i = 0; text_starts_with(name, prefix) && i < pack->parameters.name_count; i++)
        if (text_equal(text_from(name, prefix.length), pack->parameters.names[i]))
            return true;
    return false;
}

enum berm_status tables_read_figures(struct arena *arena, struct text csv, struct pack *pack,
                                     struct berm_error *err)
{
    static const struct csv_column columns[] = {{TEXT("decision"), true},
                                                {TEXT("label_en"), true},
                                                {TEXT("label_zh"), false},
                                                {TEXT("unit"), false}};
    static const char file[] = "figures.csv";
    struct csv_table table;
    struct figure_info *figures;

    TRY(tables_read_rows(arena, csv, file, columns, ARRAY_COUNT(columns), &table, err));
    TRY(arena_new(arena, table.row_count, sizeof *figures, &figures, err));
    for (size_t i = 0; i < table.row_count; i++) {
        const struct text *fields = table.rows[i].fields;
        int decision = dmn_decision_find(pack->model, fields[0]);

        TRY(tables_check_row(&table, i, file, columns, ARRAY_COUNT(columns), err));
        if (decision < 0 && !is_parameter(pack, fields[0]))
            return decisions_fail_unknown(pack->model, fields[0], table.rows[i].line,
                                          table.positions[0], file, err);
        figures[i] = (struct figure_info){
            .decision = decision < 0 ? fields[0] : dmn_decision_name(pack->model, (size_t)decision),
            .label_en = fields[1],
            .label_zh = fields[2],
            .unit = fields[3]};
    }
    pack->figures = figures;
    pack->figure_count = table.row_count;
    return BERM_OK;
}

struct text tables_nearest_finding(const struct pack *pack, struct text code)
{
    struct text codes[PACK_TABLE_ROWS_MAX];
    int nearest;

    for (size_t i = 0; i < pack->finding_count; i++)
        codes[i] = pack->findings[i].code;
    nearest = text_nearest(code, codes, pack->finding_count);
    return nearest < 0 ? TEXT("") : codes[nearest];
}

struct text tables_nearest_measure(const struct pack *pack, struct text code)
{
    struct text codes[PACK_TABLE_ROWS_MAX];
    int nearest;

    for (size_t i = 0; i < pack->measure_count; i++)
        codes[i] = pack->measures[i].code;
    nearest = text_nearest(code, codes, pack->measure_count);
    return nearest < 0 ? TEXT("") : codes[nearest];
}
