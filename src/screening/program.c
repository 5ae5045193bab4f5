/*
 * What one policy needs of the register for one month.
 *
 * The model tells which entries of its inputs it reads; only those become columns, so that a policy
 * with twenty variables does not pay for a dictionary of two hundred. Contexts keep the layout of
 * the pack's declared types: the interpreter finds an entry at the place where its type has it.
 */
#include "screening.h"

#include <string.h>

static const char *const SEVERITY_NAMES[SEVERITY_COUNT] = {
    "none", "undetermined", "low", "medium", "high", "critical",
};

const char *severity_name(enum severity severity)
{
    assert(severity < SEVERITY_COUNT);
    return SEVERITY_NAMES[severity];
}

bool severity_find(struct text name, enum severity *ret_severity)
{
    for (int i = 0; i < SEVERITY_COUNT; i++)
        if (text_equal(name, text_of(SEVERITY_NAMES[i]))) {
            *ret_severity = (enum severity)i;
            return true;
        }
    return false;
}

/* The entries that a model reads, as flags beside the layout. */
struct wanted {
    const struct screening_program *program;
    int input_of[INPUT_COUNT]; /* the model's number of each of our inputs; -1: not declared */
    bool *is_wanted[INPUT_MONTH];
};

static void want_entry(void *context, size_t input, struct text entry)
{
    struct wanted *wanted = context;
    const struct screening_program *program = wanted->program;

    for (int i = 0; i < INPUT_MONTH; i++) {
        if (wanted->input_of[i] != (int)input)
            continue;
        for (size_t e = 0; e < program->entry_count[i]; e++)
            if (entry.length == 0 || text_equal(program->entry_names[i][e], entry))
                wanted->is_wanted[i][e] = true;
    }
}

/* Names and unknown marks of the three contexts, in the order of their declared types. */
static enum berm_status lay_out(struct arena *arena, struct screening_program *program,
                                struct berm_error *err)
{
    static const char *const PREFIXES[INPUT_MONTH] = {"household", "members", "parameter"};

    for (int i = 0; i < INPUT_MONTH; i++) {
        const struct feel_type *type = program->pack->input_types[i].type;

        if (type->kind == FEEL_TYPE_LIST)
            type = type->element;
        program->entry_count[i] = type->member_count;
        TRY(arena_new(arena, type->member_count, sizeof(struct text), &program->entry_names[i],
                      err));
        TRY(arena_new(arena, type->member_count, sizeof(struct feel_unknown *),
                      &program->entry_unknown[i], err));
        for (size_t e = 0; e < type->member_count; e++) {
            struct text full;

            program->entry_names[i][e] = type->members[e].name;
            TRY(text_format(arena, &full, err, "%s.%.*s", PREFIXES[i],
                            TEXT_ARG(type->members[e].name)));
            TRY(feel_unknown_of_name(arena, full, &program->entry_unknown[i][e], err));
        }
    }
    return BERM_OK;
}

static void need_household_entry(struct screening_program *program, size_t entry)
{
    const struct dictionary *dictionary = &program->pack->dictionary;
    struct text name = program->entry_names[INPUT_HOUSEHOLD][entry];
    int variable = dictionary_position(dictionary, ENTITY_HOUSEHOLD, name);
    struct window_need window = {.entry = entry};

    if (variable >= 0) {
        program->household[program->household_count++] =
            (struct variable_need){.variable = variable, .entry = entry};
    } else if (flow_window_find(dictionary, name, &window.flow, &window.window)) {
        int depth = flow_window_depth_months(window.window);
        size_t f = 0;

        program->windows[program->window_count++] = window;
        if (depth > program->months_back)
            program->months_back = depth;
        while (f < program->flow_count && program->flows[f] != window.flow)
            f++;
        if (f == program->flow_count)
            program->flows[program->flow_count++] = window.flow;
    }
}

