#include "sources/file/csv_schema.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <set>

#include <fmt/format.h>

#include "clients/files/errors.h"
#include "data/cast_text.h"
#include "data/datetime_text.h"
#include "data/decimal_text.h"
#include "sources/file/file_options.h"
#include "sources/file/type_merge.h"

namespace millrace::sources::file {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;
using Cells = std::vector<std::optional<std::string>>;

struct Inference {
  CsvFormat format;
  bool infer = false;
  bool prefer_date = true;
  std::string nan = "NaN";
  std::string positive_infinity = "Inf";
  std::string negative_infinity = "-Inf";
  data::TimeZone zone;
};

Result<char> CharacterOption(const connector::Options& options, const char* name, char fallback) {
  const auto text = options.GetString(name);
  if (!text) return fallback;
  if (text->empty()) return '\0';
  if (text->size() == 1) return (*text)[0];
  return Status::InvalidArgument(fmt::format("{} cannot be more than one character", name))
      .WithSparkError({"SparkRuntimeException", "", "", {}});
}

Result<Inference> ReadOptionsOf(const connector::Options& options, const std::string& zone) {
  Inference read;
  for (const char* name : {"delimiter", "sep"}) {
    if (const auto separator = options.GetString(name)) read.format.separator = *separator;
  }
  if (read.format.separator == "\\t") read.format.separator = "\t";
  if (read.format.separator.empty()) {
    return Status::InvalidArgument("Delimiter cannot be empty string")
        .WithSparkError({"SparkIllegalArgumentException", "INVALID_DELIMITER_VALUE.EMPTY_STRING",
                         "42602", {}});
  }
  MILLRACE_ASSIGN_OR_RETURN(read.format.quote, CharacterOption(options, "quote", '"'));
  MILLRACE_ASSIGN_OR_RETURN(read.format.escape, CharacterOption(options, "escape", '\\'));
  read.format.null_value = options.GetString("nullValue").value_or("");
  MILLRACE_ASSIGN_OR_RETURN(read.format.trim_leading,
                            BoolOption(options, "ignoreLeadingWhiteSpace", false));
  MILLRACE_ASSIGN_OR_RETURN(read.format.trim_trailing,
                            BoolOption(options, "ignoreTrailingWhiteSpace", false));
  MILLRACE_ASSIGN_OR_RETURN(read.infer, BoolOption(options, "inferSchema", false));
  MILLRACE_ASSIGN_OR_RETURN(read.prefer_date, BoolOption(options, "preferDate", true));
  read.nan = options.GetString("nanValue").value_or(read.nan);
  read.positive_infinity = options.GetString("positiveInf").value_or(read.positive_infinity);
  read.negative_infinity = options.GetString("negativeInf").value_or(read.negative_infinity);
  const std::string zone_id = options.GetString("timeZone").value_or(zone);
  const auto parsed = data::TimeZone::Parse(zone_id);
  if (!parsed) return data::LoadTimeZone(zone_id).status();
  read.zone = *parsed;
  for (const char* name : {"dateFormat", "timestampFormat", "timestampNTZFormat"}) {
    if (!read.infer || !options.Has(name)) continue;
    return Status::Unsupported(fmt::format(
        "options \"inferSchema\" and \"{}\" together are not supported: give a schema", name));
  }
  return read;
}

// A cell that begins with a quote. Moves `*at` to the separator behind it.
std::string QuotedCell(std::string_view line, const CsvFormat& format, std::size_t* at) {
  std::string value;
  const std::size_t begin = *at;
  std::size_t i = begin + 1;
  while (i < line.size()) {
    const char c = line[i];
    const bool escapes = c == format.escape && i + 1 < line.size() &&
                         (line[i + 1] == format.quote || line[i + 1] == format.escape);
    if (escapes) {
      value.push_back(line[i + 1]);
      i += 2;
      continue;
    }
    if (c != format.quote) {
      value.push_back(c);
      ++i;
      continue;
    }
    if (i + 1 == line.size() || line.substr(i + 1).starts_with(format.separator)) {
      *at = i + 1;
      return value;
    }
    // STOP_AT_DELIMITER: a quote inside makes all of it a cell without quotes.
    *at = std::min(line.find(format.separator, i), line.size());
    return std::string(line.substr(begin, *at - begin));
  }
  *at = line.size();
  return value;
}

void Trim(const CsvFormat& format, std::string* value) {
  if (format.trim_leading) value->erase(0, std::min(value->find_first_not_of(" \t"), value->size()));
  if (format.trim_trailing) value->erase(value->find_last_not_of(" \t") + 1);
}

std::vector<std::string> HeaderNames(const Cells& cells, bool has_header,
                                     const std::string& null_value) {
  std::vector<std::string> lower;
  for (const auto& cell : cells) lower.push_back(clients::files::LowerCase(cell.value_or("")));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!has_header || !cells[i] || cells[i]->empty() || *cells[i] == null_value) {
      names.push_back(fmt::format("_c{}", i));
    } else if (std::ranges::count(lower, lower[i]) > 1) {
      names.push_back(fmt::format("{}{}", *cells[i], i));
    } else {
      names.push_back(*cells[i]);
    }
  }
  return names;
}

