#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "millrace/types.h"
#include "plan/plan.h"

namespace millrace::session {

class SessionState;

/// Is this a format whose writers take lines of text that the query makes (json, csv)? `format` in
/// lower case.
bool IsRenderedAsLines(std::string_view format);

struct TextLines {
  plan::RelationPtr rows;    ///< The lines, then the partition columns.
  plan::RelationPtr header;  ///< One line, of csv; null: none.
};

/// `rows`, whose columns are `schema`, as lines of json or csv. SparkException for a `header` that
/// is neither true nor false. The writer of the lines gets the same options and refuses those that
/// nobody knows.
base::Result<TextLines> AsTextLines(const plan::RelationPtr& rows, const StructType& schema,
                                    std::string_view format,
                                    const std::vector<std::string>& partition_columns,
                                    const plan::Options& options);

/// The text of the header.
base::Result<std::optional<std::string>> FirstLine(const SessionState& session,
                                                   const TextLines& lines);

}  // namespace millrace::session
