/* transport/negotiate.c: algorithm negotiation, with a reason for every no. */
#include "transport/negotiate.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { NAMES_MAX = 2048, SHOWN_MAX = 520, REASONS_MAX = 1200 };

const char *sx_negotiated_host_key(const struct sx_negotiated *negotiated)
{
    return negotiated->host_key == NULL ? SX_HOST_KEY_NULL : negotiated->host_key->name;
}

static bool is_offered(const struct sx_kex_alg *kex, struct sx_kex_terms terms)
{
    return !kex->is_gss || terms.has_gss;
}

/* The key exchanges that this exchange offers, and what it can do beside them. */
static void kex_names(const struct sx_offer *offer, struct sx_kex_terms terms, char out[NAMES_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; offer->kex[i] != NULL; i++) {
        if (!is_offered(offer->kex[i], terms) || len + 1 >= NAMES_MAX)
            continue;
        snprintf(out + len, NAMES_MAX - len, "%s%s", len == 0 ? "" : ",", offer->kex[i]->name);
        len = strlen(out);
    }
    if (terms.is_first)
        snprintf(out + len, NAMES_MAX - len, ",%s%s%s", SX_EXT_INFO_C,
                 offer->strict_kex == SX_STRICT_OFF ? "" : ",",
                 offer->strict_kex == SX_STRICT_OFF ? "" : SX_STRICT_C);
}

enum sx_err sx_kexinit_build(const struct sx_offer *offer, struct sx_kex_terms terms,
                             struct sx_writer *writer)
{
    char kex[NAMES_MAX], host_key[NAMES_MAX], cipher[NAMES_MAX], mac[NAMES_MAX], compression[128];
    uint8_t cookie[16] = { 0 };
    struct sx_msg_kexinit msg = { .cookie = sx_slice_of(cookie, sizeof cookie) };

    SX_TRY(sx_random_bytes(offer->provider, cookie, sizeof cookie));
    kex_names(offer, terms, kex);
    SX_TRY(sx_offer_names(offer, SX_ALG_HOST_KEY, host_key, sizeof host_key - 8));
    if (terms.has_gss)
        snprintf(host_key + strlen(host_key), 8, ",%s", SX_HOST_KEY_NULL);
    SX_TRY(sx_offer_names(offer, SX_ALG_CIPHER, cipher, sizeof cipher));
    SX_TRY(sx_offer_names(offer, SX_ALG_MAC, mac, sizeof mac));
    SX_TRY(sx_offer_names(offer, SX_ALG_COMPRESSION, compression, sizeof compression));
    msg.lists[SX_LIST_KEX] = sx_slice_text(kex);
    msg.lists[SX_LIST_HOST_KEY] = sx_slice_text(host_key);
    msg.lists[SX_LIST_CIPHER_C2S] = msg.lists[SX_LIST_CIPHER_S2C] = sx_slice_text(cipher);
    msg.lists[SX_LIST_MAC_C2S] = msg.lists[SX_LIST_MAC_S2C] = sx_slice_text(mac);
    msg.lists[SX_LIST_COMPRESSION_C2S] = sx_slice_text(compression);
    msg.lists[SX_LIST_COMPRESSION_S2C] = sx_slice_text(compression);
    sx_msg_kexinit_encode(writer, &msg);
    return SX_OK;
}

/* What the server offered, and why we don't take it, name by name. */
static enum sx_err refuse(const struct sx_offer *offer, enum sx_alg_kind kind,
                          const char *direction, struct sx_slice theirs, struct sx_fault *fault)
{
    char ours[NAMES_MAX], shown[SHOWN_MAX], reasons[REASONS_MAX];

    SX_TRY(sx_offer_names(offer, kind, ours, sizeof ours));
    sx_escape(shown, sizeof shown, theirs);
    sx_policy_refusals(offer->policy, offer->provider, kind, theirs, reasons, sizeof reasons);
    return sx_fault_set(fault, SX_ERR_NEGOTIATE,
                        "no common %s%s: we offer \"%.*s\", the server offers \"%s\"%s%s%s%s",
                        sx_alg_kind_name(kind), direction, SHOWN_MAX, ours, shown,
                        reasons[0] == '\0' ? "" : "; under policy ",
                        reasons[0] == '\0' ? "" : offer->policy->name,
                        reasons[0] == '\0' ? "" : " refused: ", reasons);
}

