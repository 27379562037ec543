/* What each message shows of itself: every field by its name, no secret, and nothing at all of what doesn't
 * decode to its last byte. The messages are written by the library's own encoders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "wire/describe.h"
#include "wire/msg_auth.h"
#include "wire/msg_connection.h"
#include "wire/msg_gex.h"
#include "wire/msg_gss.h"
#include "wire/msg_interactive.h"
#include "wire/msg_transport.h"

#define SECRET "s3cret-w0rd"
#define TEXT(text) sx_slice_text(text)

struct shown {
    char text[4096];
    unsigned count;
};

static void on_field(void *ctx, const struct sx_field *field)
{
    static const char *const kinds[] = { "public", "peer", "secret", "number", "command", "data" };
    struct shown *shown = ctx;
    size_t len = strlen(shown->text);

    shown->count++;
    if (field->kind == SX_FIELD_NUMBER)
        snprintf(shown->text + len, sizeof shown->text - len, "%s=%llu ", field->name,
                 field->number);
    else if (field->kind == SX_FIELD_SECRET)
        snprintf(shown->text + len, sizeof shown->text - len, "%s=****(%zu) ", field->name,
                 field->bytes.len);
    else
        snprintf(shown->text + len, sizeof shown->text - len, "%s=%s:%.*s ", field->name,
                 kinds[field->kind], (int)field->bytes.len, (const char *)field->bytes.ptr);
}

static uint8_t room[8192];

static struct sx_slice written(const struct sx_writer *writer)
{
    struct sx_slice payload;

    assert_int_equal(sx_writer_finish(writer, &payload), SX_OK);
    return payload;
}

static struct sx_writer new_writer(void)
{
    struct sx_writer writer;

    sx_writer_init(&writer, room, sizeof room);
    return writer;
}

/* Name and fields, as one line. */
static void expect(const struct sx_describe *describe, struct sx_slice payload, const char *name,
                   const char *fields)
{
    struct shown shown = { .count = 0 };

    assert_string_equal(sx_describe_name(describe, payload.ptr[0]), name);
    assert_true(sx_describe_fields(describe, payload, on_field, &shown));
    assert_string_equal(shown.text, fields);
    assert_null(strstr(shown.text, SECRET));
}

static void expect_nothing(const struct sx_describe *describe, struct sx_slice payload)
{
    struct shown shown = { .count = 0 };

    assert_false(sx_describe_fields(describe, payload, on_field, &shown));
    assert_int_equal(shown.count, 0);
}

/* Nothing of any shorter message, nor of a longer one. */
static void expect_whole_only(const struct sx_describe *describe, struct sx_slice payload)
{
    uint8_t *copy = sx_alloc(payload.len + 1);

    assert_non_null(copy);
    memcpy(copy, payload.ptr, payload.len);
    for (size_t len = 0; len < payload.len; len++)
        expect_nothing(describe, sx_slice_of(copy, len));
    expect_nothing(describe, sx_slice_of(copy, payload.len + 1));
    sx_free(copy);
}

static void test_passwords(void **state)
{
    struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, false };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_userauth_password_encode(&w, TEXT("me"), TEXT(SECRET));
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:password has_new=0 "
           "password=****(11) ");
    expect_whole_only(&describe, written(&w));
    sx_describe_sent(&describe, written(&w));
    w = new_writer();
    sx_msg_userauth_password_change_encode(&w, TEXT("me"), TEXT(SECRET), TEXT(SECRET "2"));
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:password has_new=1 "
           "password=****(11) new_password=****(12) ");
    expect_whole_only(&describe, written(&w));
    w = new_writer();
    sx_msg_userauth_passwd_changereq_encode(&w, TEXT("change it"));
    expect(&describe, written(&w), "USERAUTH_PASSWD_CHANGEREQ",
           "prompt=peer:change it language=peer: ");
}

