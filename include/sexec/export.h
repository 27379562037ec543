/* sexec/export.h: marks what the shared library exports. */
#ifndef SEXEC_EXPORT_H
#define SEXEC_EXPORT_H

#if defined(__GNUC__)
#define SEXEC_API __attribute__((visibility("default")))
#else
#define SEXEC_API
#endif

#endif
