/* Audit records: each type as one line of JSON in a fixed order, whatever bytes are in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audit/record.h"
#include "base/memory.h"
#include "unit/audit/json_check.h"

static struct sx_slice text(const char *s)
{
    return sx_slice_text(s);
}

static struct sx_audit_record head(enum sx_audit_type type)
{
    return (struct sx_audit_record){ .sequence = 7,
                                     .time_us = 1795435200123456, /* 2026-11-23 12:00:00 UTC */
                                     .host = text("h.example"),
                                     .process = 42,
                                     .user = text("ann"),
                                     .session = text("5e55"),
                                     .previous = text("00ff"),
                                     .type = type };
}

#define HEAD                                                                                       \
    "{\"v\":1,\"seq\":7,\"time\":\"2026-11-23T12:00:00.123456Z\",\"host\":\"h.example\","          \
    "\"process\":42,\"user\":\"ann\",\"session\":\"5e55\","
#define TAIL ",\"prev\":\"00ff\"}\n"

/* The end of the line belongs to the chain; without a tag this is one that JSON readers take. */
static enum sx_err encode_closed(const struct sx_audit_record *record, struct sx_buffer *out)
{
    enum sx_err err = sx_audit_record_encode(record, out);

    return err != SX_OK ? err : sx_buffer_append(out, text("}\n"));
}

static void assert_line(const struct sx_audit_record *record, const char *expected)
{
    struct json_line line;
    struct sx_buffer out;
    char *got;

    sx_buffer_init(&out, SX_AUDIT_LINE_MAX);
    assert_int_equal(encode_closed(record, &out), SX_OK);
    got = sx_alloc(sx_buffer_len(&out) + 1);
    assert_non_null(got);
    memcpy(got, sx_buffer_unread(&out).ptr, sx_buffer_len(&out));
    assert_string_equal(got, expected);
    assert_true(json_line_read(got, strlen(got), &line));
    sx_free(got);
    sx_buffer_clear(&out);
}

/* --- Each type -------------------------------------------------------------------------------- */

static void test_session_records_have_their_members(void **state)
{
    static const char calls[] = "config A=1\0\0set_b \"\x1b\"\0last";
    struct sx_audit_record record = head(SX_AUDIT_SESSION_BEGIN);

    (void)state;
    record.session_begin = (struct sx_audit_session_begin){ .host = text("a.example"),
                                                            .port = 22,
                                                            .user = text("me"),
                                                            .auth_mode = 2,
                                                            .policy = text("fips") };
    assert_line(&record, HEAD "\"type\":\"session_begin\",\"server\":\"a.example\",\"port\":22,"
                              "\"login\":\"me\",\"auth_mode\":2,\"policy\":\"fips\"" TAIL);
    record = head(SX_AUDIT_SESSION_END);
    record.session_end = (struct sx_audit_session_end){ .niap = text("termination"),
                                                        .code = 301,
                                                        .reason = text("too slow"),
                                                        .address = text("192.0.2.1"),
                                                        .sends = 3,
                                                        .holds = 4,
                                                        .do_events = 9,
                                                        .getters = 2,
                                                        .duration_us = 5000000 };
    assert_line(&record, HEAD "\"type\":\"session_end\",\"niap\":\"termination\",\"code\":301,"
                              "\"reason\":\"too slow\",\"address\":\"192.0.2.1\",\"sends\":3,"
                              "\"holds\":4,\"do_events\":9,\"getters\":2,\"unapproved\":0,"
                              "\"duration_us\":5000000" TAIL);
    record = head(SX_AUDIT_PACKET_DROPPED);
    record.packet_dropped = (struct sx_audit_packet_dropped){ .niap = text("packet dropped"),
                                                              .address = text("192.0.2.1"),
                                                              .size = UINT32_MAX,
                                                              .reason = text("too long") };
    assert_line(&record, HEAD "\"type\":\"packet_dropped\",\"niap\":\"packet dropped\","
                              "\"address\":\"192.0.2.1\",\"size\":4294967295,"
                              "\"reason\":\"too long\"" TAIL);
    record = head(SX_AUDIT_OBJECT_BEGIN);
    record.object_begin = (struct sx_audit_object_begin){ .library = text("libsexec 0.1.0"),
                                                          .policy = text("fips"),
                                                          .sync = text("group"),
                                                          .is_required = true };
    assert_line(&record, HEAD "\"type\":\"object_begin\",\"library\":\"libsexec 0.1.0\","
                              "\"policy\":\"fips\",\"sync\":\"group\",\"required\":true,"
                              "\"calls_lost\":0" TAIL);
    record = head(SX_AUDIT_SETUP);
    assert_line(&record, HEAD "\"type\":\"setup\",\"calls\":[]" TAIL);
    record.setup.calls.texts = sx_slice_of(calls, sizeof calls - 1);
    assert_line(&record, HEAD "\"type\":\"setup\",\"calls\":[\"config A=1\",\"\","
                              "\"set_b \\\"\\\\x1b\\\"\",\"last\"]" TAIL);
}

