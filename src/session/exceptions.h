#pragma once

#include <utility>

#include "base/result.h"
#include "base/status.h"
#include "millrace/errors.h"
#include "stream/progress.h"

namespace millrace::session {

/// Throws what Spark would throw for this failure. Precondition: !status.ok().
[[noreturn]] void Throw(const base::Status& status);

inline void ThrowIfError(const base::Status& status) {
  if (!status.ok()) Throw(status);
}

template <typename T>
T ValueOrThrow(base::Result<T> result) {
  if (!result.ok()) Throw(result.status());
  return std::move(result).value();
}

/// The exception of a query that ended with `failure`: condition STREAM_FAILED, SQLSTATE XXKST,
/// Spark's text with the query's identity and its committed offsets below.
StreamingQueryException MakeQueryException(
    const stream::QueryIdentity& query, const base::Status& failure,
    const std::vector<std::pair<std::string, std::string>>& committed_offsets);

}  // namespace millrace::session
