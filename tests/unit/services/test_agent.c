/* One question to an agent: its bytes, its answer in any pieces, and agents that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/agent.h"

#define BYTES(literal) sx_slice_of((literal), sizeof(literal) - 1)

static void ask_list(struct sx_agent *agent)
{
    sx_agent_init(agent);
    assert_int_equal(sx_agent_ask_identities(agent), SX_OK);
    assert_int_equal(agent->state, SX_AGENT_ASKED);
    sx_agent_sent(agent, sx_agent_to_send(agent).len);
}

static void ask_sign(struct sx_agent *agent)
{
    const struct sx_msg_agent_sign_request request = { sx_slice_text("key"), sx_slice_text("data"),
                                                       0 };

    sx_agent_init(agent);
    assert_int_equal(sx_agent_ask_signature(agent, &request), SX_OK);
    sx_agent_sent(agent, sx_agent_to_send(agent).len);
}

static void test_questions_have_their_length_before_them(void **state)
{
    const struct sx_msg_agent_sign_request request = { sx_slice_text("key"), sx_slice_text("data"),
                                                       2 };
    struct sx_agent agent;
    struct sx_slice out;

    (void)state;
    sx_agent_init(&agent);
    assert_int_equal(sx_agent_to_send(&agent).len, 0);
    assert_int_equal(sx_agent_ask_identities(&agent), SX_OK);
    assert_int_equal(sx_agent_ask_identities(&agent), SX_ERR_STATE);
    out = sx_agent_to_send(&agent);
    assert_true(sx_slice_is_equal(out, BYTES("\0\0\0\1\13")));
    sx_agent_clear(&agent);

    sx_agent_init(&agent);
    assert_int_equal(sx_agent_ask_signature(&agent, &request), SX_OK);
    out = sx_agent_to_send(&agent);
    assert_true(sx_slice_is_equal(out, BYTES("\0\0\0\24\15\0\0\0\3key\0\0\0\4data\0\0\0\2")));
    sx_agent_clear(&agent);
}

/* The bytes of an answer may come one by one. */
static void test_answers_come_in_any_pieces(void **state)
{
    const struct sx_slice answer = BYTES("\0\0\0\10\16\0\0\0\3sig");
    struct sx_slice signature;

    (void)state;
    for (size_t piece = 1; piece <= answer.len; piece++) {
        struct sx_agent agent;

        ask_sign(&agent);
        for (size_t at = 0; at < answer.len; at += piece) {
            size_t n = answer.len - at < piece ? answer.len - at : piece;

            assert_int_equal(agent.state, SX_AGENT_ASKED);
            assert_int_equal(sx_agent_take_signature(&agent, NULL, &signature), SX_ERR_STATE);
            assert_int_equal(sx_agent_received(&agent, sx_slice_of(answer.ptr + at, n), NULL),
                             SX_OK);
        }
        assert_int_equal(agent.state, SX_AGENT_ANSWERED);
        assert_int_equal(sx_agent_take_signature(&agent, NULL, &signature), SX_OK);
        assert_true(sx_slice_is_text(signature, "sig"));
        /* The next question on the same connection. */
        assert_int_equal(sx_agent_ask_identities(&agent), SX_OK);
        assert_int_equal(agent.state, SX_AGENT_ASKED);
        sx_agent_clear(&agent);
    }
}

static void test_a_list_of_keys(void **state)
{
    struct sx_msg_agent_identities list;
    struct sx_agent agent;

    (void)state;
    ask_list(&agent);
    assert_int_equal(
        sx_agent_received(&agent, BYTES("\0\0\0\16\14\0\0\0\1\0\0\0\1k\0\0\0\0"), NULL), SX_OK);
    assert_int_equal(sx_agent_take_identities(&agent, NULL, &list), SX_OK);
    assert_int_equal(list.count, 1);
    sx_agent_clear(&agent);
}

