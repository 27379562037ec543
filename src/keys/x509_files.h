/* keys/x509_files.h: trust anchors and revocation lists as people have them: PEM text with one or
 * many, DER, or the base64 of DER. */
#ifndef SX_KEYS_X509_FILES_H
#define SX_KEYS_X509_FILES_H

#include "crypto/x509_trust.h"

enum { SX_X509_FILE_BYTES = 8 * 1024 * 1024 };

enum sx_x509_kind { SX_X509_ANCHORS, SX_X509_CRLS };

/* sx_x509_add_text adds all that a text holds; PEM blocks of another kind are passed over, but a
 * text without one of this kind is an error. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_x509_add_text(struct sx_x509_trust *trust, enum sx_x509_kind kind,
                                         struct sx_slice text, struct sx_fault *fault);

/* sx_x509_add_file does so with a file. SX_ERR_FILE, SX_ERR_FILE_MODE. */
SX_MUST_USE enum sx_err sx_x509_add_file(struct sx_x509_trust *trust, enum sx_x509_kind kind,
                                         const char *path, struct sx_fault *fault);

#endif
