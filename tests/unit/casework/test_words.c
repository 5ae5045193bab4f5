/* What is missing is told in words, with its numbers, in both languages. */
#include <stdio.h>

#include "workflow_text.h"

static void expect(const struct workflow_step *step, enum need need, bool is_chinese,
                   const char *wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    need_write(step, need, is_chinese, &out);
    assert_text(buffer_text(&out), wanted);
}

static void numbers_of_the_step_stand_in_the_sentence(void **state)
{
    const struct workflow_step step = {.notice = {5, WORKING_DAYS}, .income_months = 6};
    const struct workflow_step calendar = {.notice = {7, CALENDAR_DAYS}, .months = 12};

    (void)state;
    expect(&step, NEED_NOTICE, false,
           "no notice has been up for 5 working days: post it, record it, and go on the day after "
           "its last");
    expect(&step, NEED_NOTICE, true, "公示未满5个工作日：请张贴公示并登记，期满次日办理");
    expect(&calendar, NEED_NOTICE, true, "公示未满7天：请张贴公示并登记，期满次日办理");
    expect(&step, NEED_INCOME_HELD, true, "人均年收入尚未连续6个月末高于监测范围：请继续帮扶");
    expect(&calendar, NEED_MONTHS_PASSED, false,
           "12 months in this state have not passed: wait until they have");
}

static bool has(const struct buffer *text, const char *words)
{
    return memmem(text->bytes, text->length, words, strlen(words)) != NULL;
}

static void every_need_has_a_sentence_and_a_remedy_in_both_languages(void **state)
{
    const struct workflow_step step = {0};

    (void)state;
    for (int need = 0; need < NEED_COUNT; need++) {
        CLEANUP(buffer_free) struct buffer en = {0};
        CLEANUP(buffer_free) struct buffer zh = {0};

        need_write(&step, (enum need)need, false, &en);
        need_write(&step, (enum need)need, true, &zh);
        if (!has(&en, ": ") || !has(&zh, "："))
            fail_msg("%s has no remedy", need_name((enum need)need));
        if (has(&en, "%") || has(&zh, "%"))
            fail_msg("%s has a number that is not told", need_name((enum need)need));
    }
}

static void several_needs_stand_one_behind_the_other(void **state)
{
    const struct workflow_step step = {0};
    CLEANUP(buffer_free) struct buffer out = {0};

    (void)state;
    needs_write(&step, 1u << NEED_REASON | 1u << NEED_NO_OBJECTION, false, &out);
    assert_text(buffer_text(&out),
                "a reason is wanted: write why; an objection is open: settle it first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_step_stand_in_the_sentence),
        cmocka_unit_test(every_need_has_a_sentence_and_a_remedy_in_both_languages),
        cmocka_unit_test(several_needs_stand_one_behind_the_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
