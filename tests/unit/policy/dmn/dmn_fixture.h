/* Small models written in C strings, for the tests of policy/dmn. */
#ifndef TESTS_UNIT_POLICY_DMN_FIXTURE_H
#define TESTS_UNIT_POLICY_DMN_FIXTURE_H

#include "policy/dmn/dmn.h"

#include <stdio.h>

#include "lib/unit.h"

#define MODEL(body)                                                                                \
    "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' name='m' "                  \
    "namespace='urn:m'>\n" body "</definitions>\n"
#define INPUT(name, type)                                                                          \
    "<inputData name='" name "' id='" name "'><variable name='" name "' typeRef='" type            \
    "'/></inputData>\n"
#define NEEDS_INPUT(name)                                                                          \
    "<informationRequirement><requiredInput href='#" name "'/></informationRequirement>"
#define NEEDS(name)                                                                                \
    "<informationRequirement><requiredDecision href='#" name "'/></informationRequirement>"
#define NEEDS_KNOWLEDGE(name)                                                                      \
    "<knowledgeRequirement><requiredKnowledge href='#" name "'/></knowledgeRequirement>"
#define DECISION(name, rest)                                                                       \
    "<decision name='" name "' id='" name "'><variable name='" name "'/>" rest "</decision>\n"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define COLUMN(text) "<input><inputExpression><text>" text "</text></inputExpression></input>"
#define CELL(text) "<inputEntry><text>" text "</text></inputEntry>"
#define OUT(text) "<outputEntry><text>" text "</text></outputEntry>"
#define RULE(cells) "<rule>" cells "</rule>\n"

struct fixture {
    struct arena *arena;
    const struct dmn_model *model;
    struct dmn_run *run;
};

static inline enum berm_status read_model(struct fixture *fixture, const char *xml,
                                          enum feel_strictness strictness, struct berm_error *err)
{
    struct dmn_read_options options = {.strictness = strictness};

    if (fixture->arena == NULL)
        assert_int_equal(arena_create(64 << 20, &fixture->arena, err), BERM_OK);
    return dmn_model_read(fixture->arena, text_of(xml), &options, &fixture->model, err);
}

static inline struct fixture open_model(const char *xml)
{
    struct fixture fixture = {0};
    struct berm_error err = {0};

    if (read_model(&fixture, xml, FEEL_STRICT, &err) != BERM_OK)
        fail_msg("%d:%d %s", err.line, err.column, err.message);
    assert_int_equal(dmn_run_create(fixture.model, 64 << 20, &fixture.run, &err), BERM_OK);
    return fixture;
}

static inline void close_model(struct fixture *fixture)
{
    dmn_run_free(fixture->run);
    arena_free(fixture->arena);
}

#define MODEL_OF(xml) CLEANUP(close_model) struct fixture fixture = open_model(xml)

static inline size_t input_of(struct fixture *fixture, const char *name)
{
    int input = dmn_input_find(fixture->model, text_of(name));

    assert_true(input >= 0);
    return (size_t)input;
}

static inline void give_number(struct fixture *fixture, const char *name, int64_t number)
{
    dmn_run_set_input(fixture->run, input_of(fixture, name),
                      feel_number(feel_decimal_from_int64(number)));
}

static inline void give_text(struct fixture *fixture, const char *name, const char *value)
{
    dmn_run_set_input(fixture->run, input_of(fixture, name), feel_string(text_of(value)));
}

/* A value that the register does not know; the mark is the input's name. */
static inline void give_unknown(struct fixture *fixture, const char *name)
{
    const struct feel_unknown *unknown;

    assert_int_equal(
        feel_unknown_of_name(dmn_run_arena(fixture->run), text_of(name), &unknown, NULL), BERM_OK);
    dmn_run_set_input(fixture->run, input_of(fixture, name), feel_missing(unknown));
}

static inline struct feel_value value_of(struct fixture *fixture, const char *decision)
{
    int index = dmn_decision_find(fixture->model, text_of(decision));
    struct berm_error err = {0};
    struct feel_value value;

    assert_true(index >= 0);
    if (dmn_run_decision(fixture->run, (size_t)index, &value, &err) != BERM_OK)
        fail_msg("%s", err.message);
    return value;
}

/* The value as FEEL writes it and, behind "?", the names of its mark: "null ? income, size". */
static inline const char *answer_of(struct fixture *fixture, const char *decision)
{
    CLEANUP(buffer_free) struct buffer out = {0};
    struct feel_value value = value_of(fixture, decision);
    struct text copy;

    assert_int_equal(feel_format(value, &out, NULL), BERM_OK);
    for (uint32_t i = 0; value.unknown != NULL && i < value.unknown->count; i++)
        buffer_append_format(&out, "%s%.*s", i == 0 ? " ? " : ", ",
                             TEXT_ARG(value.unknown->names[i]));
    assert_int_equal(text_copy(fixture->arena, buffer_text(&out), &copy, NULL), BERM_OK);
    return copy.bytes;
}

#define assert_answer(fixture, decision, expected)                                                 \
    assert_string_equal(answer_of(fixture, decision), expected)

#endif
