#pragma once

#include <string_view>

#include "base/status.h"

namespace millrace::fs {

/// What the system's error number `error` means for `action` on `path`, and what to do about it:
/// `cannot write /a/b: No space left on device: free some space and start again`. Precondition:
/// error != 0.
base::Status ErrnoStatus(int error, std::string_view action, std::string_view path);

}  // namespace millrace::fs