static enum berm_status collect_needs(struct arena *arena, struct screening_program *program,
                                      struct berm_error *err)
{
    const struct pack *pack = program->pack;
    const struct dictionary *dictionary = &pack->dictionary;
    struct wanted wanted = {.program = program};

    for (int i = 0; i < INPUT_COUNT; i++)
        wanted.input_of[i] = dmn_input_find(pack->model, pack->input_types[i].name);
    for (int i = 0; i < INPUT_MONTH; i++)
        TRY(arena_new(arena, program->entry_count[i], sizeof(bool), &wanted.is_wanted[i], err));
    dmn_visit_input_entries(pack->model, want_entry, &wanted);

    TRY(arena_new(arena, dictionary->count[ENTITY_HOUSEHOLD], sizeof *program->household,
                  &program->household, err));
    TRY(arena_new(arena, dictionary->count[ENTITY_PERSON], sizeof *program->person,
                  &program->person, err));
    TRY(arena_new(arena, dictionary->count[ENTITY_FLOW] * FLOW_WINDOW_COUNT,
                  sizeof *program->windows, &program->windows, err));
    TRY(arena_new(arena, dictionary->count[ENTITY_FLOW], sizeof *program->flows, &program->flows,
                  err));
    for (size_t e = 0; e < program->entry_count[INPUT_HOUSEHOLD]; e++)
        if (wanted.is_wanted[INPUT_HOUSEHOLD][e])
            need_household_entry(program, e);
    for (size_t e = 0; e < program->entry_count[INPUT_MEMBERS]; e++) {
        int variable =
            dictionary_position(dictionary, ENTITY_PERSON, program->entry_names[INPUT_MEMBERS][e]);

        if (wanted.is_wanted[INPUT_MEMBERS][e] && variable >= 0)
            program->person[program->person_count++] =
                (struct variable_need){.variable = variable, .entry = e};
    }
    return BERM_OK;
}

/* One FEEL string for each choice, made once. */
static enum berm_status make_choice_values(struct arena *arena, struct screening_program *program,
                                           struct berm_error *err)
{
    const struct dictionary *dictionary = &program->pack->dictionary;

    TRY(arena_new(arena, dictionary->variable_count, sizeof(struct feel_value *),
                  &program->choice_values, err));
    for (size_t v = 0; v < dictionary->variable_count; v++) {
        const struct choice_list *list = dictionary->variables[v].list;

        if (!list)
            continue;
        TRY(arena_new(arena, list->choice_count, sizeof(struct feel_value),
                      &program->choice_values[v], err));
        for (size_t c = 0; c < list->choice_count; c++)
            program->choice_values[v][c] = feel_string(list->choices[c].name);
    }
    return BERM_OK;
}

static int find_output(const struct pack *pack, const char *name)
{
    size_t decision = (size_t)pack->findings_decision;
    struct dmn_table_info table = dmn_table_info(pack->model, decision);

    for (size_t o = 0; o < table.output_count; o++)
        if (text_equal(dmn_table_output_name(pack->model, decision, o), text_of(name)))
            return (int)o;
    return -1;
}

enum berm_status screening_program_create(struct arena *arena, const struct pack *pack,
                                          month_number month,
                                          const struct screening_program **ret_program,
                                          struct berm_error *err)
{
    struct screening_program *program;

    TRY(arena_new(arena, 1, sizeof *program, &program, err));
    program->pack = pack;
    program->month = month;
    program->code_output = find_output(pack, "code");
    program->severity_output = find_output(pack, "severity");
    if (program->code_output < 0 || program->severity_output < 0)
        return fail_with(err, BERM_INVALID_INPUT,
                         "the findings table of pack %.*s has no outputs named code and severity",
                         TEXT_ARG(pack->name));
    TRY(lay_out(arena, program, err));
    TRY(feel_unknown_of_name(arena, TEXT("members"), &program->no_members, err));
    TRY(collect_needs(arena, program, err));
    TRY(make_choice_values(arena, program, err));
    *ret_program = program;
    return BERM_OK;
}
