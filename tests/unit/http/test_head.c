/* Requests: what is read, and what is refused with which status. */
#include <stdio.h>
#include <stdlib.h>

#include "http/head.h"
#include "lib/unit.h"

static const struct head_limits LIMITS = {16384, 64, 4096};

/* Scan in pieces and parse; the refusal's status, or 0. The bytes behind head stay for one call. */
static int read_head(struct text request, size_t piece_bytes, struct head *ret_head)
{
    static char bytes[1 << 20];
    struct head_scanner scanner = {0};
    struct refusal refusal = {0};
    size_t length = 0;

    memcpy(bytes, request.bytes, request.length);
    for (size_t come = 0; come < request.length && length == 0;) {
        come = come + piece_bytes < request.length ? come + piece_bytes : request.length;
        length = head_scan(&scanner, (struct text){bytes, come}, &LIMITS, &refusal);
        if (refusal.status != 0)
            return refusal.status;
    }
    if (length == 0)
        return -1;
    return head_parse(bytes, length, &LIMITS, ret_head).status;
}

static void assert_status(const char *request, size_t length, int wanted)
{
    static const size_t PIECES[] = {1, 3, 100000};
    static struct head head;

    for (size_t p = 0; p < ARRAY_COUNT(PIECES); p++) {
        int status = read_head((struct text){request, length}, PIECES[p], &head);

        if (status != wanted)
            fail_msg("%.60s: %d instead of %d in pieces of %zu", request, status, wanted,
                     PIECES[p]);
    }
}

static void a_request_is_read(void **state)
{
    static struct head head;

    (void)state;
    assert_int_equal(read_head(TEXT("\r\nPOST /a%20b?x=1&y HTTP/1.1\r\nHost: h:80\r\n"
                                    "X-Thing:\t two words \r\nCONTENT-LENGTH: 12\r\n"
                                    "Connection: foo, Close\r\nExpect: 100-continue\r\n\r\n"),
                               1, &head),
                     0);
    assert_int_equal(head.method, HTTP_POST);
    assert_int_equal(head.minor_version, 1);
    assert_text(head.path, "/a%20b");
    assert_text(head.query, "x=1&y");
    assert_int_equal(head.field_count, 5);
    assert_text(head.fields[1].name, "x-thing");
    assert_text(head.fields[1].value, "two words");
    assert_int_equal(head.content_length, 12);
    assert_false(head.is_keep_alive);
    assert_false(head.is_chunked);
    assert_true(head.expects_continue);
    assert_int_equal(read_head(TEXT("GET http://H/x HTTP/1.1\r\nHost: h\r\n\r\n"), 7, &head), 0);
    assert_text(head.path, "/x");
    assert_true(head.is_keep_alive);
    assert_int_equal(read_head(TEXT("GET / HTTP/1.0\r\n\r\n"), 7, &head), 0);
    assert_false(head.is_keep_alive);
}

#define REFUSED(text, status)                                                                      \
    {                                                                                              \
        text, sizeof(text) - 1, status                                                             \
    }
#define GET_WITH(fields) "GET / HTTP/1.1\r\nHost: h\r\n" fields "\r\n\r\n"
#define POST_WITH(fields) "POST / HTTP/1.1\r\nHost: h\r\n" fields "\r\n\r\n"

