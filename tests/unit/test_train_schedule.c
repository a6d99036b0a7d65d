/* Every schedule's rate at points worked out by hand, and the plateau's counting. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "train/schedule.h"

static Config config_of(const char *schedule)
{
    Config c = { .schedule = (char *)(uintptr_t)schedule,
                 .learning_rate = 0.4,
                 .schedule_warmup = 10,
                 .schedule_steps = 30,
                 .schedule_factor = 0.5,
                 .schedule_min_rate = 0.001,
                 .schedule_patience = 2 };
    c.decoder.hidden = 64;
    return c;
}

static const struct {
    const char *schedule;
    int step, drops;
    double rate;
} cases[] = {
    { "constant", 1, 0, 0.4 },
    { "constant", 1000000, 5, 0.4 },
    { "plateau", 1, 0, 0.4 },
    { "plateau", 70, 2, 0.1 },
    { "plateau", 70, 20, 0.001 },
    { "inverse-sqrt", 1, 0, 0.04 },
    { "inverse-sqrt", 10, 0, 0.4 },
    { "inverse-sqrt", 40, 0, 0.2 },
    { "inverse-sqrt", 100000000, 0, 0.001 },
    { "noam", 1, 0, 0.4 / 8 / (10 * 3.16227766) },
    { "noam", 10, 0, 0.4 / 8 / 3.16227766 },
    { "noam", 100, 0, 0.4 / 8 / 10 },
    { "cosine", 5, 0, 0.2 },
    { "cosine", 10, 0, 0.4 },
    { "cosine", 20, 0, (0.4 + 0.001) / 2 },
    { "cosine", 30, 0, 0.001 },
    { "cosine", 31, 0, 0.001 },
    { "step", 1, 0, 0.4 },
    { "step", 30, 0, 0.4 },
    { "step", 31, 0, 0.2 },
    { "step", 61, 9, 0.1 },
    { "step", 3000, 0, 0.001 },
};

static void test_rates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Config c = config_of(cases[i].schedule);
        double rate = schedule_rate(&c, cases[i].step, &(Plateau){ .drops = cases[i].drops });
        if (!(fabs(rate - cases[i].rate) < 1e-8))
            fail_msg("%s at %d: %.9g, not %.9g", cases[i].schedule, cases[i].step, rate, cases[i].rate);
    }
}

static void test_every_one_is_tested(void **state)
{
    (void)state;
    for (const Schedule *s = schedules; s->name; s++) {
        bool found = false;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            found = found || !strcmp(cases[i].schedule, s->name);
        assert_true(found);
        assert_ptr_equal(schedule_find(s->name), s);
    }
    assert_null(schedule_find("cosin"));
}

static void test_no_warmup(void **state)
{
    (void)state;
    for (const Schedule *s = schedules; s->name; s++) {
        Config c = config_of(s->name);
        c.schedule_warmup = 0;
        double rate = schedule_rate(&c, 1, &(Plateau){ 0 });
        assert_true(rate > 0 && rate <= 0.4);
    }
}

static void test_plateau(void **state)
{
    (void)state;
    Config c = config_of("plateau");
    static const bool best[] = { true, false, true, false, false, false, false, true, false };
    static const int drops[] = { 0, 0, 0, 0, 1, 1, 2, 2, 2 };
    Plateau p = { 0 };
    for (int i = 0; i < 9; i++) {
        schedule_validated(&c, &p, best[i]);
        assert_int_equal(p.drops, drops[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_every_one_is_tested),
        cmocka_unit_test(test_no_warmup),
        cmocka_unit_test(test_plateau),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
