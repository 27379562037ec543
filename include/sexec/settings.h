/* sexec/settings.h: the settings of sexec_config, one line each. Names of the reference keep its
 * meaning; those marked (own) are not in the reference. Lists narrow what the policy allows.
 *
 * Policy (own)                       fips, niap, cnsa1, stig, default, compat or legacy; default
 *                                    "default" or the site's; see sexec_describe_policy. Not while
 *                                    connected; the site file can lock it and the next three.
 * Provider (own)                     default: the policy's first ("default", or "fips" under fips)
 * ProviderModuleDir (own)            absolute folder that holds the module; "" for the system's
 * ProviderConfigFile (own)           the module's section file (fipsmodule.cnf); "" for the one beside it
 * UseFIPSCompliantAPI                True is Policy=fips and Provider=fips. Differs: for one object.
 * PreferredDHGroupBits               1024 to 8192, at least the policy's least; 0 for the policy's
 * SSHKeyExchangeAlgorithms           comma-separated names; default: the policy's. They read back
 *                                    what they come to, as ssh_encryption_algorithms does
 * SSHMacAlgorithms                   as above
 * SSHPublicKeyAlgorithms             host key algorithms, as above
 * SSHPubKeyAuthSigAlgorithms         user signature algorithms, as above
 * UseStrictKeyExchange               0 to 3, at least the policy's least; default the policy's
 * KeyRenegotiationThreshold          bytes; at most the policy's, default the policy's
 * RekeySeconds (own)                 seconds; at most the policy's, default the policy's
 * SSHKeyRenegotiate                  reading it starts a key exchange
 * SSHAcceptServerHostKeyFingerPrint  comma-separated: hex with or without colons, or SHA256:base64
 * SSHAcceptAnyServerHostKey          default False; refused where the policy says so
 * SSHAcceptServerCAKey               keys of authorities for OpenSSH's host certificates, one on a
 *                                    line, as in .pub files. The certificate must name the host in
 *                                    its principals, be valid now, and have no critical options
 * KnownHostsFile (own)               comma-separated files as OpenSSH's known_hosts; default none.
 *                                    New hosts are written into the first
 * KnownHostsGlobalFile (own)         the same, only read
 * KnownHostsMode (own)               for hosts that no file knows: "yes" (default) refuses them,
 *                                    "accept-new" accepts them and writes them down, "no" accepts
 *                                    them also where that fails (refused where the policy says
 *                                    so). A changed key is refused in every mode, a revoked one
 *                                    whatever else is set
 * KnownHostsHashNames (own)          default False: names are written as they are
 * HostKeyAlias (own)                 the name to look for in these files and in certificates,
 *                                    instead of ssh_host and ssh_port
 * X509TrustAnchors (own)             X.509 certificates (PEM, or base64 of DER) that host
 *                                    certificates must lead to; X509TrustAnchorFile (own): a file
 * X509RevocationLists (own)          revocation lists in the same forms; X509RevocationListFile
 *                                    (own): a file. With them, a host certificate needs one
 * SSHFingerprintHashAlgorithm        MD5, SHA1 or SHA256 (default)
 * SSHFingerprintMD5/SHA1/SHA256      read-only: of the last server's host key
 * ClientSSHVersionString             default "SSH-2.0-libsexec_VERSION". Differs: names this library.
 * ServerSSHVersionString             read-only
 * SSHVersionPattern                  default "*SSH-1.99-*,*SSH-2.0-*"
 * MaxPacketSize                      bytes; default 32768
 * MaxWindowSize                      bytes that the server may send ahead, at most; default 33554432. A
 *                                    channel begins with 2097152 and grows on a path that needs it. While
 *                                    connected it can only grow
 * StdInFile                          file whose contents the command reads as standard input; 302 for
 *                                    a pipe or terminal, which could keep the loop waiting
 * MaxLineLength                      bytes; at least 256, default 2048
 * PasswordPrompt                     pattern of prompts that keyboard-interactive answers with
 *                                    ssh_password: * ? [a-z,0] and \ as in the reference; default ""
 * TryAllAvailableAuthMethods         default False; see ssh_auth_mode
 * OutputMode (own)                   "lines" (default) or "chunks"
 * LogLevel                           0 to 3; default 1
 * MaskSensitive                      default True; False is refused where the policy says so
 * ConnectionTimeout                  seconds for logging on; 0 (default): the property timeout
 * AbsoluteTimeout                    default False
 * UseIPv6                            0 IPv4, 1 IPv6, 2 IPv6 first, then IPv4; default 0
 * LocalHost, LocalPort               as the properties
 * FirewallAutoDetect, FirewallType, FirewallHost, FirewallPort, FirewallUser, FirewallPassword
 *                                    as the properties
 * FirewallData                       headers for an HTTP proxy: lines "Name: value"
 * ProxyExceptionsList                hosts that are connected to without proxy, in the form that they
 *                                    are named in; semicolons between them, * and ? as in patterns
 * TCPKeepAlive                       default False; KeepAliveTime and KeepAliveInterval set it True
 * KeepAliveTime, KeepAliveInterval   milliseconds, in steps of a second; 0 (default): the system's
 * Linger, LingerTime                 defaults True and 0. False: closing drops what isn't sent yet
 * InBufferSize, OutBufferSize        bytes, as far as the system goes; 0 (default): the system's
 * MaxTransferRate                    bytes a second to the server; 0 (default): no limit
 * TcpNoDelay                         default True. Differs: the reference's False would hold small
 *                                    requests back until the server acknowledges
 * EnablePageantAuth                  keys of the ssh-agent: 0 none, 1 as well, 2 these alone;
 *                                    default 0. Differs: the agent is the one at SSH_AUTH_SOCK, as
 *                                    Pageant's shared memory is Windows'. 3005 where the policy
 *                                    lets no agent sign. The order of keys: ssh_cert_store's in
 *                                    their order, then the agent's in its own; SignedSSHCert right
 *                                    before its key; each key once. Keys that the policy or the
 *                                    server can't take are passed over. With 1 an agent that can't
 *                                    be had is no error, and under ssh_auth_mode 2 (password) the
 *                                    agent's keys come before the password. With 2 any mode is
 *                                    public key, and the agent's errors are 3035 and 3036.
 * SSHAgentSocket (own)               path of the agent's socket; default "": SSH_AUTH_SOCK
 * SignedSSHCert                      "NAME BASE64": a certificate of OpenSSH's for a key of
 *                                    ssh_cert_store, or for one of the agent's. NAME is the
 *                                    algorithm. Differs: ssh-rsa-cert-v01@openssh.com is also the
 *                                    name of the certificate's type, which ssh-keygen writes; where
 *                                    SHA-1 isn't allowed, it stands for the best that is.
 * AllowLooseKeyFileMode (own)        default False: a private key file that others can read is refused
 * KerberosSPN                        "host/fqdn[@REALM]"; "": host/ssh_host, in lower case
 * KerberosRealm                      of the user and the server; "": krb5.conf's (domain_realm,
 *                                    default_realm)
 * KerberosDelegation                 default True: asks for it; policy and KDC may say no
 * KerberosDelegated (own)            read-only: granted, refused, not asked, or "" before a sign-on
 * KerberosKeytab (own)               keys that get the user's ticket; into a cache of the object's own
 * KerberosCache (own)                the credential cache; "" for krb5's default. Neither counts where
 *                                    ssh_password gives alternate credentials (modes 5 and 7)
 * KerberosCanonicalizeHost (own)     default False: krb5 may look ssh_host up in DNS to name the server
 * KerberosClient, KerberosServer (own)   read-only: the principals of the last sign-on
 * SelectWaitMillis                   default 20
 * AuditFile (own)                    absolute path of the file that records are appended to; "" for
 *                                    none. This one and the next four: before the first action
 * AuditKeyFile (own)                 absolute path of the sealing key that sexec-audit keygen made
 * AuditSync (own)                    when records are on disk: group (default; before a command runs
 *                                    and before its end is told), record, or session
 * AuditSyslog (own)                  a log collector (RFC 5424) that gets the file's records as well:
 *                                    local, a socket's path, tcp:HOST:PORT, or over TLS (RFC 5425)
 *                                    tls://HOST:PORT?ca=FILE, with &name=NAME (else HOST) that its
 *                                    certificate must have, &crl=FILE, and our own as
 *                                    &cert=FILE&key=FILE. It is never what makes them durable; one
 *                                    that was away gets them later, and on_ssh_status says why
 * AuditRequired (own)                default True: what can't be recorded fails with 3014. Always so
 *                                    under policies that require an audit
 * AuditDigests (own)                 whether records hold SHA-256 of the streams; default: the policy's
 * ProviderCertificate (own)          the module's certificate number, for the records
 * BuildInfo                          read-only
 * LicenseInfo                        read-only: that none is needed
 * UseInternalSecurityAPI             False; True is an error, as all cryptography is the provider's
 * ProcessIdleEvents                  default True; False: do_events leaves a connection alone on which
 *                                    no method runs
 * ChannelDataEOL, MaxChannelDataLength  set together: output comes in pieces that end with the mark
 *                                    or have that length (at most 1 MiB). An index such as [0] may
 *                                    stand behind the names and means nothing, as one channel is
 *                                    open at a time. A mark with zero bytes: sexec_config_bytes
 * ChannelDataEOLFound                read-only, in on_stdout and on_stderr: whether the mark ended it
 * RecordLength                       output comes in pieces of this length; 0 (default): it doesn't
 * UseTerminal                        default False; True: commands run in a pseudo-terminal
 * TerminalWidth, TerminalHeight      defaults 80 and 24; TerminalUsePixel: they count pixels
 * TerminalModes                      opcode=value pairs (RFC 4254 section 8) with commas: "53=0"
 * EncodedTerminalModes               the same as bytes: in hex, or by sexec_config_bytes
 * TerminalType (own)                 TERM of the command, default "vt100"
 * SSHKeepAliveInterval               seconds of silence before a request; default 0, never
 * SSHKeepAliveCountMax               requests in a row without a life sign; then 1039. Default 5
 * CodePage                           the page of send_stdin_text; default 65001, UTF-8. 434 for one
 *                                    that this machine's iconv lacks
 * DisconnectOnChannelClose           default False; True: the connection ends with the command
 * WaitForChannelClose                default True: a logoff while a command runs waits for the server's
 *                                    answer to CHANNEL_CLOSE, the server's end or timeout seconds (2
 *                                    with timeout 0), and then says good-bye. Many servers answer
 *                                    when the command is over. After a timeout, an interrupt or in
 *                                    reset nothing waits
 * WaitForServerDisconnect            default False; True: after the good-bye of a logoff the server
 *                                    closes the TCP connection, so that no port here is kept in
 *                                    TIME_WAIT; after timeout seconds (2 with timeout 0) we do
 */
#ifndef SEXEC_SETTINGS_H
#define SEXEC_SETTINGS_H

#include <sexec/sexec.h>

#endif
