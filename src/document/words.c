/* Values, relations and names as people read them on paper, in the document's language. */
#include "document/private.h"

#include <string.h>

enum { STARS_MAX = 3 }; /* of a word: how long a name is tells who it is */

struct text hidden_say(const struct making *making, struct text text)
{
    return text_equal(text, TEXT(HIDDEN_VALUE)) ? SAY(making, "(hidden)", "（不显示）") : text;
}

struct text area_say(const struct making *making, struct text name, struct text name_en)
{
    return making->is_chinese ? name : name_en;
}

static struct text choice_say(const struct making *making, const struct choice_list *list,
                              struct text name)
{
    int position = list ? choice_position(list, name) : -1;
    const struct choice *choice = position < 0 ? NULL : &list->choices[position];

    return choice ? language_pick(making->order->language, choice->label_en, choice->label_zh)
                  : name;
}

struct text relation_say(const struct making *making, struct text relation)
{
    return choice_say(making, dictionary_list(&making->office->pack->dictionary, TEXT("relation")),
                      relation);
}

struct text state_say(const struct making *making, struct text code)
{
    const struct workflow *workflow = making->office->pack->workflow;
    int state = workflow ? workflow_state_find(workflow, code) : -1;

    return state < 0 ? code
                     : language_pick(making->order->language, workflow->states[state].label_en,
                                     workflow->states[state].label_zh);
}

struct text sex_say(const struct making *making, struct text sex)
{
    if (text_equal(sex, TEXT("male")))
        return SAY(making, "male", "男");
    if (text_equal(sex, TEXT("female")))
        return SAY(making, "female", "女");
    return hidden_say(making, sex);
}

enum berm_status money_say(const struct making *making, int64_t minor, struct text *ret_text,
                           struct berm_error *err)
{
    const struct pack *pack = making->office->pack;
    char digits[MONEY_TEXT_MAX];

    return text_format(
        making->arena, ret_text, err, "%.*s %.*s",
        TEXT_ARG(money_format_for_people(minor, pack->dictionary.money_decimals, digits)),
        TEXT_ARG(pack->currency));
}

/* Several choices, which are stored with blanks between. */
static enum berm_status choices_say(const struct making *making, const struct variable *variable,
                                    struct text names, struct text *ret_text,
                                    struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};

    while (names.length) {
        const char *blank = memchr(names.bytes, ' ', names.length);
        size_t length = blank ? (size_t)(blank - names.bytes) : names.length;

        if (out.length)
            buffer_append_text(&out, SAY(making, ", ", "、"));
        buffer_append_text(&out,
                           choice_say(making, variable->list, (struct text){names.bytes, length}));
        names = text_from(names, blank ? length + 1 : length);
    }
    TRY(buffer_status(&out, err));
    return text_copy(making->arena, buffer_text(&out), ret_text, err);
}

/* The pack's word for a unit where it is one of English; a Chinese form has its own. */
static struct text unit_say(const struct making *making, struct text unit)
{
    static const struct {
        const char *english, *chinese;
    } UNITS[] = {{"minutes", "分钟"}, {"percent", "%"}, {"days", "天"},
                 {"months", "个月"},  {"mu", "亩"},     {"km", "公里"}};

    for (size_t u = 0; making->is_chinese && u < ARRAY_COUNT(UNITS); u++)
        if (text_equal(unit, text_of(UNITS[u].english)))
            return text_of(UNITS[u].chinese);
    return text_equal(unit, TEXT("m2")) ? TEXT("m²") : unit;
}

enum berm_status value_say(const struct making *making, const struct variable *variable,
                           struct field_value value, struct text *ret_text, struct berm_error *err)
{
    char shown[TEXT_VALUE_BYTES_MAX];

    *ret_text = TEXT("");
    if (!value.is_known)
        return BERM_OK;
    switch (variable->type) {
    case VARIABLE_BOOLEAN:
        *ret_text = value.number ? SAY(making, "yes", "是") : SAY(making, "no", "否");
        return BERM_OK;
    case VARIABLE_SELECT_ONE:
        *ret_text = choice_say(making, variable->list, value.text);
        return BERM_OK;
    case VARIABLE_SELECT_MULTIPLE:
        return choices_say(making, variable, value.text, ret_text, err);
    case VARIABLE_MONEY:
        return money_say(making, value.number, ret_text, err);
    default:
        return text_format(
            making->arena, ret_text, err, variable->unit.length ? "%.*s %.*s" : "%.*s%.*s",
            TEXT_ARG(variable_format(&making->office->pack->dictionary, variable, value, shown)),
            TEXT_ARG(unit_say(making, variable->unit)));
    }
}

enum berm_status name_mask(struct arena *arena, struct text name, struct text *ret_masked,
                           struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    bool is_first = true;
    int stars = 0;

    for (size_t at = 0; at < name.length;) {
        size_t start = at;
        uint32_t code_point = text_next_code_point(name, &at);
        bool is_between = code_point == ' ' || code_point == 0xB7 || code_point == '-';

        if (is_first || is_between)
            buffer_append(&out, name.bytes + start, at - start);
        else if (stars < STARS_MAX)
            buffer_append_char(&out, '*');
        stars = is_first || is_between ? 0 : stars + 1;
        is_first = is_between;
    }
    TRY(buffer_status(&out, err));
    return text_copy(arena, buffer_text(&out), ret_masked, err);
}
