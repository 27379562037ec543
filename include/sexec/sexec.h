/* sexec/sexec.h: run commands on SSH servers.
 *
 *     struct sexec *ssh = sexec_new();
 *     sexec_config(ssh, "Policy=fips", NULL);
 *     sexec_config(ssh, "SSHAcceptServerHostKeyFingerPrint=SHA256:...", NULL);
 *     sexec_set_ssh_host(ssh, "server.example");
 *     sexec_set_ssh_user(ssh, "batch");
 *     sexec_set_ssh_password(ssh, password);
 *     sexec_on_stdout(ssh, print_line, NULL);
 *     int code = sexec_execute(ssh, "uname -a");
 *     if (code != 0)
 *         fprintf(stderr, "%s\n", sexec_get_last_error(ssh));
 *     sexec_free(ssh);
 *
 * Names, types, defaults and codes follow the SExec reference; what differs is said where it
 * stands. Functions return 0 or a code of <sexec/codes.h>, but for getters. Texts are UTF-8 and
 * NUL-terminated. Setters copy what they are given; a getter's text belongs to the object and
 * lives until the same getter or a method is called again.
 *
 * Threads: any number of objects in any threads, but one thread at a time for each object.
 * sexec_interrupt alone may be called from any thread and from a signal handler. */
#ifndef SEXEC_SEXEC_H
#define SEXEC_SEXEC_H

#include <stdbool.h>
#include <stddef.h>

#include <sexec/codes.h>
#include <sexec/events.h>
#include <sexec/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* sexec_new makes an object with the defaults below, policy "default" and provider "default", or
 * what the machine's rules say instead: the site file /etc/sexec/policy.conf, and the kernel's
 * FIPS mode, under which policy "fips" is the floor. Rules that are there and can't be trusted
 * (unsafe file, bad line) don't fail here; nothing connects with them, and the error says why.
 * NULL when memory or descriptors are short. */
SEXEC_API struct sexec *sexec_new(void);

/* sexec_free closes what is open without waiting, wipes all secrets and frees. NULL-safe. From
 * inside a handler it takes effect when the running method returns, until when no handler is called
 * any more. */
SEXEC_API void sexec_free(struct sexec *object);

/* sexec_reset: method reset: closes the connection and gives everything its default. Handlers
 * stay. 1050 from inside a handler. */
SEXEC_API int sexec_reset(struct sexec *object);

/* ---- Properties ---------------------------------------------------------------------------
 * Setters return 0, 10022 for a value out of its range, and while a connection is in progress the
 * reference's code for what it can't change then: <sexec/codes.h> says which. */

/* ssh_host: name or address of the server; default "". Differs from the reference: it keeps the
 * name that was set and isn't replaced by the address, as host trust needs the name. 101 while
 * connected. */
SEXEC_API const char *sexec_get_ssh_host(const struct sexec *object);
SEXEC_API int sexec_set_ssh_host(struct sexec *object, const char *host);

/* ssh_port: 1 to 65535; default 22. 100 while connected, 116 for 0, 10022 beyond. */
SEXEC_API int sexec_get_ssh_port(const struct sexec *object);
SEXEC_API int sexec_set_ssh_port(struct sexec *object, int port);

/* ssh_user: default "". */
SEXEC_API const char *sexec_get_ssh_user(const struct sexec *object);
SEXEC_API int sexec_set_ssh_user(struct sexec *object, const char *user);

/* ssh_password: default "". Kept in wiped storage. */
SEXEC_API const char *sexec_get_ssh_password(const struct sexec *object);
SEXEC_API int sexec_set_ssh_password(struct sexec *object, const char *password);

