/* tests/interop/target.h: the server that a test program talks to, from its command line, and an
 * object that signs on there. */
#ifndef TARGET_H
#define TARGET_H

#include <sexec/settings.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct target {
    const char *host;
    int port;
    const char *user;
    const char *key;          /* a PEM file */
    const char *fingerprints; /* of its host keys */
};

enum { TARGET_WORDS = 5 };

/* HOST PORT USER KEYFILE FINGERPRINTS */
static inline struct target target_of(char **words)
{
    return (struct target){ words[0], atoi(words[1]), words[2], words[3], words[4] };
}

/* Ends the program when an object can't be had. */
static inline struct sexec *target_object(const struct target *target)
{
    struct sexec *object = sexec_new();
    char setting[2048];

    snprintf(setting, sizeof setting, "SSHAcceptServerHostKeyFingerPrint=%s", target->fingerprints);
    if (object == NULL || sexec_config(object, setting, NULL) != 0 ||
        sexec_set_ssh_host(object, target->host) != 0 ||
        sexec_set_ssh_port(object, target->port) != 0 ||
        sexec_set_ssh_user(object, target->user) != 0 ||
        sexec_set_ssh_auth_mode(object, SEXEC_AM_PUBLIC_KEY) != 0 ||
        sexec_set_ssh_cert_store_type(object, SEXEC_CST_PEM_KEY_FILE) != 0 ||
        sexec_set_ssh_cert_store(object, target->key, strlen(target->key)) != 0) {
        fprintf(stderr, "no object: %s\n", object == NULL ? "" : sexec_get_last_error(object));
        exit(2);
    }
    return object;
}

#endif