static void test_evidence_records_have_their_members(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_PROVIDER);

    (void)state;
    record.provider =
        (struct sx_audit_provider){ .name = text("fips"),
                                    .full_name = text("OpenSSL FIPS Provider"),
                                    .version = text("3.5.7"),
                                    .build_info = text("3.5.7"),
                                    .is_fips = true,
                                    .has_indicator = false,
                                    .module_path = text("/m/fips.so"),
                                    .module_sha256 = text("ab"),
                                    .config_path = text("/m/fipsmodule.cnf"),
                                    .self_tests = 30,
                                    .self_tests_failed = 0,
                                    .self_test_results.texts = text("KAT_Cipher AES_GCM: pass"),
                                    .libcrypto = text("OpenSSL 3.0.17"),
                                    .properties = text("fips=yes"),
                                    .certificate = text("4985") };
    assert_line(&record, HEAD "\"type\":\"provider\",\"name\":\"fips\","
                              "\"full_name\":\"OpenSSL FIPS Provider\",\"version\":\"3.5.7\","
                              "\"build_info\":\"3.5.7\",\"fips\":true,\"indicator\":false,"
                              "\"module_path\":\"/m/fips.so\",\"module_sha256\":\"ab\","
                              "\"config_path\":\"/m/fipsmodule.cnf\",\"self_tests\":30,"
                              "\"self_tests_failed\":0,"
                              "\"self_test_results\":[\"KAT_Cipher AES_GCM: pass\"],"
                              "\"unapproved\":0,"
                              "\"libcrypto\":\"OpenSSL 3.0.17\",\"properties\":\"fips=yes\","
                              "\"certificate\":\"4985\"" TAIL);
    record = head(SX_AUDIT_POLICY_REFUSAL);
    record.policy_refusal = (struct sx_audit_policy_refusal){ .policy = text("fips"),
                                                              .error = text("POLICY_ALGORITHM"),
                                                              .reason = text("no") };
    assert_line(&record, HEAD "\"type\":\"policy_refusal\",\"policy\":\"fips\","
                              "\"error\":\"POLICY_ALGORITHM\",\"reason\":\"no\"" TAIL);
}

static void test_exchange_records_have_their_members(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_HOST_KEY);

    (void)state;
    record.host_key = (struct sx_audit_host_key){ .algorithm = text("rsa-sha2-512"),
                                                  .key_type = text("ssh-rsa"),
                                                  .bits = 3072,
                                                  .fingerprint = text("SHA256:x"),
                                                  .is_rekey = false,
                                                  .is_accepted = true,
                                                  .ground = text("key") };
    assert_line(&record, HEAD "\"type\":\"host_key\",\"algorithm\":\"rsa-sha2-512\","
                              "\"key_type\":\"ssh-rsa\",\"bits\":3072,"
                              "\"fingerprint\":\"SHA256:x\",\"rekey\":false,\"accepted\":true,"
                              "\"ground\":\"key\"" TAIL);
    record = head(SX_AUDIT_KEY_EXCHANGE);
    record.key_exchange = (struct sx_audit_key_exchange){ .reason = text("initial"),
                                                          .kex = text("k"),
                                                          .host_key = text("h"),
                                                          .cipher_c2s = text("c1"),
                                                          .cipher_s2c = text("c2"),
                                                          .mac_c2s = text(NULL),
                                                          .mac_s2c = text("m"),
                                                          .compression_c2s = text("none"),
                                                          .compression_s2c = text("none"),
                                                          .is_strict = true };
    assert_line(&record, HEAD "\"type\":\"key_exchange\",\"reason\":\"initial\",\"kex\":\"k\","
                              "\"host_key\":\"h\",\"cipher_c2s\":\"c1\",\"cipher_s2c\":\"c2\","
                              "\"mac_c2s\":null,\"mac_s2c\":\"m\","
                              "\"compression_c2s\":\"none\",\"compression_s2c\":\"none\","
                              "\"strict\":true" TAIL);
}