/* ssh_auth_mode: default 2. Multi-factor asks what the server would take, gives it the first of
 * gssapi-keyex, publickey, gssapi-with-mic, password and keyboard-interactive that it lists and that
 * has credentials (Kerberos, where the policy allows it; keys; ssh_password; a handler of
 * on_ssh_keyboard_interactive, or PasswordPrompt with ssh_password), and goes on so after each
 * partial success; a method that is refused ends it. The other modes try the
 * one method that they name. TryAllAvailableAuthMethods=True goes on after a refusal or a partial
 * success, in that order, with whatever else the server lists and has credentials, in each mode but
 * none and custom; the method of the mode comes first.
 * Keys are tried in the order in which they were set and added; one that the server can't take, by
 * its list of signature algorithms, is not tried. */
enum sexec_auth_mode {
    SEXEC_AM_NONE = 0, /* signs on as "anonymous" */
    SEXEC_AM_MULTI_FACTOR = 1,
    SEXEC_AM_PASSWORD = 2,
    SEXEC_AM_PUBLIC_KEY = 3,
    SEXEC_AM_KEYBOARD_INTERACTIVE = 4,
    SEXEC_AM_GSSAPI_WITH_MIC = 5, /* Kerberos: with the tickets that are there (single sign-on), or
                                     with ssh_password as alternate credentials */
    SEXEC_AM_CUSTOM = 6,          /* a handler of on_ssh_custom_auth does it all */
    SEXEC_AM_GSSAPI_KEYEX = 7,    /* Kerberos in the key exchange; where the server has no such
                                     exchange, as 5 */
};
SEXEC_API int sexec_get_ssh_auth_mode(const struct sexec *object);
SEXEC_API int sexec_set_ssh_auth_mode(struct sexec *object, int mode);

/* ssh_cert_store: the keys for public key authentication: a file's name or the bytes themselves
 * (binary or base64), as ssh_cert_store_type says; default "MY" with type 0. Every private key in it
 * is tried in order, unless ssh_cert_subject or ssh_cert_encoded choose one. The getter's length may
 * be NULL. sexec_add_ssh_cert_store (not in the reference) adds a further store of the same type.
 *
 * PEM holds PKCS#8, plain or under a passphrase, OpenSSH's and the traditional private keys, public
 * keys and certificates; type 99 takes DER, too. The user's and the machine's store are folders of
 * key files: ~/.config/sexec/keys and /etc/sexec/keys for "MY", a folder in them for another name,
 * any folder for an absolute path. */
enum sexec_cert_store_type {
    SEXEC_CST_USER = 0,
    SEXEC_CST_MACHINE = 1,
    SEXEC_CST_PFX_FILE = 2, /* PKCS#12 */
    SEXEC_CST_PFX_BLOB = 3,
    SEXEC_CST_JKS_FILE = 4, /* Java's, as JKS_BLOB and both BCFKS: fail with 3040 */
    SEXEC_CST_JKS_BLOB = 5,
    SEXEC_CST_PEM_KEY_FILE = 6,
    SEXEC_CST_PEM_KEY_BLOB = 7,
    SEXEC_CST_PUBLIC_KEY_FILE = 8, /* 8 to 13 hold no private key, so nobody signs on by them */
    SEXEC_CST_PUBLIC_KEY_BLOB = 9,
    SEXEC_CST_SSH_PUBLIC_KEY_BLOB = 10,
    SEXEC_CST_P7B_FILE = 11, /* PKCS#7 */
    SEXEC_CST_P7B_BLOB = 12,
    SEXEC_CST_SSH_PUBLIC_KEY_FILE = 13,
    SEXEC_CST_PPK_FILE = 14, /* PuTTY's, versions 2 and 3 */
    SEXEC_CST_PPK_BLOB = 15,
    SEXEC_CST_XML_FILE = 16,
    SEXEC_CST_XML_BLOB = 17,
    SEXEC_CST_JWK_FILE = 18, /* one JSON Web Key or a set */
    SEXEC_CST_JWK_BLOB = 19,
    SEXEC_CST_BCFKS_FILE = 21,
    SEXEC_CST_BCFKS_BLOB = 22,
    SEXEC_CST_PKCS11 =
        23,              /* a PKCS#11 URI with module-path, or a module's absolute path; the PIN is
                              ssh_cert_store_password, and the search is done when signing on.
                              The module is called on threads of the library's own: a program that
                              initialises it by itself must do so with CKF_OS_LOCKING_OK, and
                              mustn't finalise it while an object uses it, or a call that was given
                              up by timeout or interrupt goes on */
    SEXEC_CST_AUTO = 99, /* file name or bytes of any form, told apart by the data */
};
SEXEC_API const void *sexec_get_ssh_cert_store(const struct sexec *object, size_t *out_length);
SEXEC_API int sexec_set_ssh_cert_store(struct sexec *object, const void *store, size_t length);
SEXEC_API int sexec_add_ssh_cert_store(struct sexec *object, const void *store, size_t length);
SEXEC_API int sexec_get_ssh_cert_store_type(const struct sexec *object);
SEXEC_API int sexec_set_ssh_cert_store_type(struct sexec *object, int type);

