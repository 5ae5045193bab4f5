/* A register with the made-up pack in a temporary folder, filled from CSV text. */
#ifndef TESTS_REGISTER_FIXTURE_H
#define TESTS_REGISTER_FIXTURE_H

#include "exchange/exchange.h"
#include "unit/pack/pack_folder.h"

/* A country with one province; that has two counties. */
static const char AREAS[] = "code,name,name_en,parent\n"
                            "1,国,Country,\n"
                            "11,省,Province,1\n"
                            "1101,甲县,First,11\n"
                            "1102,乙县,Second,11\n";

static inline struct office *register_make(const struct pack_folder *folder, const char *name)
{
    struct office *office = NULL;
    struct berm_error err;
    char url[256];

    snprintf(url, sizeof url, "sqlite:%s/%s", folder->path, name);
    assert_ok(office_create(text_of(url), text_of(folder->path), &office, &err));
    return office;
}

static inline void register_import(const struct pack_folder *folder, struct office *office,
                                   enum import_kind kind, const char *csv)
{
    struct import_options options = {
        .kind = kind, .caller = caller_local(), .actor.name = TEXT("tester")};
    struct import_result result;
    struct berm_error err;
    char path[256];

    folder_write(folder, "import.csv", csv);
    snprintf(path, sizeof path, "%s/import.csv", folder->path);
    options.path = path;
    assert_ok(exchange_import(office->store, &office->pack->dictionary, &options, &result, &err));
    assert_int_equal(result.rejected, 0);
}

static inline struct screen_result register_screen(struct office *office, month_number month,
                                                   int threads)
{
    struct screen_options options = {.month = month, .thread_count = threads};
    struct screen_result result;
    struct berm_error err;

    assert_ok(screen_month(office, caller_local(), &options, &result, &err));
    return result;
}

static inline enum berm_status append_finding(void *context, const struct finding_row *row,
                                              struct berm_error *err)
{
    struct buffer *out = context;

    (void)err;
    buffer_append_format(out, "%.*s %.*s %.*s%s %d %.*s\n", TEXT_ARG(row->household),
                         TEXT_ARG(row->code), TEXT_ARG(row->severity),
                         row->is_undetermined ? " undetermined" : "", (int)row->from_month,
                         TEXT_ARG(row->evidence));
    return BERM_OK;
}

/* Every finding that held in the month, with its evidence, a line each. */
static inline void list_findings(struct office *office, month_number month, struct buffer *out)
{
    struct finding_filter filter = {.month = month, .with_undetermined = true};
    struct berm_error err;

    buffer_clear(out);
    assert_ok(findings_list(office, caller_local(), &filter, append_finding, out, &err));
    buffer_append_char(out, '\0');
}

#endif
