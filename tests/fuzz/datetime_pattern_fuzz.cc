// A datetime format option, a line feed, a text: what was read can be written again and read back
// to the same.

#include "fuzz.h"
#include "processor/duckdb/datetime_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::processor::duckdb;
  std::string_view input = millrace::fuzz::Text(data, size);
  std::size_t split = input.find('\n');
  if (split == std::string_view::npos) return 0;
  std::string_view text = input.substr(split + 1);
  const TimeZone zone = *TimeZone::Parse("Europe/Berlin");
  for (bool for_parsing : {true, false}) {
    auto pattern = DatetimePattern::Compile(input.substr(0, split), for_parsing);
    if (!pattern.ok()) {
      static_cast<void>(DatetimePattern::SparkError(input.substr(0, split), pattern.status()));
      continue;
    }
    if (for_parsing) {
      std::string why;
      static_cast<void>(pattern->ParseTimestamp(text, zone, &why));
      static_cast<void>(pattern->ParseDate(text));
      static_cast<void>(pattern->ParseTimestampNtz(text, true));
      static_cast<void>(pattern->ParseTimestampNtz(text, false));
    } else {
      for (std::int64_t micros : {std::int64_t{0}, INT64_MAX, INT64_MIN,
                                  INT64_C(-62135596800000001), INT64_C(1769862896789000)}) {
        static_cast<void>(pattern->Format(micros, nullptr));
        if (!pattern->has_zone_names()) static_cast<void>(pattern->Format(micros, &zone));
      }
    }
  }
  return 0;
}
