/* config_preset.c -- see config_preset.h.
 *
 * Shapes: tiny is that of Wu et al. 2021 for Multi30k, small that of many small parallel corpora, base that
 * of Vaswani et al. 2017. Training: Adam with beta2 0.98 and a rate that rises for `warmup` steps and then
 * falls with their root, as those papers have it; base's 0.0007 is the peak of Vaswani's own formula.
 */
#include "model/config_preset.h"

#include <stddef.h>

#include "base/str.h"

const char *const preset_names[] = { "none", "tiny", "small", "base", NULL };

const PresetRow preset_rows[] = {
    { "model.type", { "transformer", "transformer", "transformer" } },
    { "model.encoder.layers", { "4", "3", "6" } },
    { "model.encoder.hidden", { "128", "256", "512" } },
    { "model.encoder.heads", { "4", "8", "8" } },
    { "model.encoder.feed_forward", { "256", "1024", "2048" } },
    { "model.encoder.dropout", { "0.3", "0.1", "0.1" } },
    { "model.decoder.layers", { "4", "3", "6" } },
    { "model.decoder.hidden", { "128", "256", "512" } },
    { "model.decoder.heads", { "4", "8", "8" } },
    { "model.decoder.feed_forward", { "256", "1024", "2048" } },
    { "model.decoder.dropout", { "0.3", "0.1", "0.1" } },
    { "model.attention.dropout", { "0.1", "0.1", "0.1" } },
    { "model.feed_forward_dropout", { "0.1", "0.1", "0.1" } },
    { "train.learning_rate", { "0.005", "0.001", "0.0007" } },
    { "train.beta2", { "0.98", "0.98", "0.98" } },
    { "train.schedule.type", { "inverse-sqrt", "inverse-sqrt", "inverse-sqrt" } },
    { "train.schedule.warmup", { "2000", "4000", "4000" } },
    { NULL, { NULL, NULL, NULL } },
};

int preset_find(const char *name)
{
    for (int i = 0; i < N_PRESETS; i++)
        if (text_equal(preset_names[i + 1], name))
            return i;
    return -1;
}
