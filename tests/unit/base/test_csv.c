/* The CSV reader: the grammar, every problem, and that pieces of any size give the same records. */
#include <stdlib.h>

#include "lib/unit.h"

/* A source that gives at most piece bytes a call (random up to it where random is set). */
struct pieces {
    struct text left;
    size_t piece;
    struct random *random;
};

static enum berm_status read_piece(void *context, char *bytes, size_t length, size_t *ret_read,
                                   struct berm_error *err)
{
    struct pieces *pieces = context;
    size_t count = pieces->piece;

    (void)err;
    if (pieces->random != NULL)
        count = 1 + random_below(pieces->random, pieces->piece);
    if (count > length)
        count = length;
    if (count > pieces->left.length)
        count = pieces->left.length;
    if (count > 0)
        memcpy(bytes, pieces->left.bytes, count);
    pieces->left = text_from(pieces->left, count);
    *ret_read = count;
    return BERM_OK;
}

/* All records in one line of text: line:[field|field]!problem@column */
static void show_records(struct csv_reader *reader, struct buffer *out)
{
    struct berm_error err;
    bool has_record;

    for (;;) {
        struct csv_record record;

        assert_ok(csv_reader_next(reader, &record, &has_record, &err));
        if (!has_record)
            break;
        buffer_append_format(out, "%d:[", (int)record.line);
        for (size_t i = 0; i < record.field_count; i++) {
            if (i > 0)
                buffer_append_char(out, '|');
            buffer_append_text(out, record.fields[i]);
        }
        buffer_append_char(out, ']');
        if (record.problem != CSV_FINE)
            buffer_append_format(out, "!%d@%d", (int)record.problem, record.problem_column);
    }
}

static void show(struct text text, size_t piece, struct random *random, struct buffer *out)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct pieces pieces = {text, piece, random};
    struct berm_error err;

    buffer_clear(out);
    assert_ok(csv_reader_create((struct csv_source){&pieces, read_piece}, &reader, &err));
    show_records(reader, out);
}

static void assert_records(struct text text, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer whole = {0};
    CLEANUP(buffer_free) struct buffer pieces = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct berm_error err;

    assert_ok(csv_reader_create_from_text(text, &reader, &err));
    show_records(reader, &whole);
    assert_text(buffer_text(&whole), wanted);
    show(text, 1, NULL, &pieces);
    assert_text(buffer_text(&pieces), wanted);
}

static void fields_are_split_at_commas(void **state)
{
    (void)state;
    assert_records(TEXT(""), "");
    assert_records(TEXT("a"), "1:[a]");
    assert_records(TEXT("a,b\n"), "1:[a|b]");
    assert_records(TEXT("a,,c\n,\n"), "1:[a||c]2:[|]");
    assert_records(TEXT("a,"), "1:[a|]");
    assert_records(TEXT(" a , b "), "1:[ a | b ]");
    assert_records((struct text){NULL, 0}, "");
}

static void every_line_end_is_understood(void **state)
{
    (void)state;
    assert_records(TEXT("a\nb\n"), "1:[a]2:[b]");
    assert_records(TEXT("a\r\nb\r\n"), "1:[a]2:[b]");
    assert_records(TEXT("a\rb\r"), "1:[a]2:[b]");
    assert_records(TEXT("a\r\rb"), "1:[a]3:[b]");
    assert_records(TEXT("a,\r\nb"), "1:[a|]2:[b]");
}

static void empty_lines_are_no_records_but_count(void **state)
{
    (void)state;
    assert_records(TEXT("\n\n"), "");
    assert_records(TEXT("\r\n\ra\n\n\r\nb"), "3:[a]6:[b]");
    assert_records(TEXT("\"\"\n \n"), "1:[]2:[ ]");
}

static void quotes_hold_commas_lines_and_quotes(void **state)
{
    (void)state;
    assert_records(TEXT("\"a,b\",c\n"), "1:[a,b|c]");
    assert_records(TEXT("\"say \"\"hi\"\"\"\n"), "1:[say \"hi\"]");
    assert_records(TEXT("\"\"\"\"\n"), "1:[\"]");
    assert_records(TEXT("\"\",\"\"\n"), "1:[|]");
    assert_records(TEXT("\"a\nb\r\nc\rd\",e\nf"), "1:[a\nb\r\nc\rd|e]5:[f]");
    assert_records(TEXT("a\"b,c\"\n"), "1:[a\"b|c\"]");
    assert_records(TEXT("x,\"a\"\"\"\r\ny"), "1:[x|a\"]2:[y]");
    assert_records(TEXT("\"a\""), "1:[a]");
    assert_records(TEXT("\"a\",\"b"), "1:[a|b]!3@2");
}