static void test_answers(void **state)
{
    const struct sx_slice answers[] = { TEXT(SECRET), TEXT("") };
    struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, false };
    struct sx_msg_info_request request = { .name = TEXT("n"),
                                           .instruction = TEXT("i"),
                                           .count = 2 };
    struct sx_writer w = new_writer();

    (void)state;
    request.prompts[0] = (struct sx_prompt){ TEXT("Password: "), false };
    request.prompts[1] = (struct sx_prompt){ TEXT("Code: "), true };
    sx_msg_userauth_interactive_encode(&w, TEXT("me"));
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:keyboard-interactive "
           "language=peer: submethods=peer: ");
    sx_describe_sent(&describe, written(&w));
    w = new_writer();
    sx_msg_info_request_encode(&w, &request);
    expect(&describe, written(&w), "USERAUTH_INFO_REQUEST",
           "name=peer:n instruction=peer:i language=peer: prompts=2 prompt=peer:Password:  echo=0 "
           "prompt=peer:Code:  echo=1 ");
    w = new_writer();
    sx_msg_info_response_encode(&w, answers, 2);
    expect(&describe, written(&w), "USERAUTH_INFO_RESPONSE",
           "responses=2 response=****(11) response=****(0) ");
    expect_whole_only(&describe, written(&w));
    /* The same bytes while another method is at it, or none that is known. */
    describe.method = "publickey";
    expect_nothing(&describe, written(&w));
    describe.method = NULL;
    expect_nothing(&describe, written(&w));
}

static void test_keys(void **state)
{
    struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, false };
    struct sx_msg_userauth_publickey msg = { .user = TEXT("me"),
                                             .algorithm = TEXT("ssh-ed25519"),
                                             .public_key = TEXT("blob") };
    const struct sx_msg_userauth_pk_ok ok = { TEXT("ssh-ed25519"), TEXT("blob") };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_userauth_publickey_encode(&w, &msg);
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:publickey has_signature=0 "
           "algorithm=peer:ssh-ed25519 public_key=data:blob ");
    sx_describe_sent(&describe, written(&w));
    msg.has_signature = true;
    msg.signature = TEXT("sig");
    w = new_writer();
    sx_msg_userauth_publickey_encode(&w, &msg);
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:publickey has_signature=1 "
           "algorithm=peer:ssh-ed25519 public_key=data:blob signature=data:sig ");
    w = new_writer();
    sx_msg_userauth_pk_ok_encode(&w, &ok);
    expect(&describe, written(&w), "USERAUTH_PK_OK",
           "algorithm=peer:ssh-ed25519 public_key=data:blob ");
}

static void test_tokens_of_sign_on(void **state)
{
    static const uint8_t numbers[] = { SX_MSG_USERAUTH_GSSAPI_TOKEN, SX_MSG_USERAUTH_GSSAPI_ERRTOK,
                                       SX_MSG_USERAUTH_GSSAPI_MIC };
    struct sx_describe describe = { SX_KEX_LAYOUT_GSS, NULL, false };
    struct sx_writer w = new_writer();
    struct shown shown = { .count = 0 };

    (void)state;
    sx_msg_userauth_keyex_encode(&w, TEXT("me"), TEXT(SECRET));
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:gssapi-keyex mic=****(11) ");
    expect_whole_only(&describe, written(&w));
    w = new_writer();
    sx_msg_userauth_gssapi_encode(&w, TEXT("me"));
    assert_true(sx_describe_fields(&describe, written(&w), on_field, &shown));
    assert_non_null(strstr(shown.text, "mechanisms=1 oid=data:"));
    sx_describe_sent(&describe, written(&w));
    for (size_t i = 0; i < sizeof numbers; i++) {
        w = new_writer();
        sx_msg_gssapi_token_encode(&w, numbers[i], TEXT(SECRET));
        memset(&shown, 0, sizeof shown);
        assert_true(sx_describe_fields(&describe, written(&w), on_field, &shown));
        assert_non_null(strstr(shown.text, "=****(11)"));
        assert_null(strstr(shown.text, SECRET));
        expect_whole_only(&describe, written(&w));
    }
}

