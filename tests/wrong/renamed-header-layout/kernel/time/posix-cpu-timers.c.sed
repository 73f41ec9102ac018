s/^#include "posix-timers.h"/#include "k_clock.h"/