static void a_byte_order_mark_is_passed_over_only_at_the_start(void **state)
{
    (void)state;
    assert_records(TEXT("\xEF\xBB\xBF"
                        "a,b\n"),
                   "1:[a|b]");
    assert_records(TEXT("\xEF\xBB\xBF\"a\",b\n"), "1:[a|b]");
    assert_records(TEXT("\xEF\xBB\xBF"), "");
    assert_records(TEXT("a\n\xEF\xBB\xBF"
                        "b"),
                   "1:[a]2:[\xEF\xBB\xBF"
                   "b]");
    assert_records(TEXT("\xEF\xBB"
                        "a"),
                   "1:[\xEF\xBB"
                   "a]!6@1");
}

static void problems_are_told_with_their_column_and_reading_goes_on(void **state)
{
    (void)state;
    assert_records(TEXT("x,\"a\"b,c\ny\n"), "1:[x|a|c]!4@2"
                                            "2:[y]");
    assert_records(TEXT("x,\"a\" ,c\ny\n"), "1:[x|a|c]!4@2"
                                            "2:[y]");
    assert_records(TEXT("x,\"a\nb"), "1:[x|a\nb]!3@2");
    assert_records(TEXT("a,b\xFF"
                        "c\nd\n"),
                   "1:[a|b\xFF"
                   "c]!6@2"
                   "2:[d]");
    assert_records(TEXT("a,\"\xE5\xB9\"\nd\n"), "1:[a|\xE5\xB9]!6@2"
                                                "2:[d]");
    assert_records(TEXT("年,\xE5\xB9\n"), "1:[年|\xE5\xB9]!6@2");
    assert_records(TEXT("\xFF,\"a\"b\n"), "1:[\xFF|a]!6@1");
    assert_records(TEXT("\"a\"b,\xFF\n"), "1:[a|\xFF]!4@1");
    assert_records(TEXT("年份,收入\n二,\"三\"\"四\"\n"), "1:[年份|收入]2:[二|三\"四]");
}

static void nul_bytes_are_found(void **state)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct csv_record record;
    struct berm_error err;
    bool has_record;

    (void)state;
    assert_ok(csv_reader_create_from_text(TEXT("a,b\0c,d\n\0\nlast\n"), &reader, &err));
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_int_equal(record.problem, CSV_NUL_BYTE);
    assert_int_equal(record.problem_column, 2);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_int_equal(record.problem, CSV_NUL_BYTE);
    assert_int_equal(record.problem_column, 1);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_int_equal(record.problem, CSV_FINE);
    assert_text(record.fields[0], "last");
    assert_int_equal(record.line, 3);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_false(has_record);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_false(has_record);
}

static void too_many_columns_are_a_problem_of_one_record(void **state)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct csv_record record;
    struct berm_error err;
    bool has_record;

    (void)state;
    for (int line = 0; line < 3; line++)
        for (int i = 0; i < CSV_COLUMNS_MAX + (line == 1); i++)
            buffer_append_text(&text, i == 0 ? TEXT("\nx") : TEXT(",x"));
    assert_ok(csv_reader_create_from_text(buffer_text(&text), &reader, &err));
    for (int line = 0; line < 3; line++) {
        assert_ok(csv_reader_next(reader, &record, &has_record, &err));
        assert_int_equal(record.field_count, CSV_COLUMNS_MAX);
        assert_int_equal(record.problem, line == 1 ? CSV_TOO_MANY_COLUMNS : CSV_FINE);
        assert_int_equal(record.line, line + 2);
    }
}

/* A record of exactly length bytes between two short ones, in pieces. */
static void check_record_of_length(size_t length, bool is_quoted, struct text line_end,
                                   enum csv_problem wanted)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct pieces pieces;
    struct csv_record record;
    struct berm_error err;
    bool has_record;
    char *room;

    buffer_append_text(&text, TEXT("first\n"));
    room = buffer_reserve(&text, length);
    memset(room, 'x', length);
    if (is_quoted) {
        room[0] = '"';
        room[length / 2] = '\n';
        room[length - 1] = '"';
    }
    text.length += length;
    buffer_append_text(&text, line_end);
    buffer_append_text(&text, TEXT("last,1\n"));
    pieces = (struct pieces){buffer_text(&text), 99991, NULL};
    assert_ok(csv_reader_create((struct csv_source){&pieces, read_piece}, &reader, &err));
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_text(record.fields[0], "first");
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_int_equal(record.problem, wanted);
    assert_int_equal(record.line, 2);
    assert_int_equal(record.field_count, wanted == CSV_FINE ? 1 : 0);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_true(has_record);
    assert_int_equal(record.problem, CSV_FINE);
    assert_text(record.fields[0], "last");
    assert_int_equal(record.line, is_quoted ? 4 : 3);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_false(has_record);
}

