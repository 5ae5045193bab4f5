/* What names are found by, and how what is typed is spelt. */
#include "lib/unit.h"
#include "script/reading.h"

#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

static struct romanizer *romanizer;

static int set_up(void **state)
{
    (void)state;
    return romanizer_create(&romanizer, NULL) == BERM_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    romanizer_free(romanizer);
    return 0;
}

/* The terms with a blank between. */
static void assert_terms(const char *name, const char *wanted)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct name_terms terms;
    struct berm_error err;

    assert_ok(name_terms_make(romanizer, text_of(name), &terms, &err));
    for (size_t t = 0; t < terms.count; t++)
        buffer_append_format(&out, t == 0 ? "%.*s" : " %.*s", (int)terms.terms[t].length,
                             terms.terms[t].bytes);
    buffer_append_char(&out, '\0');
    assert_string_equal(out.bytes, wanted);
}

static void assert_folded(const char *typed, const char *wanted)
{
    char out[NAME_TERM_BYTES_MAX];
    struct text query;

    name_query_fold(text_of(typed), out, &query);
    assert_text(query, wanted);
}

static void a_chinese_name_is_found_by_characters_pinyin_and_initials(void **state)
{
    (void)state;
    assert_terms("王小明", "wangxiaoming wxm 小明 王小明");
    assert_terms("王明", "wangming wm 王明");
    assert_terms("王", "w wang 王");
    assert_terms("王 小 明 ", "wangxiaoming wxm 小明 王小明");
}

static void surnames_are_read_as_surnames(void **state)
{
    (void)state;
    assert_terms("单雄信", "shanxiongxin sxx 单雄信 雄信");
    assert_terms("万俟卨", "moqixie mqx 万俟卨 俟卨");
    assert_terms("曾国藩", "zengguofan zgf 国藩 曾国藩");
    assert_terms("令狐重", "lhz linghuzhong 令狐重 狐重");
    assert_terms("吕布", "lb lubu 吕布");
}

static void names_of_words_are_found_from_each_word(void **state)
{
    (void)state;
    assert_terms("Baren Agan", "aganbaren ba barenagan");
    assert_terms("Éloïse O'Ñandú", "eloiseonandu eon nandueloiseo onandueloise");
    assert_terms("ＢＡＲＥＮ", "baren");
    assert_terms("买买提·艾力", "maimaitiaili mmtal 买买提艾力 买提艾力 提艾力 艾力");
}

static void a_name_without_letters_has_no_terms(void **state)
{
    (void)state;
    assert_terms("", "");
    assert_terms(" - · ", "");
    assert_terms("\xFF\xFE", "");
}

static void a_long_name_is_cut_between_characters(void **state)
{
    (void)state;
    struct name_terms terms;
    struct berm_error err;

    assert_ok(name_terms_make(romanizer,
                              TEXT("阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿阿"),
                              &terms, &err));
    for (size_t t = 0; t < terms.count; t++)
        assert_true(text_is_utf8((struct text){terms.terms[t].bytes, terms.terms[t].length}, NULL));
    assert_true(terms.count > 0 && terms.count <= NAME_TERMS_MAX);
}

/* Of the terms that begin with what was typed, exactly one says that it is the first. */
static void one_term_of_a_person_answers_a_query(void **state)
{
    static const char *const NAMES[] = {"王王王", "安安", "Anan An", "王安"};
    static const char *const TYPED[] = {"王", "王王", "a", "an", "w", "wa", "安"};

    (void)state;
    for (size_t n = 0; n < ARRAY_COUNT(NAMES); n++) {
        struct name_terms terms;
        struct berm_error err;

        assert_ok(name_terms_make(romanizer, text_of(NAMES[n]), &terms, &err));
        for (size_t q = 0; q < ARRAY_COUNT(TYPED); q++) {
            struct text typed = text_of(TYPED[q]);
            int matching = 0, first = 0;

            for (size_t t = 0; t < terms.count; t++) {
                const struct name_term *term = &terms.terms[t];
                bool matches = text_starts_with((struct text){term->bytes, term->length}, typed);

                matching += matches;
                first += matches && term->shared < typed.length;
            }
            assert_int_equal(first, matching > 0);
        }
    }
}

