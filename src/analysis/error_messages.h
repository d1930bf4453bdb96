#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "millrace/types.h"

namespace millrace::analysis {

using MessageParameters = std::map<std::string, std::string>;

/// The failure that Spark 4.2 gives for `condition` ("UNRESOLVED_COLUMN.WITH_SUGGESTION"):
/// InvalidArgument, or Unsupported for the conditions that start with UNSUPPORTED, with the message
/// `[CONDITION] text SQLSTATE: xxxxx` and the parameters attached. `parameters` are already quoted
/// as Spark quotes them. Precondition: the condition is in the table of error_messages.cc.
base::Status AnalysisError(std::string_view condition, MessageParameters parameters);

/// DATATYPE_MISMATCH.`reason` for the expression with the text `sql`.
base::Status TypeMismatch(std::string_view reason, std::string_view sql,
                          MessageParameters parameters);

/// Legal for Spark, but not possible here. `what` names the relation, expression or function,
/// `advice` says what to do instead.
base::Status NotPossibleHere(std::string_view what, std::string_view advice);

/// `text` with the parameters in place of <their names>.
std::string FillMessage(std::string_view text, const MessageParameters& parameters);

/// "\"INT\"": a type as messages show it.
std::string QuoteType(const DataType& type);
/// "\"(a + 1)\"": an expression as messages show it.
std::string QuoteSql(std::string_view sql);
/// "first", "second", "third", "4th", ... for the zero-based `index`.
std::string Ordinal(std::size_t index);

}  // namespace millrace::analysis