static void test_lies_are_errors(void **state)
{
    const struct {
        struct sx_slice bytes;
        enum sx_err on_receive;
        enum sx_err on_take;
        const char *word;
    } cases[] = {
        { BYTES("\0\0\0\0"), SX_ERR_AGENT_ANSWER, SX_OK, "0 bytes" },
        { BYTES("\377\377\377\377"), SX_ERR_AGENT_ANSWER, SX_OK, "4294967295" },
        { BYTES("\0\4\0\1"), SX_ERR_AGENT_ANSWER, SX_OK, "262145" },
        { BYTES("\0\0\0\1\5\5"), SX_ERR_AGENT_ANSWER, SX_OK, "more than" },
        { BYTES("\0\0\0\1\5"), SX_OK, SX_ERR_AUTH_SERVICE, "refused to sign" },
        { BYTES("\0\0\0\1\34"), SX_OK, SX_ERR_AUTH_SERVICE, "refused to sign" },
        { BYTES("\0\0\0\5\14\0\0\0\0"), SX_OK, SX_ERR_AGENT_ANSWER, "message 12" },
        { BYTES("\0\0\0\1\16"), SX_OK, SX_ERR_AGENT_ANSWER, "message 14" },
        { BYTES("\0\0\0\10\16\0\0\0\4sig"), SX_OK, SX_ERR_AGENT_ANSWER, "ends early" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sx_fault fault = { 0 };
        struct sx_slice signature = SX_SLICE_NONE;
        struct sx_agent agent;

        ask_sign(&agent);
        assert_int_equal(sx_agent_received(&agent, cases[i].bytes, &fault), cases[i].on_receive);
        if (cases[i].on_receive == SX_OK)
            assert_int_equal(sx_agent_take_signature(&agent, &fault, &signature), cases[i].on_take);
        assert_int_equal(signature.len, 0);
        if (strstr(fault.text, cases[i].word) == NULL)
            fail_msg("\"%s\" says nothing of \"%s\"", fault.text, cases[i].word);
        sx_agent_clear(&agent);
    }
}

/* Before the question is out, and after its answer, an agent has nothing to say. */
static void test_words_out_of_turn(void **state)
{
    struct sx_agent agent;

    (void)state;
    sx_agent_init(&agent);
    assert_int_equal(sx_agent_received(&agent, BYTES("\0"), NULL), SX_ERR_AGENT_ANSWER);
    assert_int_equal(sx_agent_ask_identities(&agent), SX_OK);
    assert_int_equal(sx_agent_received(&agent, BYTES("\0\0\0\1\5"), NULL), SX_ERR_AGENT_ANSWER);
    sx_agent_clear(&agent);

    ask_list(&agent);
    assert_int_equal(sx_agent_received(&agent, BYTES("\0\0\0\1\5"), NULL), SX_OK);
    assert_int_equal(sx_agent_received(&agent, BYTES("\0"), NULL), SX_ERR_AGENT_ANSWER);
    sx_agent_clear(&agent);
}

static void test_the_largest_answer_and_no_more(void **state)
{
    static uint8_t chunk[64 * 1024];
    struct sx_agent agent;
    size_t left = SX_AGENT_MESSAGE_MAX;

    (void)state;
    ask_list(&agent);
    assert_int_equal(sx_agent_received(&agent, BYTES("\0\4\0\0"), NULL), SX_OK);
    while (left > 0) {
        assert_int_equal(agent.state, SX_AGENT_ASKED);
        assert_int_equal(sx_agent_received(&agent, sx_slice_of(chunk, sizeof chunk), NULL), SX_OK);
        left -= sizeof chunk;
    }
    assert_int_equal(agent.state, SX_AGENT_ANSWERED);
    sx_agent_clear(&agent);
}

static void test_questions_are_bounded_too(void **state)
{
    struct sx_msg_agent_sign_request request = { sx_slice_text("key"), SX_SLICE_NONE, 0 };
    static uint8_t data[SX_AGENT_MESSAGE_MAX + 1];
    struct sx_agent agent;

    (void)state;
    sx_agent_init(&agent);
    request.data = sx_slice_of(data, sizeof data);
    assert_int_equal(sx_agent_ask_signature(&agent, &request), SX_ERR_SPACE);
    request.data = sx_slice_of(data, SX_AGENT_MESSAGE_MAX);
    assert_int_equal(sx_agent_ask_signature(&agent, &request), SX_ERR_SPACE);
    assert_int_equal(agent.state, SX_AGENT_IDLE);
    sx_agent_clear(&agent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions_have_their_length_before_them),
        cmocka_unit_test(test_answers_come_in_any_pieces),
        cmocka_unit_test(test_a_list_of_keys),
        cmocka_unit_test(test_lies_are_errors),
        cmocka_unit_test(test_words_out_of_turn),
        cmocka_unit_test(test_the_largest_answer_and_no_more),
        cmocka_unit_test(test_questions_are_bounded_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