static void test_tokens_of_key_exchanges(void **state)
{
    const struct sx_describe gss = { SX_KEX_LAYOUT_GSS, NULL, false };
    const struct sx_describe none = { SX_KEX_LAYOUT_NONE, NULL, false };
    const struct sx_msg_kexgss_init init = { TEXT(SECRET), TEXT("e") };
    const struct sx_msg_kexgss_complete complete = { TEXT("f"), TEXT(SECRET), true, TEXT(SECRET) };
    const struct sx_msg_gss_error error = { 1, 2, TEXT("why") };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_kexgss_init_encode(&w, &init);
    expect(&gss, written(&w), "KEXGSS_INIT", "token=****(11) share=data:e ");
    expect_whole_only(&gss, written(&w));
    expect_nothing(&none, written(&w));
    w = new_writer();
    sx_msg_kexgss_continue_encode(&w, TEXT(SECRET));
    expect(&gss, written(&w), "KEXGSS_CONTINUE", "token=****(11) ");
    expect_nothing(&none, written(&w));
    w = new_writer();
    sx_msg_kexgss_complete_encode(&w, &complete);
    expect(&gss, written(&w), "KEXGSS_COMPLETE",
           "share=data:f mic=****(11) has_token=1 token=****(11) ");
    expect_whole_only(&gss, written(&w));
    w = new_writer();
    sx_msg_gss_error_encode(&w, SX_MSG_KEXGSS_ERROR, &error);
    expect(&gss, written(&w), "KEXGSS_ERROR", "major=1 minor=2 message=peer:why language=peer: ");
}

static void test_key_exchanges(void **state)
{
    const struct sx_describe dh = { SX_KEX_LAYOUT_DH, NULL, false };
    const struct sx_describe gex = { SX_KEX_LAYOUT_GEX, NULL, false };
    const struct sx_msg_kex_reply reply = { TEXT("key"), TEXT("f"), TEXT("sig") };
    const struct sx_msg_gex_request request = { 1, 2, 3 };
    struct sx_msg_kexinit kexinit = { .cookie = TEXT("0123456789abcdef") };
    struct sx_writer w = new_writer();

    (void)state;
    kexinit.lists[SX_LIST_KEX] = TEXT("k1,k2");
    kexinit.lists[SX_LIST_COMPRESSION_S2C] = TEXT("none");
    sx_msg_kexinit_encode(&w, &kexinit);
    expect(&dh, written(&w), "KEXINIT",
           "cookie=data:0123456789abcdef kex_algorithms=peer:k1,k2 host_key_algorithms=peer: "
           "ciphers_to_server=peer: ciphers_to_client=peer: macs_to_server=peer: "
           "macs_to_client=peer: compression_to_server=peer: compression_to_client=peer:none "
           "languages_to_server=peer: languages_to_client=peer: first_kex_follows=0 reserved=0 ");
    w = new_writer();
    sx_msg_kex_reply_encode(&w, SX_MSG_KEXDH_REPLY, &reply);
    expect(&dh, written(&w), "KEXDH_REPLY", "host_key=data:key share=data:f signature=data:sig ");
    expect_nothing(&gex, written(&w));
    w = new_writer();
    sx_msg_gex_request_encode(&w, SX_MSG_KEX_GEX_REQUEST, &request);
    expect(&gex, written(&w), "KEX_DH_GEX_REQUEST", "min=1 preferred=2 max=3 ");
    expect_nothing(&dh, written(&w));
}

static void test_data_shows_its_length(void **state)
{
    const struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, false };
    const struct sx_msg_channel_data data = { 7, TEXT(SECRET) };
    const struct sx_msg_channel_extended_data more = { 7, 1, TEXT(SECRET) };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_channel_data_encode(&w, &data);
    expect(&describe, written(&w), "CHANNEL_DATA", "recipient=7 data_bytes=11 ");
    expect_whole_only(&describe, written(&w));
    w = new_writer();
    sx_msg_channel_extended_data_encode(&w, &more);
    expect(&describe, written(&w), "CHANNEL_EXTENDED_DATA",
           "recipient=7 data_type=1 data_bytes=11 ");
    w = new_writer();
    sx_msg_ignore_encode(&w, TEXT(SECRET));
    expect(&describe, written(&w), "IGNORE", "data_bytes=11 ");
}