static void test_authentication_records_have_their_members(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_AUTH_ATTEMPT);

    (void)state;
    record.auth_attempt = (struct sx_audit_auth_attempt){ .method = text("publickey"),
                                                          .is_accepted = false,
                                                          .is_partial = true,
                                                          .methods_left = text("password") };
    assert_line(&record, HEAD "\"type\":\"auth_attempt\",\"method\":\"publickey\","
                              "\"accepted\":false,\"partial\":true,"
                              "\"methods_left\":\"password\"" TAIL);
    record = head(SX_AUDIT_LOGGED_ON);
    record.logged_on = (struct sx_audit_logged_on){ .niap = text("establishment"),
                                                    .method = text("none"),
                                                    .is_unproven = true,
                                                    .address = text("::1") };
    assert_line(&record, HEAD "\"type\":\"logged_on\",\"niap\":\"establishment\","
                              "\"method\":\"none\",\"unproven\":true,\"address\":\"::1\"" TAIL);
}

static void test_command_records_have_their_members(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);

    (void)state;
    record.command_begin.command = text("ls -l");
    assert_line(&record, HEAD "\"type\":\"command_begin\",\"command\":\"ls -l\"" TAIL);
    record = head(SX_AUDIT_COMMAND_END);
    record.command_end = (struct sx_audit_command_end){
        .state = text("signalled"),
        .status = -1,
        .signal = text("SEGV"),
        .is_core_dumped = true,
        .may_still_run = false,
        .code = 3002,
        .stdin_bytes = 1,
        .stdout_bytes = 2,
        .stderr_bytes = SX_AUDIT_NUMBER_MAX,
        .stdout_sha256 = text("ab"),
        .duration_us = 0,
    };
    assert_line(&record, HEAD "\"type\":\"command_end\",\"state\":\"signalled\",\"status\":null,"
                              "\"signal\":\"SEGV\",\"core_dumped\":true,\"may_still_run\":false,"
                              "\"code\":3002,\"stdin_bytes\":1,\"stdout_bytes\":2,"
                              "\"stderr_bytes\":9007199254740991,\"stdin_sha256\":null,"
                              "\"stdout_sha256\":\"ab\",\"stderr_sha256\":null,"
                              "\"duration_us\":0" TAIL);
    record.command_end = (struct sx_audit_command_end){ .state = text("exited"), .status = 0 };
    assert_line(&record, HEAD "\"type\":\"command_end\",\"state\":\"exited\",\"status\":0,"
                              "\"signal\":null,\"core_dumped\":false,\"may_still_run\":false,"
                              "\"code\":0,\"stdin_bytes\":0,\"stdout_bytes\":0,\"stderr_bytes\":0,"
                              "\"stdin_sha256\":null,\"stdout_sha256\":null,\"stderr_sha256\":null,"
                              "\"duration_us\":0" TAIL);
}

static void test_every_type_has_its_name(void **state)
{
    static const char *const names[] = {
        "log_begin",      "recovery",      "checkpoint",    "object_begin",   "setup",
        "call",           "object_end",    "session_begin", "provider",       "weakening",
        "policy_refusal", "host_key",      "key_exchange",  "auth_attempt",   "kerberos",
        "logged_on",      "command_begin", "command_end",   "packet_dropped", "session_end"
    };

    (void)state;
    assert_int_equal(sizeof names / sizeof names[0], SX_AUDIT_TYPE_COUNT);
    for (int i = 0; i < SX_AUDIT_TYPE_COUNT; i++)
        assert_string_equal(sx_audit_type_name((enum sx_audit_type)i), names[i]);
    assert_null(sx_audit_type_name(SX_AUDIT_TYPE_COUNT));
}

/* --- Time ------------------------------------------------------------------------------------- */

/* Days by counting, a way of its own to the date. */
static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static void assert_time(uint64_t time_us, const char *expected)
{
    struct sx_audit_record record = { .time_us = time_us, .type = SX_AUDIT_COMMAND_BEGIN };
    struct sx_buffer out;
    char line[256] = "";

    sx_buffer_init(&out, sizeof line - 1);
    assert_int_equal(encode_closed(&record, &out), SX_OK);
    memcpy(line, sx_buffer_unread(&out).ptr, sx_buffer_len(&out));
    sx_buffer_clear(&out);
    if (strstr(line, expected) == NULL)
        fail_msg("%s isn't in %s", expected, line);
}

