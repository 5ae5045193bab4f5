/* All that the register holds about one household: facts, members, flows by source. Its history is
 * history.c's. */
#include "service/household.h"
#include "service/access/mask.h"

/* How a membership is stored whose beginning nobody knows. */
static const struct text FROM_ALWAYS = {"0001-01-01", 10};

/* Inside the caller's snapshot: the household, where it lies in the caller's areas, and what the
 * caller sees of it. Another's household is told in the words for one that is not there. */
enum berm_status household_find_in(struct office *office, const struct caller *caller,
                                   enum permission permission, struct text code,
                                   struct arena *arena, struct area_scope *ret_scope,
                                   struct household_facts *ret_facts, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *row = NULL;
    struct field_sight sight;
    bool has_row;

    TRY(caller_scope(office->store, caller, permission, (struct text){0}, arena, ret_scope, err));
    TRY(field_sight_read(office->store, caller, arena, &sight, err));
    TRY(statement_prepare(office->store, STATEMENT_HOUSEHOLD_BY_CODE, &row, err));
    statement_bind_text(row, HOUSEHOLD_BY_CODE__CODE, code);
    TRY(statement_step(row, &has_row, err));
    if (!has_row || !area_scope_contains(ret_scope, statement_int64(row, 8)))
        return fail_with(err, BERM_NOT_FOUND,
                         "there is no household with the code %.*s; check the code, or import it",
                         TEXT_ARG(code));
    ret_facts->household_id = statement_int64(row, 0);
    ret_facts->is_active = statement_int64(row, 2) != 0;
    ret_facts->added_change_id = statement_int64(row, 3);
    ret_facts->position = statement_int64(row, 8);
    ret_facts->class_seen = field_sight_at(&sight, ret_facts->position);
    TRY(text_copy(arena, statement_text(row, 1), &ret_facts->code, err));
    TRY(text_copy(arena, statement_text(row, 4), &ret_facts->area_code, err));
    TRY(text_copy(arena, statement_text(row, 5), &ret_facts->area_name, err));
    TRY(text_copy(arena, statement_text(row, 6), &ret_facts->area_name_en, err));
    if (ret_facts->area_name_en.length == 0)
        ret_facts->area_name_en = ret_facts->area_name;
    return BERM_OK;
}

/* ---- Lists, which are started together: across a wire they come in one round trip -------------
 */

struct household_lists {
    struct statement *data, *members, *member_data, *flows;
};

static void lists_close(struct household_lists *lists)
{
    statement_close(lists->data);
    statement_close(lists->members);
    statement_close(lists->member_data);
    statement_close(lists->flows);
}

static struct variable_selection all_of(const struct dictionary *dictionary, enum entity entity)
{
    return (struct variable_selection){
        .dictionary = dictionary, .entity = entity, .count = dictionary->count[entity]};
}

static enum berm_status start_data(struct office *office, int64_t household_id,
                                   struct household_lists *lists, struct berm_error *err)
{
    TRY(store_prepare_data_read(office->store, all_of(&office->pack->dictionary, ENTITY_HOUSEHOLD),
                                &lists->data, err));
    statement_bind_int64(lists->data, 1, household_id);
    statement_start(lists->data);
    return BERM_OK;
}

static enum berm_status start_members(struct office *office, int64_t household_id,
                                      struct household_lists *lists, struct berm_error *err)
{
    TRY(statement_prepare(office->store, STATEMENT_MEMBER_LIST, &lists->members, err));
    statement_bind_int64(lists->members, MEMBER_LIST__HOUSEHOLD_ID, household_id);
    statement_start(lists->members);
    TRY(store_prepare_member_data_read(
        office->store, all_of(&office->pack->dictionary, ENTITY_PERSON), &lists->member_data, err));
    statement_bind_int64(lists->member_data, 1, household_id);
    statement_start(lists->member_data);
    return BERM_OK;
}

