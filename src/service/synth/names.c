/*
 * What made-up places and people are called. Nobody must take them for real: every place's name
 * says "demo" (areas.c), and given names are made of the ten stems that Chinese uses like A,
 * B, C, or of syllables that mean nothing.
 */
#include <stdio.h>
#include <string.h>

#include "service/synth/private.h"

enum { PLACE_FIRSTS = 20, PLACE_SECONDS = 16 };

static const char *const place_firsts_zh[PLACE_FIRSTS] = {"柳", "松", "石", "清", "梅", "鹤", "枫",
                                                          "云", "苇", "兰", "杏", "桑", "榆", "雁",
                                                          "霞", "竹", "桃", "槐", "麦", "鹿"};
static const char *const place_firsts_en[PLACE_FIRSTS] = {
    "Willow",  "Pine",     "Stone", "Clear", "Plum", "Crane",  "Maple", "Cloud",  "Reed",  "Orchid",
    "Apricot", "Mulberry", "Elm",   "Goose", "Dawn", "Bamboo", "Peach", "Locust", "Wheat", "Deer"};
static const char *const place_seconds_zh[PLACE_SECONDS] = {
    "溪", "岭", "湾", "渡", "坪", "田", "沟", "泉", "岸", "林", "坡", "桥", "塘", "洼", "崖", "垄"};
static const char *const place_seconds_en[PLACE_SECONDS] = {
    "Brook", "Ridge", "Bend",  "Ford",   "Terrace", "Field",  "Gully", "Spring",
    "Bank",  "Wood",  "Slope", "Bridge", "Pond",    "Hollow", "Cliff", "Furrow"};

static const char *const surnames_zh[] = {
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡", "贾", "丁", "魏", "薛"};
static const char *const stems_zh[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"};
static const char *const given_zh[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
                                       "禾", "木", "山", "石", "水", "田", "云", "星", "月", "雨",
                                       "春", "夏", "秋", "冬", "东", "南", "西", "北", "早", "晚"};

static const char *const syllables_en[] = {"Ba", "Ce", "Di", "Fo", "Gu", "Ha", "Je", "Ki",
                                           "Lo", "Mu", "Na", "Pe", "Ri", "So", "Tu", "Va"};
static const char *const endings_en[] = {"bel", "con", "dim", "fer", "gan", "lor",
                                         "mis", "nut", "pax", "rel", "sun", "tov"};

struct text synth_place_name(bool is_chinese, int number, char out[SYNTH_NAME_BYTES_MAX])
{
    int first = number % PLACE_FIRSTS;
    int second = (number + number / PLACE_FIRSTS * 3) % PLACE_SECONDS; /* neighbours share none */

    if (is_chinese)
        snprintf(out, SYNTH_NAME_BYTES_MAX, "%s%s", place_firsts_zh[first],
                 place_seconds_zh[second]);
    else
        snprintf(out, SYNTH_NAME_BYTES_MAX, "%s %s", place_firsts_en[first],
                 place_seconds_en[second]);
    return text_of(out);
}

/* 1 to 99 in Chinese numerals; other numbers, and all in English, in digits. */
struct text synth_numeral(bool is_chinese, int number, char out[SYNTH_NAME_BYTES_MAX])
{
    static const char *const digits[] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

    if (!is_chinese || number < 1 || number > 99)
        snprintf(out, SYNTH_NAME_BYTES_MAX, "%d", number);
    else
        snprintf(out, SYNTH_NAME_BYTES_MAX, "%s%s%s", number < 20 ? "" : digits[number / 10],
                 number < 10 ? "" : "十", digits[number % 10]);
    return text_of(out);
}

int synth_surname_count(void)
{
    return (int)ARRAY_COUNT(surnames_zh);
}

static struct text join(const char *a, const char *b, const char *c, const char *d,
                        char out[SYNTH_NAME_BYTES_MAX])
{
    char *end = stpcpy(stpcpy(stpcpy(stpcpy(out, a), b), c), d);

    return (struct text){out, (size_t)(end - out)};
}

struct text synth_person_name(bool is_chinese, int surname, struct random *random,
                              char out[SYNTH_NAME_BYTES_MAX])
{
    int first = synth_below(random, (int)ARRAY_COUNT(stems_zh));
    int second = synth_below(random, (int)ARRAY_COUNT(given_zh));
    int ending = (int)ARRAY_COUNT(endings_en);
    int syllable = (int)ARRAY_COUNT(syllables_en);

    if (is_chinese)
        return join(surnames_zh[surname], stems_zh[first], given_zh[second], "", out);
    return join(syllables_en[(first * 3 + second) % syllable], endings_en[second % ending],
                surname % 2 ? " O" : " A", endings_en[surname % ending], out);
}
