#pragma once

#include <string>
#include <vector>

#include <absl/time/time.h>

#include "data/value.h"
#include "millrace/types.h"

namespace millrace::data {

/// Spark's Row.json: an object of the columns; dates and times as texts, these in `zone`; structs
/// as objects; maps with string keys as objects, others as lists of {"key":,"value":}; binary as
/// base64. `values` has one for each column.
std::string RowJson(const std::vector<Value>& values, const StructType& schema,
                    absl::TimeZone zone);

/// The values alone as Jackson writes those of a Row: a list; dates and times as milliseconds since
/// the epoch; structs as {"values":[...],"schema":{...}}; maps as objects; binary as base64.
std::string RowValuesJson(const std::vector<Value>& values, const StructType& schema);

}  // namespace millrace::data
