/* Responses: fields, problems, entity tags, compressed files, shortened addresses. */
#include "http/server.h"
#include "lib/unit.h"

static void free_response(struct http_response *response)
{
    buffer_free(&response->body);
    buffer_free(&response->headers);
}

static void a_problem_replaces_what_was_there(void **state)
{
    CLEANUP(free_response) struct http_response response = {.status = 200};

    (void)state;
    buffer_append_text(&response.body, TEXT("half a list"));
    http_response_header(&response, "X-Count", TEXT("3"));
    http_response_problem(&response, 409, "https://example.org/late", TEXT("it is \"late\""));
    assert_int_equal(response.status, 409);
    assert_text(buffer_text(&response.body),
                "{\"type\":\"https://example.org/late\",\"title\":\"Conflict\",\"status\":409,"
                "\"detail\":\"it is \\\"late\\\"\"}\n");
    assert_int_equal(response.headers.length, 0);
    http_response_problem(&response, 404, NULL, TEXT(""));
    assert_text(buffer_text(&response.body),
                "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404}\n");
}

static void a_header_cannot_break_out_of_its_line(void **state)
{
    static const struct {
        const char *name;
        struct text value;
    } WRONG[] = {
        {"X-A", {"a\r\nSet-Cookie: b", 16}},
        {"X-A", {"a\nb", 3}},
        {"X-A", {"a\0b", 3}},
        {"X A", {"a", 1}},
        {"", {"a", 1}},
        {"X:", {"a", 1}},
        {"content-length", {"3", 1}},
        {"Connection", {"keep-alive", 10}},
    };

    (void)state;
    for (size_t w = 0; w < ARRAY_COUNT(WRONG); w++) {
        CLEANUP(free_response) struct http_response response = {.status = 200};

        http_response_header(&response, WRONG[w].name, WRONG[w].value);
        if (!response.headers.has_failed || response.headers.length > 0)
            fail_msg("%zu is taken", w);
    }
}

static void the_usual_fields_can_be_replaced(void **state)
{
    static struct http_server server;
    static struct exchange exchange = {.server = &server, .id = "0123456789abcdef"};
    CLEANUP(buffer_free) struct buffer head = {0};

    (void)state;
    exchange.response.status = 200;
    http_response_header(&exchange.response, "cache-control", TEXT("no-cache"));
    buffer_append_text(&exchange.response.body, TEXT("abc"));
    response_write_head(&exchange, true, &head);
    buffer_append_char(&head, 0);
    assert_non_null(strstr(head.bytes, "HTTP/1.1 200 OK\r\nDate: "));
    assert_non_null(strstr(head.bytes, "\r\nContent-Length: 3\r\n"));
    assert_non_null(strstr(head.bytes, "\r\nConnection: close\r\n"));
    assert_non_null(strstr(head.bytes, "\r\ncache-control: no-cache\r\n"));
    assert_null(strstr(head.bytes, "no-store"));
    assert_non_null(strstr(head.bytes, "\r\nX-Content-Type-Options: nosniff\r\n"));
    free_response(&exchange.response);
}

static void entity_tags_are_compared_weakly(void **state)
{
    (void)state;
    assert_true(http_etag_is_in(TEXT("\"x\", W/\"abc\""), TEXT("\"abc\"")));
    assert_true(http_etag_is_in(TEXT("*"), TEXT("\"abc\"")));
    assert_false(http_etag_is_in(TEXT("\"x\",\"y\""), TEXT("\"abc\"")));
    assert_false(http_etag_is_in(TEXT(""), TEXT("\"abc\"")));
}

static const struct http_asset ASSETS[] = {
    {"main.js", "text/javascript", {"plain", 5}, {"gz", 2}, {"b", 1}, 1, true},
    {"a.txt", "text/plain", {"text", 4}, {NULL, 0}, {NULL, 0}, 2, false},
};

static void assert_served(const char *accept, const char *if_none_match, const char *path,
                          int status, const char *body)
{
    struct http_field headers[] = {{TEXT("accept-encoding"), text_of(accept)},
                                   {TEXT("if-none-match"), text_of(if_none_match)}};
    struct http_request request = {.headers = headers, .header_count = 2};
    CLEANUP(free_response) struct http_response response = {.status = 200};

    http_asset_serve(ASSETS, ARRAY_COUNT(ASSETS), text_of(path), &request, &response);
    if (response.status != status)
        fail_msg("%s for %s: %d", path, accept, response.status);
    if (status == 200)
        assert_text(response_body(&response), body);
}

static void a_file_comes_in_the_best_form_that_is_taken(void **state)
{
    (void)state;
    assert_served("gzip, deflate, br", "", "main.js", 200, "b");
    assert_served("gzip, br;q=0", "", "main.js", 200, "gz");
    assert_served("br; q=0.000, GZIP;q=0.5", "", "main.js", 200, "gz");
    assert_served("", "", "main.js", 200, "plain");
    assert_served("*", "", "main.js", 200, "b");
    assert_served("*;q=0", "", "main.js", 200, "plain");
    assert_served("br", "", "a.txt", 200, "text");
    assert_served("br", "", "missing", 404, "");
    assert_served("br", "\"0000000000000001-br\"", "main.js", 304, "");
    assert_served("gzip", "\"0000000000000001-br\"", "main.js", 200, "gz");
}

static void the_language_that_is_liked_best_is_chosen(void **state)
{
    static const char *const LANGUAGES[] = {"en", "zh"};
    static const struct {
        const char *list;
        size_t wanted;
    } CASES[] = {
        {"", 0},
        {"zh", 1},
        {"zh-Hans-CN,zh;q=0.9,en;q=0.8", 1},
        {"en-GB, zh;q=0.5", 0},
        {"en;q=0.3, ZH-cn;q=0.35", 1},
        {"de, zh;q=0.1", 1},
        {"zh;q=0, en;q=0.1", 0},
        {"zhx, xzh", 0},
        {"*", 0},
        {"zh;q=0.0001", 0},
        {"zh;q=x, en;q=0.9", 0},
        {",,;;q=,zh", 1},
    };

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        struct http_field header = {TEXT("accept-language"), text_of(CASES[c].list)};
        struct http_request request = {.headers = &header, .header_count = 1};

        if (http_language_choose(&request, LANGUAGES, 2) != CASES[c].wanted)
            fail_msg("%s", CASES[c].list);
    }
}

static void addresses_are_shortened_to_their_network(void **state)
{
    static const char *const CASES[][2] = {
        {"192.0.2.117", "192.0.2.0"},
        {"::ffff:192.0.2.117", "192.0.2.0"},
        {"2001:db8:1:2::5", "2001:db8:1::"},
        {"2001:db8::5", "2001:db8::"},
        {"::1", "::"},
        {"", ""},
    };

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++) {
        char address[ADDRESS_BYTES] = "";

        memcpy(address, CASES[c][0], strlen(CASES[c][0]));
        address_shorten(address);
        assert_string_equal(address, CASES[c][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_replaces_what_was_there),
        cmocka_unit_test(a_header_cannot_break_out_of_its_line),
        cmocka_unit_test(the_usual_fields_can_be_replaced),
        cmocka_unit_test(entity_tags_are_compared_weakly),
        cmocka_unit_test(a_file_comes_in_the_best_form_that_is_taken),
        cmocka_unit_test(the_language_that_is_liked_best_is_chosen),
        cmocka_unit_test(addresses_are_shortened_to_their_network),
    };

    return cmocka_run_group_tests_name("http/response", tests, NULL, NULL);
}
