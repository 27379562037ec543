/* The reference's field languages: every type, every well-known name, and what is none. */
#include "unit/wire/decode_checks.h"

#include "wire/param.h"

/* RFC 4254: each channel request with all its fields. */
static const struct {
    const char *name;
    struct sx_slice payload;
} requests[] = {
#define REQUEST(name, head, bytes)                                                                 \
    {                                                                                              \
        name,                                                                                      \
        {                                                                                          \
            (const uint8_t *)("\x62\0\0\1\2" head bytes), sizeof("\x62\0\0\1\2" head bytes) - 1    \
        }                                                                                          \
    }
    REQUEST("pty-req", "\0\0\0\x07pty-req\1",
            "\0\0\0\5vt100\0\0\0\x50\0\0\0\x18\0\0\2\x80\0\0\1\xe0\0\0\0\6\x35\0\0\0\1\0"),
    REQUEST("x11-req", "\0\0\0\x07x11-req\0", "\1\0\0\0\x12MIT-MAGIC-COOKIE-1\0\0\0\4beef\0\0\0\2"),
    REQUEST("env", "\0\0\0\3env\0", "\0\0\0\4LANG\0\0\0\1C"),
    REQUEST("exec", "\0\0\0\4exec\1", "\0\0\0\6ls -la"),
    REQUEST("subsystem", "\0\0\0\x09subsystem\1", "\0\0\0\4sftp"),
    REQUEST("xon-xoff", "\0\0\0\x08xon-xoff\0", "\1"),
    REQUEST("signal", "\0\0\0\6signal\0", "\0\0\0\4TERM"),
};

static struct sx_slice request_of(const char *name)
{
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        if (strcmp(requests[i].name, name) == 0)
            return requests[i].payload;
    return SX_SLICE_NONE;
}

static void expect_text(struct sx_slice payload, const char *field, const char *value)
{
    struct sx_secret text = { 0 };
    struct sx_param param;

    assert_int_equal(sx_param_find(payload, field, &param), SX_OK);
    assert_int_equal(sx_param_text(&param, &text), SX_OK);
    assert_string_equal((const char *)text.ptr, value);
    sx_secret_clear(&text);
}

static void test_every_name_of_the_reference(void **state)
{
    static const struct {
        const char *request;
        const char *field;
        const char *value;
    } rows[] = {
        { "pty-req", "TerminalType", "vt100" },
        { "pty-req", "TerminalWidthCharacters", "80" },
        { "pty-req", "TerminalHeightRows", "24" },
        { "pty-req", "TerminalWidthPixels", "640" },
        { "pty-req", "TerminalHeightPixels", "480" },
        { "pty-req", "TerminalModes", "350000000100" },
        { "x11-req", "SingleConnection", "true" },
        { "x11-req", "X11AuthProtocol", "MIT-MAGIC-COOKIE-1" },
        { "x11-req", "X11AuthCookie", "beef" },
        { "x11-req", "X11ScreenNumber", "2" },
        { "env", "VariableName", "LANG" },
        { "env", "VariableValue", "C" },
        { "exec", "Command", "ls -la" },
        { "subsystem", "Subsystem", "sftp" },
        { "xon-xoff", "ClientCanDo", "true" },
        { "signal", "SignalName", "TERM" },
    };
    struct sx_param param;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sx_slice payload = request_of(rows[i].request);

        expect_text(payload, rows[i].field, rows[i].value);
        /* And of no other request, and of nothing cut short. */
        for (size_t k = 0; k < sizeof requests / sizeof requests[0]; k++)
            if (strcmp(requests[k].name, rows[i].request) != 0)
                assert_int_equal(sx_param_find(requests[k].payload, rows[i].field, &param),
                                 SX_ERR_PEER_DECODE);
        assert_int_equal(sx_param_find(sx_slice_of(payload.ptr, 16), rows[i].field, &param),
                         SX_ERR_PEER_DECODE);
        assert_int_equal(sx_param_find(SX_SLICE_NONE, rows[i].field, &param), SX_ERR_PEER_DECODE);
    }
    for (size_t k = 0; k < sizeof requests / sizeof requests[0]; k++) {
        expect_text(requests[k].payload, "ChannelId", "258");
        expect_text(requests[k].payload, "RequestType", requests[k].name);
    }
    expect_text(request_of("exec"), "WantsReply", "true");
    expect_text(request_of("env"), "wantsreply", "false");
    assert_int_equal(sx_param_find(request_of("exec"), "NoSuchField", &param), SX_ERR_ARGUMENT);
    assert_int_equal(sx_param_find(request_of("exec"), "", &param), SX_ERR_ARGUMENT);
    assert_int_equal(sx_param_find(BYTES("\x5e\0\0\0\0"), "ChannelId", &param), SX_ERR_PEER_DECODE);
}