static void a_record_too_long_is_refused_and_the_next_is_read(void **state)
{
    const struct text ends[] = {TEXT("\n"), TEXT("\r\n"), TEXT("\r")};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(ends); i++) {
        for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
            for (size_t more = 0; more < 4; more++)
                check_record_of_length(CSV_RECORD_BYTES_MAX + more, is_quoted, ends[i],
                                       more == 0 ? CSV_FINE : CSV_RECORD_TOO_LONG);
            check_record_of_length(3 * CSV_RECORD_BYTES_MAX + 17, is_quoted, ends[i],
                                   CSV_RECORD_TOO_LONG);
        }
    }
}

/* A line of any length without the bytes for it. */
static enum berm_status read_endless(void *context, char *bytes, size_t length, size_t *ret_read,
                                     struct berm_error *err)
{
    uint64_t *left = context;
    size_t count = *left < length ? (size_t)*left : length;

    (void)err;
    memset(bytes, 'x', count);
    if (count > 0 && *left == count)
        bytes[count - 1] = '\n';
    *left -= count;
    *ret_read = count;
    return BERM_OK;
}

static void a_line_of_a_gigabyte_takes_no_memory(void **state)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    uint64_t left = getenv("BERM_QUICK") != NULL ? 1 << 24 : 1 << 30;
    struct csv_record record;
    struct berm_error err;
    bool has_record;

    (void)state;
    assert_ok(csv_reader_create((struct csv_source){&left, read_endless}, &reader, &err));
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_true(has_record);
    assert_int_equal(record.problem, CSV_RECORD_TOO_LONG);
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_false(has_record);
}

static enum berm_status read_and_fail(void *context, char *bytes, size_t length, size_t *ret_read,
                                      struct berm_error *err)
{
    int *calls = context;

    (void)length;
    if (++*calls > 1)
        return fail_with(err, BERM_IO, "the line went dead");
    memcpy(bytes, "a,b\nc", 5);
    *ret_read = 5;
    return BERM_OK;
}

static void the_source_s_failure_is_passed_on(void **state)
{
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct csv_record record;
    struct berm_error err;
    bool has_record;
    int calls = 0;

    (void)state;
    assert_ok(csv_reader_create((struct csv_source){&calls, read_and_fail}, &reader, &err));
    assert_fails(csv_reader_next(reader, &record, &has_record, &err), BERM_IO, "went dead");
}

/* Bytes that are likely to be CSV's edges. */
static void fill_with_edges(struct random *random, char *bytes, size_t length)
{
    static const char edges[] = {',', ',', '"',    '"',    '\n',   '\r',
                                 'a', 'b', '\xE5', '\xB9', '\xB4', 0};

    for (size_t i = 0; i < length; i++)
        bytes[i] = random_chance(random, 0.5) ? 'x' : edges[random_below(random, sizeof edges)];
}

static void records_are_the_same_however_the_bytes_arrive(void **state)
{
    const uint64_t seed = 20200930;
    struct random random = random_from_seed(seed);
    CLEANUP(buffer_free) struct buffer whole = {0};
    CLEANUP(buffer_free) struct buffer in_pieces = {0};
    char bytes[400];

    (void)state;
    for (int round = 0; round < 1500; round++) {
        size_t length = random_below(&random, sizeof bytes);

        fill_with_edges(&random, bytes, length);
        show((struct text){bytes, length}, sizeof bytes, NULL, &whole);
        show((struct text){bytes, length}, 1 + random_below(&random, 40), &random, &in_pieces);
        if (!text_equal(buffer_text(&whole), buffer_text(&in_pieces)))
            fail_msg("seed %llu, round %d", (unsigned long long)seed, round);
    }
}

static void records_across_the_edge_of_the_buffer_are_whole(void **state)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    struct random random = random_from_seed(3);
    struct pieces pieces;
    struct csv_record record;
    struct berm_error err;
    bool has_record;
    int64_t number;

    (void)state;
    for (int i = 0; i < 60000; i++)
        buffer_append_format(&text, "%d,\"%d\"\"\",%.*s\r\n", i, i, i % 50,
                             "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");
    pieces = (struct pieces){buffer_text(&text), 300000, &random};
    assert_ok(csv_reader_create((struct csv_source){&pieces, read_piece}, &reader, &err));
    for (int i = 0; i < 60000; i++) {
        assert_ok(csv_reader_next(reader, &record, &has_record, &err));
        assert_true(has_record);
        assert_int_equal(record.problem, CSV_FINE);
        assert_int_equal(record.field_count, 3);
        assert_int_equal(record.line, i + 1);
        assert_true(text_parse_int64(record.fields[0], &number) && number == i);
        assert_true(record.fields[1].bytes[record.fields[1].length - 1] == '"');
        assert_int_equal(record.fields[2].length, i % 50);
    }
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_false(has_record);
}

