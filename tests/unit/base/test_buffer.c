/* The growing buffer and reading files. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/unit.h"

static void appended_pieces_stand_one_after_the_other(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    struct berm_error err;

    (void)state;
    buffer_append(&buffer, "ab", 2);
    buffer_append_text(&buffer, TEXT("cd"));
    buffer_append_text(&buffer, (struct text){NULL, 0});
    buffer_append_char(&buffer, '-');
    buffer_append_int64(&buffer, INT64_MIN);
    buffer_append_char(&buffer, ' ');
    buffer_append_int64(&buffer, 0);
    buffer_append_format(&buffer, " %d%%", 40);
    assert_ok(buffer_status(&buffer, &err));
    assert_text(buffer_text(&buffer), "abcd--9223372036854775808 0 40%");
    buffer_clear(&buffer);
    assert_text(buffer_text(&buffer), "");
    buffer_append_int64(&buffer, INT64_MAX);
    assert_text(buffer_text(&buffer), "9223372036854775807");
}

static void a_buffer_grows_to_its_cap_and_no_further(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {.cap_bytes = 1000};
    struct berm_error err;

    (void)state;
    for (int i = 0; i < 1000; i++)
        buffer_append_char(&buffer, 'x');
    assert_ok(buffer_status(&buffer, &err));
    assert_int_equal(buffer.capacity, 1000);
    buffer_append_char(&buffer, 'y');
    assert_true(buffer.has_failed);
    assert_int_equal(buffer.length, 1000);
    assert_fails(buffer_status(&buffer, &err), BERM_NO_MEMORY, "ask for less");
    buffer_clear(&buffer);
    assert_ok(buffer_status(&buffer, &err));
}

static void after_a_failure_nothing_more_is_written(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {.cap_bytes = 10};

    (void)state;
    buffer_append(&buffer, "abcde", 5);
    buffer_append(&buffer, "0123456789", 10);
    buffer_append_char(&buffer, 'f'); /* it would fit, but there would be a hole before it */
    buffer_append_format(&buffer, "%d", 1);
    assert_null(buffer_reserve(&buffer, 1));
    assert_text(buffer_text(&buffer), "abcde");
    buffer_clear(&buffer);
    assert_null(buffer_reserve(&buffer, SIZE_MAX));
    assert_true(buffer.has_failed);
}

static void reserved_room_becomes_part_of_the_buffer(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {0};
    char *room = buffer_reserve(&buffer, 5000);

    (void)state;
    assert_non_null(room);
    memset(room, 'r', 5000);
    buffer.length += 5000;
    buffer_append_char(&buffer, '!');
    assert_int_equal(buffer.length, 5001);
    assert_int_equal(buffer.bytes[4999], 'r');
    assert_non_null(buffer_reserve(&buffer, 0));
}

static void a_freed_buffer_can_be_used_again(void **state)
{
    CLEANUP(buffer_free) struct buffer buffer = {.cap_bytes = 100};

    (void)state;
    buffer_append_char(&buffer, 'a');
    buffer_free(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(buffer.cap_bytes, 100);
    buffer_append_char(&buffer, 'b');
    assert_text(buffer_text(&buffer), "b");
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
    char path[] = "/tmp/berm-test-XXXXXX";
    int file = mkstemp(path);
    CLEANUP(buffer_free) struct buffer content = {0};
    struct berm_error err;
    char bytes[70000];

    (void)state;
    memset(bytes, 'f', sizeof bytes);
    assert_int_equal(write(file, bytes, sizeof bytes), sizeof bytes);
    close(file);
    assert_ok(file_read(path, sizeof bytes, &content, &err));
    assert_int_equal(content.length, sizeof bytes);
    assert_memory_equal(content.bytes, bytes, sizeof bytes);
    assert_fails(file_read(path, sizeof bytes - 1, &content, &err), BERM_LIMIT, "69999");
    assert_int_equal(content.length, sizeof bytes);
    assert_int_equal(truncate(path, 0), 0);
    assert_ok(file_read(path, 100, &content, &err));
    assert_int_equal(content.length, 0);
    unlink(path);
    assert_fails(file_read(path, 100, &content, &err), BERM_NOT_FOUND, path);
    assert_fails(file_read("/tmp", 100, &content, &err), BERM_IO, "folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_pieces_stand_one_after_the_other),
        cmocka_unit_test(a_buffer_grows_to_its_cap_and_no_further),
        cmocka_unit_test(after_a_failure_nothing_more_is_written),
        cmocka_unit_test(reserved_room_becomes_part_of_the_buffer),
        cmocka_unit_test(a_freed_buffer_can_be_used_again),
        cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
    };

    return cmocka_run_group_tests_name("base/buffer", tests, NULL, NULL);
}
