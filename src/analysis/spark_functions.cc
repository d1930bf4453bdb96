#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

// Sorted.
constexpr auto kFunctionsOfSpark = std::to_array<std::string_view>({
      "&", "^", "abs", "acos", "aes_decrypt", "aes_encrypt", "aggregate", "any_value",
      "approx_count_distinct", "array", "array_append", "array_compact", "array_contains",
      "array_distinct", "array_except", "array_insert", "array_intersect", "array_join",
      "array_max", "array_min", "array_position", "array_prepend", "array_remove", "array_repeat",
      "array_size", "array_sort", "array_union", "arrays_overlap", "arrays_zip", "ascii", "asin",
      "assert_true", "atan", "avg", "base64", "bin", "bit_and", "bit_count", "bit_get",
      "bit_length", "bit_or", "bool_and", "bool_or", "bround", "cardinality", "cbrt", "ceil",
      "ceiling", "char_length", "character_length", "chr", "collate", "collation", "collect_list",
      "collect_set", "concat_ws", "contains", "conv", "convert_timezone", "corr", "cos", "cosh",
      "cot", "count", "count_distinct", "count_if", "covar_pop", "covar_samp", "crc32", "csc",
      "cume_dist", "curdate", "current_catalog", "current_database", "current_timezone",
      "current_user", "date", "date_add", "date_diff", "date_from_unix_date", "date_part",
      "date_sub", "date_trunc", "dateadd", "datediff", "dayname", "decode", "degrees",
      "dense_rank", "div", "e", "element_at", "elt", "encode", "endswith", "equal_null", "every",
      "exists", "exp", "explode", "explode_outer", "expm1", "extract", "factorial", "filter",
      "find_in_set", "first", "flatten", "floor", "forall", "format_number", "format_string",
      "from_avro", "from_csv", "from_protobuf", "from_unixtime", "from_utc_timestamp", "from_xml",
      "get", "get_json_object", "greatest", "grouping", "grouping_id", "hash", "hex",
      "hll_sketch_agg", "hypot", "if", "ifnull", "ilike", "initcap", "inline", "input_file_name",
      "instr", "is_valid_utf8", "is_variant_null", "isnan", "isnull", "json_array_length",
      "json_object_keys", "json_tuple", "kurtosis", "lag", "last", "last_day", "lcase", "lead",
      "least", "left", "levenshtein", "like", "listagg", "ln", "localtimestamp", "locate", "log",
      "log10", "log1p", "log2", "lpad", "ltrim", "luhn_check", "make_date", "make_dt_interval",
      "make_interval", "make_timestamp", "make_valid_utf8", "make_ym_interval", "map_concat",
      "map_entries", "map_filter", "map_from_arrays", "map_keys", "map_values", "mask", "max",
      "max_by", "md5", "mean", "median", "min", "min_by", "mod", "mode",
      "monotonically_increasing_id", "monthname", "months_between", "nanvl", "next_day",
      "nth_value", "ntile", "nullif", "nullifzero", "nvl", "nvl2", "octet_length", "overlay",
      "parse_json", "parse_url", "percent_rank", "percentile", "pi", "pmod", "posexplode",
      "position", "positive", "pow", "power", "quote", "radians", "raise_error", "rand", "randn",
      "randstr", "rank", "reduce", "regexp", "regexp_count", "regexp_extract", "regexp_instr",
      "regexp_like", "regexp_replace", "regexp_substr", "repeat", "replace", "reverse", "right",
      "rint", "rlike", "round", "row_number", "rpad", "rtrim", "schema_of_csv", "schema_of_json",
      "sec", "sentences", "sequence", "session_user", "session_window", "sha", "sha1", "sha2",
      "shiftleft", "shiftright", "shuffle", "sign", "signum", "sin", "sinh", "size", "skewness",
      "slice", "some", "sort_array", "soundex", "space", "spark_partition_id", "split",
      "split_part", "sqrt", "stack", "startswith", "std", "stddev", "str_to_map", "string",
      "string_agg", "substring_index", "sum", "tan", "tanh", "timestamp", "timestamp_micros",
      "timestamp_millis", "timestamp_seconds", "timestampadd", "timestampdiff", "to_avro",
      "to_binary", "to_char", "to_csv", "to_date", "to_number", "to_timestamp_ltz",
      "to_timestamp_ntz", "to_unix_timestamp", "to_utc_timestamp", "to_varchar", "to_xml",
      "transform", "translate", "trim", "trunc", "try_add", "try_avg", "try_cast", "try_divide",
      "try_element_at", "try_mod", "try_multiply", "try_parse_json", "try_subtract", "try_sum",
      "try_to_number", "try_to_timestamp", "try_validate_utf8", "try_variant_get", "typeof",
      "ucase", "unbase64", "unhex", "uniform", "unix_date", "unix_micros", "unix_millis",
      "unix_seconds", "unix_timestamp", "url_decode", "url_encode", "user", "uuid",
      "validate_utf8", "var_pop", "variance", "variant_get", "version", "weekday", "width_bucket",
      "window", "window_time", "xxhash64", "zeroifnull", "zip_with", "|", "||", "~",
});
static_assert(std::is_sorted(kFunctionsOfSpark.begin(), kFunctionsOfSpark.end()));

}  // namespace

bool SparkHasFunction(std::string_view name) {
  return std::binary_search(kFunctionsOfSpark.begin(), kFunctionsOfSpark.end(), name);
}

}  // namespace millrace::analysis
