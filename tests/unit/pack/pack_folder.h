/* A made-up pack in a temporary folder, for tests that change one file of it at a time. */
#ifndef TESTS_PACK_FOLDER_H
#define TESTS_PACK_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/unit.h"

static const char MANIFEST[] = "name: made-up\n"
                               "version: \"1.0.0\"\n"
                               "title_en: A made-up pack\n"
                               "title_zh: 测试\n"
                               "currency: CNY\n"
                               "money_decimals: 2\n"
                               "time_zone: Asia/Shanghai\n"
                               "decisions:\n"
                               "  findings: Findings\n"
                               "  risk_level: Risk level\n"
                               "  household_kind: Household kind\n"
                               "  measures: Recommended measures\n"
                               "figures:\n"
                               "  - Income per head\n"
                               "statistics:\n"
                               "  welfare: Income per head\n"
                               "  line: Poverty line\n";

static const char DICTIONARY[] =
    "name,entity,type,constraint,required,empty,combine,label_en\n"
    "housing_grade,household,select_one grade,,yes,,,Grade of the house\n"
    "rooms,household,integer,[0..50],,,,Rooms\n"
    "has_debt,household,boolean,,,zero,,Owes money\n"
    "needs,household,select_multiple need,,,,,What is needed\n"
    "note,household,text,,,,,Remark\n"
    "surveyed,household,date,,,,,Surveyed on\n"
    "area_share,household,decimal,,,,,Share\n"
    "able_to_work,person,boolean,,,,,Able to work\n"
    "wage_income,flow,money,>= 0,,,,Wages\n"
    "transfer_income,flow,money,>= 0,,,prefer: visit > tax,Transfers\n"
    "medical_cost,flow,money,>= 0,,zero,,Medical costs\n";

static const char CHOICES[] = "list,name,label_en\n"
                              "relation,head,Head\n"
                              "relation,spouse,Spouse\n"
                              "relation,child,Child\n"
                              "grade,A,Good\n"
                              "grade,D,Dangerous\n"
                              "need,food,Food\n"
                              "need,fuel,Fuel\n";

static const char PARAMETERS[] = "name,area,valid_from,value\n"
                                 "poverty_line,,2020-01-01,4000\n"
                                 "poverty_line,11,2020-01-01,4500.5\n"
                                 "range_factor,,2020-01-01,1.5\n";

static const char FINDINGS[] =
    "code,label_en,label_zh,clear_en\n"
    "income_below_line,Income below the line,收入低,Income reaches the line.\n"
    "unsafe_house,Unsafe house,危房,The house is repaired.\n";

static const char MEASURES[] = "code,kind,label_en\n"
                               "allowance,cash,Allowance\n"
                               "house_repair,house,House repair\n";

static const char FIGURES[] = "decision,label_en,unit\n"
                              "Income per head,Income per head,money\n";

