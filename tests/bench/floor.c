/* tests/bench/floor.c: the machine's limit: receive, decrypt in place, write, and nothing else.
 *
 *   floor SIZE
 *
 * A child sends SIZE bytes over a loopback connection as packets of 32 KiB under AES-256-GCM, each
 * with its length before and its tag behind, as SSH has it; the parent does what any client must do
 * at the very least. Only the parent's time is the parent's (wait4 of this program counts the
 * child's too, so the parent prints its own: "cpu SECONDS"). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

enum { BODY = 32 * 1024 + 16, TAG = 16, HEAD = 4, PACKET = HEAD + BODY + TAG, ROOM = 256 * 1024 };

static EVP_CIPHER_CTX *context_of(int encrypt)
{
    static const uint8_t key[32] = { 1 };
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    static const uint8_t iv[12] = { 2 };

    if (cipher == NULL || context == NULL ||
        EVP_CipherInit_ex2(context, cipher, key, iv, encrypt, NULL) != 1)
        work_fail("floor", "no AES-256-GCM");
    EVP_CIPHER_free(cipher);
    return context;
}

/* The nonce is the packet's number, new with each packet, as in SSH. */
static void set_nonce(EVP_CIPHER_CTX *context, uint64_t number)
{
    uint8_t iv[12] = { 2 };

    for (int i = 0; i < 8; i++)
        iv[4 + i] = (uint8_t)(number >> (56 - 8 * i));
    if (EVP_CipherInit_ex2(context, NULL, NULL, iv, -1, NULL) != 1)
        work_fail("floor", "nonce");
}

static void serve(int fd, unsigned long long packets)
{
    uint8_t *packet = calloc(1, PACKET);
    EVP_CIPHER_CTX *context = context_of(1);
    int n;

    for (uint64_t i = 0; i < packets; i++) {
        size_t at = 0;

        memcpy(packet, (const uint8_t[]){ 0, 0, BODY >> 8, BODY & 255 }, HEAD);
        set_nonce(context, i);
        if (EVP_CipherUpdate(context, NULL, &n, packet, HEAD) != 1 ||
            EVP_CipherUpdate(context, packet + HEAD, &n, packet + HEAD, BODY) != 1 ||
            EVP_CipherFinal_ex(context, packet + HEAD + BODY, &n) != 1 ||
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, packet + HEAD + BODY) != 1)
            work_fail("floor", "encrypt");
        while (at < PACKET) {
            ssize_t sent = send(fd, packet + at, PACKET - at, MSG_NOSIGNAL);

            if (sent <= 0)
                exit(1);
            at += (size_t)sent;
        }
    }
    EVP_CIPHER_CTX_free(context);
    free(packet);
}

static void receive(int fd, unsigned long long packets)
{
    uint8_t *room = malloc(ROOM);
    EVP_CIPHER_CTX *context = context_of(0);
    size_t begin = 0, end = 0;
    uint64_t number = 0;
    int n;

    while (number < packets) {
        ssize_t got;

        if (end - begin >= PACKET) {
            uint8_t *packet = room + begin;

            set_nonce(context, number++);
            if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG, packet + HEAD + BODY) !=
                    1 ||
                EVP_CipherUpdate(context, NULL, &n, packet, HEAD) != 1 ||
                EVP_CipherUpdate(context, packet + HEAD, &n, packet + HEAD, BODY) != 1 ||
                EVP_CipherFinal_ex(context, packet + HEAD + BODY, &n) != 1)
                work_fail("floor", "tag");
            work_write(packet + HEAD + 16, BODY - 16);
            begin += PACKET;
            continue;
        }
        if (ROOM - begin < PACKET) {
            memmove(room, room + begin, end - begin);
            end -= begin;
            begin = 0;
        }
        got = recv(fd, room + end, ROOM - end, 0);
        if (got <= 0)
            work_fail("floor", "the sender is gone");
        end += (size_t)got;
    }
    EVP_CIPHER_CTX_free(context);
    free(room);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;
    unsigned long long packets;
    int listener;
    int fd;
    pid_t pid;

    if (argc != 2)
        return 2;
    packets = strtoull(argv[1], NULL, 10) / (BODY - 16);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        work_fail("floor", "no port");
    pid = fork();
    if (pid == 0) {
        serve(accept(listener, NULL, NULL), packets);
        _exit(0);
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        work_fail("floor", "no connection");
    receive(fd, packets);
    fprintf(stderr, "cpu %.6f\n", work_cpu());
    waitpid(pid, NULL, 0);
    return 0;
}
