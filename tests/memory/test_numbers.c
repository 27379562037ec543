/* Every message number in every situation of a connection: taken, answered with UNIMPLEMENTED, or
 * a named error that ends it, exactly as the tables here say. RFC 4253 section 11.4 wants the
 * answer for numbers that nobody assigned; a strict initial key exchange allows nothing. */
#include "memory/checks.h"
#include "memory/sample_messages.h"

enum { YES = SX_OK, UNKNOWN = -1, STRAY = SX_ERR_PEER_UNEXPECTED, BYE = SX_ERR_PEER_DISCONNECT };

struct row {
    int first;
    int last;
    int outcome; /* YES, UNKNOWN, or an enum sx_err */
};

/* What is the same in all tables but the strict ones. */
#define GAPS                                                                                       \
    { 0, 0, UNKNOWN }, { 9, 19, UNKNOWN }, { 22, 29, UNKNOWN }, { 54, 59, UNKNOWN },               \
        { 83, 89, UNKNOWN },                                                                       \
    {                                                                                              \
        101, 255, UNKNOWN                                                                          \
    }
#define EARLY                                                                                      \
    { 1, 1, BYE }, { 2, 2, YES }, { 3, 3, SX_ERR_PEER_UNIMPLEMENTED },                             \
    {                                                                                              \
        4, 4, YES                                                                                  \
    }
#define LATE                                                                                       \
    { 1, 1, BYE },                                                                                 \
    {                                                                                              \
        2, 4, YES                                                                                  \
    }