bool IsWhole(std::string_view text, std::int64_t low, std::int64_t high) {
  return text.find_first_not_of("+-0123456789") == text.npos &&
         data::ParseInteger(text, low, high).has_value();
}

/// tryParseInteger and what follows it, beginning with the type so far.
class CellType {
 public:
  explicit CellType(const Inference& options) : options_(options) {}

  DataType Of(const std::string& text, const DataType& so_far) const {
    switch (so_far.kind()) {
      case Kind::kNull:
      case Kind::kInteger:
        if (IsWhole(text, INT32_MIN, INT32_MAX)) return IntegerType();
        [[fallthrough]];
      case Kind::kLong:
        if (IsWhole(text, INT64_MIN, INT64_MAX)) return LongType();
        [[fallthrough]];
      case Kind::kDecimal:
        if (const auto decimal = Decimal(text)) return *decimal;
        [[fallthrough]];
      case Kind::kDouble:
        if (IsDouble(text)) return DoubleType();
        [[fallthrough]];
      case Kind::kDate:
        if (options_.prefer_date && IsDate(text)) return DateType();
        [[fallthrough]];
      case Kind::kTimestamp:
        if (data::ParseTimestamp(text, options_.zone, 0)) return TimestampType();
        [[fallthrough]];
      case Kind::kBoolean: {
        const std::string lower = clients::files::LowerCase(text);
        if (lower == "true" || lower == "false") return BooleanType();
        return StringType();
      }
      default:
        return StringType();
    }
  }

 private:
  static std::optional<DataType> Decimal(std::string text) {
    std::erase(text, ',');  // Thousands in the locale en-US.
    const auto decimal = data::ParseBigDecimal(text);
    if (!decimal || decimal->scale > 0) return std::nullopt;
    const auto digits =
        static_cast<std::int64_t>(std::max<std::size_t>(decimal->digits.size(), 1));
    // Digits beyond 38, and a scale that Spark's type cannot have, make a double.
    if (digits > 38 || decimal->scale < 0) return std::nullopt;
    return DecimalType(static_cast<int>(digits), 0);
  }

  bool IsDouble(const std::string& text) const {
    if (text == options_.nan || text == options_.positive_infinity ||
        text == options_.negative_infinity) {
      return true;
    }
    std::string_view word = data::JavaTrim(text);
    if (!word.empty() && (word[0] == '+' || word[0] == '-')) word.remove_prefix(1);
    const bool is_word = !word.empty() && std::isalpha(static_cast<unsigned char>(word[0]));
    if (is_word && word != "NaN" && word != "Infinity") return false;
    return data::ParseJavaDouble(text).has_value();
  }

  // The pattern yyyy-MM-dd.
  static bool IsDate(std::string_view text) {
    return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
           text.find_first_not_of("0123456789-") == text.npos && data::ParseDate(text).has_value();
  }

  const Inference& options_;
};

}  // namespace

Cells SplitCsv(std::string_view line, const CsvFormat& format) {
  Cells cells;
  std::size_t at = 0;
  while (true) {
    std::string value;
    bool quoted = false;
    std::size_t begin = at;
    if (format.trim_leading) {
      begin = std::min(line.find_first_not_of(" \t", at), line.size());
    }
    if (begin < line.size() && format.quote != '\0' && line[begin] == format.quote) {
      quoted = true;
      at = begin;
      value = QuotedCell(line, format, &at);
    } else {
      const std::size_t end = std::min(line.find(format.separator, at), line.size());
      value = line.substr(at, end - at);
      at = end;
      Trim(format, &value);
    }
    const bool is_null = value.empty() || (!quoted && value == format.null_value);
    cells.push_back(is_null ? std::nullopt : std::optional(std::move(value)));
    if (at >= line.size()) return cells;
    at += format.separator.size();
    if (at == line.size()) {
      cells.emplace_back();
      return cells;
    }
  }
}

Result<StructType> InferCsvSchema(const LineSource& lines, const connector::Options& options,
                                  std::stop_token stop) {
  MILLRACE_ASSIGN_OR_RETURN(const Inference inference,
                            ReadOptionsOf(options, lines.session_time_zone));
  const bool has_header = lines.plan->text.skip_header;
  std::optional<Cells> first;
  MILLRACE_RETURN_IF_ERROR(ForEachLine(lines, false, stop, [&](std::string_view line) {
    first = SplitCsv(line, inference.format);
    return false;
  }));
  if (!first) return StructType();
  const auto names = HeaderNames(*first, has_header, inference.format.null_value);
  std::vector<DataType> types(names.size());
  if (inference.infer) {
    const CellType cell_type(inference);
    MILLRACE_RETURN_IF_ERROR(ForEachLine(lines, has_header, stop, [&](std::string_view line) {
      const Cells cells = SplitCsv(line, inference.format);
      for (std::size_t i = 0; i < std::min(cells.size(), types.size()); ++i) {
        if (!cells[i]) continue;
        types[i] = CompatibleType(types[i], cell_type.Of(*cells[i], types[i]));
      }
      return true;
    }));
  }
  StructType schema;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const DataType type = types[i].is(Kind::kNull) ? DataType(StringType()) : types[i];
    schema = schema.add(StructField{names[i], type, true, "{}"});
  }
  return schema;
}

}  // namespace millrace::sources::file