static void what_is_written_is_read_back(void **state)
{
    CLEANUP(buffer_free) struct buffer text = {0};
    CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
    const struct text fields[] = {TEXT("plain"),      TEXT(""),   TEXT("a,b"),  TEXT("say \"hi\""),
                                  TEXT("two\nlines"), TEXT("\r"), TEXT(" 年 "), TEXT("\"")};
    struct csv_record record;
    struct berm_error err;
    bool has_record;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        if (i > 0)
            buffer_append_char(&text, ',');
        csv_append_field(&text, fields[i]);
    }
    assert_ok(csv_reader_create_from_text(buffer_text(&text), &reader, &err));
    assert_ok(csv_reader_next(reader, &record, &has_record, &err));
    assert_int_equal(record.problem, CSV_FINE);
    assert_int_equal(record.field_count, ARRAY_COUNT(fields));
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        assert_true(text_equal(record.fields[i], fields[i]));
    buffer_clear(&text);
    csv_append_field(&text, TEXT("plain"));
    assert_text(buffer_text(&text), "plain");
}

static void every_problem_has_a_sentence(void **state)
{
    (void)state;
    for (int problem = CSV_FINE; problem <= CSV_NOT_UTF8; problem++)
        assert_string_not_equal(csv_problem_text((enum csv_problem)problem), "unknown problem");
}

static void what_a_spreadsheet_would_run_is_guarded_and_comes_back(void **state)
{
    static const char *const GUARDED[] = {"=1+1", "+a", "-a",  "@a",  "\tx",
                                          "\rx",  "＝", "－1", "'=a", "''@a"};
    static const char *const AS_THEY_ARE[] = {"", "a", "'", "''", "'a", "a=b", "1-2", "李", "'tis"};
    CLEANUP(buffer_free) struct buffer out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(GUARDED); i++) {
        CLEANUP(csv_reader_freep) struct csv_reader *reader = NULL;
        struct csv_record record;
        struct berm_error err;
        bool has_record;

        buffer_clear(&out);
        csv_append_guarded(&out, text_of(GUARDED[i]));
        assert_ok(csv_reader_create_from_text(buffer_text(&out), &reader, &err));
        assert_ok(csv_reader_next(reader, &record, &has_record, &err));
        assert_true(has_record && record.field_count == 1);
        assert_int_equal(record.fields[0].bytes[0], '\'');
        assert_true(text_equal(csv_unguarded(record.fields[0]), text_of(GUARDED[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(AS_THEY_ARE); i++) {
        buffer_clear(&out);
        csv_append_guarded(&out, text_of(AS_THEY_ARE[i]));
        assert_true(text_equal(buffer_text(&out), text_of(AS_THEY_ARE[i])));
        assert_true(text_equal(csv_unguarded(text_of(AS_THEY_ARE[i])), text_of(AS_THEY_ARE[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_split_at_commas),
        cmocka_unit_test(every_line_end_is_understood),
        cmocka_unit_test(empty_lines_are_no_records_but_count),
        cmocka_unit_test(quotes_hold_commas_lines_and_quotes),
        cmocka_unit_test(a_byte_order_mark_is_passed_over_only_at_the_start),
        cmocka_unit_test(problems_are_told_with_their_column_and_reading_goes_on),
        cmocka_unit_test(nul_bytes_are_found),
        cmocka_unit_test(too_many_columns_are_a_problem_of_one_record),
        cmocka_unit_test(a_record_too_long_is_refused_and_the_next_is_read),
        cmocka_unit_test(a_line_of_a_gigabyte_takes_no_memory),
        cmocka_unit_test(the_source_s_failure_is_passed_on),
        cmocka_unit_test(records_are_the_same_however_the_bytes_arrive),
        cmocka_unit_test(records_across_the_edge_of_the_buffer_are_whole),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(what_a_spreadsheet_would_run_is_guarded_and_comes_back),
        cmocka_unit_test(every_problem_has_a_sentence),
    };

    return cmocka_run_group_tests_name("base/csv", tests, NULL, NULL);
}
