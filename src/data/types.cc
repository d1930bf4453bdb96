#include "millrace/types.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "data/type_node.h"

namespace millrace {
namespace {

using Kind = DataType::Kind;
using NodePointer = std::shared_ptr<const DataType::Node>;

/// The shared node of a type without parameters.
NodePointer SimpleNode(Kind kind) {
  static const auto* nodes = [] {
    auto* all = new std::array<NodePointer, static_cast<std::size_t>(Kind::kStruct) + 1>;
    for (std::size_t i = 0; i < all->size(); ++i) {
      auto node = std::make_shared<DataType::Node>();
      node->kind = static_cast<Kind>(i);
      (*all)[i] = std::move(node);
    }
    return all;
  }();
  return (*nodes)[static_cast<std::size_t>(kind)];
}

NodePointer ParameterNode(Kind kind, int first, int second = 0) {
  auto node = std::make_shared<DataType::Node>();
  node->kind = kind;
  node->first = first;
  node->second = second;
  return node;
}

NodePointer ContainerNode(Kind kind, std::vector<DataType> children, bool contains_null) {
  auto node = std::make_shared<DataType::Node>();
  node->kind = kind;
  node->children = std::move(children);
  node->contains_null = contains_null;
  return node;
}

NodePointer StructNode(std::vector<StructField> fields) {
  auto node = std::make_shared<DataType::Node>();
  node->kind = Kind::kStruct;
  node->fields = std::move(fields);
  return node;
}

bool IsInterval(Kind kind) {
  return kind == Kind::kDayTimeInterval || kind == Kind::kYearMonthInterval;
}

}  // namespace

DataType::DataType() : node_(SimpleNode(Kind::kNull)) {}

DataType::Kind DataType::kind() const { return node_->kind; }

bool DataType::isIntegral() const { return kind() >= Kind::kByte && kind() <= Kind::kLong; }

bool DataType::isNumeric() const { return kind() >= Kind::kByte && kind() <= Kind::kDecimal; }

int DataType::precision() const {
  MILLRACE_CHECK(is(Kind::kDecimal));
  return node_->first;
}

int DataType::scale() const {
  MILLRACE_CHECK(is(Kind::kDecimal));
  return node_->second;
}

int DataType::length() const {
  MILLRACE_CHECK(is(Kind::kChar) || is(Kind::kVarchar));
  return node_->first;
}

int DataType::timePrecision() const {
  MILLRACE_CHECK(is(Kind::kTime));
  return node_->first;
}

int DataType::intervalStart() const {
  MILLRACE_CHECK(IsInterval(kind()));
  return node_->first;
}

int DataType::intervalEnd() const {
  MILLRACE_CHECK(IsInterval(kind()));
  return node_->second;
}

const DataType& DataType::elementType() const {
  MILLRACE_CHECK(is(Kind::kArray));
  return node_->children[0];
}

bool DataType::containsNull() const {
  MILLRACE_CHECK(is(Kind::kArray));
  return node_->contains_null;
}

const DataType& DataType::keyType() const {
  MILLRACE_CHECK(is(Kind::kMap));
  return node_->children[0];
}

const DataType& DataType::valueType() const {
  MILLRACE_CHECK(is(Kind::kMap));
  return node_->children[1];
}

bool DataType::valueContainsNull() const {
  MILLRACE_CHECK(is(Kind::kMap));
  return node_->contains_null;
}

const std::vector<StructField>& DataType::fields() const {
  MILLRACE_CHECK(is(Kind::kStruct));
  return node_->fields;
}

bool operator==(const DataType& a, const DataType& b) {
  if (a.node_ == b.node_) return true;
  const DataType::Node& x = *a.node_;
  const DataType::Node& y = *b.node_;
  return x.kind == y.kind && x.first == y.first && x.second == y.second &&
         x.contains_null == y.contains_null && x.children == y.children && x.fields == y.fields;
}

NullType::NullType() : DataType(SimpleNode(Kind::kNull)) {}
BooleanType::BooleanType() : DataType(SimpleNode(Kind::kBoolean)) {}
ByteType::ByteType() : DataType(SimpleNode(Kind::kByte)) {}
ShortType::ShortType() : DataType(SimpleNode(Kind::kShort)) {}
IntegerType::IntegerType() : DataType(SimpleNode(Kind::kInteger)) {}
LongType::LongType() : DataType(SimpleNode(Kind::kLong)) {}
FloatType::FloatType() : DataType(SimpleNode(Kind::kFloat)) {}
DoubleType::DoubleType() : DataType(SimpleNode(Kind::kDouble)) {}
DecimalType::DecimalType(int precision, int scale)
    : DataType(ParameterNode(Kind::kDecimal, precision, scale)) {}
StringType::StringType() : DataType(SimpleNode(Kind::kString)) {}
CharType::CharType(int length) : DataType(ParameterNode(Kind::kChar, length)) {}
VarcharType::VarcharType(int length) : DataType(ParameterNode(Kind::kVarchar, length)) {}
BinaryType::BinaryType() : DataType(SimpleNode(Kind::kBinary)) {}
DateType::DateType() : DataType(SimpleNode(Kind::kDate)) {}
TimestampType::TimestampType() : DataType(SimpleNode(Kind::kTimestamp)) {}
TimestampNTZType::TimestampNTZType() : DataType(SimpleNode(Kind::kTimestampNtz)) {}
TimeType::TimeType(int precision) : DataType(ParameterNode(Kind::kTime, precision)) {}
DayTimeIntervalType::DayTimeIntervalType(int start, int end)
    : DataType(ParameterNode(Kind::kDayTimeInterval, start, end)) {}
YearMonthIntervalType::YearMonthIntervalType(int start, int end)
    : DataType(ParameterNode(Kind::kYearMonthInterval, start, end)) {}
CalendarIntervalType::CalendarIntervalType() : DataType(SimpleNode(Kind::kCalendarInterval)) {}
VariantType::VariantType() : DataType(SimpleNode(Kind::kVariant)) {}
ArrayType::ArrayType(const DataType& element, bool containsNull)
    : DataType(ContainerNode(Kind::kArray, {element}, containsNull)) {}
MapType::MapType(const DataType& key, const DataType& value, bool valueContainsNull)
    : DataType(ContainerNode(Kind::kMap, {key, value}, valueContainsNull)) {}

StructType::StructType() : DataType(SimpleNode(Kind::kStruct)) {}
StructType::StructType(std::vector<StructField> fields) : DataType(StructNode(std::move(fields))) {}
StructType::StructType(const DataType& type) : DataType(type) { MILLRACE_CHECK(is(Kind::kStruct)); }

StructType StructType::add(const StructField& field) const {
  std::vector<StructField> all = fields();
  all.push_back(field);
  return StructType(std::move(all));
}

StructType StructType::add(std::string_view name, const DataType& type, bool nullable,
                           std::string_view metadata) const {
  return add(StructField{std::string(name), type, nullable, std::string(metadata)});
}

std::size_t StructType::size() const { return fields().size(); }

const StructField& StructType::operator[](std::size_t index) const {
  MILLRACE_CHECK(index < size());
  return fields()[index];
}

int StructType::fieldIndex(std::string_view name) const {
  const std::vector<StructField>& all = fields();
  // The last one of the same name, as in Spark's map from name to position.
  for (std::size_t i = all.size(); i-- > 0;) {
    if (all[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

std::vector<std::string> StructType::fieldNames() const {
  std::vector<std::string> names;
  names.reserve(size());
  for (const StructField& field : fields()) names.push_back(field.name);
  return names;
}

}  // namespace millrace