/* ssh_cert_store_password: passphrase of an encrypted key, or a token's PIN; default "". */
SEXEC_API const char *sexec_get_ssh_cert_store_password(const struct sexec *object);
SEXEC_API int sexec_set_ssh_cert_store_password(struct sexec *object, const char *password);

/* ssh_cert_subject: default "". Set it after the other ssh_cert_ properties: it searches the store
 * for a certificate with this subject, or else one that contains it, and becomes the full subject of
 * what was found; "" when nothing was. "*" is any, and stays when what it finds has no certificate. Such as "CN=www.server.com, OU=test, C=US"; a
 * value with a comma stands in quotes. Returns the store's error when it can't be opened. */
SEXEC_API const char *sexec_get_ssh_cert_subject(const struct sexec *object);
SEXEC_API int sexec_set_ssh_cert_subject(struct sexec *object, const char *subject);

/* ssh_cert_encoded: a certificate (PEM, base64 or DER); default empty. Setting it searches the store
 * for its private key; ssh_cert_subject becomes its subject, or "" when the key isn't there. */
SEXEC_API const void *sexec_get_ssh_cert_encoded(const struct sexec *object, size_t *out_length);
SEXEC_API int sexec_set_ssh_cert_encoded(struct sexec *object, const void *certificate,
                                         size_t length);

/* sexec_convert_key (not in the reference) writes the private key of ssh_cert_store into a new
 * file in a form that every policy takes: PEM of PKCS#8 with PBES2 (AES-256-CBC, PBKDF2 with
 * HMAC-SHA-256 and a salt of 16 bytes), mode 0600. passphrase is the new file's; NULL for
 * ssh_cert_store_password. A file that is there is left alone, unless overwrite. */
SEXEC_API int sexec_convert_key(struct sexec *object, const char *path, const char *passphrase,
                                bool overwrite);

/* ssh_accept_server_host_key_encoded: the host key to accept: one line of a public key file
 * ("ssh-ed25519 AAAA...") or its base64 alone, or a public key or certificate in PEM; default empty. It
 * may be set while connecting. 10022 at the logon for what is none of these. */
SEXEC_API const void *sexec_get_ssh_accept_server_host_key_encoded(const struct sexec *object,
                                                                   size_t *out_length);
SEXEC_API int sexec_set_ssh_accept_server_host_key_encoded(struct sexec *object, const void *key,
                                                           size_t length);

/* ssh_encryption_algorithms: ciphers to offer, comma-separated, in order of preference; default:
 * the policy's. Inside the policy, "+name" adds, "-name" takes away (with * and ?), "^name" moves
 * to the front, as in OpenSSH. A name that policy or provider refuse fails the logon with 3005 and
 * its reason. The getter shows what the list comes to: while connected what was offered, else what
 * the policy leaves of it, whatever the provider has. The reference's default holds under policy
 * "compat". */
SEXEC_API const char *sexec_get_ssh_encryption_algorithms(const struct sexec *object);
SEXEC_API int sexec_set_ssh_encryption_algorithms(struct sexec *object, const char *list);

/* ssh_compression_algorithms: likewise; of "none", "zlib" and "zlib@openssh.com". What stands first
 * and the server has is used, so compression wants "zlib@openssh.com,none". */
