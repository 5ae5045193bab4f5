/* Rows in every format, and what becomes of them where the file cannot take them. */
#include "lib/unit.h"

#include "cli/cli.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const struct output_column COLUMNS[] = {
    {"name", CELL_TEXT}, {"count", CELL_NUMBER}, {"extra", CELL_JSON}};

static const struct text ROWS[][3] = {
    {TEXT("王 \"a\", b"), TEXT("7"), TEXT("{\"x\":1}")},
    {TEXT("c"), TEXT("1200"), TEXT("")},
};

/* What is written for the first row_count rows. */
static void check_written(enum format format, size_t row_count, const char *wanted)
{
    char *written = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&written, &length);
    struct output output;
    struct berm_error err;

    output_begin(&output, file, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    for (size_t r = 0; r < row_count; r++)
        output_row(&output, ROWS[r]);
    assert_ok(output_end(&output, &err));
    fclose(file);
    assert_string_equal(written, wanted);
    free(written);
}

static void a_table_is_aligned_by_what_the_eye_sees(void **state)
{
    (void)state;
    check_written(FORMAT_TABLE, 2,
                  "name       count  extra\n"
                  "王 \"a\", b      7  {\"x\":1}\n"
                  "c           1200  \n");
    check_written(FORMAT_TABLE, 0, "name  count  extra\n");
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    check_written(FORMAT_CSV, 2,
                  "name,count,extra\n\"王 \"\"a\"\", b\",7,\"{\"\"x\"\":1}\"\nc,1200,\n");
    check_written(FORMAT_CSV, 0, "name,count,extra\n");
}

static void json_has_bare_numbers_and_null_for_nothing(void **state)
{
    (void)state;
    check_written(FORMAT_JSON, 2,
                  "[\n {\"name\":\"王 \\\"a\\\", b\",\"count\":7,\"extra\":{\"x\":1}},\n"
                  " {\"name\":\"c\",\"count\":1200,\"extra\":null}\n]\n");
    check_written(FORMAT_JSON, 0, "[]\n");
}

static void ndjson_is_a_row_a_line(void **state)
{
    (void)state;
    check_written(FORMAT_NDJSON, 2,
                  "{\"name\":\"王 \\\"a\\\", b\",\"count\":7,\"extra\":{\"x\":1}}\n"
                  "{\"name\":\"c\",\"count\":1200,\"extra\":null}\n");
    check_written(FORMAT_NDJSON, 0, "");
}

static void wide_characters_take_two_columns(void **state)
{
    (void)state;
    assert_int_equal(display_width(TEXT("abc")), 3);
    assert_int_equal(display_width(TEXT("家庭")), 4);
    assert_int_equal(display_width(TEXT("é（x）")), 6);
    assert_int_equal(display_width(TEXT("")), 0);
}

static void a_full_disk_is_an_error(void **state)
{
    FILE *file = fopen("/dev/full", "w");
    struct output output;
    struct berm_error err;

    (void)state;
    if (!file)
        skip();
    output_begin(&output, file, FORMAT_CSV, COLUMNS, ARRAY_COUNT(COLUMNS));
    output_row(&output, ROWS[0]);
    assert_fails(output_end(&output, &err), BERM_IO, "could not be written");
    assert_false(is_reader_gone(file));
    fclose(file);
}

static void a_reader_that_went_away_is_told_from_a_failure(void **state)
{
    struct berm_error err;
    int ends[2];
    FILE *file;

    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    file = fdopen(ends[1], "w");
    assert_non_null(file);
    assert_false(is_reader_gone(file));
    assert_ok(write_status(file, &err));
    close(ends[0]);
    assert_true(is_reader_gone(file));
    fputs("too late", file);
    fflush(file);
    assert_fails(write_status(file, &err), BERM_IO, "could not be written");
    fclose(file);
}

/* ---- Errors ---------------------------------------------------------------------------------- */

static void check_error(const struct berm_error *error, const char *wanted)
{
    char *written = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&written, &length);

    error_write(file, error);
    fclose(file);
    assert_string_equal(written, wanted);
    free(written);
}

static void a_position_is_told_once(void **state)
{
    struct berm_error err;

    (void)state;
    (void)fail_with(&err, BERM_NOT_FOUND, "no such thing");
    check_error(&err, "berm: no such thing\n");
    (void)fail_at(&err, BERM_INVALID_INPUT, 3, 7, "pack.yaml: bad key");
    check_error(&err, "berm: pack.yaml: bad key (line 3, column 7)\n");
    (void)fail_at(&err, BERM_INVALID_INPUT, 3, 0, "pack.yaml: bad key");
    check_error(&err, "berm: pack.yaml: bad key (line 3)\n");
    (void)fail_at(&err, BERM_INVALID_INPUT, 3, 7, "dictionary.csv, line 3, column 'type': bad");
    check_error(&err, "berm: dictionary.csv, line 3, column 'type': bad\n");
    (void)fail_at(&err, BERM_INVALID_INPUT, 3, 7, "the same as on line 31");
    check_error(&err, "berm: the same as on line 31 (line 3, column 7)\n");
}

static void an_error_without_words_is_told_by_its_status(void **state)
{
    (void)state;
    check_error(&(struct berm_error){.status = BERM_BUSY}, "berm: busy\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_aligned_by_what_the_eye_sees),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(json_has_bare_numbers_and_null_for_nothing),
        cmocka_unit_test(ndjson_is_a_row_a_line),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(a_reader_that_went_away_is_told_from_a_failure),
        cmocka_unit_test(a_position_is_told_once),
        cmocka_unit_test(an_error_without_words_is_told_by_its_status),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
