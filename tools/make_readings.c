/*
 * The readings of all usual Chinese characters in names, as C, from the ICU that this machine has:
 * make_readings FILE. The build runs it for script/romanizer.c.
 */
#include "script/reading.h"

#include <stdio.h>
#include <string.h>

enum {
    SYLLABLES_MAX = 2048, /* there are some 400 without tones */
    IN_A_LINE = 16,
    USUAL_SURNAME = 0x738B, /* 王: any would do */
};

struct table {
    struct reading_rules *rules;
    struct syllable syllables[SYLLABLES_MAX];
    size_t count;
};

/* The place of a syllable in the list, to which it is added. */
static enum berm_status number_of(struct table *table, struct syllable syllable, size_t *ret_number,
                                  struct berm_error *err)
{
    size_t number = 0;

    while (number < table->count &&
           memcmp(&table->syllables[number], &syllable, sizeof syllable) != 0)
        number++;
    if (number == SYLLABLES_MAX)
        return fail_with(err, BERM_LIMIT, "there are more than %d syllables", (int)SYLLABLES_MAX);
    if (number == table->count)
        table->syllables[table->count++] = syllable;
    *ret_number = number;
    return BERM_OK;
}

static enum berm_status write_one(struct table *table, struct reading_place place, int position,
                                  FILE *out, struct berm_error *err)
{
    struct syllable syllable;
    size_t number;

    TRY(reading_by_rules(table->rules, place, &syllable, err));
    TRY(number_of(table, syllable, &number, err));
    fprintf(out, "%zu,%s", number, position % IN_A_LINE == IN_A_LINE - 1 ? "\n" : " ");
    return BERM_OK;
}

static enum berm_status write_readings(struct table *table, const char *name, uint32_t before,
                                       FILE *out, struct berm_error *err)
{
    fprintf(out, "const uint16_t %s[READING_COUNT] = {\n", name);
    for (int i = 0; i < READING_COUNT; i++)
        TRY(write_one(table,
                      (struct reading_place){.before = before,
                                             .character = READING_FIRST + (uint32_t)i},
                      i, out, err));
    fprintf(out, "};\n");
    return BERM_OK;
}

static enum berm_status write_all(struct table *table, FILE *out, struct berm_error *err)
{
    fprintf(out, "/* Made by tools/make_readings.c. */\n#include \"script/reading.h\"\n\n");
    TRY(write_readings(table, "readings_first", 0, out, err));
    TRY(write_readings(table, "readings_inside", USUAL_SURNAME, out, err));
    fprintf(out, "const uint16_t readings_of_surnames[SURNAMES_OF_TWO] = {\n");
    for (int s = 0; s < SURNAMES_OF_TWO; s++)
        TRY(write_one(table,
                      (struct reading_place){.character = surnames_of_two[s][0],
                                             .after = surnames_of_two[s][1]},
                      s, out, err));
    fprintf(out, "};\nconst struct syllable reading_syllables[] = {\n");
    for (size_t s = 0; s < table->count; s++)
        fprintf(out, "    {%d, \"%.*s\"},\n", table->syllables[s].length,
                table->syllables[s].length, table->syllables[s].bytes);
    fprintf(out, "};\n");
    return BERM_OK;
}

int main(int count, char **words)
{
    static struct table table;
    struct berm_error err = {0};
    FILE *out = count == 2 ? fopen(words[1], "w") : NULL;
    enum berm_status status;

    if (out == NULL) {
        fprintf(stderr, "make_readings FILE, which cannot be written\n");
        return 1;
    }
    status = reading_rules_open(&table.rules, &err);
    if (status == BERM_OK)
        status = write_all(&table, out, &err);
    reading_rules_close(table.rules);
    if (fclose(out) != 0 && status == BERM_OK)
        status = fail_with(&err, BERM_IO, "\"%s\" could not be written", words[1]);
    if (status != BERM_OK)
        fprintf(stderr, "%s\n", err.message);
    return status == BERM_OK ? 0 : 1;
}
