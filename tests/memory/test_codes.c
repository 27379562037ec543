/* The reference's codes for what a server does wrong or refuses, each as sexec_execute gives it: the
 * public object against a peer at a real socket that does just that. */
#include "memory/checks.h"
#include "support/served.h"
#include "support/shown.h"

/* What the server is made to do, and what the client is told for it. */
struct row {
    int code;
    const char *setting; /* of the client; NULL */
    void (*configure)(struct served_config *config);
    void (*prepare)(void *ctx, struct peer *peer);
    /* Sent as soon as the command runs. */
    struct sx_slice payload;
    enum served_end end; /* or done then */
};

struct script {
    const struct row *row;
    bool is_done;
};

static void prepare(void *ctx, struct peer *peer)
{
    struct script *script = ctx;

    if (script->row->prepare != NULL)
        script->row->prepare(ctx, peer);
}

static enum served_end work(void *ctx, struct peer *peer)
{
    struct script *script = ctx;

    if (!peer->channel.is_running || script->is_done)
        return SERVED_GOES_ON;
    script->is_done = true;
    if (script->row->payload.len > 0)
        peer_inject(peer, script->row->payload);
    return script->row->end;
}

/* ---- lies in the key exchange ---------------------------------------------------------------- */

static void forge(struct sx_slice payload, struct sx_writer *out, const struct sx_msg_kex_reply *by)
{
    struct sx_msg_kex_reply reply;

    if (sx_msg_kex_reply_decode(payload, SX_MSG_KEXDH_REPLY, &reply) != SX_OK) {
        out->is_bad = true;
        return;
    }
    if (by->host_key.len > 0)
        reply.host_key = by->host_key;
    if (by->share.len > 0)
        reply.share = by->share;
    if (by->signature.len > 0)
        reply.signature = by->signature;
    sx_msg_kex_reply_encode(out, SX_MSG_KEXDH_REPLY, &reply);
}

static void edit_reply(struct peer *peer,
                       void (*edit)(void *ctx, struct sx_slice payload, struct sx_writer *out))
{
    peer_tamper(peer, TAMPER_EDIT, PEER_ANY, SX_MSG_KEXDH_REPLY)->edit = edit;
}

static void put_other_key(void *ctx, struct sx_slice payload, struct sx_writer *out)
{
    const struct sx_key *key = fixture_key(fixture_provider(), SX_KEY_ECDSA_P256, 0);
    const struct sx_msg_kex_reply by = { .host_key = sx_key_public_blob(key) };

    (void)ctx;
    forge(payload, out, &by);
}

static void other_key(void *ctx, struct peer *peer)
{
    (void)ctx;
    edit_reply(peer, put_other_key);
}

static void put_other_signature(void *ctx, struct sx_slice payload, struct sx_writer *out)
{
    static uint8_t signature[] = "\0\0\0\13ssh-ed25519\0\0\0\100"
                                 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde";
    const struct sx_msg_kex_reply by = { .signature = sx_slice_of(signature, sizeof signature) };

    (void)ctx;
    forge(payload, out, &by);
}

static void other_signature(void *ctx, struct peer *peer)
{
    (void)ctx;
    edit_reply(peer, put_other_signature);
}

static void put_one(void *ctx, struct sx_slice payload, struct sx_writer *out)
{
    const struct sx_msg_kex_reply by = { .share = BYTES("\1") };

    (void)ctx;
    forge(payload, out, &by);
}

static void share_of_one(void *ctx, struct peer *peer)
{
    (void)ctx;
    edit_reply(peer, put_one);
}

/* ---- other misbehaviour ---------------------------------------------------------------------- */

static void speak_1_5(struct served_config *config)
{
    config->peer.greeting = "SSH-1.5-old\r\n";
}

static void offer_nothing_known(struct served_config *config)
{
    config->peer.lists[SX_LIST_KEX] = "none-such";
}

static void refuse_channel(struct served_config *config)
{
    config->peer.open_failure = SX_OPEN_ADMINISTRATIVELY_PROHIBITED;
}

static void refuse_command(struct served_config *config)
{
    config->peer.command.is_refused = true;
}

static void refuse_user(struct served_config *config)
{
    config->peer.takes_none = false;
}

static void damage_packet(void *ctx, struct peer *peer)
{
    struct peer_tamper *tamper =
        peer_tamper(peer, TAMPER_FLIP_SEALED, PEER_ANY, SX_MSG_SERVICE_ACCEPT);

    (void)ctx;
    tamper->offset = -1;
    tamper->mask = 1;
}

/* Bytes that go on no compressed stream. */
static bool send_noise(void *ctx, struct peer *peer, struct sx_slice payload)
{
    struct sx_deflate *deflate = peer->writer.deflate;

    (void)ctx;
    if (payload.ptr[0] != SX_MSG_CHANNEL_OPEN)
        return false;
    peer->writer.deflate = NULL;
    peer_inject(peer, BYTES("\xff\xff\xff\xff no stream"));
    peer->writer.deflate = deflate;
    return true;
}

