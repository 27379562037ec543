/* services/cryptoki.h: as much of PKCS#11 (Cryptoki 2.40) as signing on takes: numbers, structures
 * and the functions of a module, declared here so that nothing else is needed to build or to link.
 *
 * A module is a shared library; C_GetFunctionList gives its functions. On this platform structures
 * have the compiler's own alignment, and every number is an unsigned long. */
#ifndef SX_SERVICES_CRYPTOKI_H
#define SX_SERVICES_CRYPTOKI_H

enum {
    CKR_OK = 0x000,
    CKR_SLOT_ID_INVALID = 0x003,
    CKR_DEVICE_ERROR = 0x030,
    CKR_DEVICE_REMOVED = 0x032,
    CKR_KEY_HANDLE_INVALID = 0x060,
    CKR_OBJECT_HANDLE_INVALID = 0x082,
    CKR_PIN_INCORRECT = 0x0a0,
    CKR_PIN_INVALID = 0x0a1,
    CKR_PIN_LEN_RANGE = 0x0a2,
    CKR_PIN_EXPIRED = 0x0a3,
    CKR_PIN_LOCKED = 0x0a4,
    CKR_SESSION_CLOSED = 0x0b0,
    CKR_SESSION_HANDLE_INVALID = 0x0b3,
    CKR_TOKEN_NOT_PRESENT = 0x0e0,
    CKR_USER_ALREADY_LOGGED_IN = 0x100,
    CKR_USER_NOT_LOGGED_IN = 0x101,
    CKR_ALREADY_INITIALIZED = 0x191,
};

enum {
    CKA_CLASS = 0x000,
    CKA_LABEL = 0x003,
    CKA_VALUE = 0x011,
    CKA_KEY_TYPE = 0x100,
    CKA_ID = 0x102,
    CKA_MODULUS = 0x120,
    CKA_PUBLIC_EXPONENT = 0x122,
    CKA_EC_PARAMS = 0x180,
    CKA_EC_POINT = 0x181,
    CKA_ALWAYS_AUTHENTICATE = 0x202,
    CKO_CERTIFICATE = 1,
    CKO_PUBLIC_KEY = 2,
    CKO_PRIVATE_KEY = 3,
    CKK_RSA = 0,
    CKK_EC = 3,
};

enum {
    CKM_RSA_PKCS = 0x0001,
    CKM_SHA256_RSA_PKCS = 0x0040,
    CKM_SHA512_RSA_PKCS = 0x0042,
    CKM_ECDSA = 0x1041,
    CKM_ECDSA_SHA256 = 0x1044,
    CKM_ECDSA_SHA384 = 0x1045,
    CKM_ECDSA_SHA512 = 0x1046,
    CKU_USER = 1,
    CKU_CONTEXT_SPECIFIC = 2,
    CKF_OS_LOCKING_OK = 0x02,
    CKF_SERIAL_SESSION = 0x04,
    CKF_LOGIN_REQUIRED = 0x04,
    CKF_TOKEN_INITIALIZED = 0x400,
    CKF_USER_PIN_LOCKED = 0x40000,
    CKF_SIGN = 0x800,
};

#define CK_UNAVAILABLE (~0UL)

struct ck_attribute {
    unsigned long type;
    void *value;
    unsigned long length;
};

struct ck_mechanism {
    unsigned long mechanism;
    void *parameter;
    unsigned long parameter_length;
};

struct ck_mechanism_info {
    unsigned long least_size, most_size, flags;
};

struct ck_initialize_args {
    void *create_mutex, *destroy_mutex, *lock_mutex, *unlock_mutex;
    unsigned long flags;
    void *reserved;
};

struct ck_token_info {
    unsigned char label[32], manufacturer[32], model[16], serial[16];
    unsigned long flags;
    unsigned long numbers[10];
    unsigned char hardware[2], firmware[2], time[16];
};

/* All functions in the order of the standard; those that aren't called have no type. */
struct ck_functions {
    unsigned char version[2];
    unsigned long (*initialize)(struct ck_initialize_args *args);
    void *finalize, *get_info, *get_function_list;
    unsigned long (*get_slot_list)(unsigned char with_token, unsigned long *slots,
                                   unsigned long *count);
    void *get_slot_info;
    unsigned long (*get_token_info)(unsigned long slot, struct ck_token_info *info);
    void *get_mechanism_list;
    unsigned long (*get_mechanism_info)(unsigned long slot, unsigned long mechanism,
                                        struct ck_mechanism_info *info);
    void *init_token, *init_pin, *set_pin;
    unsigned long (*open_session)(unsigned long slot, unsigned long flags, void *application,
                                  void *notify, unsigned long *session);
    unsigned long (*close_session)(unsigned long session);
    void *close_all_sessions, *get_session_info, *get_operation_state, *set_operation_state;
    unsigned long (*login)(unsigned long session, unsigned long user, unsigned char *pin,
                           unsigned long length);
    void *logout, *create_object, *copy_object, *destroy_object, *get_object_size;
    unsigned long (*get_attribute_value)(unsigned long session, unsigned long object,
                                         struct ck_attribute *attributes, unsigned long count);
    void *set_attribute_value;
    unsigned long (*find_objects_init)(unsigned long session, struct ck_attribute *attributes,
                                       unsigned long count);
    unsigned long (*find_objects)(unsigned long session, unsigned long *objects, unsigned long most,
                                  unsigned long *count);
    unsigned long (*find_objects_final)(unsigned long session);
    void *encrypting[4], *decrypting[4], *digesting[5];
    unsigned long (*sign_init)(unsigned long session, struct ck_mechanism *mechanism,
                               unsigned long key);
    unsigned long (*sign)(unsigned long session, unsigned char *data, unsigned long length,
                          unsigned char *signature, unsigned long *signature_length);
};

#endif
