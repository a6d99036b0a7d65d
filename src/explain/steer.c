#include "explain/steer.h"

static ColumnEdit *edit_of(ColumnEdit *edit, Columns *columns, const bool *chosen)
{
    *columns = (Columns){ .others = chosen };
    *edit = (ColumnEdit){ .n_sentences = 1, .sentences = columns };
    return edit;
}

static bool is_meant(const Steer *s, const OverridePlace *p)
{
    return p->t >= s->from && p->t < s->to && (s->layer < 0 || s->layer == p->layer) &&
           (s->head < 0 || s->head == p->head);
}

static void steer(const void *context, const OverridePlace *place, int n, real *weights)
{
    const Steering *s = context;
    ColumnEdit edit;
    Columns columns;
    if (s->closed)
        override_close(edit_of(&edit, &columns, s->closed), place, n, weights);
    for (int i = 0; i < s->n_steers; i++)
        if (is_meant(&s->steers[i], place))
            override_attend(edit_of(&edit, &columns, s->steers[i].open), place, n, weights);
}

Override steer_override(const Steering *s)
{
    return (Override){ .layer = -1, .head = -1, .edit = steer, .context = s };
}
