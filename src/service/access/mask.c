/*
 * Field classes: what a caller sees of a value that it may look up. Which class is seen depends on
 * where the thing lies, because roles are granted by area; so a request reads once in which areas
 * each class is seen, and asks for every thing by its position.
 *
 * A computed value is as secret as the most secret value that went into it: a condition over an
 * expression takes the class of everything that its rule read. Only a pack's figures are exempt:
 * they are meant to be shown, and count as internal.
 */
#include "service/access/mask.h"

#include <string.h>

/* ---- Which class is seen --------------------------------------------------------------------- */

enum berm_status field_sight_read(struct store *store, const struct caller *caller,
                                  struct arena *arena, struct field_sight *ret_sight,
                                  struct berm_error *err)
{
    static const enum permission PERMISSIONS[FIELD_CLASS_COUNT] = {
        [FIELD_CLASS_INTERNAL] = PERMISSION_FIELDS_INTERNAL,
        [FIELD_CLASS_PERSONAL] = PERMISSION_FIELDS_PERSONAL,
        [FIELD_CLASS_SENSITIVE] = PERMISSION_FIELDS_SENSITIVE};
    struct field_sight sight = {0};

    for (int class = FIELD_CLASS_INTERNAL; class < FIELD_CLASS_COUNT; class ++) {
        sight.has_scope[class] = caller_holds(caller, PERMISSIONS[class]);
        if (sight.has_scope[class])
            TRY(caller_scope(store, caller, PERMISSIONS[class], (struct text){0}, arena,
                             &sight.scopes[class], err));
    }
    *ret_sight = sight;
    return BERM_OK;
}

enum field_class field_sight_at(const struct field_sight *sight, int64_t position)
{
    for (int class = FIELD_CLASS_SENSITIVE; class > FIELD_CLASS_PUBLIC; class --)
        if (sight->has_scope[class] && area_scope_contains(&sight->scopes[class], position))
            return (enum field_class) class;
    return FIELD_CLASS_PUBLIC;
}

/* ---- Which class a value has ----------------------------------------------------------------- */

static enum field_class class_of_entry(const struct dictionary *dictionary, enum entity entity,
                                       struct text name)
{
    static const char *const INTERNAL[] = {"size", "age", "sex", "relation", "area", "code"};
    const struct variable *variable = dictionary_find(dictionary, entity, name);
    enum flow_window window;
    int flow;

    if (variable)
        return variable->field_class;
    if (entity == ENTITY_HOUSEHOLD && flow_window_find(dictionary, name, &flow, &window))
        return dictionary_variables(dictionary, ENTITY_FLOW)[flow].field_class;
    for (size_t i = 0; i < ARRAY_COUNT(INTERNAL); i++)
        if (text_equal(name, text_of(INTERNAL[i])))
            return FIELD_CLASS_INTERNAL;
    if (entity == ENTITY_PERSON &&
        (text_equal(name, TEXT("birth_date")) || text_equal(name, TEXT("name"))))
        return FIELD_CLASS_PERSONAL;
    return FIELD_CLASS_SENSITIVE; /* a variable that the pack no longer has, or what nobody knows */
}

enum field_class field_class_of_read(const struct dictionary *dictionary, struct text name)
{
    const char *dot = name.length ? memchr(name.bytes, '.', name.length) : NULL;
    struct text entry = dot ? text_from(name, (size_t)(dot - name.bytes) + 1) : (struct text){0};

    if (text_starts_with(name, TEXT("household.")))
        return class_of_entry(dictionary, ENTITY_HOUSEHOLD, entry);
    if (text_starts_with(name, TEXT("members.")) || text_starts_with(name, TEXT("members[")))
        return class_of_entry(dictionary, ENTITY_PERSON, entry);
    if (text_starts_with(name, TEXT("parameter.")) || text_equal(name, TEXT("month")))
        return FIELD_CLASS_PUBLIC;
    return FIELD_CLASS_SENSITIVE;
}

