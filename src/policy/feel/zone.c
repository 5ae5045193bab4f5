/*
 * Offsets of named time zones, from the system's tz database (TZif files, RFC 8536).
 *
 * The C library knows zones only through the process-wide TZ variable, which threads cannot share,
 * so the file is read here: the table of transitions, and behind its end the POSIX rule of the
 * footer. Zones are rare in rules (the register has dates), so nothing is kept between calls.
 */
#include "policy/feel/temporal.h"

#include <stdio.h>
#include <string.h>

enum {
    ZONE_NAME_MAX = 64,
    ZONE_FILE_MAX = 256 * 1024,
    HEADER_SIZE = 44,
};

struct zone_block {
    const unsigned char *times; /* 8 bytes each */
    const unsigned char *types; /* 1 byte each */
    const unsigned char *infos; /* 6 bytes each: offset, is daylight, name */
    uint32_t time_count;
    uint32_t info_count;
    struct text rule;
};

static uint32_t read_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t read_i64(const unsigned char *at)
{
    return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

struct zone_header {
    uint32_t utc_count;
    uint32_t standard_count;
    uint32_t leap_count;
    uint32_t time_count;
    uint32_t info_count;
    uint32_t char_count;
};

static bool read_header(const unsigned char *bytes, size_t length, size_t at,
                        struct zone_header *ret_header)
{
    if (at + HEADER_SIZE > length || memcmp(bytes + at, "TZif", 4) != 0)
        return false;
    bytes += at + 20;
    *ret_header =
        (struct zone_header){read_u32(bytes),      read_u32(bytes + 4),  read_u32(bytes + 8),
                             read_u32(bytes + 12), read_u32(bytes + 16), read_u32(bytes + 20)};
    return true;
}

static uint64_t block_size(const struct zone_header *header, unsigned time_size)
{
    return (uint64_t)header->time_count * (time_size + 1) + (uint64_t)header->info_count * 6 +
           header->char_count + (uint64_t)header->leap_count * (time_size + 4) +
           header->standard_count + header->utc_count;
}

static bool read_block(const unsigned char *bytes, size_t length, struct zone_block *ret_block)
{
    struct zone_header header;
    uint64_t start;
    uint64_t end;

    if (!read_header(bytes, length, 0, &header) || bytes[4] < '2')
        return false;
    start = HEADER_SIZE + block_size(&header, 4);
    if (start > length || !read_header(bytes, length, (size_t)start, &header))
        return false;
    start += HEADER_SIZE;
    end = start + block_size(&header, 8);
    if (end + 1 > length || header.info_count == 0)
        return false;
    ret_block->times = bytes + start;
    ret_block->types = ret_block->times + (size_t)header.time_count * 8;
    ret_block->infos = ret_block->types + header.time_count;
    ret_block->time_count = header.time_count;
    ret_block->info_count = header.info_count;
    ret_block->rule = text_trimmed((struct text){(const char *)bytes + end, length - (size_t)end});
    return true;
}

/* ---- The POSIX rule: "CET-1CEST,M3.5.0,M10.5.0/3" -------------------------------------------- */

static bool skip_abbreviation(struct text rule, size_t *at)
{
    size_t start = *at;

    if (start < rule.length && rule.bytes[start] == '<') {
        while (*at < rule.length && rule.bytes[*at] != '>')
            ++*at;
        ++*at;
        return *at <= rule.length;
    }
    while (*at < rule.length &&
           ((rule.bytes[*at] | 0x20) >= 'a' && (rule.bytes[*at] | 0x20) <= 'z'))
        ++*at;
    return *at - start >= 3;
}

static int64_t take_digits(struct text rule, size_t *at)
{
    int64_t value = 0;

    while (*at < rule.length && rule.bytes[*at] >= '0' && rule.bytes[*at] <= '9' && value < 10000)
        value = value * 10 + (rule.bytes[(*at)++] - '0');
    return value;
}

/** [+-]hh[:mm[:ss]] in seconds. */
static int64_t take_clock(struct text rule, size_t *at)
{
    bool is_negative = *at < rule.length && rule.bytes[*at] == '-';
    int64_t seconds;

    if (*at < rule.length && (rule.bytes[*at] == '-' || rule.bytes[*at] == '+'))
        ++*at;
    seconds = take_digits(rule, at) * 3600;
    if (*at < rule.length && rule.bytes[*at] == ':') {
        ++*at;
        seconds += take_digits(rule, at) * 60;
    }
    if (*at < rule.length && rule.bytes[*at] == ':') {
        ++*at;
        seconds += take_digits(rule, at);
    }
    return is_negative ? -seconds : seconds;
}

/** The day of ",M3.5.0/2", ",J60" or ",59" in a year, and its wall clock, as local seconds. */
static int64_t take_change(struct text rule, size_t *at, int64_t year)
{
    int64_t seconds = 7200;
    int64_t day;

    if (*at < rule.length && rule.bytes[*at] == ',')
        ++*at;
    if (*at < rule.length && rule.bytes[*at] == 'M') {
        int64_t month;
        int64_t week;
        int64_t weekday;
        int64_t first;

        ++*at;
        month = take_digits(rule, at);
        ++*at;
        week = take_digits(rule, at);
        ++*at;
        weekday = take_digits(rule, at); /* 0 is Sunday */
        if (month < 1 || month > 12)
            return 0;
        first = day_from_civil(year, (int)month, 1);
        day = first + (weekday - weekday_of_day(first) % 7 + 7) % 7 + (week - 1) * 7;
        while (civil_from_day(day).month != month)
            day -= 7;
    } else if (*at < rule.length && rule.bytes[*at] == 'J') {
        int64_t number;

        ++*at;
        number = take_digits(rule, at); /* 29 February is never counted */
        day = day_from_civil(year, 1, 1) + number - 1;
        if (number >= 60 && civil_is_valid(year, 2, 29))
            day++;
    } else {
        day = day_from_civil(year, 1, 1) + take_digits(rule, at);
    }
    if (*at < rule.length && rule.bytes[*at] == '/') {
        ++*at;
        seconds = take_clock(rule, at);
    }
    return day * SECONDS_PER_DAY + seconds;
}

static bool rule_offset(struct text rule, int64_t utc, int32_t *ret_offset)
{
    size_t at = 0;
    int64_t standard;
    int64_t daylight;
    int64_t year;
    int64_t start;
    int64_t end;
    bool is_daylight;

    if (!skip_abbreviation(rule, &at))
        return false;
    standard = -take_clock(rule, &at);
    *ret_offset = (int32_t)standard;
    if (at >= rule.length)
        return true;
    if (!skip_abbreviation(rule, &at))
        return false;
    daylight = standard + 3600;
    if (at < rule.length && rule.bytes[at] != ',')
        daylight = -take_clock(rule, &at);
    if (at >= rule.length)
        return true;
    year =
        civil_from_day((utc + standard -
                        ((utc + standard) % SECONDS_PER_DAY + SECONDS_PER_DAY) % SECONDS_PER_DAY) /
                       SECONDS_PER_DAY)
            .year;
    start = take_change(rule, &at, year) - standard;
    end = take_change(rule, &at, year) - daylight;
    is_daylight = start < end ? utc >= start && utc < end : utc >= start || utc < end;
    *ret_offset = (int32_t)(is_daylight ? daylight : standard);
    return true;
}

/* ---- Looking up ------------------------------------------------------------------------------ */

static bool offset_at(const struct zone_block *block, int64_t utc, int32_t *ret_offset)
{
    uint32_t low = 0;
    uint32_t high = block->time_count;
    uint32_t type = 0;

    while (low < high) { /* the number of transitions at or before utc */
        uint32_t middle = low + (high - low) / 2;

        if (read_i64(block->times + (size_t)middle * 8) <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == block->time_count && block->rule.length > 0)
        return rule_offset(block->rule, utc, ret_offset);
    if (low > 0)
        type = block->types[low - 1];
    if (type >= block->info_count)
        return false;
    *ret_offset = (int32_t)read_u32(block->infos + (size_t)type * 6);
    return true;
}

static bool is_zone_name(struct text zone)
{
    if (zone.length == 0 || zone.length > ZONE_NAME_MAX || zone.bytes[0] == '/')
        return false;
    for (size_t i = 0; i < zone.length; i++) {
        char c = zone.bytes[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '+' || c == '/'))
            return false; /* no dots: the name cannot leave the folder */
    }
    return true;
}

bool zone_offset(struct text zone, int64_t local_epoch, int32_t *ret_offset_seconds)
{
    CLEANUP(buffer_free) struct buffer content = {.cap_bytes = ZONE_FILE_MAX};
    char path[ZONE_NAME_MAX + 32];
    struct zone_block block;
    int32_t offset;

    if (!is_zone_name(zone))
        return false;
    if (text_equal(zone, TEXT("UTC")) || text_equal(zone, TEXT("Etc/UTC")) ||
        text_equal(zone, TEXT("GMT"))) {
        *ret_offset_seconds = 0;
        return true;
    }
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", TEXT_ARG(zone));
    if (file_read(path, ZONE_FILE_MAX, &content, NULL) != BERM_OK ||
        !read_block((const unsigned char *)content.bytes, content.length, &block))
        return false;
    /* From local time to UTC by trying: the offset found must hold at the moment it leads to. */
    if (!offset_at(&block, local_epoch, &offset) ||
        !offset_at(&block, local_epoch - offset, &offset))
        return false;
    *ret_offset_seconds = offset;
    return true;
}