static const struct row waiting_for_kexinit[] = {
    GAPS,
    EARLY,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
/* The sample reply is taken and found to hold no key. */
static const struct row waiting_for_reply[] = {
    GAPS,
    EARLY,
    { 5, 8, STRAY },
    { 20, 21, STRAY },
    { 30, 30, STRAY },
    { 31, 31, SX_ERR_PEER_HOST_KEY },
    { 32, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row waiting_for_reply_strictly[] = {
    { 0, 0, SX_ERR_PEER_STRICT },     { 1, 1, BYE },
    { 2, 20, SX_ERR_PEER_STRICT },    { 21, 21, STRAY },
    { 22, 29, SX_ERR_PEER_STRICT },   { 30, 30, STRAY },
    { 31, 31, SX_ERR_PEER_HOST_KEY }, { 32, 49, STRAY },
    { 50, 255, SX_ERR_PEER_STRICT },
};
static const struct row waiting_for_newkeys[] = {
    GAPS,
    EARLY,
    { 5, 8, STRAY },
    { 20, 20, STRAY },
    { 21, 21, YES },
    { 30, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row waiting_for_newkeys_strictly[] = {
    { 0, 0, SX_ERR_PEER_STRICT },    { 1, 1, BYE },
    { 2, 20, SX_ERR_PEER_STRICT },   { 21, 21, YES },
    { 22, 29, SX_ERR_PEER_STRICT },  { 30, 49, STRAY },
    { 50, 255, SX_ERR_PEER_STRICT },
};
static const struct row waiting_for_service[] = {
    GAPS,
    EARLY,
    { 5, 5, STRAY },
    { 6, 7, YES },
    { 8, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row none_is_tried[] = {
    GAPS,
    EARLY,
    { 5, 6, STRAY },
    { 7, 7, YES },
    { 8, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 50, STRAY },
    { 51, 51, SX_ERR_AUTH_FAILED },
    { 52, 53, YES },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row password_is_tried[] = {
    GAPS,
    EARLY,
    { 5, 6, STRAY },
    { 7, 7, YES },
    { 8, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 50, STRAY },
    { 51, 51, SX_ERR_AUTH_FAILED },
    { 52, 53, YES },
    { 60, 60, SX_ERR_AUTH_PASSWORD_CHANGE },
    { 61, 82, STRAY },
    { 90, 100, STRAY },
};
/* The sample of 60 is a text with its tag, and so no INFO_REQUEST. Policy default takes access that
 * asked for nothing. */
static const struct row question_is_awaited[] = {
    GAPS,
    EARLY,
    { 5, 6, STRAY },
    { 7, 7, YES },
    { 8, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 50, STRAY },
    { 51, 51, SX_ERR_AUTH_FAILED },
    { 52, 53, YES },
    { 60, 60, SX_ERR_PEER_DECODE },
    { 61, 82, STRAY },
    { 90, 100, STRAY },
};
/* Two keys: a refusal of the first leads to the second. The sample PK_OK names no key. */
static const struct row keys_are_shown[] = {
    GAPS,
    EARLY,
    { 5, 6, STRAY },
    { 7, 7, YES },
    { 8, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 50, STRAY },
    { 51, 53, YES },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row logged_on[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 79, STRAY },
    { 80, 80, YES },
    { 81, 82, SX_ERR_PEER_GLOBAL_REQUEST },
    { 90, 90, YES },
    { 91, 100, SX_ERR_PEER_CHANNEL_ID },
};
static const struct row channel_opens[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 79, STRAY },
    { 80, 80, YES },
    { 81, 82, SX_ERR_PEER_GLOBAL_REQUEST },
    { 90, 92, YES },
    { 93, 100, SX_ERR_PEER_CHANNEL_MESSAGE },
};
static const struct row command_starts[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 79, STRAY },
    { 80, 80, YES },
    { 81, 82, SX_ERR_PEER_GLOBAL_REQUEST },
    { 90, 90, YES },
    { 91, 92, SX_ERR_PEER_CHANNEL_MESSAGE },
    { 93, 100, YES },
};
static const struct row command_runs[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 79, STRAY },
    { 80, 80, YES },
    { 81, 82, SX_ERR_PEER_GLOBAL_REQUEST },
    { 90, 90, YES },
    { 91, 92, SX_ERR_PEER_CHANNEL_MESSAGE },
    { 93, 98, YES },
    { 99, 100, SX_ERR_PEER_CHANNEL_MESSAGE },
};
/* Our KEXINIT is out, the server's is not here: data may still come. An UNIMPLEMENTED of another
 * packet than the exchange's is an answer to something older. */
static const struct row rekey_is_asked[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, YES },
    { 21, 21, STRAY },
    { 30, 53, STRAY },
    { 60, 79, STRAY },
    { 80, 80, YES },
    { 81, 82, SX_ERR_PEER_GLOBAL_REQUEST },
    { 90, 90, YES },
    { 91, 92, SX_ERR_PEER_CHANNEL_MESSAGE },
    { 93, 98, YES },
    { 99, 100, SX_ERR_PEER_CHANNEL_MESSAGE },
};
static const struct row rekey_waits_for_reply[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 21, STRAY },
    { 30, 30, STRAY },
    { 31, 31, SX_ERR_PEER_HOST_KEY },
    { 32, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};
static const struct row rekey_waits_for_newkeys[] = {
    GAPS,
    LATE,
    { 5, 8, STRAY },
    { 20, 20, STRAY },
    { 21, 21, YES },
    { 30, 53, STRAY },
    { 60, 82, STRAY },
    { 90, 100, STRAY },
};

/* --- Getting there ---------------------------------------------------------------------------- */

struct situation {
    const char *name;
    const struct row *rows;
    size_t row_count;
    bool is_lax;
    int stall; /* the peer falls silent before it sends this; 0: it does not */
    enum sx_auth_mode mode;
    const char *command;
    bool is_endless;
    int rekey_stall; /* the peer starts a key exchange and falls silent before this */
    bool is_rekey_ours;
};

#define ROWS(rows) rows, sizeof(rows) / sizeof(rows)[0]

static const struct situation situations[] = {
    { "waiting for KEXINIT", ROWS(waiting_for_kexinit), .stall = SX_MSG_KEXINIT },
    { "waiting for the reply", ROWS(waiting_for_reply), .is_lax = true,
      .stall = SX_MSG_KEXDH_REPLY },
    { "waiting for the reply, strictly", ROWS(waiting_for_reply_strictly),
      .stall = SX_MSG_KEXDH_REPLY },
    { "waiting for NEWKEYS", ROWS(waiting_for_newkeys), .is_lax = true, .stall = SX_MSG_NEWKEYS },
    { "waiting for NEWKEYS, strictly", ROWS(waiting_for_newkeys_strictly),
      .stall = SX_MSG_NEWKEYS },
    { "waiting for the service", ROWS(waiting_for_service), .stall = SX_MSG_SERVICE_ACCEPT },
    { "none is tried", ROWS(none_is_tried), .stall = SX_MSG_USERAUTH_SUCCESS },
    { "a password is tried", ROWS(password_is_tried), .stall = SX_MSG_USERAUTH_SUCCESS,
      .mode = SX_AUTH_PASSWORD },
    { "a question is awaited", ROWS(question_is_awaited), .stall = SX_MSG_USERAUTH_INFO_REQUEST,
      .mode = SX_AUTH_INTERACTIVE },
    { "a key is shown", ROWS(keys_are_shown), .stall = SX_MSG_USERAUTH_PK_OK,
      .mode = SX_AUTH_PUBLICKEY },
    { "logged on", ROWS(logged_on), .stall = 0 },
    { "a channel opens", ROWS(channel_opens), .stall = SX_MSG_CHANNEL_OPEN_CONFIRMATION,
      .command = "x" },
    { "a command starts", ROWS(command_starts), .stall = SX_MSG_CHANNEL_SUCCESS, .command = "x" },
    { "a command runs", ROWS(command_runs), .command = "x", .is_endless = true },
    { "a channel is closed", ROWS(logged_on), .command = "x" },
    { "a key re-exchange", ROWS(rekey_waits_for_reply), .command = "x", .is_endless = true,
      .rekey_stall = SX_MSG_KEXDH_REPLY },
    { "a key re-exchange in a lax session", ROWS(rekey_waits_for_reply), .is_lax = true,
      .rekey_stall = SX_MSG_KEXDH_REPLY },
    { "a key re-exchange up to NEWKEYS", ROWS(rekey_waits_for_newkeys), .command = "x",
      .is_endless = true, .rekey_stall = SX_MSG_NEWKEYS },
    { "a key re-exchange that we asked for", ROWS(rekey_is_asked), .command = "x",
      .is_endless = true, .rekey_stall = SX_MSG_KEXINIT, .is_rekey_ours = true },
};

static const struct peer_round question[] = { { "", "", 1, { "Password: " }, { "secret" } } };
static const char *const answers[] = { "secret", "secret", NULL };

static struct session *reach(const struct situation *situation)
{
    struct session_config config = session_config_default();
    struct session *session;

    config.peer.is_strict = !situation->is_lax;
    config.mode = situation->mode;
    config.password = "secret";
    config.peer.password = config.password;
    config.command = situation->command;
    config.peer.command.is_endless = situation->is_endless;
    config.peer.rounds = question;
    config.peer.round_count = 1;
    config.answers = answers;
    config.keys[0] = fixture_key(config.provider, SX_KEY_ED25519, 1);
    config.keys[1] = fixture_key(config.provider, SX_KEY_ED25519, 2);
    config.peer.user_keys[0] = sx_key_public_blob(config.keys[0]);
    session = checked_session(&config);
    if (situation->stall != 0)
        peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, situation->stall);
    session_run(session);
    check_healthy(session);
    if (situation->rekey_stall != 0) {
        peer_tamper(session->peer, TAMPER_STALL, PEER_ANY, situation->rekey_stall);
        if (situation->is_rekey_ours)
            assert_int_equal(sx_engine_rekey(session->engine), SX_OK);
        else
            peer_rekey(session->peer);
        session_run(session);
        check_healthy(session);
        assert_true(sx_engine_is_exchanging(session->engine));
    }
    session->peer->is_stalled = true;
    assert_int_equal(peer_count(session->peer, SX_MSG_UNIMPLEMENTED), 0);
    return session;
}

static int outcome_of(const struct situation *situation, int number)
{
    for (size_t i = 0; i < situation->row_count; i++)
        if (number >= situation->rows[i].first && number <= situation->rows[i].last)
            return situation->rows[i].outcome;
    fail_msg("the table of \"%s\" lacks %d", situation->name, number);
    return 0;
}

/* --- The tests -------------------------------------------------------------------------------- */

static void check_number(const struct situation *situation, uint8_t number)
{
    struct session *session = reach(situation);
    int expected = outcome_of(situation, number);
    bool is_unknown = expected == UNKNOWN;
    uint8_t storage[SAMPLE_MAX];
    struct sx_writer writer;
    struct sx_slice payload;

    sx_writer_init(&writer, storage, sizeof storage);
    sample_message(&writer, number);
    assert_int_equal(sx_writer_finish(&writer, &payload), SX_OK);
    peer_inject(session->peer, payload);
    session_run(session);
    if ((is_unknown ? SX_OK : (enum sx_err)expected) != session->err)
        print_error("%s: message %u\n", situation->name, number);
    if (!is_unknown && expected != YES)
        check_ended(session, (enum sx_err)expected);
    else
        assert_int_equal(session->err, SX_OK);
    assert_int_equal(peer_count(session->peer, SX_MSG_UNIMPLEMENTED), is_unknown ? 1 : 0);
    if (is_unknown)
        assert_int_equal(session->peer->unimplemented, session->peer->last_sequence);
    session_free(session);
}

static void test_every_number_in_every_situation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof situations / sizeof situations[0]; i++)
        for (int number = 0; number < 256; number++)
            check_number(&situations[i], (uint8_t)number);
}

/* A message that is welcome, cut after its number, is no such message. NEWKEYS, SUCCESS and
 * REQUEST_FAILURE are nothing but their number. */
static void test_welcome_messages_must_be_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof situations / sizeof situations[0]; i++)
        for (int n = 0; n < 256; n++) {
            const uint8_t number = (uint8_t)n;
            struct session *session;

            if (outcome_of(&situations[i], n) != YES || n == SX_MSG_NEWKEYS ||
                n == SX_MSG_USERAUTH_SUCCESS)
                continue;
            session = reach(&situations[i]);
            peer_inject(session->peer, sx_slice_of(&number, 1));
            session_run(session);
            check_ended(session, SX_ERR_PEER_DECODE);
            session_free(session);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_in_every_situation),
        cmocka_unit_test(test_welcome_messages_must_be_whole),
    };

    return RUN_GROUP(tests);
}
