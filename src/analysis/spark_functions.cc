#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

// Sorted.
constexpr auto kFunctionsOfSpark = std::to_array<std::string_view>({
      "abs", "acos", "aes_decrypt", "aes_encrypt", "aggregate", "any_value", "array",
      "array_contains", "array_distinct", "array_join", "array_size", "ascii", "asin", "atan",
      "avg", "base64", "bin", "bit_and", "bit_or", "bround", "cardinality", "cbrt", "ceil",
      "ceiling", "char_length", "character_length", "chr", "collect_list", "collect_set",
      "concat_ws", "contains", "conv", "cos", "count", "count_if", "crc32", "current_catalog",
      "current_database", "current_timezone", "current_user", "date", "date_add", "date_diff",
      "date_from_unix_date", "date_sub", "date_trunc", "dateadd", "datediff", "decode",
      "dense_rank", "element_at", "encode", "endswith", "exists", "exp", "explode",
      "explode_outer", "filter", "first", "flatten", "floor", "forall", "format_number",
      "format_string", "from_avro", "from_csv", "from_protobuf", "from_unixtime",
      "from_utc_timestamp", "from_xml", "get", "get_json_object", "greatest", "grouping", "hash",
      "hex", "if", "ifnull", "initcap", "instr", "isnan", "json_array_length", "json_object_keys",
      "json_tuple", "lag", "last", "last_day", "lead", "least", "left", "levenshtein", "like",
      "ln", "localtimestamp", "locate", "log", "log10", "log2", "lpad", "ltrim", "make_date",
      "make_timestamp", "map_concat", "map_from_arrays", "map_keys", "map_values", "max",
      "max_by", "md5", "mean", "median", "min", "min_by", "mod", "mode",
      "monotonically_increasing_id", "months_between", "nanvl", "next_day", "ntile", "nullif",
      "nvl", "nvl2", "octet_length", "overlay", "parse_json", "parse_url", "percentile", "pi",
      "pmod", "posexplode", "position", "positive", "pow", "power", "quote", "radians",
      "raise_error", "rand", "randn", "rank", "regexp", "regexp_extract", "regexp_like",
      "regexp_replace", "repeat", "replace", "reverse", "right", "rint", "rlike", "round",
      "row_number", "rpad", "rtrim", "schema_of_json", "sequence", "session_window", "sha",
      "sha1", "sha2", "shiftleft", "shiftright", "sign", "sin", "size", "slice", "sort_array",
      "soundex", "space", "split", "split_part", "sqrt", "stack", "startswith", "std", "stddev",
      "string", "sum", "tan", "timestamp", "timestamp_micros", "timestamp_millis",
      "timestamp_seconds", "to_avro", "to_binary", "to_char", "to_csv", "to_date", "to_number",
      "to_timestamp_ltz", "to_timestamp_ntz", "to_unix_timestamp", "to_utc_timestamp",
      "transform", "translate", "trim", "trunc", "try_add", "try_cast", "try_divide",
      "try_multiply", "try_parse_json", "try_subtract", "try_to_timestamp", "typeof", "unbase64",
      "unhex", "unix_date", "unix_micros", "unix_millis", "unix_seconds", "unix_timestamp",
      "url_decode", "url_encode", "uuid", "var_pop", "variance", "window", "window_time",
      "xxhash64", "zip_with",
});
static_assert(std::is_sorted(kFunctionsOfSpark.begin(), kFunctionsOfSpark.end()));

}  // namespace

bool SparkHasFunction(std::string_view name) {
  return std::binary_search(kFunctionsOfSpark.begin(), kFunctionsOfSpark.end(), name);
}

}  // namespace millrace::analysis
