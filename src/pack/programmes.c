/*
 * Programmes: help that is paid, or given in kind, to whoever the policy finds eligible. What a row
 * names in the policy, among the measures and in the dictionary is looked up here, so that no
 * officer finds out in the middle of a month that a programme cannot be decided or paid.
 */
#include "pack/programmes.h"

#include "pack/decisions.h"
#include "pack/tables.h"

enum programme_column {
    COLUMN_CODE,
    COLUMN_MEASURE,
    COLUMN_TARGET,
    COLUMN_CYCLE,
    COLUMN_ELIGIBLE,
    COLUMN_AMOUNT,
    COLUMN_FLOW,
    COLUMN_EN,
    COLUMN_ZH,
    COLUMN_SOURCE,
};

static const char FILE_NAME[] = "programmes.csv";

static const struct text TARGETS[TARGET_COUNT] = {
    [TARGET_HOUSEHOLD] = TEXT("household"),
    [TARGET_PERSON] = TEXT("person"),
};
static const struct text CYCLES[CYCLE_COUNT] = {
    [CYCLE_MONTH] = TEXT("month"),
    [CYCLE_QUARTER] = TEXT("quarter"),
    [CYCLE_YEAR] = TEXT("year"),
    [CYCLE_ONCE] = TEXT("once"),
};

const char *programme_target_name(enum programme_target target)
{
    assert(target < TARGET_COUNT);
    return TARGETS[target].bytes;
}

const char *programme_cycle_name(enum programme_cycle cycle)
{
    assert(cycle < CYCLE_COUNT);
    return CYCLES[cycle].bytes;
}

struct reading {
    struct arena *arena;
    const struct pack *pack;
    const struct csv_table *table;
    size_t row;
};

static struct text field(const struct reading *reading, enum programme_column column)
{
    return reading->table->rows[reading->row].fields[column];
}

/* "programmes.csv: 'x' is no WHAT; did you mean 'y'?", or with what is to be done instead. */
static enum berm_status fail_field(const struct reading *reading, enum programme_column column,
                                   const char *what, const char *remedy,
                                   const struct text *candidates, size_t candidate_count,
                                   struct berm_error *err)
{
    struct text word = field(reading, column);
    int32_t line = reading->table->rows[reading->row].line;
    int32_t position = reading->table->positions[column];
    int nearest = text_nearest(word, candidates, candidate_count);

    if (nearest >= 0)
        return fail_at(err, BERM_INVALID_INPUT, line, position,
                       "%s: '%.*s' is no %s; did you mean '%.*s'?", FILE_NAME, TEXT_ARG(word), what,
                       TEXT_ARG(candidates[nearest]));
    return fail_at(err, BERM_INVALID_INPUT, line, position, "%s: '%.*s' is no %s; %s", FILE_NAME,
                   TEXT_ARG(word), what, remedy);
}

static enum berm_status find_word(const struct reading *reading, enum programme_column column,
                                  const char *what, const char *remedy, const struct text *words,
                                  size_t count, int *ret_position, struct berm_error *err)
{
    struct text word = field(reading, column);

    for (size_t i = 0; i < count; i++)
        if (text_equal(word, words[i])) {
            *ret_position = (int)i;
            return BERM_OK;
        }
    return fail_field(reading, column, what, remedy, words, count, err);
}

static enum berm_status check_measure(const struct reading *reading, struct berm_error *err)
{
    struct text nearest;

    if (pack_measure(reading->pack, field(reading, COLUMN_MEASURE)) != NULL)
        return BERM_OK;
    nearest = tables_nearest_measure(reading->pack, field(reading, COLUMN_MEASURE));
    return fail_field(reading, COLUMN_MEASURE, "measure", "list it in measures.csv", &nearest,
                      nearest.length > 0, err);
}

static enum berm_status find_decision(const struct reading *reading, enum programme_column column,
                                      int *ret_decision, struct berm_error *err)
{
    int decision = dmn_decision_find(reading->pack->model, field(reading, column));

    if (decision < 0)
        return decisions_fail_unknown(reading->pack->model, field(reading, column),
                                      reading->table->rows[reading->row].line,
                                      reading->table->positions[column], FILE_NAME, err);
    *ret_decision = decision;
    return BERM_OK;
}

static enum berm_status find_flow(const struct reading *reading, const struct variable **ret_flow,
                                  struct berm_error *err)
{
    const struct dictionary *dictionary = &reading->pack->dictionary;
    const struct variable *flows = dictionary_variables(dictionary, ENTITY_FLOW);
    size_t count = dictionary->count[ENTITY_FLOW];
    struct text *names;

