/* SQL for the dictionary's columns and for whole tables: the only SQL that is put together at run
 * time. */
#ifndef STORE_BUILDER_H
#define STORE_BUILDER_H

#include "store/driver.h"

/** The table that holds an entity's variables, and the type that a variable's column has in SQLite,
 * which the statement column_type gives for every database. */
const char *data_table(enum entity entity);
const char *column_type(const struct variable *variable);

/* Each appends one statement. The caller checks buffer_status once. */
void build_add_column(struct buffer *sql, struct text table, struct text column, bool is_number,
                      enum dialect dialect);
void build_data_insert(struct buffer *sql, struct variable_selection selection);
void build_data_write(struct buffer *sql, struct variable_selection selection);
void build_data_read(struct buffer *sql, struct variable_selection selection);
void build_data_ahead(struct buffer *sql, struct variable_selection selection);
void build_member_data_read(struct buffer *sql, struct variable_selection selection);
void build_household_scan(struct buffer *sql, struct variable_selection selection);
void build_member_scan(struct buffer *sql, struct variable_selection selection);
void build_person_scan(struct buffer *sql, struct variable_selection selection);
/** Whether one household meets all tests. Parameters: 1 its id, then the tests' values in order. */
void build_household_test(struct buffer *sql, const struct household_test *tests, size_t count);
void build_flow_scan(struct buffer *sql, struct variable_selection selection);

/* Of the schema's own tables and columns, which a move reads one after the other. */
void build_table_scan(struct buffer *sql, const struct store_table *table);
void build_table_insert(struct buffer *sql, const struct store_table *table);
void build_table_count(struct buffer *sql, const struct store_table *table);
void build_table_delete(struct buffer *sql, const struct store_table *table);

#endif
