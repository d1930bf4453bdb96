#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"

namespace millrace::session {

/// The failure that Spark gives for a condition of commands and catalogs: message, SQLSTATE and
/// parameters as in Spark. Precondition: the condition is in the table of sql_errors.cc.
base::Status SqlError(std::string_view condition, std::map<std::string, std::string> parameters);

/// Legal for Spark, but not possible here (UNSUPPORTED_FEATURE). `advice` says what to do instead.
base::Status RefusedHere(std::string_view what, std::string_view advice);

/// "`a`.`b c`".
std::string QuoteIdentifier(const std::vector<std::string>& parts);

/// The parts of an unparsed name: dots separate, backticks quote. INVALID_ATTRIBUTE_NAME_SYNTAX's
/// kin for what is no name.
base::Result<std::vector<std::string>> NameParts(std::string_view unparsed);

}  // namespace millrace::session