static void test_lists_of_types(void **state)
{
    const struct sx_slice failure = BYTES("\x33\0\0\0\x12publickey,password\1");
    const struct sx_slice all = BYTES("\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\1s\0\0\0\2\xa1\0"
                                      "\0\0\0\1\7\xff");

    (void)state;
    expect_text(failure, "%b", "51");
    expect_text(failure, "%b,s", "publickey,password");
    expect_text(failure, "%b,sb", "7075626C69636B65792C70617373776F7264");
    expect_text(failure, "%b,s,f", "true");
    expect_text(failure, "% b , s , f", "true");
    expect_text(BYTES("\0\0\0\1x\0"), "%s,f", "false");
    expect_text(all, "%b,i", "2");
    expect_text(all, "%b,i,l", "3");
    expect_text(all, "%b,i,l,s", "s");
    expect_text(all, "%b,i,l,s,sb", "A100");
    expect_text(all, "%b,i,l,s,sb,m", "7");
    expect_text(all, "%b,i,l,s,sb,m,f", "true");
    expect_text(all, "%b,i,l,s,sb,m,b", "255");
    expect_text(BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "%l", "18446744073709551615");
    expect_text(BYTES("\xff\xff\xff\xff"), "%i", "4294967295");
    expect_text(BYTES("\0\0\0\0"), "%s", "");
    expect_text(BYTES("\0\0\0\0"), "%m", "0");
}

static void test_fields_that_are_not_there(void **state)
{
    static const char *const bad[] = { "%",    "%x", "%s,",   "%,s",  "%ss", "%S",
                                       "%b s", "s",  "%s,,f", "%sb2", "% ",  "%%s" };
    static char many[2 * (SX_PARAM_TYPES_MAX + 1) + 1] = "%";
    const struct sx_slice payload = BYTES("\0\0\0\2ab\0\0\0\1\0\0\0\0\xff\0\0\0\0");
    struct sx_secret text = { 0 };
    struct sx_param param = { .type = '?' };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sx_param_find(payload, bad[i], &param), SX_ERR_ARGUMENT);
    for (unsigned i = 0; i <= SX_PARAM_TYPES_MAX; i++)
        strcat(many, i == 0 ? "b" : ",b");
    assert_int_equal(sx_param_find(payload, many, &param), SX_ERR_ARGUMENT);
    assert_int_equal(sx_param_find(payload, "%s,l,l", &param), SX_ERR_PEER_DECODE);
    assert_int_equal(sx_param_find(BYTES("\xff\xff\xff\xff"), "%s", &param), SX_ERR_PEER_DECODE);
    assert_int_equal(param.type, '?');
    /* A text with a NUL and an mpint that is too long have no text. */
    assert_int_equal(sx_param_find(payload, "%s,s", &param), SX_OK);
    assert_int_equal(sx_param_text(&param, &text), SX_ERR_PEER_DECODE);
    param.type = 'm';
    assert_int_equal(sx_param_text(&param, &text), SX_ERR_PEER_DECODE);
    param.type = 'x';
    assert_int_equal(sx_param_text(&param, &text), SX_OK);
    assert_string_equal((const char *)text.ptr, "00");
    sx_secret_clear(&text);
}

static void expect_appended(const char *type, const char *value, struct sx_slice bytes)
{
    struct sx_secret out = { 0 };

    assert_int_equal(sx_param_append(BYTES("\x32"), type, value, &out), SX_OK);
    assert_int_equal(out.len, 1 + bytes.len);
    assert_int_equal(out.ptr[0], 0x32);
    assert_memory_equal(out.ptr + 1, bytes.ptr, bytes.len);
    sx_secret_clear(&out);
}

