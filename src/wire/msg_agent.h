/* wire/msg_agent.h: the messages between a client and an ssh-agent (draft-ietf-sshm-ssh-agent).
 *
 * On the socket each stands behind its length, a uint32; payloads here are without it. Errors are
 * SX_ERR_PEER_DECODE. */
#ifndef SX_WIRE_MSG_AGENT_H
#define SX_WIRE_MSG_AGENT_H

#include "wire/reader.h"
#include "wire/writer.h"

enum sx_agent_number {
    SX_AGENT_FAILURE = 5,
    SX_AGENTC_REQUEST_IDENTITIES = 11,
    SX_AGENT_IDENTITIES_ANSWER = 12,
    SX_AGENTC_SIGN_REQUEST = 13,
    SX_AGENT_SIGN_RESPONSE = 14,
    SX_AGENT_EXTENSION_FAILURE = 28,
};

/* Flags of a sign request: which digest an RSA key signs with; none is SHA-1. */
enum { SX_AGENT_RSA_SHA2_256 = 2, SX_AGENT_RSA_SHA2_512 = 4 };

enum {
    SX_AGENT_MESSAGE_MAX = 256 * 1024, /* as OpenSSH's agent and client have it */
    SX_AGENT_IDENTITIES_MAX = 2048,    /* more than any agent holds */
};

void sx_msg_agent_request_identities_encode(struct sx_writer *writer);

struct sx_msg_agent_sign_request {
    struct sx_slice key;  /* public key blob, or the certificate's */
    struct sx_slice data; /* what to sign */
    uint32_t flags;
};
void sx_msg_agent_sign_request_encode(struct sx_writer *writer,
                                      const struct sx_msg_agent_sign_request *msg);

/* The keys that the agent holds. Decoding has looked at every entry; next takes them out. */
struct sx_msg_agent_identities {
    uint32_t count;
    struct sx_slice entries;
};
struct sx_agent_identity {
    struct sx_slice blob;
    struct sx_slice comment;
};
SX_MUST_USE enum sx_err sx_msg_agent_identities_decode(struct sx_slice payload,
                                                       struct sx_msg_agent_identities *out);
bool sx_msg_agent_identity_next(struct sx_msg_agent_identities *identities,
                                struct sx_agent_identity *out);

/* For test agents. */
void sx_msg_agent_identities_encode(struct sx_writer *writer,
                                    const struct sx_agent_identity *identities, uint32_t count);

SX_MUST_USE enum sx_err sx_msg_agent_sign_response_decode(struct sx_slice payload,
                                                          struct sx_slice *out_signature);
void sx_msg_agent_sign_response_encode(struct sx_writer *writer, struct sx_slice signature);

/* Whether a payload says no, in either of the two ways there are. */
bool sx_msg_agent_is_failure(struct sx_slice payload);

#endif