    *ret_flow = dictionary_find(dictionary, ENTITY_FLOW, field(reading, COLUMN_FLOW));
    if (*ret_flow != NULL)
        return BERM_OK;
    TRY(arena_new(reading->arena, count, sizeof *names, &names, err));
    for (size_t i = 0; i < count; i++)
        names[i] = flows[i].name;
    return fail_field(reading, COLUMN_FLOW, "flow", "add it to dictionary.csv", names, count, err);
}

static enum berm_status read_programme(const struct reading *reading, struct programme *programme,
                                       struct berm_error *err)
{
    int target = 0, cycle = 0;

    TRY(check_measure(reading, err));
    TRY(find_word(reading, COLUMN_TARGET, "target", "take household or person", TARGETS,
                  TARGET_COUNT, &target, err));
    TRY(find_word(reading, COLUMN_CYCLE, "cycle", "take month, quarter, year or once", CYCLES,
                  CYCLE_COUNT, &cycle, err));
    *programme = (struct programme){.code = field(reading, COLUMN_CODE),
                                    .measure = field(reading, COLUMN_MEASURE),
                                    .target = (enum programme_target)target,
                                    .cycle = (enum programme_cycle)cycle,
                                    .label_en = field(reading, COLUMN_EN),
                                    .label_zh = field(reading, COLUMN_ZH),
                                    .source = field(reading, COLUMN_SOURCE)};
    TRY(find_decision(reading, COLUMN_ELIGIBLE, &programme->eligible_decision, err));
    TRY(find_decision(reading, COLUMN_AMOUNT, &programme->amount_decision, err));
    return find_flow(reading, &programme->flow, err);
}

enum berm_status programmes_read(struct arena *arena, struct text csv, struct pack *pack,
                                 struct berm_error *err)
{
    static const struct csv_column columns[] = {
        [COLUMN_CODE] = {TEXT("code"), true},         [COLUMN_MEASURE] = {TEXT("measure"), true},
        [COLUMN_TARGET] = {TEXT("target"), true},     [COLUMN_CYCLE] = {TEXT("cycle"), true},
        [COLUMN_ELIGIBLE] = {TEXT("eligible"), true}, [COLUMN_AMOUNT] = {TEXT("amount"), true},
        [COLUMN_FLOW] = {TEXT("flow"), true},         [COLUMN_EN] = {TEXT("label_en"), true},
        [COLUMN_ZH] = {TEXT("label_zh"), false},      [COLUMN_SOURCE] = {TEXT("source"), false},
    };
    struct csv_table table;
    struct reading reading = {.arena = arena, .pack = pack, .table = &table};
    struct programme *programmes;

    TRY(tables_read_rows(arena, csv, FILE_NAME, columns, ARRAY_COUNT(columns), &table, err));
    TRY(arena_new(arena, table.row_count, sizeof *programmes, &programmes, err));
    for (; reading.row < table.row_count; reading.row++) {
        TRY(tables_check_row(&table, reading.row, FILE_NAME, columns, ARRAY_COUNT(columns), err));
        TRY(tables_check_code(&table, reading.row, FILE_NAME, err));
        TRY(read_programme(&reading, &programmes[reading.row], err));
    }
    pack->programmes = programmes;
    pack->programme_count = table.row_count;
    return BERM_OK;
}

/* ---- Looking up ------------------------------------------------------------------------------ */

int pack_programme_position(const struct pack *pack, struct text code)
{
    for (size_t i = 0; i < pack->programme_count; i++)
        if (text_equal(pack->programmes[i].code, code))
            return (int)i;
    return -1;
}

const struct programme *pack_programme(const struct pack *pack, struct text code)
{
    int position = pack_programme_position(pack, code);

    return position < 0 ? NULL : &pack->programmes[position];
}

struct text pack_programme_nearest(const struct pack *pack, struct text code)
{
    struct text codes[PACK_TABLE_ROWS_MAX];
    int nearest;

    for (size_t i = 0; i < pack->programme_count; i++)
        codes[i] = pack->programmes[i].code;
    nearest = text_nearest(code, codes, pack->programme_count);
    return nearest < 0 ? TEXT("") : codes[nearest];
}

month_number programme_period(const struct programme *programme, month_number month)
{
    switch (programme->cycle) {
    case CYCLE_MONTH:
        return month;
    case CYCLE_QUARTER:
        return month - month % 3;
    case CYCLE_YEAR:
        return month - month % 12;
    case CYCLE_ONCE:
    case CYCLE_COUNT:
        break;
    }
    return PERIOD_ONCE;
}
