#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

class StructType;
struct StructField;

/// A Spark SQL type. A value: copies share one immutable node, so passing it about is cheap.
/// Spelling of names and JSON is that of Spark 4 (org.apache.spark.sql.types).
class DataType {
 public:
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kByte,
    kShort,
    kInteger,
    kLong,
    kFloat,
    kDouble,
    kDecimal,
    kString,
    kChar,
    kVarchar,
    kBinary,
    kDate,
    kTimestamp,
    kTimestampNtz,
    kTime,
    kDayTimeInterval,
    kYearMonthInterval,
    kCalendarInterval,
    kVariant,
    kArray,
    kMap,
    kStruct,
  };

  /// The void type (NullType).
  DataType();

  Kind kind() const;
  bool is(Kind kind) const { return this->kind() == kind; }
  bool isNumeric() const;
  bool isIntegral() const;

  /// "long", "decimal(10,2)", "struct", ...
  std::string typeName() const;
  /// "bigint", "decimal(10,2)", "struct<a:int>", ...
  std::string simpleString() const;
  /// Like simpleString, never shortened.
  std::string catalogString() const;
  /// "BIGINT", "DECIMAL(10,2)", "STRUCT<a: INT NOT NULL>", ...: what error messages show.
  std::string sql() const;
  /// Compact JSON text: "\"long\"" or "{\"type\":\"struct\",...}": Spark's and Delta's schema text.
  std::string json() const;

  /// Precision and scale. Precondition: kDecimal.
  int precision() const;
  int scale() const;
  /// Declared length. Precondition: kChar or kVarchar.
  int length() const;
  /// Fractional digits. Precondition: kTime.
  int timePrecision() const;
  /// First and last field, 0 = DAY .. 3 = SECOND, or 0 = YEAR, 1 = MONTH. Precondition: an
  /// interval.
  int intervalStart() const;
  int intervalEnd() const;
  /// Precondition: kArray.
  const DataType& elementType() const;
  bool containsNull() const;
  /// Precondition: kMap.
  const DataType& keyType() const;
  const DataType& valueType() const;
  bool valueContainsNull() const;
  /// Precondition: kStruct.
  const std::vector<StructField>& fields() const;

  /// Same type, same nullability, same field names and metadata.
  friend bool operator==(const DataType& a, const DataType& b);

  /// Parses a type as in `CAST(x AS ...)`, or a list of columns (`"a INT, b STRING NOT NULL"`).
  /// Throws ParseException.
  static DataType fromDDL(std::string_view text);
  /// Parses the text that json() gives. Throws IllegalArgumentException.
  static DataType fromJson(std::string_view text);

  struct Node;

 protected:
  explicit DataType(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

struct NullType : DataType {
  NullType();
};
struct BooleanType : DataType {
  BooleanType();
};
struct ByteType : DataType {
  ByteType();
};
struct ShortType : DataType {
  ShortType();
};
struct IntegerType : DataType {
  IntegerType();
};
struct LongType : DataType {
  LongType();
};
struct FloatType : DataType {
  FloatType();
};
struct DoubleType : DataType {
  DoubleType();
};
/// Throws nothing; 1 <= precision <= 38 and 0 <= scale <= precision are checked by analysis.
struct DecimalType : DataType {
  explicit DecimalType(int precision = 10, int scale = 0);
};
struct StringType : DataType {
  StringType();
};
struct CharType : DataType {
  explicit CharType(int length);
};
struct VarcharType : DataType {
  explicit VarcharType(int length);
};
struct BinaryType : DataType {
  BinaryType();
};
struct DateType : DataType {
  DateType();
};
/// An instant, microseconds since the epoch, shown in the session time zone.
struct TimestampType : DataType {
  TimestampType();
};
/// A wall-clock time without zone, microseconds.
struct TimestampNTZType : DataType {
  TimestampNTZType();
};
struct TimeType : DataType {
  explicit TimeType(int precision = 6);
};
struct DayTimeIntervalType : DataType {
  explicit DayTimeIntervalType(int start = 0, int end = 3);
};
struct YearMonthIntervalType : DataType {
  explicit YearMonthIntervalType(int start = 0, int end = 1);
};
struct CalendarIntervalType : DataType {
  CalendarIntervalType();
};
struct VariantType : DataType {
  VariantType();
};
struct ArrayType : DataType {
  explicit ArrayType(const DataType& element, bool containsNull = true);
};
struct MapType : DataType {
  MapType(const DataType& key, const DataType& value, bool valueContainsNull = true);
};

/// Columns in order. `StructType().add("user_id", LongType()).add("event_type", StringType())`.
class StructType : public DataType {
 public:
  StructType();
  explicit StructType(std::vector<StructField> fields);
  /// Precondition: type.is(kStruct).
  explicit StructType(const DataType& type);

  /// A copy with one more field at the end. `metadata` is a JSON object.
  StructType add(const StructField& field) const;
  StructType add(std::string_view name, const DataType& type, bool nullable = true,
                 std::string_view metadata = "{}") const;
  /// `typeText` is DDL ("bigint"). Throws ParseException.
  StructType add(std::string_view name, std::string_view typeText, bool nullable = true) const;
  StructType add(std::string_view name, const char* typeText, bool nullable = true) const {
    return add(name, std::string_view(typeText), nullable);
  }

  std::size_t size() const;
  const StructField& operator[](std::size_t index) const;
  /// Position of the field with exactly this name, or -1.
  int fieldIndex(std::string_view name) const;
  std::vector<std::string> fieldNames() const;
  /// `a INT,b STRING NOT NULL`
  std::string toDDL() const;
  /// What printSchema() prints: "root\n |-- a: long (nullable = true)\n".
  std::string treeString() const;

  static StructType fromDDL(std::string_view text);
  static StructType fromJson(std::string_view text);
};

struct StructField {
  std::string name;
  DataType dataType;
  bool nullable = true;
  /// Compact JSON object text, keys in the order given; "{}" when there is none.
  std::string metadata = "{}";
  friend bool operator==(const StructField& a, const StructField& b) = default;
};

}  // namespace millrace
