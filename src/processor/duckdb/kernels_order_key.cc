#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include <arrow/api.h>

#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

/// Bytes that compare as the values do in Spark: null first, NaN last, zeros equal, lists element by
/// element. Each value's bytes end where they say, so that values can follow one another.
class KeyWriter {
 public:
  void Nullable(const arrow::Array& array, std::int64_t row, const DataType& type) {
    if (type.is(Kind::kNull) || array.IsNull(row)) return Byte(0);
    Byte(1);
    Value(array, row, type);
  }

  void Value(const arrow::Array& array, std::int64_t row, const DataType& type) {
    switch (type.kind()) {
      case Kind::kBoolean:
        return Byte(static_cast<const arrow::BooleanArray&>(array).Value(row) ? 1 : 0);
      case Kind::kFloat:
        return Floating<std::uint32_t>(static_cast<const arrow::FloatArray&>(array).Value(row));
      case Kind::kDouble:
        return Floating<std::uint64_t>(static_cast<const arrow::DoubleArray&>(array).Value(row));
      case Kind::kString:
      case Kind::kChar:
      case Kind::kVarchar:
      case Kind::kBinary:
        return Bytes(static_cast<const arrow::BinaryArray&>(array).GetView(row));
      case Kind::kArray:
      case Kind::kMap:
        return List(static_cast<const arrow::ListArray&>(array), row, type);
      case Kind::kStruct: {
        const auto& rows = static_cast<const arrow::StructArray&>(array);
        for (std::size_t i = 0; i < type.fields().size(); ++i) {
          Nullable(*rows.field(static_cast<int>(i)), row, type.fields()[i].dataType);
        }
        return;
      }
      default:
        return Integer(array, row);
    }
  }

  const std::string& key() const { return key_; }
  void Clear() { key_.clear(); }

 private:
  void Byte(int byte) { key_ += static_cast<char>(byte); }

  // Two's complement of any width, little-endian: the highest byte first, its sign turned round.
  void Integer(const arrow::Array& array, std::int64_t row) {
    const int width =
        static_cast<const arrow::FixedWidthType&>(*array.type()).bit_width() / 8;
    const std::uint8_t* bytes =
        array.data()->buffers[1]->data() + (array.data()->offset + row) * width;
    for (int i = width - 1; i >= 0; --i) Byte(i == width - 1 ? bytes[i] ^ 0x80 : bytes[i]);
  }

  template <typename Bits, typename Float>
  void Floating(Float value) {
    if (value == 0) value = 0;
    if (std::isnan(value)) value = std::numeric_limits<Float>::quiet_NaN();
    Bits bits = std::bit_cast<Bits>(value);
    constexpr int kLast = static_cast<int>(sizeof(Bits)) * 8 - 1;
    bits = bits >> kLast == 0 ? bits ^ (Bits{1} << kLast) : static_cast<Bits>(~bits);
    for (int shift = kLast - 7; shift >= 0; shift -= 8) Byte(static_cast<int>(bits >> shift & 0xff));
  }

  void Bytes(std::string_view bytes) {
    for (char c : bytes) {
      key_ += c;
      if (c == '\0') Byte(0xff);
    }
    Byte(0);
    Byte(0);
  }

  void List(const arrow::ListArray& list, std::int64_t row, const DataType& type) {
    for (std::int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      Byte(1);
      if (type.is(Kind::kArray)) {
        Nullable(*list.values(), i, type.elementType());
        continue;
      }
      const auto& entries = static_cast<const arrow::StructArray&>(*list.values());
      Nullable(*entries.field(0), i, type.keyType());
      Nullable(*entries.field(1), i, type.valueType());
    }
    Byte(0);
  }

  std::string key_;
};

/// $order_key(value): null for null.
base::Result<Kernel> OrderKey(const FunctionContext& context) {
  return Kernel([type = context.arg_type(0)](const std::vector<Operand>& args, std::int64_t rows,
                                             std::int64_t, ColumnBuilder* out) {
    KeyWriter writer;
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t place = args[0].at(row);
      if (type.is(Kind::kNull) || args[0].array->IsNull(place)) {
        out->AppendNull();
        continue;
      }
      writer.Clear();
      writer.Value(*args[0].array, place, type);
      out->AppendBytes(writer.key());
    }
    return base::Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> OrderKeyKernels() {
  return {
      {"$order_key", false, OrderKey},
  };
}

}  // namespace millrace::processor::duckdb
