#pragma once

namespace millrace::base {

/// Gives the memory that was freed, but that the C library keeps for later, back to the system.
/// Takes some milliseconds, in which other threads may wait for memory.
void ReturnFreeMemory();

}  // namespace millrace::base
