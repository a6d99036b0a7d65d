/* config_preset.h -- sizes of Transformers by name: what `model.preset` sets where a key is not given. */
#ifndef MODEL_CONFIG_PRESET_H
#define MODEL_CONFIG_PRESET_H

enum { N_PRESETS = 3 };

extern const char *const preset_names[]; /* "none", then N_PRESETS names, then NULL */

typedef struct {
    const char *key, *value[N_PRESETS];
} PresetRow;
extern const PresetRow preset_rows[]; /* ends with a NULL key */

int preset_find(const char *name); /* a column of preset_rows; -1: `none` */

#endif