static void test_every_type_is_written(void **state)
{
    (void)state;
    expect_appended("s", "password", BYTES("\0\0\0\x08password"));
    expect_appended("s", "", BYTES("\0\0\0\0"));
    expect_appended("s", "\xc3\xa9", BYTES("\0\0\0\2\xc3\xa9"));
    expect_appended("sb", "A1B23C", BYTES("\0\0\0\3\xa1\xb2\x3c"));
    expect_appended("sb", "a1b2", BYTES("\0\0\0\2\xa1\xb2"));
    expect_appended("sb", "", BYTES("\0\0\0\0"));
    expect_appended("m", "1234", BYTES("\0\0\0\2\x04\xd2"));
    expect_appended("m", "0x80", BYTES("\0\0\0\2\0\x80"));
    expect_appended("m", "-1", BYTES("\0\0\0\1\xff"));
    expect_appended("m", "0", BYTES("\0\0\0\0"));
    expect_appended("i", "1234", BYTES("\0\0\x04\xd2"));
    expect_appended("i", "0x1234", BYTES("\0\0\x12\x34"));
    expect_appended("i", "4294967295", BYTES("\xff\xff\xff\xff"));
    expect_appended("l", "1234", BYTES("\0\0\0\0\0\0\x04\xd2"));
    expect_appended("l", "0xFFFFFFFFFFFFFFFF", BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"));
    expect_appended("b", "123", BYTES("\x7b"));
    expect_appended("b", "0x32", BYTES("\x32"));
    expect_appended("f", "true", BYTES("\1"));
    expect_appended("f", "False", BYTES("\0"));
    expect_appended("f", "0", BYTES("\0"));
}

static void test_values_that_are_none(void **state)
{
    static const char *const rows[][2] = {
        { "", "1" },
        { "x", "1" },
        { "S", "1" },
        { "s,b", "1" },
        { "sb", "A1B" },
        { "sb", "GG" },
        { "m", "" },
        { "m", "1.5" },
        { "i", "" },
        { "i", "-1" },
        { "i", "4294967296" },
        { "i", "1x" },
        { "b", "256" },
        { "b", "0x100" },
        { "b", "" },
        { "l", "18446744073709551616" },
        { "l", "0x10000000000000000" },
        { "f", "" },
        { "f", "yes" },
        { "f", "2" },
        { "f", "truex" },
    };
    struct sx_secret out = { 0 };

    (void)state;
    assert_int_equal(sx_secret_set(&out, BYTES("kept")), SX_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sx_param_append(SX_SLICE_NONE, rows[i][0], rows[i][1], &out),
                         SX_ERR_ARGUMENT);
    assert_memory_equal(out.ptr, "kept", 4);
    sx_secret_clear(&out);
}

static void test_a_payload_grows_in_place_and_is_bounded(void **state)
{
    static char large[SX_PARAM_PAYLOAD_MAX];
    struct sx_secret out = { 0 };

    (void)state;
    assert_int_equal(sx_param_append(SX_SLICE_NONE, "b", "50", &out), SX_OK);
    assert_int_equal(sx_param_append(sx_secret_slice(&out), "s", "me", &out), SX_OK);
    assert_int_equal(sx_param_append(sx_secret_slice(&out), "f", "true", &out), SX_OK);
    assert_int_equal(out.len, 8);
    assert_memory_equal(out.ptr, "\x32\0\0\0\2me\1", 8);
    memset(large, 'a', sizeof large - 2);
    large[sizeof large - 2] = 'a';
    assert_int_equal(sx_param_append(sx_secret_slice(&out), "s", large, &out), SX_ERR_SPACE);
    large[sizeof large - 2] = '\0';
    assert_int_equal(sx_param_append(sx_secret_slice(&out), "sb", large, &out), SX_OK);
    assert_int_equal(sx_param_append(sx_secret_slice(&out), "sb", large, &out), SX_ERR_SPACE);
    assert_int_equal(sx_param_append(sx_slice_of(large, SX_PARAM_PAYLOAD_MAX), "b", "1", &out),
                     SX_ERR_SPACE);
    sx_secret_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_of_the_reference),
        cmocka_unit_test(test_lists_of_types),
        cmocka_unit_test(test_fields_that_are_not_there),
        cmocka_unit_test(test_every_type_is_written),
        cmocka_unit_test(test_values_that_are_none),
        cmocka_unit_test(test_a_payload_grows_in_place_and_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