SEXEC_API const char *sexec_get_ssh_compression_algorithms(const struct sexec *object);
SEXEC_API int sexec_set_ssh_compression_algorithms(struct sexec *object, const char *list);

/* firewall_*: the proxy to connect through. firewall_type is one of the numbers below; setting it sets
 * firewall_port to 80 or 1080. It counts when firewall_host is set as well. firewall_user (default
 * "": no authentication) and firewall_password are for HTTP's Basic authentication and for SOCKS5's;
 * SOCKS4 takes the user alone. A proxy sees both as they are. firewall_auto_detect (default false)
 * takes all_proxy, https_proxy or http_proxy of the environment, less what no_proxy excepts, where
 * firewall_host is "". Names are looked up by the proxy, but for SOCKS4. */
enum {
    SEXEC_FW_NONE = 0,
    SEXEC_FW_TUNNEL = 1, /* HTTP CONNECT; further headers in the setting FirewallData */
    SEXEC_FW_SOCKS4 = 2,
    SEXEC_FW_SOCKS5 = 3,
    SEXEC_FW_SOCKS4A = 10,
};
SEXEC_API bool sexec_get_firewall_auto_detect(const struct sexec *object);
SEXEC_API int sexec_set_firewall_auto_detect(struct sexec *object, bool is_on);
SEXEC_API int sexec_get_firewall_type(const struct sexec *object);
SEXEC_API int sexec_set_firewall_type(struct sexec *object, int type);
SEXEC_API const char *sexec_get_firewall_host(const struct sexec *object);
SEXEC_API int sexec_set_firewall_host(struct sexec *object, const char *host);
SEXEC_API int sexec_get_firewall_port(const struct sexec *object);
SEXEC_API int sexec_set_firewall_port(struct sexec *object, int port);
SEXEC_API const char *sexec_get_firewall_user(const struct sexec *object);
SEXEC_API int sexec_set_firewall_user(struct sexec *object, const char *user);
SEXEC_API const char *sexec_get_firewall_password(const struct sexec *object);
SEXEC_API int sexec_set_firewall_password(struct sexec *object, const char *password);

/* local_host, local_port: where the connection starts from, an IP address of this machine and a port;
 * default "" and 0: chosen by the system. Once connected they show what is in use. 107 and 106 while
 * connected. */
SEXEC_API const char *sexec_get_local_host(const struct sexec *object);
SEXEC_API int sexec_set_local_host(struct sexec *object, const char *host);
SEXEC_API int sexec_get_local_port(const struct sexec *object);
SEXEC_API int sexec_set_local_port(struct sexec *object, int port);

/* timeout in seconds; default 60. Methods wait for their end, serving events, at most so long:
 *
 *   201    from the name lookup to the sign-on; absolute, and ConnectionTimeout counts when set
 *   301    after it: nothing of the session moved for that long (a peer that only sends keep-alives
 *          or fillers moves nothing), or with AbsoluteTimeout=True the method took longer
 *   10004  sexec_interrupt, at once, wherever it waits
 *
 * Each of them ends the connection. A command that runs is sent the signal TERM; nobody waits for
 * what the server makes of it (OpenSSH delivers none where root signed on, or with a forced
 * command), so sexec_get_may_still_run is true. It is so for a send that waits, too.
 *
 * With 0 no method waits. ssh_logon, execute and ssh_logoff return 0 and go on in sexec_do_events,
 * whose code tells their end; a timeout set meanwhile counts. A send takes what it can. */
SEXEC_API int sexec_get_timeout(const struct sexec *object);
SEXEC_API int sexec_set_timeout(struct sexec *object, int seconds);

/* connected: whether the object is signed on to a server. Setting it logs on or off; 1105 while a
 * connection is on its way. */
SEXEC_API bool sexec_get_connected(const struct sexec *object);
SEXEC_API int sexec_set_connected(struct sexec *object, bool connected);

