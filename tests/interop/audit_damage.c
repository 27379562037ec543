/* Does damage to an audit file at random places, and asks the verifier what was done.
 *
 *     audit_damage FILE VERIFIER_KEY SCRATCH KIND TRIALS SEED
 *     audit_damage FILE MACHINE_KEY RECORDS          makes such a file
 *
 * KIND: changed, removed, inserted, reordered, resealed, cut. Prints how many trials were named rightly
 * and the first that wasn't; exits with 0 when all were. "cut" takes off whole records, and wants
 * SCRATCH.checkpoints and SCRATCH.pub, which cover the whole file. */
#include <sexec/audit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 20000, HASH_BYTES = 64 };

struct line {
    const char *text;
    size_t len; /* with its "\n" */
};

struct book {
    struct line lines[LINES_MAX];
    size_t count;
};

static struct book whole;
static char path[4096];

static unsigned long random_below(unsigned long bound)
{
    return bound == 0 ? 0 : (unsigned long)random() % bound;
}

static char *read_all(const char *name, size_t *out_len)
{
    FILE *file = fopen(name, "rb");
    char *bytes = malloc(64u << 20);

    if (file == NULL || bytes == NULL)
        return NULL;
    *out_len = fread(bytes, 1, 64u << 20, file);
    (void)fclose(file);
    return bytes;
}

static void split(char *bytes, size_t len, struct book *out)
{
    char *end = bytes + len;

    while (bytes < end && out->count < LINES_MAX) {
        char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t n = stop == NULL ? (size_t)(end - bytes) : (size_t)(stop - bytes) + 1;

        out->lines[out->count++] = (struct line){ bytes, n };
        bytes += n;
    }
}

static int write_book(const struct book *book)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL)
        return -1;
    for (size_t i = 0; i < book->count; i++)
        (void)fwrite(book->lines[i].text, 1, book->lines[i].len, file);
    return fclose(file);
}

/* ---- damage: each gives the record that is to be named ------------------------------------- */

static char changed_line[1 << 16];

/* Another byte at a random place: within the line, never its end. */
static size_t change(struct book *book, size_t at)
{
    struct line *line = &book->lines[at];
    size_t place = random_below(line->len - 1);
    char other = (char)(32 + random_below(95));

    memcpy(changed_line, line->text, line->len);
    while (other == changed_line[place])
        other = (char)(32 + random_below(95));
    changed_line[place] = other;
    line->text = changed_line;
    return at;
}

static size_t remove_some(struct book *book, size_t at)
{
    size_t most = book->count - at - 1;
    size_t n = 1 + random_below(most < 50 ? most : 50);

    n = n > most ? most : n;
    memmove(&book->lines[at], &book->lines[at + n], (book->count - at - n) * sizeof(struct line));
    book->count -= n;
    return at;
}

static void put(struct book *book, size_t at, struct line line)
{
    memmove(&book->lines[at + 1], &book->lines[at], (book->count - at) * sizeof(struct line));
    book->lines[at] = line;
    book->count++;
}

/* A copy of another record, or one with a byte changed. */
static size_t insert(struct book *book, size_t at)
{
    size_t from = random_below(book->count);

    if (from == at)
        from = (at + 1) % book->count;
    put(book, at, whole.lines[from]);
    if (random_below(2) == 0)
        (void)change(book, at);
    return at;
}

static size_t reorder(struct book *book, size_t at)
{
    size_t other = at + 1 + random_below(book->count - at - 1);
    struct line line = book->lines[at];

    switch (random_below(3)) {
    case 0: /* swapped */
        book->lines[at] = book->lines[other];
        book->lines[other] = line;
        return at;
    case 1: /* moved back */
        memmove(&book->lines[at], &book->lines[at + 1], (other - at) * sizeof line);
        book->lines[other] = line;
        return at;
    default: /* moved forward */
        line = book->lines[other];
        memmove(&book->lines[at + 1], &book->lines[at], (other - at) * sizeof line);
        book->lines[at] = line;
        return at;
    }
}

/* ---- resealing: hashes recomputed by an unkeyed SHA-256 of this test's own ------------------ */

static const unsigned constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static unsigned rotate(unsigned value, int by)
{
    return value >> by | value << (32 - by);
}

static void hash_block(unsigned state[8], const unsigned char *block)
{
    unsigned w[64];
    unsigned v[8];

    for (int i = 0; i < 16; i++)
        w[i] = (unsigned)block[4 * i] << 24 | (unsigned)block[4 * i + 1] << 16 |
               (unsigned)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10) + w[i - 7] +
               (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 16];
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        unsigned a = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
                     ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
        unsigned b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
                     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += a;
        v[0] = a + b;
    }
    for (int i = 0; i < 8; i++)
        state[i] += v[i];
}

static void hash_hex(const char *text, size_t len, char out[HASH_BYTES + 1])
{
    unsigned state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    unsigned char block[128] = { 0 };
    size_t whole_len = len / 64 * 64;
    size_t rest = len - whole_len;
    size_t end = rest < 56 ? 64 : 128;

    for (size_t i = 0; i < whole_len; i += 64)
        hash_block(state, (const unsigned char *)text + i);
    memcpy(block, text + whole_len, rest);
    block[rest] = 0x80;
    for (int i = 0; i < 8; i++)
        block[end - 1 - (size_t)i] = (unsigned char)((unsigned long long)len * 8 >> 8 * i);
    for (size_t i = 0; i < end; i += 64)
        hash_block(state, block + i);
    for (int i = 0; i < 8; i++)
        (void)snprintf(out + 8 * i, 9, "%08x", state[i]);
}