static void test_every_day_has_its_date(void **state)
{
    static const unsigned days_of[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    uint64_t day = 0;

    (void)state;
    for (unsigned year = 1970; year < 2402; year++) {
        for (unsigned month = 0; month < 12; month++) {
            unsigned days = days_of[month] + (month == 1 && is_leap(year) ? 1 : 0);

            for (unsigned i = 1; i <= days; i++, day++) {
                char expected[48];

                if (i != 1 && i != days) /* the edges of each month tell */
                    continue;
                (void)snprintf(expected, sizeof expected, "\"%04u-%02u-%02uT23:59:59.999999Z\"",
                               year, month + 1, i);
                assert_time((day * 86400 + 86399) * 1000000 + 999999, expected);
            }
        }
    }
}

static void test_time_is_bounded(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);
    struct sx_buffer out;

    (void)state;
    assert_time(0, "\"1970-01-01T00:00:00.000000Z\"");
    assert_time(253402300799999999, "\"9999-12-31T23:59:59.999999Z\"");
    sx_buffer_init(&out, 4096);
    record.time_us = 253402300800000000;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    record.time_us = UINT64_MAX;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    assert_int_equal(sx_buffer_len(&out), 0);
    sx_buffer_clear(&out);
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* The command's bytes must come out of the line again. */
static void assert_command_round_trips(struct sx_slice command)
{
    struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);
    const struct json_member *member;
    struct json_line line;
    struct sx_buffer out;
    uint8_t *back;
    size_t len = 0;

    record.command_begin.command = command;
    sx_buffer_init(&out, SX_AUDIT_LINE_MAX);
    assert_int_equal(encode_closed(&record, &out), SX_OK);
    assert_true(json_line_read(sx_buffer_unread(&out).ptr, sx_buffer_len(&out), &line));
    member = json_find(&line, "command", 7);
    assert_non_null(member);
    back = sx_alloc(member->value_len);
    assert_non_null(back);
    assert_true(json_text_bytes(member, back, &len));
    assert_true(sx_slice_is_equal(sx_slice_of(back, len), command));
    sx_free(back);
    sx_buffer_clear(&out);
}

static void test_texts_are_escaped_in_two_steps(void **state)
{
    static const struct {
        const char *command;
        const char *written;
    } rows[] = {
        { "", "" },
        { "caf\xc3\xa9 \xf0\x9f\x94\x91", "caf\xc3\xa9 \xf0\x9f\x94\x91" },
        { "say \"hi\"", "say \\\"hi\\\"" },
        { "a\\nb", "a\\\\\\\\nb" },
        { "a\nb\tc", "a\\\\x0ab\\\\x09c" },
        { "\033[2J\007", "\\\\x1b[2J\\\\x07" },
        { "\xff\xc3", "\\\\xff\\\\xc3" },
        { "\xc2\x85", "\\\\xc2\\\\x85" }, /* next line, C1 */
        { "\xe2\x80\xae"
          "gnp",
          "\\\\xe2\\\\x80\\\\xaegnp" },              /* right to left */
        { "\xe2\x80\xa8", "\\\\xe2\\\\x80\\\\xa8" }, /* line separator */
        { "\xed\xa0\x80", "\\\\xed\\\\xa0\\\\x80" }, /* a surrogate */
        { "\\x1b", "\\\\\\\\x1b" },                  /* not mistaken for ESC */
        { "</script>", "</script>" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);
        char expected[256];

        record.command_begin.command = text(rows[i].command);
        (void)snprintf(expected, sizeof expected,
                       HEAD "\"type\":\"command_begin\",\"command\":\"%s\"" TAIL, rows[i].written);
        assert_line(&record, expected);
        assert_command_round_trips(text(rows[i].command));
    }
}

static void test_every_pair_of_bytes_round_trips(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        for (unsigned j = 0; j < 256; j += i < 0x80 ? 7 : 1) {
            const uint8_t pair[2] = { (uint8_t)i, (uint8_t)j };

            assert_command_round_trips(sx_slice_of(pair, sizeof pair));
        }
    }
}

static void test_texts_are_bounded_and_never_cut(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);
    uint8_t *bytes = sx_alloc(SX_AUDIT_TEXT_MAX + 1);
    struct sx_buffer out;

    (void)state;
    assert_non_null(bytes);
    assert_command_round_trips(sx_slice_of(bytes, SX_AUDIT_TEXT_MAX)); /* \xNN for each NUL */
    record.command_begin.command = sx_slice_of(bytes, SX_AUDIT_TEXT_MAX + 1);
    sx_buffer_init(&out, SX_AUDIT_LINE_MAX);
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    /* two such texts are beyond a line */
    record.command_begin.command = sx_slice_of(bytes, SX_AUDIT_TEXT_MAX);
    record.session = record.command_begin.command;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    assert_int_equal(sx_buffer_len(&out), 0);
    sx_buffer_clear(&out);
    sx_free(bytes);
}