static void ambiguous_requests_are_refused(void **state)
{
    static const struct {
        const char *request;
        size_t length;
        int status;
    } CASES[] = {
        REFUSED(POST_WITH("Content-Length: 1\r\nContent-Length: 2"), 400),
        REFUSED(POST_WITH("Content-Length: 1\r\nContent-Length: 1"), 400),
        REFUSED(POST_WITH("Content-Length: 1, 1"), 400),
        REFUSED(POST_WITH("Content-Length: +1"), 400),
        REFUSED(POST_WITH("Content-Length: -1"), 400),
        REFUSED(POST_WITH("Content-Length: 0x1"), 400),
        REFUSED(POST_WITH("Content-Length: "), 400),
        REFUSED(POST_WITH("Content-Length: 99999999999999999999"), 400),
        REFUSED(POST_WITH("Content-Length: 5\r\nTransfer-Encoding: chunked"), 400),
        REFUSED(POST_WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400),
        REFUSED(POST_WITH("Transfer-Encoding: gzip, chunked"), 501),
        REFUSED(POST_WITH("Transfer-Encoding: xchunked"), 501),
        REFUSED(POST_WITH("Transfer-Encoding : chunked"), 400),
        REFUSED("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        REFUSED(GET_WITH("Host: h"), 400),
        REFUSED(GET_WITH("Content-Length: 3"), 400),
        REFUSED("GET / HTTP/1.1\r\n\r\n", 400),
        REFUSED("GET / HTTP/1.1\r\nHost: \r\n\r\n", 400),
        REFUSED("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400),
        REFUSED("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", 400),
        REFUSED("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        REFUSED("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        REFUSED("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        REFUSED("GET / HTTP/1.1\nHost: h\n\n", 400),
        REFUSED("GET / HTTP/1.1\r\nHost: h\n\r\n", 400),
        REFUSED("GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", 400),
        REFUSED("GET / HTTP/1.1\rHost: h\r\n\r\n", 400),
        REFUSED(GET_WITH("X: a\0b"), 400),
        REFUSED(GET_WITH("X: a\r\n folded"), 400),
        REFUSED(GET_WITH("X: a\r\n\tfolded"), 400),
        REFUSED("GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400),
        REFUSED(GET_WITH("no colon"), 400),
        REFUSED(GET_WITH(": no name"), 400),
        REFUSED(GET_WITH("a b: c"), 400),
        REFUSED(GET_WITH("na\xc3\xa4me: c"), 400),
        REFUSED(GET_WITH("Expect: tea"), 417),
        REFUSED("GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        REFUSED("GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400),
        REFUSED("GET /\r\nHost: h\r\n\r\n", 400),
        REFUSED("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        REFUSED("GET / http/1.1\r\nHost: h\r\n\r\n", 400),
        REFUSED("get / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        REFUSED("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        REFUSED("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        REFUSED("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        REFUSED("GET /\xc3\xa4 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        REFUSED("\x16\x03\x01\x02\x00\x01", 400),
        REFUSED("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    };

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(CASES); c++)
        assert_status(CASES[c].request, CASES[c].length, CASES[c].status);
}

static void what_is_too_long_is_refused_before_its_end(void **state)
{
    CLEANUP(buffer_free) struct buffer request = {0};

    (void)state;
    buffer_append_text(&request, TEXT("GET /"));
    for (int i = 0; i < 5000; i++)
        buffer_append_char(&request, 'a');
    assert_status(request.bytes, request.length, 414);
    buffer_clear(&request);
    buffer_append_text(&request, TEXT("GET / HTTP/1.1\r\nHost: h\r\n"));
    for (int i = 0; i < 64; i++)
        buffer_append_text(&request, TEXT("a: b\r\n"));
    assert_status(request.bytes, request.length, 431);
    buffer_clear(&request);
    buffer_append_text(&request, TEXT("GET / HTTP/1.1\r\nHost: h\r\nX: "));
    for (int i = 0; i < 17000; i++)
        buffer_append_char(&request, 'a');
    assert_status(request.bytes, request.length, 431);
}

static void half_a_request_waits(void **state)
{
    (void)state;
    assert_status("GET / HTTP/1.1\r\nHost: h\r\n", 25, -1);
    assert_status("G", 1, -1);
    assert_status("\r\n", 2, -1);
}

static int decode_path(const char *path, struct text *ret_path)
{
    static char out[1000];

    return path_decode(text_of(path), out, ret_path).status;
}

static void a_path_is_decoded_once_and_has_one_spelling(void **state)
{
    static const char *const REFUSED_PATHS[] = {
        "/a%2fb",   "/a%2Fb", "/..",  "/a/../b", "/%2e%2E/b", "/.",   "/a/.", "/a%00",
        "/a%0d%0a", "/a%",    "/a%4", "/a%zz",   "/\\a",      "/%5c", "/%ff", "/%c0%ae%c0%ae/",
    };
    struct text path;

    (void)state;
    assert_int_equal(decode_path("/a%20b/%E6%9D%91/..x/.../%252e", &path), 0);
    assert_text(path, "/a b/村/..x/.../%2e");
    for (size_t c = 0; c < ARRAY_COUNT(REFUSED_PATHS); c++)
        if (decode_path(REFUSED_PATHS[c], &path) != 400)
            fail_msg("%s is not refused", REFUSED_PATHS[c]);
}

static void a_query_is_split_then_decoded(void **state)
{
    struct http_field fields[HTTP_QUERY_FIELDS_MAX];
    char out[1000], many[1000] = "";
    size_t count;

    (void)state;
    assert_int_equal(query_decode(TEXT("a=1+2&&b=%26%3D&c&a=x=y"), out, fields, &count).status, 0);
    assert_int_equal(count, 4);
    assert_text(fields[0].value, "1 2");
    assert_text(fields[1].value, "&=");
    assert_text(fields[2].name, "c");
    assert_text(fields[2].value, "");
    assert_text(fields[3].value, "x=y");
    assert_int_equal(query_decode(TEXT("a=%00"), out, fields, &count).status, 400);
    assert_int_equal(query_decode(TEXT("a=%f"), out, fields, &count).status, 400);
    assert_int_equal(query_decode(TEXT("%ff=1"), out, fields, &count).status, 400);
    for (int i = 0; i < 65; i++)
        strcat(many, "a&");
    assert_int_equal(query_decode(text_of(many), out, fields, &count).status, 400);
}

/* The body, or the refusal's status; -1 where more would have to come. */
static int decode_chunks(struct text bytes, size_t piece_bytes, struct buffer *body,
                         size_t *ret_used)
{
    struct chunked chunked = {0};
    size_t at = 0;

    buffer_clear(body);
    while (at < bytes.length && !chunked.is_done) {
        struct text piece = text_from(bytes, at);
        struct refusal refusal;
        struct text data;
        size_t used;

        piece.length = piece.length < piece_bytes ? piece.length : piece_bytes;
        refusal = chunked_decode(&chunked, piece, &used, &data);
        if (refusal.status != 0)
            return refusal.status;
        buffer_append_text(body, data);
        at += used;
    }
    *ret_used = at;
    return chunked.is_done ? 0 : -1;
}

static void chunks_are_joined_and_broken_ones_refused(void **state)
{
    static const char *const BROKEN[] = {
        "x\r\n",        "\r\n",       "3\nabc\r\n0\r\n\r\n",  "3\r\nabcd\r\n",
        "3;x=y\r\nabc", " 3\r\nabc",  "0x3\r\nabc",           "0\r\nTrailer: x\r\n",
        "-1\r\n",       "3\r\nabc\n", "1000000000000000\r\n", "3 \r\nabc",
    };
    CLEANUP(buffer_free) struct buffer body = {0};
    size_t used;

    (void)state;
    for (size_t piece = 1; piece < 40; piece++) {
        assert_int_equal(decode_chunks(TEXT("3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\nGET"), piece,
                                       &body, &used),
                         0);
        assert_text(buffer_text(&body), "abc0123456789");
        assert_int_equal(used, 30);
        for (size_t b = 0; b < ARRAY_COUNT(BROKEN); b++)
            if (decode_chunks(text_of(BROKEN[b]), piece, &body, &used) != 400)
                fail_msg("%s is not refused in pieces of %zu", BROKEN[b], piece);
    }
    assert_int_equal(decode_chunks(TEXT("3\r\nabc\r\n0\r\n"), 1, &body, &used), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read),
        cmocka_unit_test(ambiguous_requests_are_refused),
        cmocka_unit_test(what_is_too_long_is_refused_before_its_end),
        cmocka_unit_test(half_a_request_waits),
        cmocka_unit_test(a_path_is_decoded_once_and_has_one_spelling),
        cmocka_unit_test(a_query_is_split_then_decoded),
        cmocka_unit_test(chunks_are_joined_and_broken_ones_refused),
    };

    return cmocka_run_group_tests_name("http/head", tests, NULL, NULL);
}
