/* A made-up pack whose findings table each test writes, and cases that are screened by it. */
#ifndef TESTS_SCREENING_FIXTURE_H
#define TESTS_SCREENING_FIXTURE_H

#include "screening/screening.h"
#include "unit/pack/pack_folder.h"

enum { TABLE_INPUTS_MAX = 4, TABLE_ROWS_MAX = 8, SCREENED_CASES_MAX = 8 };

struct table_row {
    const char *cells[TABLE_INPUTS_MAX]; /* NULL: "-" */
    const char *code;                    /* a code, or a FEEL expression with blanks */
    const char *severity;                /* a FEEL expression: "\"high\"" */
    const char *note;                    /* may be NULL */
    const char *note_zh;                 /* may be NULL */
};

struct table {
    const char *inputs[TABLE_INPUTS_MAX];
    struct table_row rows[TABLE_ROWS_MAX];
    const char *risk_level; /* FEEL; NULL: "high" */
    const char *kind;       /* FEEL; NULL: null */
};

/* Cases screened by a table; everything lives in the folder's arena but the batch and runner. */
struct screened {
    const struct pack *pack;
    const struct pack_case *cases;
    size_t case_count;
    const struct screening_program *program;
    struct batch *batch;
    struct screening_runner *runner;
    struct household_result results[SCREENED_CASES_MAX];
};

static inline void xml_append(struct buffer *out, const char *tag, const char *text)
{
    buffer_append_format(out, "<%s>", tag);
    for (; *text; text++) {
        if (*text == '<')
            buffer_append_text(out, TEXT("&lt;"));
        else if (*text == '&')
            buffer_append_text(out, TEXT("&amp;"));
        else
            buffer_append_char(out, *text);
    }
    buffer_append_format(out, "</%s>", tag);
}

static inline void append_decision(struct buffer *out, const char *id, const char *name,
                                   const char *text)
{
    buffer_append_format(out,
                         "<decision id=\"%s\" name=\"%s\"><variable name=\"%s\"/>"
                         "<informationRequirement><requiredInput href=\"#h\"/>"
                         "</informationRequirement><informationRequirement>"
                         "<requiredInput href=\"#p\"/></informationRequirement>"
                         "<literalExpression>",
                         id, name, name);
    xml_append(out, "text", text);
    buffer_append_text(out, TEXT("</literalExpression></decision>\n"));
}

static inline void append_row(struct buffer *out, const struct table *table,
                              const struct table_row *row)
{
    buffer_append_text(out, TEXT("<rule>"));
    if (row->note)
        xml_append(out, "description", row->note);
    for (int i = 0; i < TABLE_INPUTS_MAX && table->inputs[i]; i++) {
        buffer_append_text(out, TEXT("<inputEntry>"));
        xml_append(out, "text", row->cells[i] ? row->cells[i] : "-");
        buffer_append_text(out, TEXT("</inputEntry>"));
    }
    buffer_append_text(out, TEXT("<outputEntry>"));
    if (strchr(row->code, ' ')) {
        xml_append(out, "text", row->code);
    } else {
        buffer_append_format(out, "<text>\"%s\"</text>", row->code);
    }
    buffer_append_text(out, TEXT("</outputEntry><outputEntry>"));
    xml_append(out, "text", row->severity);
    buffer_append_text(out, TEXT("</outputEntry><annotationEntry>"));
    xml_append(out, "text", row->note_zh ? row->note_zh : "");
    buffer_append_text(out, TEXT("</annotationEntry></rule>\n"));
}

