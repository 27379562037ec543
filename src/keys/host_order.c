/* keys/host_order.c: a server shows the first key that it has of those that we name; if that is one
 * that nobody here knows, the right one that it has as well is of no use. */
#include "keys/host_order.h"

#include <string.h>

#include "base/text.h"

enum { GROUPS = 3 };

static unsigned group_of(const struct sx_sig_alg *alg, const struct sx_host_wishes *wishes)
{
    switch (alg->form) {
    case SX_SIG_OPENSSH_CERT: return wishes->has_ca ? 0 : 2;
    case SX_SIG_X509_RFC6187:
    case SX_SIG_X509_SIGN: return wishes->has_anchors ? 0 : 2;
    case SX_SIG_PLAIN: break;
    }
    return sx_list_has(wishes->types, sx_key_type_name(alg->type)) ? 1 : 2;
}

void sx_host_order(struct sx_offer *offer, const struct sx_host_wishes *wishes)
{
    const struct sx_sig_alg *ordered[SX_OFFER_MAX + 1] = { NULL };
    unsigned count = 0;

    for (unsigned group = 0; group < GROUPS; group++)
        for (unsigned i = 0; offer->host_key[i] != NULL; i++)
            if (group_of(offer->host_key[i], wishes) == group)
                ordered[count++] = offer->host_key[i];
    memcpy(offer->host_key, ordered, sizeof ordered);
}
