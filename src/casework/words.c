/*
 * What is missing for a step, in plain words of both languages: what it is, and what to do about
 * it. The same sentences stand in refusals, in lists of what may be done, and on paper.
 */
#include <string.h>

#include "casework/casework.h"

/* Where %d is stand a number of months, or the days of a notice with their unit. */
struct need_words {
    const char *en, *zh;
};

static const struct need_words WORDS[NEED_COUNT] = {
    [NEED_VISIT] = {"no visit has been made in this stage: visit the household and record it",
                    "本阶段尚未入户：请入户核实并登记"},
    [NEED_REASON] = {"a reason is wanted: write why", "缺少理由：请写明原因"},
    [NEED_SIGNATURE] = {"the household has signed nothing in this case: have it sign and add the "
                        "signed paper",
                        "本个案尚无该户签字：请取得签字并登记"},
    [NEED_DATA_MATCH] = {"the household's data have not been matched in this case: match them with "
                         "the departments' and record it",
                         "本个案尚未信息比对：请与部门数据比对并登记"},
    [NEED_SECOND_PERSON] = {"who did the step before may not do this one: let somebody else do it",
                            "须由与上一步不同的人办理：请由他人办理"},
    [NEED_NOTICE] = {"no notice has been up for %d: post it, record it, and go on the day "
                     "after its last",
                     "公示未满%d：请张贴公示并登记，期满次日办理"},
    [NEED_NO_OBJECTION] = {"an objection is open: settle it first", "有异议未处理：请先处理异议"},
    [NEED_MEASURES_PLANNED] = {"a finding has no measure yet: plan one for each",
                               "有风险点尚无帮扶措施：请逐项制定"},
    [NEED_MEASURES_DELIVERED] = {"a measure has no result yet, or there is none: deliver each and "
                                 "record its result, or cancel it with a reason",
                                 "尚无措施或有措施未落实：请落实并登记成效，或说明理由后取消"},
    [NEED_INCOME_HELD] =
        {"the yearly income per head has not been above the range at %d month-ends "
         "in a row: go on helping until it has",
         "人均年收入尚未连续%d个月末高于监测范围：请继续帮扶"},
    [NEED_GUARANTEES_HELD] =
        {"food, clothing, schooling, medical care or housing is not sure: "
         "solve what is open, and visit where facts are missing",
         "“两不愁三保障”尚未全部落实：请解决未消除的风险点，信息不足的请入户核实"},
    [NEED_WATER_HELD] = {"safe water is not sure: solve what is open, and visit where facts are "
                         "missing",
                         "饮水安全尚未落实：请解决未消除的风险点，信息不足的请入户核实"},
    [NEED_EXPENSES_SOLVED] =
        {"large expenses are not solved: bring them down, and visit where facts "
         "are missing",
         "大额刚性支出尚未解决：请予以化解，信息不足的请入户核实"},
    [NEED_LABOUR] = {"nobody of the household can work, so it stays monitored: correct that where "
                     "it is wrong",
                     "该户无劳动能力，须继续监测：如登记有误请更正"},
    [NEED_MONTHS_PASSED] = {"%d months in this state have not passed: wait until they have",
                            "在本状态未满%d个月：请期满后办理"},
};

static int number_of(const struct workflow_step *step, enum need need)
{
    return need == NEED_NOTICE        ? step->notice.count
           : need == NEED_INCOME_HELD ? step->income_months
                                      : step->months;
}

void need_write(const struct workflow_step *step, enum need need, bool is_chinese,
                struct buffer *out)
{
    const char *words = is_chinese ? WORDS[need].zh : WORDS[need].en;
    const char *number = strstr(words, "%d");
    bool is_working = step->notice.kind == WORKING_DAYS;

    if (number == NULL) {
        buffer_append_text(out, text_of(words));
        return;
    }
    buffer_append(out, words, (size_t)(number - words));
    buffer_append_int64(out, number_of(step, need));
    if (need == NEED_NOTICE && is_chinese)
        buffer_append_text(out, is_working ? TEXT("个工作日") : TEXT("天"));
    else if (need == NEED_NOTICE)
        buffer_append_text(out, is_working ? TEXT(" working days") : TEXT(" days"));
    buffer_append_text(out, text_of(number + 2));
}

void needs_write(const struct workflow_step *step, need_set needs, bool is_chinese,
                 struct buffer *out)
{
    bool is_first = true;

    for (int need = 0; need < NEED_COUNT; need++) {
        if ((needs >> need & 1) == 0)
            continue;
        if (!is_first)
            buffer_append_text(out, is_chinese ? TEXT("；") : TEXT("; "));
        need_write(step, (enum need)need, is_chinese, out);
        is_first = false;
    }
}
