/*
 * A list of 200 households as JSON: Berm's streaming writer beside jansson, which builds a tree and
 * then writes it. Both make the same bytes, which is checked. Prints microseconds, best of many.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"

enum { ROWS = 200, ROUNDS = 2000 };

struct row {
    const char *code, *area, *area_name, *head, *risk_level, *kind;
    int64_t members, version, income_minor;
    bool is_active;
};

static struct row rows[ROWS];

static double now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void make_rows(void)
{
    static const char *const names[] = {"张三", "欧阳小明", "李\"四\"", "阿依古丽·买买提"};
    static char codes[ROWS][24];

    for (int i = 0; i < ROWS; i++) {
        snprintf(codes[i], sizeof codes[i], "5303250010010%05d", i);
        rows[i] = (struct row){codes[i],
                               "530325001001",
                               "富村镇新店村",
                               names[i % 4],
                               i % 3 == 0 ? "high" : "none",
                               i % 3 == 0 ? "marginal" : "",
                               1 + i % 7,
                               1000 + i,
                               389300 + 17 * i,
                               i % 50 != 0};
    }
}

static void write_rows(struct buffer *out)
{
    struct json_writer json = {.out = out};

    json_begin_object(&json);
    json_key(&json, "households");
    json_begin_array(&json);
    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];

        json_begin_object(&json);
        json_key_of_text(&json, "code", text_of(row->code));
        json_key_of_text(&json, "area", text_of(row->area));
        json_key_of_text(&json, "area_name", text_of(row->area_name));
        json_key_of_text(&json, "head", text_of(row->head));
        json_key_of_text(&json, "risk_level", text_of(row->risk_level));
        json_key_of_text(&json, "kind", text_of(row->kind));
        json_key_of_int64(&json, "members", row->members);
        json_key_of_int64(&json, "version", row->version);
        json_key(&json, "income");
        json_money(&json, row->income_minor, 2);
        json_key_of_bool(&json, "is_active", row->is_active);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
}

static char *dump_rows(void)
{
    json_t *list = json_array();
    json_t *answer = json_object();
    char *text = NULL;
    char income[32];

    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        json_t *object = json_object();

        snprintf(income, sizeof income, "%lld.%02lld", (long long)row->income_minor / 100,
                 (long long)row->income_minor % 100);
        json_object_set_new(object, "code", json_string(row->code));
        json_object_set_new(object, "area", json_string(row->area));
        json_object_set_new(object, "area_name", json_string(row->area_name));
        json_object_set_new(object, "head", json_string(row->head));
        json_object_set_new(object, "risk_level", json_string(row->risk_level));
        json_object_set_new(object, "kind", json_string(row->kind));
        json_object_set_new(object, "members", json_integer(row->members));
        json_object_set_new(object, "version", json_integer(row->version));
        json_object_set_new(object, "income", json_string(income));
        json_object_set_new(object, "is_active", json_boolean(row->is_active));
        json_array_append_new(list, object);
    }
    json_object_set_new(answer, "households", list);
    text = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    return text;
}

int main(void)
{
    struct buffer out = {0};
    double ours_us = 1e9;
    double jansson_us = 1e9;
    size_t length = 0;

    make_rows();
    for (int round = 0; round < ROUNDS; round++) {
        double begin = now_us();
        double middle = 0;
        char *text = NULL;

        buffer_clear(&out);
        write_rows(&out);
        middle = now_us();
        text = dump_rows();
        ours_us = middle - begin < ours_us ? middle - begin : ours_us;
        jansson_us = now_us() - middle < jansson_us ? now_us() - middle : jansson_us;
        length = out.length;
        if (text == NULL || strlen(text) != length || memcmp(text, out.bytes, length) != 0) {
            fprintf(stderr, "the two differ:\n%.*s\n%s\n", (int)length, out.bytes, text);
            return 1;
        }
        free(text);
    }
    printf("200 households as JSON, %zu bytes: %.0f us (wanted: 80 at most); jansson %.0f us\n",
           length, ours_us, jansson_us);
    buffer_free(&out);
    return ours_us <= 80 ? 0 : 1;
}
