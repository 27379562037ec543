/* wire/msg_connection.h: the messages of RFC 4254. Conventions as in wire/msg_transport.h. */
#ifndef SX_WIRE_MSG_CONNECTION_H
#define SX_WIRE_MSG_CONNECTION_H

#include "wire/numbers.h"
#include "wire/reader.h"
#include "wire/writer.h"

/* RFC 4254 section 4 */
struct sx_msg_global_request {
    struct sx_slice name;
    bool want_reply;
    struct sx_slice fields;
};
SX_MUST_USE enum sx_err sx_msg_global_request_decode(struct sx_slice payload,
                                                     struct sx_msg_global_request *out);
void sx_msg_global_request_encode(struct sx_writer *writer,
                                  const struct sx_msg_global_request *msg);

/* SUCCESS may carry fields of its own, which are not read here. */
SX_MUST_USE enum sx_err sx_msg_request_success_decode(struct sx_slice payload);
SX_MUST_USE enum sx_err sx_msg_request_failure_decode(struct sx_slice payload);
void sx_msg_request_success_encode(struct sx_writer *writer);
void sx_msg_request_failure_encode(struct sx_writer *writer);

/* RFC 4254 section 5.1 */
struct sx_msg_channel_open {
    struct sx_slice type;
    uint32_t sender;
    uint32_t window;
    uint32_t max_packet;
    struct sx_slice fields;
};
SX_MUST_USE enum sx_err sx_msg_channel_open_decode(struct sx_slice payload,
                                                   struct sx_msg_channel_open *out);
void sx_msg_channel_open_encode(struct sx_writer *writer, const struct sx_msg_channel_open *msg);

struct sx_msg_channel_open_confirmation {
    uint32_t recipient;
    uint32_t sender;
    uint32_t window;
    uint32_t max_packet;
};
SX_MUST_USE enum sx_err sx_msg_channel_open_confirmation_decode(
    struct sx_slice payload, struct sx_msg_channel_open_confirmation *out);
void sx_msg_channel_open_confirmation_encode(struct sx_writer *writer,
                                             const struct sx_msg_channel_open_confirmation *msg);

struct sx_msg_channel_open_failure {
    uint32_t recipient;
    uint32_t reason;
    struct sx_slice description;
};
SX_MUST_USE enum sx_err sx_msg_channel_open_failure_decode(struct sx_slice payload,
                                                           struct sx_msg_channel_open_failure *out);
void sx_msg_channel_open_failure_encode(struct sx_writer *writer,
                                        const struct sx_msg_channel_open_failure *msg);

/* RFC 4254 section 5.2 */
struct sx_msg_channel_window_adjust {
    uint32_t recipient;
    uint32_t bytes;
};
SX_MUST_USE enum sx_err sx_msg_channel_window_adjust_decode(
    struct sx_slice payload, struct sx_msg_channel_window_adjust *out);
void sx_msg_channel_window_adjust_encode(struct sx_writer *writer,
                                         const struct sx_msg_channel_window_adjust *msg);

struct sx_msg_channel_data {
    uint32_t recipient;
    struct sx_slice data;
};
SX_MUST_USE enum sx_err sx_msg_channel_data_decode(struct sx_slice payload,
                                                   struct sx_msg_channel_data *out);
void sx_msg_channel_data_encode(struct sx_writer *writer, const struct sx_msg_channel_data *msg);

/* The same with msg->data borrowed (sx_writer_string_borrowed). */
void sx_msg_channel_data_encode_borrowed(struct sx_writer *writer,
                                         const struct sx_msg_channel_data *msg);

struct sx_msg_channel_extended_data {
    uint32_t recipient;
    uint32_t type;
    struct sx_slice data;
};
SX_MUST_USE enum sx_err sx_msg_channel_extended_data_decode(
    struct sx_slice payload, struct sx_msg_channel_extended_data *out);
void sx_msg_channel_extended_data_encode(struct sx_writer *writer,
                                         const struct sx_msg_channel_extended_data *msg);

/* RFC 4254 sections 5.3 and 5.4: EOF, CLOSE, SUCCESS and FAILURE carry a channel number alone. */
SX_MUST_USE enum sx_err sx_msg_channel_number_decode(struct sx_slice payload, uint8_t number,
                                                     uint32_t *out_recipient);
void sx_msg_channel_number_encode(struct sx_writer *writer, uint8_t number, uint32_t recipient);

/* RFC 4254 section 5.4: the head of every channel request; the type's fields follow. */
struct sx_msg_channel_request {
    uint32_t recipient;
    struct sx_slice type;
    bool want_reply;
    struct sx_slice fields;
};
SX_MUST_USE enum sx_err sx_msg_channel_request_decode(struct sx_slice payload,
                                                      struct sx_msg_channel_request *out);
void sx_msg_channel_request_encode(struct sx_writer *writer,
                                   const struct sx_msg_channel_request *msg);

/* RFC 4254 section 6.5; the encoded fields of an exec request (string command). */
void sx_msg_exec_encode(struct sx_writer *writer, uint32_t recipient, bool want_reply,
                        struct sx_slice command);

/* RFC 4254 section 6.9; signal name without "SIG". */
void sx_msg_signal_encode(struct sx_writer *writer, uint32_t recipient, struct sx_slice name);

/* RFC 4254 section 6.4 */
void sx_msg_env_encode(struct sx_writer *writer, uint32_t recipient, struct sx_slice name,
                       struct sx_slice value);

/* RFC 4254 section 6.2; modes is the encoded list of section 8. */
struct sx_msg_pty_req {
    uint32_t recipient;
    bool want_reply;
    struct sx_slice term;
    uint32_t columns;
    uint32_t rows;
    uint32_t width_pixels;
    uint32_t height_pixels;
    struct sx_slice modes;
};
void sx_msg_pty_req_encode(struct sx_writer *writer, const struct sx_msg_pty_req *msg);

/* RFC 4254 section 6.10; both decode the fields slice of a channel request. */
SX_MUST_USE enum sx_err sx_msg_exit_status_decode(struct sx_slice fields, uint32_t *out_status);
struct sx_msg_exit_signal {
    struct sx_slice name;
    bool core_dumped;
    struct sx_slice message;
};
SX_MUST_USE enum sx_err sx_msg_exit_signal_decode(struct sx_slice fields,
                                                  struct sx_msg_exit_signal *out);
void sx_msg_exit_status_encode(struct sx_writer *writer, uint32_t recipient, uint32_t status);
void sx_msg_exit_signal_encode(struct sx_writer *writer, uint32_t recipient,
                               const struct sx_msg_exit_signal *msg);

#endif
