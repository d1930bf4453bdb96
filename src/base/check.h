#pragma once

#include <string_view>

namespace millrace::base {

/// Prints the place and the text to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, std::string_view text);

}  // namespace millrace::base

/// For our own bugs only, on in every build. Never on input: input gets a Status.
#define MILLRACE_CHECK(condition)                                                    \
  do {                                                                               \
    if (!(condition)) ::millrace::base::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
