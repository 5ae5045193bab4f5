/* A summary as rows: one table for people, by group; the same rows for programs. */
#include "reports.h"

static const struct output_column COLUMNS[] = {
    {"group", CELL_TEXT},           {"key", CELL_TEXT},          {"label", CELL_TEXT},
    {"undetermined", CELL_JSON},    {"households", CELL_NUMBER}, {"people", CELL_NUMBER},
    {"with_findings", CELL_NUMBER}, {"headcount", CELL_NUMBER},  {"gap", CELL_NUMBER},
    {"squared_gap", CELL_NUMBER},
};

enum { CELLS = ARRAY_COUNT(COLUMNS) };

static struct text ratio(bool is_measured, double value, char *out, size_t size)
{
    if (!is_measured)
        return (struct text){"", 0};
    snprintf(out, size, "%.6f", value);
    return text_of(out);
}

static void write_group(struct output *output, const char *name, const struct summary_group *group,
                        enum language language)
{
    char numbers[3][24], ratios[3][24];
    const int64_t counts[] = {group->households, group->people, group->with_findings};
    bool is_measured = group->fgt.weight > 0;
    struct text label = language_pick(language, group->label_en, group->label_zh);
    struct text cells[CELLS] = {text_of(name), group->key, label,
                                group->is_undetermined ? TEXT("true") : TEXT("false")};

    for (int i = 0; i < 3; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)counts[i]);
        cells[4 + i] = text_of(numbers[i]);
    }
    cells[7] = ratio(is_measured, fgt_headcount(&group->fgt), ratios[0], sizeof ratios[0]);
    cells[8] = ratio(is_measured, fgt_gap(&group->fgt), ratios[1], sizeof ratios[1]);
    cells[9] = ratio(is_measured, fgt_severity(&group->fgt), ratios[2], sizeof ratios[2]);
    output_row(output, cells);
}

enum berm_status summary_write(const struct summary *summary, enum language language,
                               enum format format, FILE *file, struct berm_error *err)
{
    const struct {
        const char *name;
        const struct summary_group *groups;
        size_t count;
    } parts[] = {
        {"total", &summary->total, 1},
        {"area", summary->areas, summary->area_count},
        {"risk_level", summary->levels, summary->has_run ? summary->level_count : 0},
        {"kind", summary->kinds, summary->kind_count},
        {"finding", summary->findings, summary->finding_count},
    };
    struct output output;

    output_begin(&output, file, format, COLUMNS, CELLS);
    for (size_t p = 0; p < ARRAY_COUNT(parts); p++)
        for (size_t g = 0; g < parts[p].count; g++)
            if (parts[p].groups[g].households > 0 || p == 0)
                write_group(&output, parts[p].name, &parts[p].groups[g], language);
    return output_end(&output, err);
}