static const char *name_at(const struct sx_offer *offer, enum sx_alg_kind kind, unsigned i)
{
    switch (kind) {
    case SX_ALG_KEX: return offer->kex[i] == NULL ? NULL : offer->kex[i]->name;
    case SX_ALG_HOST_KEY: return offer->host_key[i] == NULL ? NULL : offer->host_key[i]->name;
    case SX_ALG_CIPHER: return offer->ciphers[i] == NULL ? NULL : offer->ciphers[i]->name;
    case SX_ALG_MAC: return offer->macs[i] == NULL ? NULL : offer->macs[i]->name;
    case SX_ALG_COMPRESSION:
        return offer->compressions[i] == NULL ? NULL : offer->compressions[i]->name;
    default: return NULL;
    }
}

/* RFC 4253 section 7.1: the first of the client's names that the server's list holds. */
static enum sx_err pick(const struct sx_offer *offer, enum sx_alg_kind kind, const char *direction,
                        struct sx_slice theirs, struct sx_fault *fault, unsigned *out_index)
{
    const char *name;

    for (unsigned i = 0; (name = name_at(offer, kind, i)) != NULL; i++) {
        if (sx_list_has(theirs, name)) {
            *out_index = i;
            return SX_OK;
        }
    }
    return refuse(offer, kind, direction, theirs, fault);
}

/* A server without a host key offers "null" alone, which a plain key exchange can't do with. */
static bool has_host_key(const struct sx_offer *offer, struct sx_slice theirs)
{
    for (unsigned i = 0; offer->host_key[i] != NULL; i++) {
        if (sx_list_has(theirs, offer->host_key[i]->name))
            return true;
    }
    return false;
}

static enum sx_err pick_kex(const struct sx_offer *offer, const struct sx_slice *lists,
                            struct sx_kex_terms terms, struct sx_fault *fault,
                            struct sx_negotiated *n)
{
    bool has_key = has_host_key(offer, lists[SX_LIST_HOST_KEY]);
    bool is_keyless = sx_list_has(lists[SX_LIST_HOST_KEY], SX_HOST_KEY_NULL);
    unsigned i = 0;

    for (; offer->kex[i] != NULL; i++) {
        const struct sx_kex_alg *kex = offer->kex[i];

        if (is_offered(kex, terms) && sx_list_has(lists[SX_LIST_KEX], kex->name) &&
            (has_key || (kex->is_gss && is_keyless)))
            break;
    }
    n->kex = offer->kex[i];
    if (n->kex == NULL)
        return refuse(offer, has_key ? SX_ALG_KEX : SX_ALG_HOST_KEY, "",
                      lists[has_key ? SX_LIST_KEX : SX_LIST_HOST_KEY], fault);
    if (!has_key)
        return SX_OK; /* "null" */
    SX_TRY(pick(offer, SX_ALG_HOST_KEY, "", lists[SX_LIST_HOST_KEY], fault, &i));
    n->host_key = offer->host_key[i];
    return SX_OK;
}

static bool is_first_name(struct sx_slice list, const char *name)
{
    struct sx_slice entry;

    return sx_list_next(&list, &entry) && sx_slice_is_text(entry, name);
}

/* The guess was right only if both sides put the same algorithms first. */
static bool is_guess_right(const struct sx_offer *offer, const struct sx_slice *lists,
                           struct sx_kex_terms terms)
{
    unsigned first = 0;

    while (offer->kex[first] != NULL && !is_offered(offer->kex[first], terms))
        first++;
    return offer->kex[first] != NULL &&
           is_first_name(lists[SX_LIST_KEX], offer->kex[first]->name) &&
           is_first_name(lists[SX_LIST_HOST_KEY], offer->host_key[0]->name);
}