/* first, last: 0 for no end. */
static enum berm_status start_flows(struct office *office, int64_t household_id, month_number first,
                                    month_number last, struct household_lists *lists,
                                    struct berm_error *err)
{
    TRY(statement_prepare(office->store, STATEMENT_FLOW_ENTRY_OF_HOUSEHOLD, &lists->flows, err));
    statement_bind_int64(lists->flows, FLOW_ENTRY_OF_HOUSEHOLD__HOUSEHOLD_ID, household_id);
    statement_bind_month(lists->flows, FLOW_ENTRY_OF_HOUSEHOLD__FIRST,
                         first ? first : month_from_civil(1, 1));
    statement_bind_month(lists->flows, FLOW_ENTRY_OF_HOUSEHOLD__LAST,
                         last ? last : month_from_civil(9999, 12));
    statement_start(lists->flows);
    return BERM_OK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The present row's values, from a column on, so that they outlive it. */
static enum berm_status keep_values(struct statement *row, int first_column,
                                    const struct dictionary *dictionary, enum entity entity,
                                    struct arena *arena, struct field_value *values,
                                    struct berm_error *err)
{
    const struct variable *variables = dictionary_variables(dictionary, entity);

    for (size_t v = 0; v < dictionary->count[entity]; v++) {
        values[v] = statement_field(row, first_column + (int)v, &variables[v]);
        TRY(text_copy(arena, values[v].text, &values[v].text, err));
    }
    return BERM_OK;
}

/* The household's data row; everything unknown where there is none yet. */
static enum berm_status read_data(struct office *office, struct household_lists *lists,
                                  struct arena *arena, struct field_value **ret_values,
                                  struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    struct field_value *values;
    bool has_row;

    TRY(arena_new(arena, dictionary->count[ENTITY_HOUSEHOLD], sizeof *values, &values, err));
    TRY(statement_step(lists->data, &has_row, err));
    if (has_row)
        TRY(keep_values(lists->data, 0, dictionary, ENTITY_HOUSEHOLD, arena, values, err));
    *ret_values = values;
    return BERM_OK;
}

/* The data rows of the members that have one: each goes to all memberships of its person. */
static enum berm_status read_member_data(struct office *office, struct household_lists *lists,
                                         struct arena *arena, struct household_member *members,
                                         size_t count, struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    bool has_row;

    TRY(statement_step(lists->member_data, &has_row, err));
    while (has_row) {
        int64_t person_id = statement_int64(lists->member_data, 0);

        for (size_t m = 0; m < count; m++)
            if (members[m].person_id == person_id)
                TRY(keep_values(lists->member_data, 1, dictionary, ENTITY_PERSON, arena,
                                members[m].values, err));
        TRY(statement_step(lists->member_data, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status read_member(struct statement *row, struct arena *arena,
                                    struct household_member *member, struct berm_error *err)
{
    struct text *const texts[] = {&member->code,       &member->name,      &member->sex,
                                  &member->birth_date, &member->from_date, &member->to_date,
                                  &member->relation,   &member->end_reason};

    member->person_id = statement_int64(row, 0);
    for (size_t t = 0; t < ARRAY_COUNT(texts); t++)
        TRY(text_copy(arena, statement_text(row, 1 + (int)t), texts[t], err));
    if (text_equal(member->from_date, FROM_ALWAYS))
        member->from_date = TEXT("");
    return BERM_OK;
}

/* Who lives elsewhere by now is a person of that area: what is known of them since is not told.
 * Whether a sensitive value is left. */
static bool mask_member(const struct dictionary *dictionary, enum field_class seen,
                        struct household_member *member)
{
    if (member->is_hidden || seen < FIELD_CLASS_PERSONAL) {
        member->name = TEXT(HIDDEN_VALUE);
        member->birth_date = TEXT(HIDDEN_VALUE);
    }
    if (member->is_hidden || seen < FIELD_CLASS_INTERNAL)
        member->sex = (struct text){0};
    return mask_values(dictionary, ENTITY_PERSON, seen, member->is_hidden, member->values);
}

static enum berm_status read_members(struct office *office, const struct area_scope *scope,
                                     struct household_lists *lists, struct arena *arena,
                                     struct household_facts *facts, struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    struct statement *list = lists->members;
    struct household_member *members = NULL;
    size_t capacity = 0;
    int64_t elsewhere;
    bool has_row;

    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        struct household_member *member;

        TRY(rows_reserve(arena, &members, sizeof *members, facts->member_count, &capacity, err));
        member = &members[facts->member_count++];
        TRY(read_member(list, arena, member, err));
        TRY(arena_new(arena, dictionary->count[ENTITY_PERSON], sizeof *member->values,
                      &member->values, err));
        member->is_hidden =
            statement_has_int64(list, 9, &elsewhere) && !area_scope_contains(scope, elsewhere);
        TRY(statement_step(list, &has_row, err));
    }
    assert(facts->member_count == 0 || members != NULL);
    TRY(read_member_data(office, lists, arena, members, facts->member_count, err));
    for (size_t m = 0; m < facts->member_count; m++)
        facts->shows_sensitive |= mask_member(dictionary, facts->class_seen, &members[m]);
    facts->members = members;
    return BERM_OK;
}

static enum berm_status read_flows(struct office *office, struct household_lists *lists,
                                   struct arena *arena, struct household_facts *facts,
                                   struct berm_error *err)
{
    struct statement *list = lists->flows;
    struct household_flow *flows = NULL;
    size_t capacity = 0;
    bool has_row;

    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        const struct variable *variable =
            dictionary_find(&office->pack->dictionary, ENTITY_FLOW, statement_text(list, 1));
        enum field_class class = variable ? variable->field_class : FIELD_CLASS_SENSITIVE;

        if (class <= facts->class_seen) {
            struct household_flow *flow;

            facts->shows_sensitive |= class == FIELD_CLASS_SENSITIVE;
            TRY(rows_reserve(arena, &flows, sizeof *flows, facts->flow_count, &capacity, err));
            flow = &flows[facts->flow_count++];
            flow->month = statement_month(list, 0);
            TRY(text_copy(arena, statement_text(list, 1), &flow->flow, err));
            TRY(text_copy(arena, statement_text(list, 2), &flow->source, err));
            flow->amount_minor = statement_int64(list, 3);
        }
        TRY(statement_step(list, &has_row, err));
    }
    facts->flows = flows;
    return BERM_OK;
}

enum berm_status household_read_in(struct office *office, const struct caller *caller,
                                   enum permission permission, struct text code,
                                   struct arena *arena, struct household_facts *ret_facts,
                                   struct berm_error *err)
{
    const struct dictionary *dictionary = &office->pack->dictionary;
    CLEANUP(lists_close) struct household_lists lists = {0};
    struct household_facts facts = {0};
    struct area_scope scope;
    struct field_value *values;

    TRY(household_find_in(office, caller, permission, code, arena, &scope, &facts, err));
    TRY(start_data(office, facts.household_id, &lists, err));
    TRY(start_members(office, facts.household_id, &lists, err));
    TRY(start_flows(office, facts.household_id, 0, 0, &lists, err));
    TRY(household_version(office->store, facts.household_id, &facts.version, err));
    TRY(read_data(office, &lists, arena, &values, err));
    facts.shows_sensitive =
        mask_values(dictionary, ENTITY_HOUSEHOLD, facts.class_seen, false, values);
    facts.values = values;
    TRY(read_members(office, &scope, &lists, arena, &facts, err));
    TRY(read_flows(office, &lists, arena, &facts, err));
    *ret_facts = facts;
    return BERM_OK;
}

enum berm_status household_read(struct office *office, const struct caller *caller,
                                struct text code, struct arena *arena,
                                struct household_facts *ret_facts, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    return household_read_in(office, caller, PERMISSION_HOUSEHOLD_READ, code, arena, ret_facts,
                             err);
}

enum berm_status household_flows(struct office *office, const struct caller *caller,
                                 struct text code, month_number first, month_number last,
                                 struct arena *arena, struct household_facts *ret_facts,
                                 struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(lists_close) struct household_lists lists = {0};
    struct household_facts facts = {0};
    struct area_scope scope;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_READ, code, arena, &scope, &facts,
                          err));
    TRY(start_flows(office, facts.household_id, first, last, &lists, err));
    TRY(read_flows(office, &lists, arena, &facts, err));
    *ret_facts = facts;
    return BERM_OK;
}

/* ---- One person ------------------------------------------------------------------------------ */

static enum berm_status fail_no_person(struct text code, struct berm_error *err)
{
    return fail_with(err, BERM_NOT_FOUND, "there is no person with the code %.*s; check the code",
                     TEXT_ARG(code));
}

/* Those in households that the caller may see. */
static enum berm_status read_spells(struct office *office, const struct area_scope *scope,
                                    int64_t person_id, struct arena *arena,
                                    struct person_spell **ret_spells, size_t *ret_count,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *list = NULL;
    struct person_spell *spells = NULL;
    size_t count = 0, capacity = 0;
    bool has_row;

    TRY(statement_prepare(office->store, STATEMENT_PERSON_SPELL_LIST, &list, err));
    statement_bind_int64(list, PERSON_SPELL_LIST__PERSON_ID, person_id);
    TRY(statement_step(list, &has_row, err));
    while (has_row) {
        if (area_scope_contains(scope, statement_int64(list, 1))) {
            struct person_spell *spell;

            TRY(rows_reserve(arena, &spells, sizeof *spells, count, &capacity, err));
            spell = &spells[count++];
            TRY(text_copy(arena, statement_text(list, 0), &spell->household, err));
            TRY(text_copy(arena, statement_text(list, 2), &spell->from_date, err));
            TRY(text_copy(arena, statement_text(list, 3), &spell->to_date, err));
            TRY(text_copy(arena, statement_text(list, 4), &spell->relation, err));
            TRY(text_copy(arena, statement_text(list, 5), &spell->end_reason, err));
            if (text_equal(spell->from_date, FROM_ALWAYS))
                spell->from_date = TEXT("");
        }
        TRY(statement_step(list, &has_row, err));
    }
    *ret_spells = spells;
    *ret_count = count;
    return BERM_OK;
}

enum berm_status person_read(struct office *office, const struct caller *caller, struct text code,
                             struct arena *arena, struct household_facts *ret_place,
                             const struct person_spell **ret_spells, size_t *ret_spell_count,
                             struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *snapshot = NULL;
    CLEANUP(lists_close) struct household_lists lists = {0};
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct household_facts place = {0};
    struct person_spell *spells;
    struct area_scope scope;
    struct text household;
    int64_t person_id;
    size_t count, m = 0;
    bool has_row;

    TRY(store_begin_read(office->store, err));
    snapshot = office->store;
    TRY(caller_scope(office->store, caller, PERMISSION_HOUSEHOLD_READ, (struct text){0}, arena,
                     &scope, err));
    TRY(statement_prepare(office->store, STATEMENT_PERSON_PLACE, &find, err));
    statement_bind_text(find, PERSON_PLACE__CODE, code);
    TRY(statement_step(find, &has_row, err));
    if (!has_row || !area_scope_contains(&scope, statement_int64(find, 0)))
        return fail_no_person(code, err);
    person_id = statement_int64(find, 1);
    TRY(text_copy(arena, statement_text(find, 3), &household, err));
    TRY(household_find_in(office, caller, PERMISSION_HOUSEHOLD_READ, household, arena, &scope,
                          &place, err));
    TRY(start_members(office, place.household_id, &lists, err));
    TRY(household_version(office->store, place.household_id, &place.version, err));
    TRY(read_members(office, &scope, &lists, arena, &place, err));
    assert(place.members != NULL);
    while (m < place.member_count && place.members[m].person_id != person_id)
        m++;
    assert(m < place.member_count); /* the place is one of the person's memberships */
    place.members += m;
    place.member_count = 1;
    TRY(read_spells(office, &scope, person_id, arena, &spells, &count, err));
    *ret_place = place;
    *ret_spells = spells;
    *ret_spell_count = count;
    return BERM_OK;
}