static void test_channel_requests(void **state)
{
    const struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, false };
    const struct sx_msg_channel_request other = { 7, TEXT("x@y"), true, TEXT(SECRET) };
    const struct sx_msg_exit_signal signal = { TEXT("KILL"), true, TEXT("bye") };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_exec_encode(&w, 7, true, TEXT("uptime"));
    expect(&describe, written(&w), "CHANNEL_REQUEST",
           "recipient=7 type=peer:exec want_reply=1 command=command:uptime ");
    w = new_writer();
    sx_msg_env_encode(&w, 7, TEXT("LANG"), TEXT(SECRET));
    expect(&describe, written(&w), "CHANNEL_REQUEST",
           "recipient=7 type=peer:env want_reply=0 name=peer:LANG value=****(11) ");
    expect_whole_only(&describe, written(&w));
    w = new_writer();
    sx_msg_channel_request_encode(&w, &other);
    expect(&describe, written(&w), "CHANNEL_REQUEST",
           "recipient=7 type=peer:x@y want_reply=1 fields_bytes=11 ");
    w = new_writer();
    sx_msg_exit_signal_encode(&w, 7, &signal);
    expect(&describe, written(&w), "CHANNEL_REQUEST",
           "recipient=7 type=peer:exit-signal want_reply=0 signal=peer:KILL core_dumped=1 "
           "message=peer:bye language=peer: ");
}

/* A program's own packets: the method's name says nothing about the layout behind it. */
static void test_custom_packets_show_their_head(void **state)
{
    struct sx_describe describe = { SX_KEX_LAYOUT_DH, NULL, true };
    struct sx_writer w = new_writer();

    (void)state;
    sx_msg_userauth_request_encode(&w, TEXT("me"), "publickey");
    sx_writer_text(&w, SECRET);
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:publickey fields_bytes=15 ");
    sx_describe_sent(&describe, written(&w));
    w = new_writer();
    sx_msg_userauth_passwd_changereq_encode(&w, TEXT(SECRET));
    expect_nothing(&describe, written(&w));
    describe.is_custom = false;
    w = new_writer();
    sx_msg_userauth_request_encode(&w, TEXT("me"), "own@example.com");
    sx_writer_text(&w, SECRET);
    expect(&describe, written(&w), "USERAUTH_REQUEST",
           "user=peer:me service=peer:ssh-connection method=peer:own@example.com fields_bytes=15 ");
    sx_describe_sent(&describe, written(&w));
    assert_null(describe.method);
}

/* No number without a definition shows anything, in no context. */
static void test_unknown_numbers_show_nothing(void **state)
{
    static const char *const methods[] = { NULL, "password", "publickey", "keyboard-interactive",
                                           "gssapi-with-mic" };
    unsigned known = 0;

    (void)state;
    for (unsigned number = 0; number < 256; number++)
        for (unsigned kex = 0; kex <= SX_KEX_LAYOUT_GSS; kex++)
            for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
                const struct sx_describe describe = { (enum sx_kex_layout)kex, methods[m], false };
                uint8_t payload[40] = { (uint8_t)number };

                if (strcmp(sx_describe_name(&describe, (uint8_t)number), "unknown") == 0)
                    expect_nothing(&describe, sx_slice_of(payload, sizeof payload));
                else
                    known++;
            }
    assert_true(known > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passwords),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_tokens_of_sign_on),
        cmocka_unit_test(test_tokens_of_key_exchanges),
        cmocka_unit_test(test_key_exchanges),
        cmocka_unit_test(test_data_shows_its_length),
        cmocka_unit_test(test_channel_requests),
        cmocka_unit_test(test_custom_packets_show_their_head),
        cmocka_unit_test(test_unknown_numbers_show_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