/* Where sequence numbers alone bind packets to their place, an attacker can cut the first ones
 * off (CVE-2023-48795): ChaCha20-Poly1305, and CBC with a MAC over the ciphertext. Counter mode with
 * such a MAC is not affected: its keystream would be out of step after the cut. */
static bool is_cut_open(const struct sx_cipher_alg *cipher, const struct sx_mac_alg *mac)
{
    return cipher->mode == SX_CIPHER_CHACHA20 ||
           (cipher->mode == SX_CIPHER_CBC && mac != NULL && mac->is_etm);
}

/* The server doesn't do strict key exchange: the offer's level says what that means. */
static enum sx_err check_lax(const struct sx_offer *offer, const struct sx_negotiated *n,
                             struct sx_fault *fault)
{
    if (offer->strict_kex == SX_STRICT_REQUIRE)
        return sx_fault_set(fault, SX_ERR_NEGOTIATE,
                            "the server doesn't support strict key exchange, which "
                            "UseStrictKeyExchange=3 demands");
    if (offer->strict_kex == SX_STRICT_REJECT_AFFECTED &&
        (is_cut_open(n->cipher_c2s, n->mac_c2s) || is_cut_open(n->cipher_s2c, n->mac_s2c)))
        return sx_fault_set(fault, SX_ERR_NEGOTIATE,
                            "the server doesn't support strict key exchange, without which "
                            "UseStrictKeyExchange=2 refuses what was negotiated (%s, %s): put "
                            "ciphers with GCM first, or MACs without -etm",
                            n->cipher_c2s->name, n->mac_c2s == NULL ? "-" : n->mac_c2s->name);
    return SX_OK;
}

enum sx_err sx_negotiate(const struct sx_offer *offer, const struct sx_msg_kexinit *peer,
                         struct sx_kex_terms terms, struct sx_fault *fault,
                         struct sx_negotiated *out)
{
    static const char to_server[] = " from client to server",
                      to_client[] = " from server to client";
    const struct sx_slice *lists = peer->lists;
    struct sx_negotiated n = { 0 };
    unsigned i = 0;

    SX_TRY(pick_kex(offer, lists, terms, fault, &n));
    SX_TRY(pick(offer, SX_ALG_CIPHER, to_server, lists[SX_LIST_CIPHER_C2S], fault, &i));
    n.cipher_c2s = offer->ciphers[i];
    SX_TRY(pick(offer, SX_ALG_CIPHER, to_client, lists[SX_LIST_CIPHER_S2C], fault, &i));
    n.cipher_s2c = offer->ciphers[i];
    if (!sx_cipher_is_aead(n.cipher_c2s)) {
        SX_TRY(pick(offer, SX_ALG_MAC, to_server, lists[SX_LIST_MAC_C2S], fault, &i));
        n.mac_c2s = offer->macs[i];
    }
    if (!sx_cipher_is_aead(n.cipher_s2c)) {
        SX_TRY(pick(offer, SX_ALG_MAC, to_client, lists[SX_LIST_MAC_S2C], fault, &i));
        n.mac_s2c = offer->macs[i];
    }
    SX_TRY(pick(offer, SX_ALG_COMPRESSION, to_server, lists[SX_LIST_COMPRESSION_C2S], fault, &i));
    n.compression_c2s = offer->compressions[i];
    SX_TRY(pick(offer, SX_ALG_COMPRESSION, to_client, lists[SX_LIST_COMPRESSION_S2C], fault, &i));
    n.compression_s2c = offer->compressions[i];
    n.is_peer_strict = terms.is_first && sx_list_has(lists[SX_LIST_KEX], SX_STRICT_S);
    if (terms.is_first && !n.is_peer_strict)
        SX_TRY(check_lax(offer, &n, fault));
    n.is_guess_to_ignore = peer->first_kex_packet_follows && !is_guess_right(offer, lists, terms);
    *out = n;
    return SX_OK;
}