/* command: the last command; setting it executes. */
SEXEC_API const char *sexec_get_command(const struct sexec *object);
SEXEC_API int sexec_set_command(struct sexec *object, const char *command);

/* stdin: write-only; the same as sexec_send. */
SEXEC_API int sexec_set_stdin(struct sexec *object, const void *data, size_t length);

/* exit_status: 0 to 2^31 - 1 as the server told, -1 when the command was ended by a signal or no
 * status arrived; default 0. error_message: the text that came with a signal, else "". */
SEXEC_API int sexec_get_exit_status(const struct sexec *object);
SEXEC_API const char *sexec_get_error_message(const struct sexec *object);

/* How the last command ended (not in the reference). */
enum sexec_result {
    SEXEC_RESULT_NONE,      /* no command ran yet, or it still runs */
    SEXEC_RESULT_EXITED,    /* sexec_get_exit_status */
    SEXEC_RESULT_SIGNALED,  /* sexec_get_exit_signal, sexec_get_core_dumped */
    SEXEC_RESULT_NO_STATUS, /* the server closed without telling, or the connection ended */
};
SEXEC_API enum sexec_result sexec_get_result(const struct sexec *object);

/* The signal's name without "SIG", such as "TERM"; "" if none. */
SEXEC_API const char *sexec_get_exit_signal(const struct sexec *object);
SEXEC_API bool sexec_get_core_dumped(const struct sexec *object);

/* True when the command was started and its end was not told: after a timeout, an interrupt or a
 * broken connection it may still run on the server. */
SEXEC_API bool sexec_get_may_still_run(const struct sexec *object);

/* The sentence that belongs to the last code that was not 0; "" at first. Holds no secret. */
SEXEC_API const char *sexec_get_last_error(const struct sexec *object);
SEXEC_API int sexec_get_last_error_code(const struct sexec *object);

/* ---- Methods ------------------------------------------------------------------------------ */

/* ssh_logon: connects and signs on. host NULL or "" and port 0 keep the properties' values. 104
 * when connected. Errors: TCP/IP codes, 201, 1002 to 1038, 3004 and on. */
SEXEC_API int sexec_ssh_logon(struct sexec *object, const char *host, int port);

/* ssh_logoff: says good-bye and closes; 0 when nothing is open. While a command runs (timeout 0) it
 * closes the channel and leaves the command behind: see WaitForChannelClose; the execution ends with
 * the logoff. 1050 while logging on or off and inside a handler. */
SEXEC_API int sexec_ssh_logoff(struct sexec *object);

/* execute: runs a command and waits for its end, serving events. Logs on first when needed, and
 * then off again; after an explicit ssh_logon the connection stays open. 0 when the command exited
 * with 0; 3001, 3002 or 3003 say how else it ended. 1050 while another action runs. */
SEXEC_API int sexec_execute(struct sexec *object, const char *command);

/* send, send_stdin_bytes: data for the command's standard input. Waits until all is taken; with
 * timeout 0 or inside a handler it takes what there is room for and returns 10035 (1133 while keys
 * are exchanged); sexec_get_bytes_taken says how much. 212 without a running command. */
SEXEC_API int sexec_send(struct sexec *object, const void *data, size_t length);
SEXEC_API int sexec_send_stdin_bytes(struct sexec *object, const void *data, size_t length);
SEXEC_API int sexec_send_stdin_text(struct sexec *object, const char *text);
SEXEC_API size_t sexec_get_bytes_taken(const struct sexec *object);

/* send_eof (not in the reference): standard input ends after what was sent. Without it a command
 * that reads to the end waits for ever. Called before execute, the next command gets no input. */
SEXEC_API int sexec_send_eof(struct sexec *object);

/* send_signal (not in the reference): asks the server to send a signal ("TERM", without SIG). The
 * protocol has no answer to it. */
SEXEC_API int sexec_send_signal(struct sexec *object, const char *name);

/* interrupt: ends the wait of the method that runs; it returns 10004. From any thread and from a
 * signal handler. Nothing happens when no method runs. */
