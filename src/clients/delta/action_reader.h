#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "clients/delta/actions.h"

namespace millrace::clients::delta {

/// Calls `take` for every action of a commit (or of a JSON checkpoint), in file order. Unknown
/// fields are ignored, unknown actions come as OtherAction. Corrupt names `file` and the line. The
/// first failure of `take` ends the reading.
base::Status ReadActions(std::string_view bytes, std::string_view file,
                         const std::function<base::Status(Action&&)>& take);

/// Is this text one JSON value? For what goes into a commit as it is.
bool IsJson(std::string_view text);

}  // namespace millrace::clients::delta
