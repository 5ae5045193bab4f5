/*
 * Cases: the files of a pack's folder cases/. A case is checked as strictly as the pack itself: a
 * misspelled fact would leave it unknown, and the case would then prove something else than its
 * author believes.
 */
#include <string.h>

#include "pack/case_reading.h"
#include "pack/source.h"

/* What a file says once for all of its cases. */
struct file_defaults {
    const struct yaml_node *month;
    const struct yaml_node *areas;
};

struct all_cases {
    struct buffer cases; /* struct pack_case */
};

static void all_cases_free(struct all_cases *all)
{
    buffer_free(&all->cases);
}

enum berm_status case_fail_at(const struct yaml_node *node, enum berm_status status,
                              struct berm_error *err)
{
    if (err != NULL && status != BERM_OK && err->line == 0) {
        err->line = node->line;
        err->column = node->column;
    }
    return status;
}

static enum berm_status read_month(const struct case_reading *reading,
                                   const struct yaml_node *file_month, month_number *ret_month,
                                   struct berm_error *err)
{
    const struct yaml_node *month = yaml_find(reading->node, TEXT("month"));

    if (month == NULL)
        month = file_month;
    if (month == NULL)
        return fail_at(err, BERM_INVALID_INPUT, reading->node->line, reading->node->column,
                       "the case has no month; add 'month: YYYY-MM' to it or to the file");
    TRY(yaml_expect(month, YAML_SCALAR, "'month'", err));
    return case_fail_at(month, month_parse(month->text, ret_month, err), err);
}

/* Written root first, kept nearest first, as parameter_find wants them. */
static enum berm_status read_areas(const struct case_reading *reading,
                                   const struct yaml_node *file_areas, struct pack_case *ret_case,
                                   struct berm_error *err)
{
    const struct yaml_node *areas = yaml_find(reading->node, TEXT("areas"));
    const struct text *codes;
    struct text *nearest_first;
    size_t count;

    if (areas == NULL)
        areas = file_areas;
    if (areas == NULL)
        return BERM_OK;
    TRY(yaml_texts(reading->arena, areas, "'areas'", &codes, &count, err));
    if (count > AREA_DEPTH_MAX)
        return fail_at(err, BERM_LIMIT, areas->line, areas->column,
                       "'areas' has more than %d levels; give the household's area and those above "
                       "it, root first",
                       AREA_DEPTH_MAX);
    TRY(arena_new(reading->arena, count, sizeof *nearest_first, &nearest_first, err));
    for (size_t i = 0; i < count; i++) {
        TRY(case_fail_at(&areas->items[i], code_check(codes[i], "area", err), err));
        nearest_first[count - 1 - i] = codes[i];
    }
    ret_case->area_codes = nearest_first;
    ret_case->area_code_count = count;
    return BERM_OK;
}

static enum berm_status read_case(struct arena *arena, const struct pack *pack, struct text file,
                                  const struct file_defaults *defaults,
                                  const struct yaml_node *node, struct pack_case *ret_case,
                                  struct berm_error *err)
{
    static const struct text keys[] = {TEXT("name"),       TEXT("month"),   TEXT("areas"),
                                       TEXT("household"),  TEXT("members"), TEXT("flows"),
                                       TEXT("parameters"), TEXT("expect")};
    struct case_reading reading = {.arena = arena, .pack = pack, .node = node};
    struct pack_case read = {.file = file, .line = node->line};

    TRY(yaml_expect_keys(node, keys, ARRAY_COUNT(keys), "a case", err));
    TRY(yaml_required_text(node, TEXT("name"), &read.name, err));
    TRY(read_month(&reading, defaults->month, &read.month, err));
    reading.month = read.month;
    TRY(read_areas(&reading, defaults->areas, &read, err));
    TRY(case_read_facts(&reading, &read, err));
    TRY(case_read_expectations(&reading, &read, err));
    *ret_case = read;
    return BERM_OK;
}

/* A failing case is found again by its name. */
static enum berm_status refuse_second_name(const struct all_cases *all, size_t first_bytes,
                                           const struct pack_case *read,
                                           const struct yaml_node *node, struct berm_error *err)
{
    const struct pack_case *cases = (const void *)(all->cases.bytes + first_bytes);
    size_t count = (all->cases.length - first_bytes) / sizeof *cases;

    for (size_t i = 0; i < count; i++)
        if (text_equal(cases[i].name, read->name))
            return fail_at(err, BERM_INVALID_INPUT, node->line, node->column,
                           "the case on line %d is called '%.*s' already; give each its own name",
                           cases[i].line, TEXT_ARG(read->name));
    return BERM_OK;
}