SEXEC_API void sexec_interrupt(struct sexec *object);

/* do_events: handles what is ready, waiting for SelectWaitMillis if nothing is. Returns 0, or the
 * code with which an action that went on in the background (timeout 0) ended in this call. */
SEXEC_API int sexec_do_events(struct sexec *object);

/* is_busy (not in the reference): an action is under way. */
SEXEC_API bool sexec_is_busy(const struct sexec *object);

/* decode_packet, encode_packet: a packet's bytes from hexadecimal digits and back. These and the next
 * three are for handlers of on_ssh_custom_auth. What each lends lives until its own next call, and
 * is wiped when the handler returns; it may be given to the next call. 3031 for what is none. */
SEXEC_API int sexec_decode_packet(struct sexec *object, const char *encoded_packet,
                                  const void **out, size_t *out_length);
SEXEC_API int sexec_encode_packet(struct sexec *object, const void *packet, size_t length,
                                  const char **out);

/* set_ssh_param: the payload (NULL and 0 at first) with one more field. Types: s text, sb text given
 * as hexadecimal, m mpint, i and l unsigned integers of 32 and 64 bits, b byte, f boolean ("true",
 * "false"). Integers are decimal, or hexadecimal after 0x; m may have a minus sign, and up to 16384
 * bits. A payload may have up to 32768 bytes. */
SEXEC_API int sexec_set_ssh_param(struct sexec *object, const void *payload, size_t length,
                                  const char *field_type, const char *field_value, const void **out,
                                  size_t *out_length);

/* get_ssh_param: one field of a payload. field is "%" and the types from the payload's first byte
 * on, comma-separated, of which the last one is read: "%b,s" is the list of methods in a FAILURE.
 * Differs: the reference's example "%s,f" fits no order of its packet. Or it is a name of the
 * reference (ChannelId ... SignalName), in a CHANNEL_REQUEST. The text is as set_ssh_param takes it,
 * integers in decimal; TerminalModes is in hexadecimal, as its bytes hold zeros. _bytes gives the
 * value's own bytes: of s, sb and m the contents, of numbers big-endian. */
SEXEC_API int sexec_get_ssh_param(struct sexec *object, const void *payload, size_t length,
                                  const char *field, const char **out);
SEXEC_API int sexec_get_ssh_param_bytes(struct sexec *object, const void *payload, size_t length,
                                        const char *field, const void **out, size_t *out_length);

/* config: "NAME=VALUE" sets, "NAME" reads; *out_value (may be NULL) gets the value, which lives
 * until the next call. Names and booleans (True, False, 1, 0, Yes, No) without regard to case. 3006
 * for unknown names and bad values. <sexec/settings.h> lists the settings. */
SEXEC_API int sexec_config(struct sexec *object, const char *configuration_string,
                           const char **out_value);

/* describe_interface (not in the reference): a line for each property, method, event and setting,
 * with tabs between kind, name, C name, access, default and a mark "differs: how" where the
 * reference has it otherwise. The text lives until the next call. */
SEXEC_API int sexec_describe_interface(struct sexec *object, const char **out);

/* config_bytes (not in the reference): sets a setting to bytes, of which those of EncodedTerminalModes
 * and ChannelDataEOL may be zero. */
SEXEC_API int sexec_config_bytes(struct sexec *object, const char *name, const void *value,
                                 size_t length);

/* ---- Audit (not in the reference) ---------------------------------------------------------
 * With AuditFile and AuditKeyFile, or a site file that says so, what the object does becomes sealed
 * records; <sexec/audit.h> verifies and shows them. */

/* A program's own sink: gets each record as one line with its "\n", and returns 0 once it has taken
 * charge of it. Called from inside of methods; it must not call the object. */
typedef int (*sexec_audit_handler)(const char *line, size_t length, void *context);

/* sexec_set_audit_handler: before the first action; 211 after it. NULL for none. */
SEXEC_API int sexec_set_audit_handler(struct sexec *object, sexec_audit_handler handler,
                                      void *context);

