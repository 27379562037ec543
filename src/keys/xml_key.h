/* keys/xml_key.h: keys in XML, as XML Signature has them (RFC 3275 section 6.4) and .NET writes
 * them with their private numbers: RSAKeyValue and DSAKeyValue. */
#ifndef SX_KEYS_XML_KEY_H
#define SX_KEYS_XML_KEY_H

#include "keys/key_sink.h"

/* sx_xml_key_decode reads one key. A declaration, attributes and blanks may be there; comments,
 * document types, entities and anything nested deeper may not. For other types of key there is no
 * such form with private numbers, so they are left out. SX_ERR_KEY_FORMAT. */
SX_MUST_USE enum sx_err sx_xml_key_decode(struct sx_provider *provider, struct sx_slice text,
                                          struct sx_fault *fault, const struct sx_key_sink *sink);

#endif
