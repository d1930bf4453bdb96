#pragma once

#include <string>

#include "processor/duckdb/json_tokenizer.h"

namespace millrace::processor::duckdb {

/// Appends the value at the token, with all that is in it, as Jackson's generator copies it: without
/// spaces, floating numbers as Java's doubles, characters beyond the first plane escaped. Ends at the
/// value's last token. False: malformed.
[[nodiscard]] bool CopyJson(JsonTokenizer* tokenizer, std::string* out);

}  // namespace millrace::processor::duckdb
