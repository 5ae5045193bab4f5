/* The stream of XML: what it tells, what it refuses, and text as it is written. */
#include "xml/xml.h"

#include "lib/unit.h"

#include <string.h>

struct feed {
    struct text left;
    size_t piece; /* at most so many bytes at once */
};

static enum berm_status read_piece(void *context, char *bytes, size_t length, size_t *ret_read,
                                   struct berm_error *err)
{
    struct feed *feed = context;
    size_t count = feed->left.length < feed->piece ? feed->left.length : feed->piece;

    (void)err;
    assert_true(count <= length);
    memcpy(bytes, feed->left.bytes, count);
    feed->left = text_from(feed->left, count);
    *ret_read = count;
    return BERM_OK;
}

static enum berm_status note(void *context, const struct xml_event *event, struct berm_error *err)
{
    struct buffer *out = context;
    struct text currency = xml_event_attribute(event, "Ccy");

    if (xml_event_is(event, "/stop"))
        return fail_with(err, BERM_CONFLICT, "the visitor wants no more");
    if (event->is_end)
        buffer_append_format(out, "%.*s=%.*s@%d;", TEXT_ARG(event->path), TEXT_ARG(event->content),
                             (int)event->line);
    else if (currency.length > 0)
        buffer_append_format(out, "[%.*s]", TEXT_ARG(currency));
    return BERM_OK;
}

static enum berm_status read_by(const char *document, size_t piece, struct buffer *out,
                                struct berm_error *err)
{
    struct feed feed = {.left = text_of(document), .piece = piece};

    return xml_read((struct csv_source){.context = &feed, .read = read_piece}, note, out, err);
}

static void elements_come_with_path_text_and_line_however_the_bytes_arrive(void **state)
{
    static const char DOCUMENT[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                   "<p:a xmlns:p=\"urn:x\"><b Ccy=\"CNY\"> 5 &lt; 6\n</b>\n"
                                   "<c><![CDATA[<王>]]></c></p:a>\n";

    (void)state;
    for (size_t piece = 1; piece < sizeof DOCUMENT; piece += 7) {
        CLEANUP(buffer_free) struct buffer out = {0};
        struct berm_error err;

        assert_int_equal(read_by(DOCUMENT, piece, &out, &err), BERM_OK);
        buffer_append_char(&out, '\0');
        assert_string_equal(out.bytes, "[CNY]/a/b=5 < 6@3;/a/c=<王>@4;/a=@4;");
    }
}

static void expect_refused(const char *document, enum berm_status wanted, const char *words)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err = {0};

    assert_int_equal(read_by(document, 16, &out, &err), wanted);
    if (strstr(err.message, words) == NULL)
        fail_msg("no \"%s\" in \"%s\"", words, err.message);
}

static void what_is_no_whole_document_is_refused_with_its_line(void **state)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct berm_error err = {0};

    (void)state;
    expect_refused("", BERM_INVALID_INPUT, "not well-formed");
    expect_refused("end_to_end_id,status\n", BERM_INVALID_INPUT, "not well-formed");
    expect_refused("<a><b></b>", BERM_INVALID_INPUT, "not well-formed");
    assert_int_equal(read_by("<a>\n<b>\n</c></a>", 4, &out, &err), BERM_INVALID_INPUT);
    assert_int_equal(err.line, 3);
}

static void entities_and_document_types_are_refused_before_they_are_read(void **state)
{
    (void)state;
    expect_refused("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>",
                   BERM_INVALID_INPUT, "document type");
    expect_refused("<!DOCTYPE a [<!ENTITY e \"x\"><!ENTITY f \"&e;&e;&e;&e;\">]><a>&f;</a>",
                   BERM_INVALID_INPUT, "document type");
    expect_refused("<a>&unknown;</a>", BERM_INVALID_INPUT, "not well-formed");
}

static void a_visitor_stops_the_reading(void **state)
{
    (void)state;
    expect_refused("<a><b/><stop/><broken", BERM_CONFLICT, "wants no more");
}

static void elements_that_lie_too_deep_are_refused(void **state)
{
    CLEANUP(buffer_free) struct buffer document = {0};

    (void)state;
    for (int depth = 0; depth < 200; depth++)
        buffer_append_text(&document, TEXT("<a>"));
    buffer_append_char(&document, '\0');
    expect_refused(document.bytes, BERM_INVALID_INPUT, "too deep");
}

static void text_is_escaped_cleaned_and_cut_by_characters(void **state)
{
    static const struct {
        const char *text;
        size_t max;
        const char *wanted;
    } cases[] = {
        {"a < b & c > d", 0, "a &lt; b &amp; c &gt; d"},
        {"王小明", 2, "王小"},
        {"a\x01\tb\r\n", 0, "a  b  "},
        {"x\xC3(\xFF", 0, "x\xEF\xBF\xBD(\xEF\xBF\xBD"},
        {"😀&", 1, "😀"},
        {"", 5, ""},
    };

    (void)state;
    for (size_t c = 0; c < ARRAY_COUNT(cases); c++) {
        CLEANUP(buffer_free) struct buffer out = {0};

        xml_append_text(&out, text_of(cases[c].text), cases[c].max);
        buffer_append_char(&out, '\0');
        assert_string_equal(out.bytes, cases[c].wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_come_with_path_text_and_line_however_the_bytes_arrive),
        cmocka_unit_test(what_is_no_whole_document_is_refused_with_its_line),
        cmocka_unit_test(entities_and_document_types_are_refused_before_they_are_read),
        cmocka_unit_test(a_visitor_stops_the_reading),
        cmocka_unit_test(elements_that_lie_too_deep_are_refused),
        cmocka_unit_test(text_is_escaped_cleaned_and_cut_by_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
