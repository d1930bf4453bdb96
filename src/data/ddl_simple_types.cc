// Types without types inside: those of one word, and those with numbers or words behind their name.

#include <optional>

#include <fmt/format.h>

#include "data/ddl_parser.h"
#include "data/decimal_limits.h"

namespace millrace::data {

using base::Status;

std::optional<DataType> DdlParser::PlainType(const Token& name) {
  struct Entry {
    const char* keyword;
    DataType type;
  };
  static const auto* entries = new std::vector<Entry>{
      {"BOOLEAN", BooleanType()}, {"TINYINT", ByteType()},
      {"BYTE", ByteType()},       {"SMALLINT", ShortType()},
      {"SHORT", ShortType()},     {"INT", IntegerType()},
      {"INTEGER", IntegerType()}, {"BIGINT", LongType()},
      {"LONG", LongType()},       {"FLOAT", FloatType()},
      {"REAL", FloatType()},      {"DOUBLE", DoubleType()},
      {"DATE", DateType()},       {"TIMESTAMP_LTZ", TimestampType()},
      {"BINARY", BinaryType()},   {"TIMESTAMP_NTZ", TimestampNTZType()},
      {"VOID", NullType()},       {"VARIANT", VariantType()},
  };
  for (const Entry& entry : *entries) {
    if (name.is_keyword(entry.keyword)) return entry.type;
  }
  return std::nullopt;
}

Status DdlParser::ParseString(const Token& name, DataType* type) {
  *type = StringType();
  if (!SkipKeyword("COLLATE")) return Status::Ok();
  std::string collation;
  do {
    std::string part;
    MILLRACE_RETURN_IF_ERROR(ParseName(&part));
    if (!collation.empty()) collation += '.';
    collation += part;
  } while (Skip("."));
  const std::string upper = UpperAscii(collation);
  if (upper != "UTF8_BINARY" && upper != "SYSTEM.BUILTIN.UTF8_BINARY") {
    MeaningError(Status::Unsupported(Message(
        name,
        "STRING COLLATE " + collation + " is not supported, only UTF8_BINARY is: write STRING.")));
  }
  return Status::Ok();
}

Status DdlParser::ParseCharacters(const Token& name, DataType* type) {
  std::vector<int> length;
  MILLRACE_RETURN_IF_ERROR(ParseNumbers(&length));
  if (length.size() > 1) return UnknownType(name, length);
  if (length.empty()) {
    const std::string quoted = "\"" + UpperAscii(name.raw) + "\"";
    MeaningError(ParseError(name,
                            "DataType " + quoted + " requires a length parameter, for example " +
                                quoted + "(10). Please specify the length.",
                            "DATATYPE_MISSING_SIZE", "42K01", {{"type", quoted}}));
  } else if (name.is_keyword("VARCHAR")) {
    *type = VarcharType(length[0]);
  } else {
    *type = CharType(length[0]);
  }
  return Status::Ok();
}

Status DdlParser::ParseDecimal(const Token& name, DataType* type) {
  std::vector<int> numbers;
  MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
  if (numbers.size() > 2) return UnknownType(name, numbers);
  const int precision = numbers.empty() ? 10 : numbers[0];
  const int scale = numbers.size() < 2 ? 0 : numbers[1];
  const Status status = CheckDecimal(precision, scale);
  if (scale > precision) {
    base::SparkError error = status.spark_error();
    error.exception_class = "ParseException";
    MeaningError(Status::InvalidArgument(fmt::format("\n{}\n== SQL ==\n{}", status.message(), ddl_))
                     .WithSparkError(std::move(error)));
  } else {
    MeaningError(status);
  }
  *type = DecimalType(precision, scale);
  return Status::Ok();
}

int DdlParser::TakeField(const std::vector<const char*>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (SkipKeyword(names[i])) return static_cast<int>(i);
  }
  return -1;
}

Status DdlParser::ParseInterval(const Token& name, DataType* type) {
  static const auto* day_time = new std::vector<const char*>{"DAY", "HOUR", "MINUTE", "SECOND"};
  static const auto* year_month = new std::vector<const char*>{"YEAR", "MONTH"};
  for (const auto* names : {year_month, day_time}) {
    const int start = TakeField(*names);
    if (start < 0) continue;
    int end = start;
    const Token& to = Peek();
    if (SkipKeyword("TO")) {
      end = TakeField(*names);
      if (end <= 0) return SyntaxError(to);  // TO DAY and TO YEAR are no syntax.
      if (end <= start) MeaningError(IntervalError(name, (*names)[start], (*names)[end]));
    }
    *type = names == day_time ? DataType(DayTimeIntervalType(start, end))
                              : DataType(YearMonthIntervalType(start, end));
    return Status::Ok();
  }
  *type = CalendarIntervalType();
  return Status::Ok();
}

Status DdlParser::ParseWithoutTimeZone(bool* found) {
  *found = SkipKeyword("WITHOUT");
  if (*found && !(SkipKeyword("TIME") && SkipKeyword("ZONE"))) return SyntaxError(Peek());
  return Status::Ok();
}

Status DdlParser::ParseTimestamp(DataType* type) {
  if (SkipKeyword("WITH")) {
    for (const char* word : {"LOCAL", "TIME", "ZONE"}) {
      if (!SkipKeyword(word)) return SyntaxError(Peek());
    }
    *type = TimestampType();
    return Status::Ok();
  }
  bool without = false;
  MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
  *type = without ? DataType(TimestampNTZType()) : DataType(TimestampType());
  return Status::Ok();
}

Status DdlParser::ParseTime(const Token& name, DataType* type) {
  std::vector<int> numbers;
  MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
  if (numbers.size() > 1) return UnknownType(name, numbers);
  bool without = false;
  MILLRACE_RETURN_IF_ERROR(ParseWithoutTimeZone(&without));
  const int precision = numbers.empty() ? 6 : numbers[0];
  if (precision > 6) {
    MeaningError(
        Status::InvalidArgument(
            fmt::format("[UNSUPPORTED_TIME_PRECISION] The seconds precision {} of the TIME data "
                        "type is out of the supported range [0, 6]. SQLSTATE: 0A001",
                        precision))
            .WithSparkError({"SparkException",
                             "UNSUPPORTED_TIME_PRECISION",
                             "0A001",
                             {{"precision", std::to_string(precision)}}}));
  }
  *type = TimeType(precision);
  return Status::Ok();
}

Status DdlParser::ParseGeo(const Token& name) {
  if (!Peek().is_symbol("(") || !Peek(1).is_keyword("ANY")) {
    if (!Peek().is_symbol("(")) return ParseUnknown(name);
    std::vector<int> numbers;
    MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
  } else {
    Take();
    Take();
    MILLRACE_RETURN_IF_ERROR(Expect(")"));
  }
  MeaningError(Status::Unsupported(
      Message(name, "The type " + UpperAscii(name.raw) + " is not supported; use BINARY.")));
  return Status::Ok();
}

Status DdlParser::ParseUnknown(const Token& name) {
  std::vector<int> numbers;
  MILLRACE_RETURN_IF_ERROR(ParseNumbers(&numbers));
  return UnknownType(name, numbers);
}

}  // namespace millrace::data
