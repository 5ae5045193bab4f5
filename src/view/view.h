/*
 * How things of the register are shown, the same on the command line and in the API: as JSON, and
 * in plain sentences.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "service/service.h"

/** An object: code, area, values, members, flows, what is hidden from the caller, and where history
 * is not NULL changes. */
void household_write_json(const struct pack *pack, const struct household_facts *facts,
                          const struct history_page *history, struct json_writer *json);
/** A person and their memberships, as person_read gives them. */
void person_write_json(const struct pack *pack, const struct household_facts *place,
                       const struct person_spell *spells, size_t spell_count,
                       struct json_writer *json);
/** Arrays. */
void flows_write_json(const struct dictionary *dictionary, const struct household_facts *facts,
                      struct json_writer *json);
void history_write_json(const struct history_page *history, struct json_writer *json);

/** Members of an object: how severe a finding is, since when, until when (NULL: not told), and why.
 */
void finding_write_spell_json(const struct finding_row *row, const char *from_key,
                              const char *to_key, struct json_writer *json);
/** How severe, in a word of the language. */
struct text severity_label(enum severity severity, enum language language);
/** What people call a finding; its code where the pack no longer has it. */
struct text finding_label(const struct finding_row *row, enum language language);
/** What a variable is called; its name where the pack has no label. */
struct text variable_label(const struct variable *variable, enum language language);
/** A household's reasons in plain sentences. */
void reasons_write(const struct household_reasons *reasons, enum language language,
                   struct buffer *out);
/** What happened to it: lines under a heading, where anything did; the same as an array. */
void story_write(const struct household_reasons *reasons, enum language language,
                 struct buffer *out);
void story_write_json(const struct household_reasons *reasons, struct json_writer *json);
/** The members of an object, which is the caller's: findings with their evidence, figures, record.
 */
void reasons_write_json(const struct household_reasons *reasons, struct json_writer *json);

/** An object: all that a form needs to ask for a variable, labels and hints in both languages. */
void variable_write_description_json(const struct variable *variable, struct json_writer *json);

/** A visit in a list; one with what it found and its files. */
void visit_write_head_json(const struct visit_row *row, struct json_writer *json);
void visit_write_json(const struct visit_detail *detail, struct json_writer *json);
/** What a visit asks for, and what is known. */
void visit_form_write_json(const struct dictionary *dictionary, const struct visit_form *form,
                           struct json_writer *json);
void attachment_write_json(const struct attachment_row *row, struct json_writer *json);

/** Objects: a programme of the pack, a budget, an entitlement, who goes without, a measure. */
void programme_write_json(const struct pack *pack, const struct programme *programme,
                          struct json_writer *json);
void budget_write_json(const struct pack *pack, const struct budget_row *row,
                       struct json_writer *json);
void entitlement_write_json(const struct pack *pack, const struct entitlement_row *row,
                            struct json_writer *json);
void take_up_write_json(const struct pack *pack, const struct take_up_row *row,
                        struct json_writer *json);
void measure_write_json(const struct pack *pack, const struct measure_row *row,
                        struct json_writer *json);

/** A batch of payments. */
void batch_write_json(const struct pack *pack, const struct batch_row *row,
                      struct json_writer *json);
void batch_write_lines(const struct pack *pack, const struct batch_row *row, struct buffer *out);

/** A warning in a list. */
void warning_write_head_json(const struct warning_row *row, struct json_writer *json);
/** The same with what was sent and what its screening opened. */
void warning_write_json(const struct warning_row *row, const struct finding_began *began,
                        size_t began_count, struct json_writer *json);
/** Members of an object: a grievance; with steps what was done about it. */
void grievance_write_json(const struct grievance_row *row, struct json_writer *json);
void grievance_steps_write_json(const struct grievance_step_row *steps, size_t count,
                                struct json_writer *json);

/** An array. */
void findings_began_write_json(const struct finding_began *began, size_t count,
                               struct json_writer *json);

/** What a state is called; its code where the pack no longer has it. */
struct text case_state_label(const struct workflow_state *info, struct text code,
                             enum language language);
/** A case with all that show tells, in plain words; the same as an object. */
void case_shown_write(const struct case_shown *shown, enum language language, struct buffer *out);
void case_shown_write_json(const struct case_shown *shown, enum language language,
                           struct json_writer *json);
/** Members of an object, which is the caller's. */
void case_row_write_members(const struct case_row *row, struct json_writer *json);
/** Objects. */
void case_row_write_json(const struct case_row *row, struct json_writer *json);
void case_count_write_json(const struct case_count *count, struct json_writer *json);
void case_lead_write_json(const struct case_lead_row *lead, struct json_writer *json);
void case_account_write_json(const struct case_account_table *account, struct json_writer *json);
void case_account_month_write_json(const struct case_account_month *row, struct json_writer *json);
/** An array: what is missing for a step, each with its remedy in words. */
void case_missing_write_json(const struct workflow_step *step, need_set missing,
                             enum language language, struct json_writer *json);

#endif
