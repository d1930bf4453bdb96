#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace millrace::base {

void CheckFailed(const char* file, int line, std::string_view text) {
  std::fprintf(stderr, "millrace: internal error at %s:%d: %.*s\n", file, line,
               static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace millrace::base
