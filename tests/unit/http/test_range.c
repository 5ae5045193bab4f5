/* Which part of a body is asked for: what is well-formed is answered by it, all else by the whole.
 */
#include "http/http.h"
#include "lib/unit.h"

static enum http_range ask(const char *range, const char *condition, int64_t total, int64_t *first,
                           int64_t *count)
{
    const struct http_field headers[] = {{TEXT("range"), text_of(range)},
                                         {TEXT("if-range"), text_of(condition)}};
    const struct http_request request = {.headers = headers,
                                         .header_count = condition[0] != 0 ? 2 : 1};

    return http_request_range(&request, TEXT("\"tag\""), total, first, count);
}

static void parts_are_cut_to_what_there_is(void **state)
{
    static const struct {
        const char *range;
        int64_t first, count;
    } cases[] = {
        {"bytes=0-0", 0, 1},      {"bytes=0-", 0, 100},
        {"bytes=10-19", 10, 10},  {"bytes=99-", 99, 1},
        {"bytes=90-200", 90, 10}, {"bytes=-1", 99, 1},
        {"bytes=-100", 0, 100},   {"bytes=-500", 0, 100},
        {" bytes=5-9 ", 5, 5},    {"bytes=0-999999999999999999", 0, 100},
    };
    int64_t first, count;

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(cases); c++) {
        assert_int_equal(ask(cases[c].range, "", 100, &first, &count), HTTP_RANGE_PART);
        assert_int_equal(first, cases[c].first);
        assert_int_equal(count, cases[c].count);
    }
}

static void what_is_no_range_is_answered_by_the_whole(void **state)
{
    static const char *const cases[] = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "lines=1-",
        "bytes=1",
        "bytes=1-2,4-5",
        "bytes=+1-2",
        "bytes=-+5",
        "bytes=1--2",
        "bytes=0x1-",
        "bytes=1000000000000000000-",
    };
    int64_t first, count;

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(cases); c++)
        assert_int_equal(ask(cases[c], "", 100, &first, &count), HTTP_RANGE_ALL);
}

static void nothing_lies_behind_the_end(void **state)
{
    int64_t first, count;

    (void)state;
    assert_int_equal(ask("bytes=100-", "", 100, &first, &count), HTTP_RANGE_NONE);
    assert_int_equal(ask("bytes=100-200", "", 100, &first, &count), HTTP_RANGE_NONE);
    assert_int_equal(ask("bytes=-0", "", 100, &first, &count), HTTP_RANGE_NONE);
    assert_int_equal(ask("bytes=0-", "", 0, &first, &count), HTTP_RANGE_NONE);
}

static void a_part_is_one_of_what_the_client_has(void **state)
{
    int64_t first, count;

    (void)state;
    assert_int_equal(ask("bytes=1-2", "\"tag\"", 100, &first, &count), HTTP_RANGE_PART);
    assert_int_equal(ask("bytes=1-2", "\"other\"", 100, &first, &count), HTTP_RANGE_ALL);
    assert_int_equal(ask("bytes=1-2", "W/\"tag\"", 100, &first, &count), HTTP_RANGE_ALL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_cut_to_what_there_is),
        cmocka_unit_test(what_is_no_range_is_answered_by_the_whole),
        cmocka_unit_test(nothing_lies_behind_the_end),
        cmocka_unit_test(a_part_is_one_of_what_the_client_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
