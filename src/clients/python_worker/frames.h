#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::clients::python_worker {

/// What PySpark's workers read and write (pyspark/serializers.py): integers of 4 and 8 bytes, big
/// end first; texts and bytes behind their length.

void AppendInt(std::string* out, std::int32_t value);
void AppendLong(std::string* out, std::int64_t value);
void AppendBool(std::string* out, bool value);
/// Length and bytes.
void AppendText(std::string* out, std::string_view text);

std::int32_t DecodeInt(std::string_view four_bytes);
std::int64_t DecodeLong(std::string_view eight_bytes);

/// Lengths below zero that stand for something else (SpecialLengths).
enum SpecialLength : std::int32_t {
  kEndOfDataSection = -1,
  kExceptionThrown = -2,
  kTimingData = -3,
  kEndOfStream = -4,
};

}  // namespace millrace::clients::python_worker
