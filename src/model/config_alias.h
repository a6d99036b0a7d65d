/* config_alias.h -- other systems' names for the same settings.
 *
 * Only names that mean the same are here; what differs is an unknown key, so that nobody's setting is
 * silently taken for another. A name with an empty `key` concerns the machine it ran on and is passed over.
 */
#ifndef MODEL_CONFIG_ALIAS_H
#define MODEL_CONFIG_ALIAS_H

typedef struct {
    const char *name;
    const char *key, *also; /* one name may set two keys: also is NULL otherwise */
    const char *system;     /* "JoeyNMT", "OpenNMT" */
} KeyAlias;

typedef struct {
    const char *key, *name, *value; /* for this key, name means value */
} ValueAlias;

/* Both end with a row whose name is NULL. */
extern const KeyAlias config_key_aliases[];
extern const ValueAlias config_value_aliases[];

const KeyAlias *config_key_alias(const char *name);                 /* NULL: none */
const char *config_value_alias(const char *key, const char *value); /* value itself when it is no alias */

#endif
