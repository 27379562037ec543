/* tests/memory/sample_messages.h: for every message number a payload that is well-formed where an
 * RFC says what that is, aimed at the first channel of a connection. */
#ifndef SX_TESTS_MEMORY_SAMPLE_MESSAGES_H
#define SX_TESTS_MEMORY_SAMPLE_MESSAGES_H

#include "wire/msg_auth.h"
#include "wire/msg_connection.h"
#include "wire/msg_transport.h"

/* UNIMPLEMENTED speaks of a packet that was none of ours. */
enum { SAMPLE_MAX = 1024, SAMPLE_CHANNEL = 0, SAMPLE_SEQUENCE = 1000 };

static inline void sample_kexinit(struct sx_writer *writer)
{
    static const uint8_t cookie[16] = { 1, 2, 3 };
    struct sx_msg_kexinit msg = { .cookie = sx_slice_of(cookie, sizeof cookie) };

    msg.lists[SX_LIST_KEX] = sx_slice_text("curve25519-sha256");
    msg.lists[SX_LIST_HOST_KEY] = sx_slice_text("ssh-ed25519");
    msg.lists[SX_LIST_CIPHER_C2S] = sx_slice_text("aes128-gcm@openssh.com");
    msg.lists[SX_LIST_CIPHER_S2C] = sx_slice_text("aes128-gcm@openssh.com");
    msg.lists[SX_LIST_COMPRESSION_C2S] = sx_slice_text("none");
    msg.lists[SX_LIST_COMPRESSION_S2C] = sx_slice_text("none");
    sx_msg_kexinit_encode(writer, &msg);
}

static inline void sample_transport(struct sx_writer *w, uint8_t number)
{
    const struct sx_slice text = sx_slice_text("text \033[0m\n");
    const struct sx_msg_disconnect bye = { SX_DISCONNECT_BY_APPLICATION, text };
    const struct sx_msg_debug debug = { true, text };
    const struct sx_msg_kex_reply reply = { text, text, text };

    switch (number) {
    case SX_MSG_DISCONNECT: sx_msg_disconnect_encode(w, &bye); break;
    case SX_MSG_IGNORE: sx_msg_ignore_encode(w, text); break;
    case SX_MSG_UNIMPLEMENTED: sx_msg_unimplemented_encode(w, SAMPLE_SEQUENCE); break;
    case SX_MSG_DEBUG: sx_msg_debug_encode(w, &debug); break;
    case SX_MSG_SERVICE_REQUEST: sx_msg_service_request_encode(w, "ssh-userauth"); break;
    case SX_MSG_SERVICE_ACCEPT:
        sx_msg_service_accept_encode(w, sx_slice_text("ssh-userauth"));
        break;
    case SX_MSG_EXT_INFO: sx_msg_ext_info_encode(w, sx_slice_text("ssh-ed25519")); break;
    case SX_MSG_KEXINIT: sample_kexinit(w); break;
    case SX_MSG_NEWKEYS: sx_msg_newkeys_encode(w); break;
    case SX_MSG_KEXDH_INIT: sx_msg_kex_init_encode(w, text); break;
    case SX_MSG_KEXDH_REPLY: sx_msg_kex_reply_encode(w, number, &reply); break;
    default: sx_writer_u8(w, number); break;
    }
}

static inline void sample_auth(struct sx_writer *w, uint8_t number)
{
    const struct sx_msg_userauth_failure failure = { sx_slice_text("password"), false };
    const struct sx_slice text = sx_slice_text("text \033[0m\n");

    switch (number) {
    case SX_MSG_USERAUTH_REQUEST:
        sx_msg_userauth_request_encode(w, sx_slice_text("someone"), "none");
        break;
    case SX_MSG_USERAUTH_FAILURE: sx_msg_userauth_failure_encode(w, &failure); break;
    case SX_MSG_USERAUTH_SUCCESS: sx_msg_userauth_success_encode(w); break;
    case SX_MSG_USERAUTH_BANNER: sx_msg_userauth_banner_encode(w, text); break;
    case SX_MSG_USERAUTH_PASSWD_CHANGEREQ: sx_msg_userauth_passwd_changereq_encode(w, text); break;
    default: sx_writer_u8(w, number); break;
    }
}

static inline void sample_channel(struct sx_writer *w, uint8_t number)
{
    const struct sx_slice text = sx_slice_text("text \033[0m\n");
    const struct sx_msg_channel_open open = { sx_slice_text("x11"), 5, 1000, 1000, SX_SLICE_NONE };
    const struct sx_msg_channel_open_confirmation opened = { SAMPLE_CHANNEL, 9, 5000, 5000 };
    const struct sx_msg_channel_open_failure refused = { SAMPLE_CHANNEL, 1, text };
    const struct sx_msg_channel_window_adjust adjust = { SAMPLE_CHANNEL, 10 };
    const struct sx_msg_channel_data data = { SAMPLE_CHANNEL, text };
    const struct sx_msg_channel_extended_data extended = { SAMPLE_CHANNEL, 1, text };

    switch (number) {
    case SX_MSG_CHANNEL_OPEN: sx_msg_channel_open_encode(w, &open); break;
    case SX_MSG_CHANNEL_OPEN_CONFIRMATION:
        sx_msg_channel_open_confirmation_encode(w, &opened);
        break;
    case SX_MSG_CHANNEL_OPEN_FAILURE: sx_msg_channel_open_failure_encode(w, &refused); break;
    case SX_MSG_CHANNEL_WINDOW_ADJUST: sx_msg_channel_window_adjust_encode(w, &adjust); break;
    case SX_MSG_CHANNEL_DATA: sx_msg_channel_data_encode(w, &data); break;
    case SX_MSG_CHANNEL_EXTENDED_DATA: sx_msg_channel_extended_data_encode(w, &extended); break;
    case SX_MSG_CHANNEL_REQUEST: sx_msg_exit_status_encode(w, SAMPLE_CHANNEL, 1); break;
    case SX_MSG_CHANNEL_EOF:
    case SX_MSG_CHANNEL_CLOSE:
    case SX_MSG_CHANNEL_SUCCESS:
    case SX_MSG_CHANNEL_FAILURE: sx_msg_channel_number_encode(w, number, SAMPLE_CHANNEL); break;
    default: sx_writer_u8(w, number); break;
    }
}

static inline void sample_message(struct sx_writer *w, uint8_t number)
{
    const struct sx_msg_global_request request = { sx_slice_text("keepalive@openssh.com"), true,
                                                   SX_SLICE_NONE };

    if (number == SX_MSG_GLOBAL_REQUEST)
        sx_msg_global_request_encode(w, &request);
    else if (number == SX_MSG_REQUEST_SUCCESS)
        sx_msg_request_success_encode(w);
    else if (number == SX_MSG_REQUEST_FAILURE)
        sx_msg_request_failure_encode(w);
    else if (number < SX_MSG_USERAUTH_REQUEST)
        sample_transport(w, number);
    else if (number <= SX_MSG_USERAUTH_LAST)
        sample_auth(w, number);
    else
        sample_channel(w, number);
}

#endif
