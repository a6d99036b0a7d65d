#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t wanted;

static void want(int number)
{
    (void)number;
    wanted = 1;
}

void stop_watch(bool whole)
{
    struct sigaction action = { .sa_handler = want, .sa_flags = (int)SA_RESETHAND }, hangup;
    if (whole)
        action.sa_flags |= SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) /* nohup means it */
        sigaction(SIGHUP, &action, NULL);
}

bool stop_wanted(void *context)
{
    (void)context;
    return wanted;
}