/* Changes a record, and makes every hash behind it fit. */
static size_t reseal(struct book *book, size_t at, char *room)
{
    (void)change(book, at);
    /* The change must leave a line that readers take: a letter of the user's name. */
    memcpy(changed_line, whole.lines[at].text, whole.lines[at].len);
    *(strstr(changed_line, "\"user\":\"") + 8) ^= 1;
    for (size_t i = at + 1; i < book->count; i++) {
        char hex[HASH_BYTES + 1];
        char *prev;

        memcpy(room, book->lines[i].text, book->lines[i].len);
        hash_hex(book->lines[i - 1].text, book->lines[i - 1].len - 1, hex);
        room[book->lines[i].len] = '\0';
        prev = strstr(room, "\"prev\":\"");
        memcpy(prev + 8, hex, HASH_BYTES);
        book->lines[i].text = room;
        room += book->lines[i].len;
    }
    return at;
}

/* ---- trials --------------------------------------------------------------------------------- */

struct trials {
    struct sexec *object;
    const char *key;
    const char *kind;
    const char *wanted;
    char checkpoints[4096];
    char public_key[4096];
    char *room;
};

static size_t damage(const struct trials *trials, struct book *book)
{
    size_t last = book->count - 1;

    switch (trials->kind[0] == 'r' ? trials->kind[2] : trials->kind[1]) {
    case 'h': return change(book, random_below(book->count));
    case 'm': return remove_some(book, random_below(last));
    case 'n': return insert(book, random_below(book->count));
    case 'o': return reorder(book, random_below(last));
    case 's': return reseal(book, random_below(last - 1), trials->room);
    default: book->count -= 1 + random_below(book->count / 2); return book->count;
    }
}

static int try_once(const struct trials *trials, unsigned long number)
{
    static struct book book;
    const char *const files[] = { path, NULL };
    struct sexec_audit_check check = { .files = files, .verifier_key = trials->key };
    char wanted[128];
    const char *text = "";
    size_t at;
    int code;

    book = whole;
    at = damage(trials, &book);
    if (write_book(&book) != 0)
        return -1;
    if (strcmp(trials->kind, "cut") == 0) {
        check.checkpoints = trials->checkpoints;
        check.public_key = trials->public_key;
    }
    code = sexec_audit_verify(trials->object, &check, &text);
    (void)snprintf(wanted, sizeof wanted, "result: %s\n", trials->wanted);
    if (code == SEXEC_AUDIT_DAMAGED && strncmp(text, wanted, strlen(wanted)) == 0) {
        (void)snprintf(wanted, sizeof wanted, "\nnumber: %zu\n", at);
        if (strstr(text, wanted) != NULL)
            return 0;
    }
    printf("trial %lu, %s at %zu: code %d (%s)\n%s", number, trials->kind, at, code,
           sexec_get_last_error(trials->object), text);
    return -1;
}

/* Each call of an object whose audit is open is a record. */
static int make_file(const char *file, const char *key, unsigned long records)
{
    char file_setting[4200];
    char key_setting[4200];
    const char *const settings[] = { file_setting, key_setting, NULL };
    struct sexec *object = NULL;
    int code;

    (void)snprintf(file_setting, sizeof file_setting, "AuditFile=%s", file);
    (void)snprintf(key_setting, sizeof key_setting, "AuditKeyFile=%s", key);
    code = sexec_new_with(settings, &object);
    for (unsigned long i = 4; code == 0 && i < records; i++)
        code = sexec_config(object, i % 2 == 0 ? "LogLevel=1" : "SelectWaitMillis=20", NULL);
    if (code != 0 && object != NULL)
        printf("%s\n", sexec_get_last_error(object));
    sexec_free(object);
    return code == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct trials trials = { .object = NULL };
    unsigned long count;
    size_t len = 0;
    char *bytes;

    if (argc == 4)
        return make_file(argv[1], argv[2], strtoul(argv[3], NULL, 10));
    trials.object = sexec_new();
    if (argc != 7 || trials.object == NULL || (bytes = read_all(argv[1], &len)) == NULL)
        return 2;
    split(bytes, len, &whole);
    trials.key = argv[2];
    trials.kind = argv[4];
    trials.wanted = strcmp(argv[4], "cut") == 0 ? "cut off" : argv[4];
    trials.room = malloc(len + 1);
    count = strtoul(argv[5], NULL, 10);
    srandom((unsigned)strtoul(argv[6], NULL, 10));
    (void)snprintf(path, sizeof path, "%s", argv[3]);
    (void)snprintf(trials.checkpoints, sizeof trials.checkpoints, "%s.checkpoints", argv[3]);
    (void)snprintf(trials.public_key, sizeof trials.public_key, "%s.pub", argv[3]);
    if (trials.room == NULL || whole.count < 10)
        return 2;
    for (unsigned long i = 0; i < count; i++)
        if (try_once(&trials, i) != 0)
            return 1;
    printf("%lu trials over %zu records\n", count, whole.count);
    sexec_free(trials.object);
    free(trials.room);
    free(bytes);
    return 0;
}