static void test_numbers_stay_exact_in_every_reader(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_SESSION_BEGIN);
    struct sx_buffer out;

    (void)state;
    sx_buffer_init(&out, 4096);
    record.session_begin.port = SX_AUDIT_NUMBER_MAX + 1;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    record.session_begin.port = 22;
    record.sequence = UINT64_MAX;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    record = head(SX_AUDIT_COMMAND_END);
    record.command_end.status = INT64_MAX;
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    record = head(SX_AUDIT_TYPE_COUNT);
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_AUDIT);
    assert_int_equal(sx_buffer_len(&out), 0);
    sx_buffer_clear(&out);
}

static void test_failure_leaves_the_output_alone(void **state)
{
    struct sx_audit_record record = head(SX_AUDIT_COMMAND_BEGIN);
    struct sx_buffer out;

    (void)state;
    sx_buffer_init(&out, 100);
    assert_int_equal(sx_buffer_append(&out, text("before")), SX_OK);
    assert_int_equal(sx_audit_record_encode(&record, &out), SX_ERR_SPACE);
    assert_true(sx_slice_is_text(sx_buffer_unread(&out), "before"));
    sx_buffer_clear(&out);
}

/* --- Another reader, with its own idea of JSON and of what can be shown ----------------------- */

static const char python_reader[] =
    "/usr/bin/python3 -c '\n"
    "import json, sys, unicodedata\n"
    "hidden = (\"Cc\", \"Cf\", \"Cs\", \"Co\", \"Zl\", \"Zp\")\n"
    "seen = \"\\u0600\\u0601\\u0602\\u0603\\u0604\\u0605\\u06dd\\u070f\" # Cf, but drawn\n"
    "def refuse(*_): sys.exit(3)\n"
    "def once(pairs):\n"
    "    if len(dict(pairs)) != len(pairs): sys.exit(4)\n"
    "    return dict(pairs)\n"
    "count = 0\n"
    "for line in sys.stdin.buffer.read().decode(\"utf-8\", \"strict\").split(\"\\n\")[:-1]:\n"
    "    record = json.loads(line, parse_constant=refuse, parse_float=refuse,\n"
    "                        object_pairs_hook=once)\n"
    "    for value in record.values():\n"
    "        for c in value if isinstance(value, str) else \"\":\n"
    "            if unicodedata.category(c) in hidden and c not in seen: sys.exit(5)\n"
    "    count += 1\n"
    "sys.exit(0 if count == 400 else 6)\n"
    "'";

static void test_another_reader_takes_every_line(void **state)
{
    FILE *reader = popen(python_reader, "w");
    uint32_t seed = 1;

    (void)state;
    assert_non_null(reader);
    for (unsigned i = 0; i < 400; i++) {
        struct sx_audit_record record = head((enum sx_audit_type)(i % SX_AUDIT_TYPE_COUNT));
        uint8_t noise[64];
        struct sx_buffer out;

        for (size_t k = 0; k < sizeof noise; k++) {
            seed = seed * 1664525 + 1013904223;
            noise[k] = (uint8_t)(seed >> 24);
        }
        record.session = sx_slice_of(noise, i % sizeof noise);
        if (record.type == SX_AUDIT_COMMAND_BEGIN)
            record.command_begin.command = text("a\"b\\c\n\033\xe2\x80\xae\xf3\xa0\x80\x81");
        sx_buffer_init(&out, SX_AUDIT_LINE_MAX);
        assert_int_equal(encode_closed(&record, &out), SX_OK);
        assert_int_equal(fwrite(sx_buffer_unread(&out).ptr, 1, sx_buffer_len(&out), reader),
                         sx_buffer_len(&out));
        sx_buffer_clear(&out);
    }
    assert_int_equal(pclose(reader), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_records_have_their_members),
        cmocka_unit_test(test_evidence_records_have_their_members),
        cmocka_unit_test(test_exchange_records_have_their_members),
        cmocka_unit_test(test_authentication_records_have_their_members),
        cmocka_unit_test(test_command_records_have_their_members),
        cmocka_unit_test(test_every_type_has_its_name),
        cmocka_unit_test(test_every_day_has_its_date),
        cmocka_unit_test(test_time_is_bounded),
        cmocka_unit_test(test_texts_are_escaped_in_two_steps),
        cmocka_unit_test(test_every_pair_of_bytes_round_trips),
        cmocka_unit_test(test_texts_are_bounded_and_never_cut),
        cmocka_unit_test(test_numbers_stay_exact_in_every_reader),
        cmocka_unit_test(test_failure_leaves_the_output_alone),
        cmocka_unit_test(test_another_reader_takes_every_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
