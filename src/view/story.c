/* What happened to a household: a line for each event, and the same as JSON. */
#include "view/view.h"

static struct text story_label(const struct story_event *event, enum language language)
{
    static const struct {
        struct text code;
        const char *en, *zh;
    } PURPOSES[] = {{TEXT("verification"), "to verify", "入户核实"},
                    {TEXT("elimination"), "before the risk is called eliminated", "风险消除核实"},
                    {TEXT("follow_up"), "to follow up", "跟踪回访"},
                    {TEXT("shock"), "after a shock", "受灾走访"}};

    if (event->label_en.length > 0)
        return language_pick(language, event->label_en, event->label_zh);
    for (size_t p = 0; event->kind == STORY_VISIT && p < ARRAY_COUNT(PURPOSES); p++)
        if (text_equal(event->code, PURPOSES[p].code))
            return text_of(language == LANGUAGE_CHINESE ? PURPOSES[p].zh : PURPOSES[p].en);
    return event->code;
}

static struct text kind_label(const struct story_event *event, bool is_chinese)
{
    static const struct {
        const char *en, *zh;
    } LABELS[STORY_KIND_COUNT] = {
        [STORY_WARNING] = {"Warning", "部门预警"},
        [STORY_VISIT] = {"Visit", "入户"},
        [STORY_MEASURE_PLANNED] = {"Help planned", "制定措施"},
        [STORY_MEASURE_DELIVERED] = {"Help delivered", "措施落实"},
        [STORY_MEASURE_CANCELLED] = {"Help called off", "措施取消"},
        [STORY_ENTITLEMENT] = {"Entitled", "待遇"},
    };

    return text_of(is_chinese ? LABELS[event->kind].zh : LABELS[event->kind].en);
}

static void write_event(const struct pack *pack, const struct story_event *event,
                        enum language language, struct buffer *out)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    char amount[MONEY_TEXT_MAX], month[MONTH_TEXT_MAX];

    buffer_append_format(out, is_chinese ? "  %.*s  %.*s：%.*s" : "  %.*s  %.*s: %.*s",
                         TEXT_ARG(event->day), TEXT_ARG(kind_label(event, is_chinese)),
                         TEXT_ARG(story_label(event, language)));
    if (event->month > 0)
        buffer_append_format(out, is_chinese ? "（%.*s）" : " (%.*s)",
                             TEXT_ARG(month_format(event->month, month)));
    if (event->has_amount)
        buffer_append_format(out, is_chinese ? "，%.*s %.*s" : ", %.*s %.*s",
                             TEXT_ARG(money_format_for_people(
                                 event->amount_minor, pack->dictionary.money_decimals, amount)),
                             TEXT_ARG(pack->currency));
    if (event->by.length > 0)
        buffer_append_format(out,
                             event->kind == STORY_WARNING
                                 ? (is_chinese ? "，来自%.*s" : ", from %.*s")
                             : is_chinese ? "，%.*s"
                                          : ", %.*s",
                             TEXT_ARG(event->by));
    if (event->due_on.length > 0)
        buffer_append_format(out, is_chinese ? "，%.*s前落实" : ", due by %.*s",
                             TEXT_ARG(event->due_on));
    if (event->words.length > 0)
        buffer_append_format(out, is_chinese ? "。%.*s" : ". %.*s", TEXT_ARG(event->words));
    buffer_append_char(out, '\n');
}

void story_write(const struct household_reasons *reasons, enum language language,
                 struct buffer *out)
{
    if (reasons->story_count > 0)
        buffer_append_text(out, language == LANGUAGE_CHINESE ? TEXT("\n经过：\n")
                                                             : TEXT("\nWhat happened:\n"));
    for (size_t e = 0; e < reasons->story_count; e++)
        write_event(reasons->program->pack, &reasons->story[e], language, out);
}

void story_write_json(const struct household_reasons *reasons, struct json_writer *json)
{
    int decimals = reasons->program->pack->dictionary.money_decimals;

    json_begin_array(json);
    for (size_t e = 0; e < reasons->story_count; e++) {
        const struct story_event *event = &reasons->story[e];
        char amount[MONEY_TEXT_MAX];

        json_begin_object(json);
        json_key_of_text(json, "event", text_of(story_kind_name(event->kind)));
        json_key_of_text(json, "on", event->day);
        json_key_of_text_or_null(json, "by", event->by);
        json_key_of_text(json, "code", event->code);
        json_key_of_text_or_null(json, "state", event->state);
        json_key_of_text_or_null(json, "due_on", event->due_on);
        json_key_of_text_or_null(json, "words", event->words);
        json_key_of_text_or_null(json, "amount",
                                 event->has_amount
                                     ? money_format(event->amount_minor, decimals, amount)
                                     : (struct text){0});
        json_key(json, "month");
        if (event->month > 0)
            json_month(json, event->month);
        else
            json_null_value(json);
        json_end_object(json);
    }
    json_end_array(json);
}
