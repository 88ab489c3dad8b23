// Stops the clock of the program it is loaded into, as far as time(2) tells it: a test about a time of day does not have to
// win a race against the real one. Timers go on.
//
// Environment: FIXED_TIME, seconds since 1970.

#include <stdlib.h>
#include <time.h>

time_t time(time_t *result) {
    const char *text = getenv("FIXED_TIME");
    time_t now = text ? (time_t)strtoll(text, NULL, 10) : 0;
    if (result) *result = now;
    return now;
}