static const char POLICY[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"m\" name=\"Made up\" "
    "namespace=\"urn:made-up\">\n"
    "  <inputData id=\"h\" name=\"household\"><variable name=\"household\"/></inputData>\n"
    "  <inputData id=\"p\" name=\"parameter\"><variable name=\"parameter\"/></inputData>\n"
    "  <decision id=\"income\" name=\"Income per head\">\n"
    "    <variable name=\"Income per head\" typeRef=\"number\"/>\n"
    "    <informationRequirement><requiredInput href=\"#h\"/></informationRequirement>\n"
    "    <literalExpression><text>household.wage_income_12m / household.size</text>"
    "</literalExpression>\n"
    "  </decision>\n"
    "  <decision id=\"line\" name=\"Poverty line\">\n"
    "    <variable name=\"Poverty line\" typeRef=\"number\"/>\n"
    "    <informationRequirement><requiredInput href=\"#p\"/></informationRequirement>\n"
    "    <literalExpression><text>parameter.poverty_line</text></literalExpression>\n"
    "  </decision>\n"
    "  <decision id=\"findings\" name=\"Findings\">\n"
    "    <variable name=\"Findings\"/>\n"
    "    <informationRequirement><requiredInput href=\"#h\"/></informationRequirement>\n"
    "    <informationRequirement><requiredDecision href=\"#income\"/></informationRequirement>\n"
    "    <informationRequirement><requiredDecision href=\"#line\"/></informationRequirement>\n"
    "    <decisionTable hitPolicy=\"COLLECT\">\n"
    "      <input><inputExpression><text>Income per head</text></inputExpression></input>\n"
    "      <input><inputExpression><text>household.housing_grade</text></inputExpression></input>\n"
    "      <output name=\"code\"/><output name=\"severity\"/>\n"
    "      <rule><inputEntry><text>&lt; Poverty line</text></inputEntry>"
    "<inputEntry><text>-</text></inputEntry>"
    "<outputEntry><text>\"income_below_line\"</text></outputEntry>"
    "<outputEntry><text>\"critical\"</text></outputEntry></rule>\n"
    "      <rule><inputEntry><text>-</text></inputEntry>"
    "<inputEntry><text>\"D\"</text></inputEntry>"
    "<outputEntry><text>\"unsafe_house\"</text></outputEntry>"
    "<outputEntry><text>\"high\"</text></outputEntry></rule>\n"
    "    </decisionTable>\n"
    "  </decision>\n"
    "  <decision id=\"risk\" name=\"Risk level\">\n"
    "    <variable name=\"Risk level\"/>\n"
    "    <literalExpression><text>\"high\"</text></literalExpression>\n"
    "  </decision>\n"
    "  <decision id=\"kind\" name=\"Household kind\">\n"
    "    <variable name=\"Household kind\"/>\n"
    "    <literalExpression><text>\"marginal\"</text></literalExpression>\n"
    "  </decision>\n"
    "  <decision id=\"measures\" name=\"Recommended measures\">\n"
    "    <variable name=\"Recommended measures\"/>\n"
    "    <literalExpression><text>[\"allowance\"]</text></literalExpression>\n"
    "  </decision>\n"
    "</definitions>\n";

struct pack_folder {
    char path[64];
    struct arena *arena;
};

static inline void folder_write_bytes(const struct pack_folder *folder, const char *name,
                                      struct text content)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    if (content.length > 0)
        assert_int_equal(fwrite(content.bytes, 1, content.length, file), content.length);
    assert_int_equal(fclose(file), 0);
}

static inline void folder_write(const struct pack_folder *folder, const char *name,
                                const char *content)
{
    folder_write_bytes(folder, name, text_of(content));
}

/* The file's content with the first place of a text replaced. */
static inline void folder_write_changed(const struct pack_folder *folder, const char *name,
                                        const char *content, const char *from, const char *to)
{
    CLEANUP(buffer_free) struct buffer changed = {0};
    const char *place = strstr(content, from);

    assert_non_null(place);
    buffer_append(&changed, content, (size_t)(place - content));
    buffer_append_text(&changed, text_of(to));
    buffer_append_text(&changed, text_of(place + strlen(from)));
    folder_write_bytes(folder, name, buffer_text(&changed));
}

static inline void folder_remove(const struct pack_folder *folder, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    assert_int_equal(unlink(path), 0);
}

static inline void folder_make(const struct pack_folder *folder, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static inline void folder_write_pack(const struct pack_folder *folder)
{
    folder_write(folder, "pack.yaml", MANIFEST);
    folder_write(folder, "dictionary.csv", DICTIONARY);
    folder_write(folder, "choices.csv", CHOICES);
    folder_write(folder, "parameters.csv", PARAMETERS);
    folder_write(folder, "policy.dmn", POLICY);
    folder_write(folder, "findings.csv", FINDINGS);
    folder_write(folder, "measures.csv", MEASURES);
    folder_write(folder, "figures.csv", FIGURES);
    folder_make(folder, "cases");
}

static inline int folder_set_up(void **state)
{
    static struct pack_folder folder;
    struct berm_error err;

    snprintf(folder.path, sizeof folder.path, "/tmp/berm-pack-XXXXXX");
    if (mkdtemp(folder.path) == NULL || arena_create(64 << 20, &folder.arena, &err) != BERM_OK)
        return -1;
    *state = &folder;
    return 0;
}

static inline int folder_set_up_pack(void **state)
{
    if (folder_set_up(state) != 0)
        return -1;
    folder_write_pack(*state);
    return 0;
}

static inline int folder_remove_one(const char *path, const struct stat *status, int flag,
                                    struct FTW *walk)
{
    (void)status;
    (void)flag;
    (void)walk;
    return remove(path);
}

static inline int folder_tear_down(void **state)
{
    struct pack_folder *folder = *state;

    arena_free(folder->arena);
    return nftw(folder->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up, folder_tear_down)
#define PACK_TEST(name) cmocka_unit_test_setup_teardown(name, folder_set_up_pack, folder_tear_down)

#endif