static bool is_plain_read(struct text name)
{
    for (size_t i = 0; i < name.length; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_.[]", name.bytes[i]) == NULL)
            return false;
    return text_starts_with(name, TEXT("household.")) || text_starts_with(name, TEXT("members"));
}

/* Whether the pack shows this decision with every household. */
static bool is_figure(const struct pack *pack, struct text input)
{
    for (size_t f = 0; f < pack->figure_decision_count; f++)
        if (text_equal(dmn_decision_name(pack->model, (size_t)pack->figure_decisions[f]), input))
            return true;
    return false;
}

enum field_class field_class_of_condition(const struct pack *pack, struct text input,
                                          enum field_class of_reads)
{
    if (is_figure(pack, input))
        return FIELD_CLASS_INTERNAL;
    if (is_plain_read(input))
        return field_class_of_read(&pack->dictionary, input);
    return of_reads > FIELD_CLASS_INTERNAL ? of_reads : FIELD_CLASS_INTERNAL;
}

/* ---- Explanations ---------------------------------------------------------------------------- */

/* Hide the value where it must be; whether a known sensitive value is left. */
static bool mask_value(enum field_class class, enum field_class seen, struct feel_value *value)
{
    if (class > seen)
        *value = feel_string(TEXT(HIDDEN_VALUE));
    return class <= seen && class == FIELD_CLASS_SENSITIVE && value->kind != FEEL_NULL;
}

static enum berm_status mask_rule(const struct pack *pack, enum field_class seen,
                                  struct arena *arena, struct explained_rule *rule,
                                  bool *shows_sensitive, struct berm_error *err)
{
    enum field_class of_reads = FIELD_CLASS_PUBLIC;
    struct explained_condition *conditions;
    struct explained_read *reads;

    TRY(arena_new(arena, rule->read_count, sizeof *reads, &reads, err));
    TRY(arena_new(arena, rule->condition_count, sizeof *conditions, &conditions, err));
    for (size_t r = 0; r < rule->read_count; r++) {
        enum field_class of_read = field_class_of_read(&pack->dictionary, rule->reads[r].name);

        reads[r] = rule->reads[r];
        *shows_sensitive |= mask_value(of_read, seen, &reads[r].value);
        of_reads = of_read > of_reads ? of_read : of_reads;
    }
    for (size_t c = 0; c < rule->condition_count; c++) {
        enum field_class of_condition =
            field_class_of_condition(pack, rule->conditions[c].input, of_reads);

        conditions[c] = rule->conditions[c];
        *shows_sensitive |= mask_value(of_condition, seen, &conditions[c].value);
        if (of_condition > seen)
            conditions[c].has_threshold = false;
    }
    rule->reads = reads;
    rule->conditions = conditions;
    return BERM_OK;
}

enum berm_status mask_explanation(const struct pack *pack, enum field_class seen,
                                  struct arena *arena, struct explanation *explanation,
                                  bool *ret_shows_sensitive, struct berm_error *err)
{
    struct explained_finding *findings;
    struct explained_figure *figures;
    bool shows_sensitive = false;

    TRY(arena_new(arena, explanation->finding_count, sizeof *findings, &findings, err));
    TRY(arena_new(arena, explanation->figure_count, sizeof *figures, &figures, err));
    for (size_t f = 0; f < explanation->finding_count; f++) {
        struct explained_rule *rules;

        findings[f] = explanation->findings[f];
        TRY(arena_new(arena, findings[f].rule_count, sizeof *rules, &rules, err));
        for (size_t r = 0; r < findings[f].rule_count; r++) {
            rules[r] = findings[f].rules[r];
            TRY(mask_rule(pack, seen, arena, &rules[r], &shows_sensitive, err));
        }
        findings[f].rules = rules;
    }
    for (size_t f = 0; f < explanation->figure_count; f++) {
        figures[f] = explanation->figures[f];
        if (seen < FIELD_CLASS_INTERNAL)
            figures[f].value = feel_string(TEXT(HIDDEN_VALUE));
    }
    explanation->findings = findings;
    explanation->figures = figures;
    *ret_shows_sensitive = shows_sensitive;
    return BERM_OK;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

bool mask_values(const struct dictionary *dictionary, enum entity entity, enum field_class seen,
                 bool is_hidden, struct field_value *values)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);
    bool shows_sensitive = false;

    for (size_t v = 0; v < dictionary->count[entity]; v++)
        if (is_hidden || variables[v].field_class > seen)
            values[v] = (struct field_value){0};
        else if (variables[v].field_class == FIELD_CLASS_SENSITIVE && values[v].is_known)
            shows_sensitive = true;
    return shows_sensitive;
}
