--#include now
local guard = 1