/* sexec_new_with makes an object, applies settings ("NAME=VALUE", NULL-terminated) in their order,
 * and opens its audit, so that records begin with the object. *out is NULL when memory is short;
 * else the code is the first that a setting or the audit gave, the object holds its text, and it
 * connects nowhere without the audit that was asked for. */
SEXEC_API int sexec_new_with(const char *const *settings, struct sexec **out);

/* ---- Own event loops (not in the reference) -----------------------------------------------
 * With timeout 0: wait until one of the descriptors is ready as its events say, or the time is
 * over, then call sexec_do_events (with SelectWaitMillis=0 it never waits). */
struct pollfd;

/* sexec_get_poll writes up to capacity (3 suffice) entries and returns their number. They are
 * valid until the next call of a method. *out_timeout gets the milliseconds until sexec_do_events
 * must be called all the same, -1 for no limit. */
SEXEC_API size_t sexec_get_poll(struct sexec *object, struct pollfd *out, size_t capacity,
                                int *out_timeout);

/* sexec_hold_output, inside on_stdout or on_stderr: length bytes of output are not dealt with yet,
 * so the server may not send as much more. sexec_release_output, any time later, says that they
 * are. This is how a program that writes to a slow place keeps its memory bounded. */
SEXEC_API void sexec_hold_output(struct sexec *object, size_t length);
SEXEC_API int sexec_release_output(struct sexec *object, size_t length);

/* ---- Evidence (not in the reference) ------------------------------------------------------ */

/* sexec_describe_provider loads the provider of the settings and gives its evidence as lines
 * "name: value" (name, version, build, status, module path and SHA-256, checks, self-tests). *out
 * lives until the next call. 3004 when it can't be had. */
SEXEC_API int sexec_describe_provider(struct sexec *object, const char **out);

/* sexec_describe_policy gives a policy as text lines, as it holds on this machine; name NULL gives
 * the list of policies, one name a line. The text lives until the next call. 3005 for an unknown
 * name. */
SEXEC_API int sexec_describe_policy(struct sexec *object, const char *name, const char **out);

/* sexec_describe_machine gives what the machine's own rules say, as lines "name: value": site file,
 * lock, the policy of a new object, crypto-policies, the kernel's FIPS mode. 3005 when they can't
 * be trusted, with the reason for which nothing connects. */
SEXEC_API int sexec_describe_machine(struct sexec *object, const char **out);

/* sexec_explain says whether a policy allows an algorithm, and if not why, as lines "name: value":
 * kind and name, verdict ("allowed", "allowed when a list names it" or "refused"), rule, source,
 * and what the provider says; one block for each kind that knows the name. 3005 for an unknown
 * policy. The text lives until the next call. */
SEXEC_API int sexec_explain(struct sexec *object, const char *policy, const char *algorithm,
                            const char **out);

/* sexec_explain_server connects, takes the server's offer, leaves, and shows the offer row by row:
 * chosen, allowed, left out by the user's list, refused and why. host and port as in ssh_logon;
 * nobody signs on. With timeout 0 it goes on in do_events. *out, also by
 * sexec_get_server_offer, lives until the next call of it. */
SEXEC_API int sexec_explain_server(struct sexec *object, const char *host, int port,
                                   const char **out);
SEXEC_API const char *sexec_get_server_offer(const struct sexec *object);

/* Which policy, provider ("fips 3.5.7") and module (its path and SHA-256; "" for what is built in)
 * served the last connection; before one, the policy that would, and "". */
SEXEC_API const char *sexec_get_policy(struct sexec *object);
SEXEC_API const char *sexec_get_provider(const struct sexec *object);
SEXEC_API const char *sexec_get_module(const struct sexec *object);

/* sexec_get_negotiated gives "kex: NAME" and so on for the open connection, "" before. */
SEXEC_API const char *sexec_get_negotiated(struct sexec *object);

/* The library's version, "0.1.0". */
SEXEC_API const char *sexec_version(void);

#ifdef __cplusplus
}
#endif

#endif