static enum berm_status read_tree(struct arena *arena, const struct pack *pack, struct text file,
                                  const struct yaml_node *root, struct all_cases *all,
                                  struct berm_error *err)
{
    static const struct text keys[] = {TEXT("month"), TEXT("areas"), TEXT("cases")};
    struct file_defaults defaults;
    const struct yaml_node *cases;
    size_t first_bytes = all->cases.length;

    TRY(yaml_expect_keys(root, keys, ARRAY_COUNT(keys), "a file of cases", err));
    defaults.month = yaml_find(root, TEXT("month"));
    defaults.areas = yaml_find(root, TEXT("areas"));
    cases = yaml_find(root, TEXT("cases"));
    if (cases == NULL)
        return fail_at(err, BERM_INVALID_INPUT, root->line, root->column,
                       "'cases' is missing; put the cases below it as a list");
    TRY(yaml_expect(cases, YAML_SEQUENCE, "'cases'", err));
    for (size_t i = 0; i < cases->count; i++) {
        struct pack_case read;

        TRY(read_case(arena, pack, file, &defaults, &cases->items[i], &read, err));
        if (all->cases.length > first_bytes)
            TRY(refuse_second_name(all, first_bytes, &read, &cases->items[i], err));
        buffer_append(&all->cases, &read, sizeof read);
        TRY(buffer_status(&all->cases, err));
    }
    return BERM_OK;
}

static enum berm_status read_file(const struct source *source, struct arena *arena,
                                  const struct pack *pack, struct text file, struct all_cases *all,
                                  struct berm_error *err)
{
    struct text yaml;
    const struct yaml_node *root;
    enum berm_status status;

    TRY(source_read(source, arena, file, &yaml, err));
    status = yaml_read(arena, yaml, &root, err);
    if (status == BERM_OK)
        status = read_tree(arena, pack, file, root, all, err);
    return status == BERM_OK ? BERM_OK : fail_within(err, status, "%.*s", TEXT_ARG(file));
}

static enum berm_status read_source(struct arena *arena, const struct source *source,
                                    const struct pack *pack, const struct pack_case **ret_cases,
                                    size_t *ret_count, struct berm_error *err)
{
    CLEANUP(all_cases_free) struct all_cases all = {0};
    const struct text *files;
    size_t file_count;
    struct pack_case *cases;
    size_t count;

    TRY(source_list_cases(source, arena, &files, &file_count, err));
    for (size_t i = 0; i < file_count; i++)
        TRY(read_file(source, arena, pack, files[i], &all, err));
    count = all.cases.length / sizeof *cases;
    TRY(arena_new(arena, count, sizeof *cases, &cases, err));
    if (count > 0)
        memcpy(cases, all.cases.bytes, all.cases.length);
    *ret_cases = cases;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status pack_read_cases(struct arena *arena, struct text name_or_folder,
                                 const struct pack *pack, const struct pack_case **ret_cases,
                                 size_t *ret_count, struct berm_error *err)
{
    CLEANUP(source_close) struct source source = {.folder = -1};

    TRY(source_open(arena, name_or_folder, &source, err));
    return read_source(arena, &source, pack, ret_cases, ret_count, err);
}

enum berm_status bundle_read_cases(struct arena *arena, const struct pack_bundle *bundle,
                                   const struct pack *pack, const struct pack_case **ret_cases,
                                   size_t *ret_count, struct berm_error *err)
{
    struct source source;

    TRY(source_of_bundle(arena, bundle, &source, err));
    return read_source(arena, &source, pack, ret_cases, ret_count, err);
}

enum berm_status case_of_facts(struct arena *arena, const struct pack *pack, struct text facts,
                               struct pack_case *ret_case, struct berm_error *err)
{
    static const struct text keys[] = {TEXT("month"),   TEXT("areas"), TEXT("household"),
                                       TEXT("members"), TEXT("flows"), TEXT("parameters")};
    struct case_reading reading = {.arena = arena, .pack = pack};
    struct pack_case read = {.name = TEXT("the household")};

    TRY(yaml_read(arena, facts, &reading.node, err));
    TRY(yaml_expect_keys(reading.node, keys, ARRAY_COUNT(keys), "a household's facts", err));
    TRY(read_month(&reading, NULL, &read.month, err));
    reading.month = read.month;
    TRY(read_areas(&reading, NULL, &read, err));
    TRY(case_read_facts(&reading, &read, err));
    *ret_case = read;
    return BERM_OK;
}
