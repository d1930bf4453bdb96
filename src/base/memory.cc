#include "base/memory.h"

#if defined(__linux__)
#include <malloc.h>
#endif

namespace millrace::base {

void ReturnFreeMemory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace millrace::base
