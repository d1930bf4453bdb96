#include "sources/file/type_merge.h"

#include <algorithm>
#include <vector>

namespace millrace::sources::file {

namespace {

using Kind = DataType::Kind;

DataType MergeStructs(const DataType& a, const DataType& b) {
  std::vector<StructField> fields;
  auto left = a.fields().begin();
  auto right = b.fields().begin();
  while (left != a.fields().end() || right != b.fields().end()) {
    if (right == b.fields().end() || (left != a.fields().end() && left->name < right->name)) {
      fields.push_back(*left++);
    } else if (left == a.fields().end() || right->name < left->name) {
      fields.push_back(*right++);
    } else {
      fields.push_back(*left++);
      fields.back().dataType = CompatibleType(fields.back().dataType, right->dataType);
      ++right;
    }
  }
  return StructType(std::move(fields));
}

bool IsWhole(Kind kind) { return kind == Kind::kInteger || kind == Kind::kLong; }

DataType MergeDecimals(const DataType& a, const DataType& b) {
  const int scale = std::max(a.scale(), b.scale());
  const int range = std::max(a.precision() - a.scale(), b.precision() - b.scale());
  if (range + scale > 38) return DoubleType();
  return DecimalType(range + scale, scale);
}

DataType AsDecimal(const DataType& whole) {
  return DecimalType(whole.is(Kind::kLong) ? 20 : 10, 0);
}

}  // namespace

DataType CompatibleType(const DataType& a, const DataType& b) {
  if (a == b || b.is(Kind::kNull)) return a;
  if (a.is(Kind::kNull)) return b;
  if (a.is(Kind::kStruct) && b.is(Kind::kStruct)) return MergeStructs(a, b);
  if (a.is(Kind::kArray) && b.is(Kind::kArray)) {
    return ArrayType(CompatibleType(a.elementType(), b.elementType()), true);
  }
  const bool times = (a.is(Kind::kDate) && b.is(Kind::kTimestamp)) ||
                     (a.is(Kind::kTimestamp) && b.is(Kind::kDate));
  if (times) return TimestampType();
  const auto is_number = [](const DataType& type) {
    return IsWhole(type.kind()) || type.is(Kind::kDecimal) || type.is(Kind::kDouble);
  };
  if (!is_number(a) || !is_number(b)) return StringType();
  if (a.is(Kind::kDouble) || b.is(Kind::kDouble)) return DoubleType();
  if (IsWhole(a.kind()) && IsWhole(b.kind())) return LongType();
  return MergeDecimals(a.is(Kind::kDecimal) ? a : AsDecimal(a), b.is(Kind::kDecimal) ? b : AsDecimal(b));
}

}  // namespace millrace::sources::file
