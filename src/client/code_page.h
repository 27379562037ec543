/* client/code_page.h: texts in another code page than UTF-8, through the C library's iconv. */
#ifndef SX_CLIENT_CODE_PAGE_H
#define SX_CLIENT_CODE_PAGE_H

#include "client/object.h"

enum { SX_CODE_PAGE_UTF8 = 65001 };

/* The setting; a page that the C library doesn't know is 434. */
int sx_set_code_page(struct sexec *object, const char *value);
int sx_get_code_page(struct sexec *object, struct sx_buffer *out);

/* sx_code_page_encode appends a UTF-8 text in the page. SX_ERR_ARGUMENT when the page is not known
 * here, or has no place for a character, or the text is no UTF-8. */
SX_MUST_USE enum sx_err sx_code_page_encode(int page, struct sx_slice text, struct sx_buffer *out);

#endif
