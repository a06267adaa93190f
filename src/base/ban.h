/* ban: functions that this house does not use.  Included by the compiler before every file. */
#ifndef BASE_BAN_H
#define BASE_BAN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok localtime gmtime atoi atol atof
#pragma GCC poison mktemp tmpnam system popen

#endif
