/* tests/support/served.h: the peer at a TCP port of the loopback, in a thread of its own, for tests
 * of the public object. */
#ifndef SX_TESTS_SERVED_H
#define SX_TESTS_SERVED_H

#include <sexec/sexec.h>

#include "support/fixture.h"
#include "support/peer.h"

enum served_end { SERVED_GOES_ON, SERVED_CLOSES, SERVED_RESETS, SERVED_STOPS_READING };

/* All but peer may stay zero. The functions run on the server's thread. */
struct served_config {
    struct peer_config peer;
    /* Before the peer talks: tampers, on_message. */
    void (*prepare)(void *ctx, struct peer *peer);
    /* After each round of reading and writing. */
    enum served_end (*work)(void *ctx, struct peer *peer);
    void *ctx;
    bool is_silent;    /* takes the connection and never says a word */
    bool is_obstinate; /* stays when the client has said good-bye */
    unsigned sessions; /* connections that are served, one after another; 0 for one */
};

struct served;

/* A peer with one Ed25519 host key, whose command stays silent until it is told to end. */
struct served_config served_config_default(void);

/* NULL when there is no port or thread. */
struct served *served_start(const struct served_config *config);
int served_port(const struct served *served);

/* An object that would run a command there: it accepts the host key and signs on by method none. */
struct sexec *served_client(const struct served *served);

/* Waits until the last session ended, or ends it, and gives its peer, which lives until
 * served_free; NULL when nobody came. */
const struct peer *served_end(struct served *served);
void served_free(struct served *served);

#endif
