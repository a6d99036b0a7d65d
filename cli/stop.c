#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t wanted;

static void want(int number)
{
    (void)number;
    wanted = 1;
}

/* Without SA_RESTART, so that reading a pipe is interrupted too. */
void stop_watch(void)
{
    struct sigaction action = { .sa_handler = want, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_wanted(void *context)
{
    (void)context;
    return wanted;
}
