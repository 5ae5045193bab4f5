/*
 * Built-in functions that make one value of a list: min, max, sum, mean and their like. An element
 * of another kind makes the answer null; so does an empty list.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/feel/builtins/builtins.h"

static enum berm_status extreme(struct call *call, int sign, struct feel_value *ret_value)
{
    const struct feel_value *items;
    size_t count;
    size_t best = 0;
    int order;

    if (!call_items(call, &items, &count) || count == 0)
        return BERM_OK;
    if (!value_order(&items[0], &items[0], &order))
        return BERM_OK;
    for (size_t i = 1; i < count; i++) {
        if (!value_order(&items[i], &items[best], &order))
            return BERM_OK;
        if (order * sign > 0)
            best = i;
    }
    *ret_value = items[best];
    ret_value->unknown = NULL;
    return BERM_OK;
}

enum berm_status builtin_min(struct call *call, struct feel_value *ret_value)
{
    return extreme(call, -1, ret_value);
}

enum berm_status builtin_max(struct call *call, struct feel_value *ret_value)
{
    return extreme(call, 1, ret_value);
}

/** The sum of numbers, or of durations of one kind. */
static bool add_up(const struct feel_value *items, size_t count, struct feel_value *ret_sum)
{
    struct feel_value sum;

    if (count == 0 || (items[0].kind != FEEL_NUMBER && items[0].kind != FEEL_DAYS_TIME &&
                       items[0].kind != FEEL_YEARS_MONTHS))
        return false;
    sum = items[0];
    sum.unknown = NULL;
    for (size_t i = 1; i < count; i++) {
        if (items[i].kind != sum.kind)
            return false;
        if (sum.kind == FEEL_YEARS_MONTHS
                ? __builtin_add_overflow(sum.months, items[i].months, &sum.months)
                : !decimal_add(sum.number, items[i].number, &sum.number))
            return false;
    }
    *ret_sum = sum;
    return true;
}

enum berm_status builtin_sum(struct call *call, struct feel_value *ret_value)
{
    const struct feel_value *items;
    size_t count;

    if (call_items(call, &items, &count) && !add_up(items, count, ret_value))
        *ret_value = feel_null();
    return BERM_OK;
}

enum berm_status builtin_mean(struct call *call, struct feel_value *ret_value)
{
    const struct feel_value *items;
    size_t count;
    struct feel_value sum;
    struct feel_value divisor;

    if (!call_items(call, &items, &count) || !add_up(items, count, &sum))
        return BERM_OK;
    divisor = feel_number(feel_decimal_from_int64((int64_t)count));
    *ret_value = value_divide(&sum, &divisor);
    return BERM_OK;
}

/** The numbers of the list in an array of the arena; *ret_numbers NULL where not all are numbers.
 */
static enum berm_status take_numbers(struct call *call, struct feel_decimal **ret_numbers,
                                     size_t *ret_count)
{
    const struct feel_value *items;

    *ret_numbers = NULL;
    if (!call_items(call, &items, ret_count))
        return BERM_OK;
    for (size_t i = 0; i < *ret_count; i++) {
        if (items[i].kind != FEEL_NUMBER)
            return BERM_OK;
    }
    TRY(arena_new(call->run->arena, *ret_count, sizeof **ret_numbers, ret_numbers, call->err));
    for (size_t i = 0; i < *ret_count; i++)
        (*ret_numbers)[i] = items[i].number;
    return BERM_OK;
}

enum berm_status builtin_product(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal *numbers;
    struct feel_decimal product = feel_decimal_from_int64(1);
    size_t count;

    TRY(take_numbers(call, &numbers, &count));
    if (numbers == NULL || count == 0)
        return BERM_OK;
    for (size_t i = 0; i < count; i++) {
        if (!decimal_multiply(product, numbers[i], &product))
            return BERM_OK;
    }
    *ret_value = feel_number(product);
    return BERM_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    struct feel_decimal left;
    struct feel_decimal right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return feel_decimal_compare(left, right);
}

enum berm_status builtin_median(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal *numbers;
    struct feel_decimal middle;
    size_t count;

    TRY(take_numbers(call, &numbers, &count));
    if (numbers == NULL || count == 0)
        return BERM_OK;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    middle = numbers[count / 2];
    if (count % 2 == 0 && (!decimal_add(middle, numbers[count / 2 - 1], &middle) ||
                           !decimal_divide(middle, feel_decimal_from_int64(2), &middle)))
        return BERM_OK;
    *ret_value = feel_number(middle);
    return BERM_OK;
}

enum berm_status builtin_stddev(struct call *call, struct feel_value *ret_value)
{
    struct feel_decimal *numbers;
    struct feel_decimal mean = feel_decimal_from_int64(0);
    struct feel_decimal squares = feel_decimal_from_int64(0);
    size_t count;
    bool is_fine = true;

    TRY(take_numbers(call, &numbers, &count));
    if (numbers == NULL || count < 2)
        return BERM_OK;
    for (size_t i = 0; i < count; i++)
        is_fine = is_fine && decimal_add(mean, numbers[i], &mean);
    is_fine = is_fine && decimal_divide(mean, feel_decimal_from_int64((int64_t)count), &mean);
    for (size_t i = 0; i < count && is_fine; i++) {
        struct feel_decimal distance;

        is_fine = decimal_subtract(numbers[i], mean, &distance) &&
                  decimal_multiply(distance, distance, &distance) &&
                  decimal_add(squares, distance, &squares);
    }
    is_fine = is_fine &&
              decimal_divide(squares, feel_decimal_from_int64((int64_t)count - 1), &squares) &&
              decimal_square_root(squares, &squares);
    if (is_fine)
        *ret_value = feel_number(squares);
    return BERM_OK;
}

static size_t run_length(const struct feel_decimal *numbers, size_t count, size_t at)
{
    size_t end = at + 1;

    while (end < count && feel_decimal_compare(numbers[at], numbers[end]) == 0)
        end++;
    return end - at;
}

enum berm_status builtin_mode(struct call *call, struct feel_value *ret_value)
{
    struct list_builder builder = {.arena = call->run->arena};
    struct feel_decimal *numbers;
    size_t count;
    size_t longest = 0;

    TRY(take_numbers(call, &numbers, &count));
    if (numbers == NULL)
        return BERM_OK;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    for (size_t i = 0; i < count; i += run_length(numbers, count, i)) {
        size_t length = run_length(numbers, count, i);

        longest = length > longest ? length : longest;
    }
    for (size_t i = 0; i < count; i += run_length(numbers, count, i)) {
        if (run_length(numbers, count, i) == longest)
            TRY(list_append(&builder, feel_number(numbers[i]), call->err));
    }
    return list_finish(&builder, ret_value, call->err);
}