static inline void write_policy(const struct pack_folder *folder, const struct table *table)
{
    static const char *const REQUIRED_INPUTS[] = {"#h", "#ms", "#p", "#mo"};
    CLEANUP(buffer_free) struct buffer out = {0};

    buffer_append_text(
        &out, TEXT("<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" id=\"m\" "
                   "name=\"Made up\" namespace=\"urn:made-up\">\n"
                   "<inputData id=\"h\" name=\"household\"><variable name=\"household\"/>"
                   "</inputData><inputData id=\"ms\" name=\"members\"><variable name=\"members\"/>"
                   "</inputData><inputData id=\"p\" name=\"parameter\"><variable "
                   "name=\"parameter\"/></inputData><inputData id=\"mo\" name=\"month\"><variable "
                   "name=\"month\"/></inputData>\n"));
    append_decision(&out, "income", "Income per head",
                    "household.wage_income_12m / household.size");
    append_decision(&out, "line", "Poverty line", "parameter.poverty_line");
    append_decision(&out, "risk", "Risk level", table->risk_level ? table->risk_level : "\"high\"");
    append_decision(&out, "kind", "Household kind", table->kind ? table->kind : "null");
    append_decision(&out, "measures", "Recommended measures", "[\"allowance\"]");
    buffer_append_text(&out, TEXT("<decision id=\"f\" name=\"Findings\"><variable "
                                  "name=\"Findings\"/>"));
    for (size_t i = 0; i < ARRAY_COUNT(REQUIRED_INPUTS); i++)
        buffer_append_format(&out,
                             "<informationRequirement><requiredInput href=\"%s\"/>"
                             "</informationRequirement>",
                             REQUIRED_INPUTS[i]);
    buffer_append_text(&out, TEXT("<informationRequirement><requiredDecision href=\"#income\"/>"
                                  "</informationRequirement><informationRequirement>"
                                  "<requiredDecision href=\"#line\"/></informationRequirement>\n"
                                  "<decisionTable hitPolicy=\"COLLECT\">\n"));
    for (int i = 0; i < TABLE_INPUTS_MAX && table->inputs[i]; i++) {
        buffer_append_text(&out, TEXT("<input><inputExpression>"));
        xml_append(&out, "text", table->inputs[i]);
        buffer_append_text(&out, TEXT("</inputExpression></input>"));
    }
    buffer_append_text(&out, TEXT("<output name=\"code\"/><output name=\"severity\"/>"
                                  "<annotation name=\"zh\"/>\n"));
    for (int r = 0; r < TABLE_ROWS_MAX && table->rows[r].code; r++)
        append_row(&out, table, &table->rows[r]);
    buffer_append_text(&out, TEXT("</decisionTable></decision></definitions>\n"));
    folder_write_bytes(folder, "policy.dmn", buffer_text(&out));
}

static inline void screened_close(struct screened *screened)
{
    batch_free(screened->batch);
    screening_runner_free(screened->runner);
}

/* Read the pack with this table and these cases; the batch holds the cases, nothing has run. */
static inline void load_cases(const struct pack_folder *folder, const struct table *table,
                              const char *cases, struct screened *screened)
{
    struct berm_error err;

    write_policy(folder, table);
    folder_write(folder, "cases/cases.yaml", cases);
    assert_ok(pack_read(folder->arena, text_of(folder->path), &screened->pack, &err));
    assert_ok(pack_read_cases(folder->arena, text_of(folder->path), screened->pack,
                              &screened->cases, &screened->case_count, &err));
    assert_true(screened->case_count > 0 && screened->case_count <= SCREENED_CASES_MAX);
    assert_ok(screening_program_create(folder->arena, screened->pack, screened->cases[0].month,
                                       &screened->program, &err));
    assert_ok(batch_create(screened->program, &screened->batch, &err));
    assert_ok(screening_runner_create(screened->program, &screened->runner, &err));
    for (size_t c = 0; c < screened->case_count; c++)
        assert_ok(batch_add_case(screened->batch, &screened->cases[c], &err));
}

static inline void screen_cases(const struct pack_folder *folder, const struct table *table,
                                const char *cases, struct screened *screened)
{
    struct berm_error err;

    load_cases(folder, table, cases, screened);
    assert_ok(screening_run_batch(screened->runner, screened->batch, screened->results, &err));
}

static inline struct explanation explain_case(const struct pack_folder *folder,
                                              struct screened *screened, size_t row)
{
    struct explanation explanation;
    struct berm_error err;

    assert_ok(screening_explain(screened->runner, screened->batch, row, folder->arena, &explanation,
                                &err));
    return explanation;
}

#endif