static void what_is_typed_is_spelt_as_terms_are(void **state)
{
    (void)state;
    assert_folded("Wang Xiao Ming", "wangxiaoming");
    assert_folded(" 王 小 ", "王小");
    assert_folded("ＷＸＭ", "wxm");
    assert_folded("lv bu", "lubu");
    assert_folded("lǚ", "lu");
    assert_folded("Éloïse", "eloise");
    assert_folded("%_'--", "");
}

static void a_character_inside_a_name_is_read_the_same_everywhere(void **state)
{
    (void)state;
    assert_terms("王长小", "wangchangxiao wcx 王长小 长小");
    assert_terms("王小长", "wangxiaochang wxc 小长 王小长");
    assert_terms("长孙小长", "zhangsunxiaochang zsxc 孙小长 小长 长孙小长");
    assert_terms("澹台明", "tantaiming ttm 台明 澹台明");
}

static void assert_reads(const struct syllable *found, struct syllable wanted)
{
    assert_int_equal(found->length, wanted.length);
    assert_memory_equal(found->bytes, wanted.bytes, wanted.length);
}

/* The table is asked where there is one, so both ways must say the same of a character. */
static void the_table_says_what_the_rules_say(void **state)
{
    enum { STEP = 97, INSIDE = 0x5F20 }; /* 张 before it, whom the table was not made with */
    struct reading_rules *rules = NULL;
    size_t syllable_count = 0;

    (void)state;
    assert_int_equal(reading_rules_open(&rules, NULL), BERM_OK);
    for (uint32_t c = READING_FIRST; c <= READING_LAST; c += STEP) {
        struct folded_name folded = {.count = 2, .letters = {{c, true, true}, {c, true, false}}};
        struct syllable read[2], first, inside;

        assert_int_equal(romanizer_read(romanizer, &folded, read, NULL), BERM_OK);
        assert_int_equal(
            reading_by_rules(rules, (struct reading_place){.character = c}, &first, NULL), BERM_OK);
        assert_int_equal(reading_by_rules(rules,
                                          (struct reading_place){.before = INSIDE, .character = c},
                                          &inside, NULL),
                         BERM_OK);
        assert_reads(&read[0], first);
        assert_reads(&read[1], inside);
        syllable_count += first.length > 0;
    }
    reading_rules_close(rules);
    assert_true(syllable_count > READING_COUNT / STEP / 2);
}

static void a_rare_character_is_read_by_the_rules(void **state)
{
    (void)state;
    assert_terms("王\xe3\x90\x81", "wangtian wt 王㐁"); /* behind the table's characters */
}

/* Whose first character is read otherwise because of the second: those that the romanizer knows. */
static void icu_knows_no_further_surname_of_two(void **state)
{
    static const char *const KNOWN[] = {"{令}' '?狐", "{万}' '?俟", "{澹}' '?台", "{长}' '?孙"};
    static UChar units[1 << 16];
    static char rules[1 << 18];
    UErrorCode code = U_ZERO_ERROR;
    UTransliterator *names =
        utrans_openU(u"Han-Latin/Names", -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
    int32_t length = utrans_toRules(names, 0, units, ARRAY_COUNT(units), &code);
    size_t count = 0;

    (void)state;
    u_strToUTF8(rules, sizeof rules, NULL, units, length, &code);
    utrans_close(names);
    assert_true(U_SUCCESS(code));
    for (const char *at = rules; (at = strstr(at, "' '?")) != NULL; at++)
        count++;
    assert_int_equal(count, ARRAY_COUNT(KNOWN));
    for (size_t k = 0; k < ARRAY_COUNT(KNOWN); k++)
        assert_non_null(strstr(rules, KNOWN[k]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chinese_name_is_found_by_characters_pinyin_and_initials),
        cmocka_unit_test(surnames_are_read_as_surnames),
        cmocka_unit_test(a_character_inside_a_name_is_read_the_same_everywhere),
        cmocka_unit_test(the_table_says_what_the_rules_say),
        cmocka_unit_test(a_rare_character_is_read_by_the_rules),
        cmocka_unit_test(icu_knows_no_further_surname_of_two),
        cmocka_unit_test(names_of_words_are_found_from_each_word),
        cmocka_unit_test(a_name_without_letters_has_no_terms),
        cmocka_unit_test(a_long_name_is_cut_between_characters),
        cmocka_unit_test(one_term_of_a_person_answers_a_query),
        cmocka_unit_test(what_is_typed_is_spelt_as_terms_are),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