static void noise(void *ctx, struct peer *peer)
{
    (void)ctx;
    peer->on_message = send_noise;
}

static bool know_no_channels(void *ctx, struct peer *peer, struct sx_slice payload)
{
    uint8_t storage[16];
    struct sx_writer writer;

    (void)ctx;
    if (payload.ptr[0] != SX_MSG_CHANNEL_OPEN)
        return false;
    sx_writer_init(&writer, storage, sizeof storage);
    sx_msg_unimplemented_encode(&writer, peer->reader.sequence - 1);
    peer_inject(peer, sx_slice_of(storage, 5));
    return true;
}

static void no_channels(void *ctx, struct peer *peer)
{
    (void)ctx;
    peer->on_message = know_no_channels;
}

static bool be_deaf(void *ctx, struct peer *peer, struct sx_slice payload)
{
    (void)ctx;
    (void)peer;
    return payload.ptr[0] == SX_MSG_GLOBAL_REQUEST;
}

static void deaf(void *ctx, struct peer *peer)
{
    (void)ctx;
    peer->on_message = be_deaf;
}

#define DATA_HEAD "\136\0\0\0\0" /* CHANNEL_DATA of the client's first channel */

static const struct row rows[] = {
    { 1001, .payload = { (const uint8_t *)"\1\0\0\0\13\0\0\0\3bye\0\0\0\0", 16 } },
    { 1002, .configure = speak_1_5 },
    { 1003, .configure = offer_nothing_known },
    { 1010, .prepare = other_key },
    { 1015, .prepare = damage_packet },
    { 1016, .setting = "zlib", .prepare = noise },
    { 1020, .configure = refuse_channel },
    { 1021, .payload = { (const uint8_t *)"\136\0\0\0\77\0\0\0\1x", 10 } },
    { 1022, .payload = { (const uint8_t *)"\136\0\0\0\0\0\0\0\0", 9 } }, /* made longer below */
    { 1023, .payload = { (const uint8_t *)"\143\0\0\0\0", 5 } },
    { 1024, .prepare = no_channels },
    { 1027, .payload = { (const uint8_t *)"\6\0\0\0\1x", 6 } },
    { 1030, .setting = "SSHAcceptAnyServerHostKey=False" },
    { 1031, .prepare = other_signature },
    { 1032, .configure = refuse_user },
    { 1033, .configure = refuse_command },
    { 1034, .setting = "SSHKeyExchangeAlgorithms=diffie-hellman-group14-sha256",
      .prepare = share_of_one },
    { 1036, .payload = { (const uint8_t *)DATA_HEAD "\0\0\0\5x", 10 } },
    { 1038, .setting = "SSHKeyExchangeAlgorithms=ecdh-sha2-nistp256", .prepare = share_of_one },
    { 1039, .setting = "SSHKeepAliveInterval=1", .prepare = deaf },
    { 1098, .payload = { (const uint8_t *)"\121", 1 } },
    { 1120, .end = SERVED_CLOSES },
    { 10054, .end = SERVED_RESETS },
};

static int run_row(const struct row *row)
{
    struct script script = { row, false };
    struct served_config config = served_config_default();
    struct served *served;
    struct sexec *client;
    int code;

    config.prepare = prepare;
    config.work = work;
    config.ctx = &script;
    if (row->configure != NULL)
        row->configure(&config);
    served = served_start(&config);
    assert_non_null(served);
    client = served_client(served);
    assert_non_null(client);
    assert_int_equal(sexec_config(client, "SSHKeepAliveCountMax=1", NULL), 0);
    if (row->setting != NULL && strchr(row->setting, '=') == NULL)
        assert_int_equal(sexec_set_ssh_compression_algorithms(client, row->setting), 0);
    else if (row->setting != NULL)
        assert_int_equal(sexec_config(client, row->setting, NULL), 0);
    code = sexec_execute(client, "true");
    assert_int_equal(sexec_get_last_error_code(client), code);
    check_text(sexec_get_last_error(client));
    sexec_free(client);
    served_free(served);
    return code;
}

/* A piece of data that is larger than the packets which the client allows. */
static const struct row *with_large_data(const struct row *row, struct row *copy)
{
    static uint8_t data[40 * 1024] = DATA_HEAD "\0\0\234\100"; /* 40000 bytes */

    *copy = *row;
    copy->payload = sx_slice_of(data, 9 + 40000);
    return copy;
}

static void test_what_a_server_does_has_its_code(void **state)
{
    struct row copy;

    (void)state;
    fixture_key(fixture_provider(), SX_KEY_ECDSA_P256, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];

        if (row->code == SEXEC_CHANNEL_DATA)
            row = with_large_data(row, &copy);
        check_shown(run_row(row), row->code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_server_does_has_its_code),
    };

    return RUN_GROUP(tests);
}
