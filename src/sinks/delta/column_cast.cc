#include "sinks/delta/column_cast.h"

#include <functional>
#include <set>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/type.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "data/arrow_schema.h"
#include "data/row_text.h"
#include "sinks/delta/schema_merge.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using Array = std::shared_ptr<arrow::Array>;
using Kind = DataType::Kind;

Status Overflow(const DataType& from, const DataType& to, const std::string& column) {
  return clients::delta::DeltaError(
      StatusCode::kInvalidArgument, "SparkArithmeticException", "CAST_OVERFLOW_IN_TABLE_INSERT",
      "22003",
      fmt::format(
          "Fail to assign a value of \"{}\" type to the \"{}\" type column or variable `{}` "
          "due to an overflow. Use `try_cast` on the input value to tolerate overflow and "
          "return NULL instead.",
          from.sql(), to.sql(), column),
      {{"sourceType", fmt::format("\"{}\"", from.sql())},
       {"targetType", fmt::format("\"{}\"", to.sql())},
       {"columnName", fmt::format("`{}`", column)}});
}

// Makes the casts of one column, whatever is nested in it. What an error names is the outermost
// cast that Spark makes in one piece: that of a column, of a field of a struct, or of the element
// of an array of structs.
class CastMaker {
 public:
  explicit CastMaker(const data::TimeZone& zone) : zone_(zone) {}

  // A cast that Spark makes in one piece, unless it has to match structs by name.
  Result<ColumnCast> Make(const DataType& from, const DataType& to, const std::string& column) {
    if (from.is(Kind::kStruct) && to.is(Kind::kStruct)) return MakeStruct(from, to);
    const bool structs = from.is(Kind::kArray) && from.elementType().is(Kind::kStruct);
    if (structs) {
      return MakeNested(from, to, [&](const DataType& part_from, const DataType& part_to) {
        return Make(part_from, part_to, column);
      });
    }
    return MakePart(from, to, [from, to, column] { return Overflow(from, to, column); });
  }

 private:
  using MakeCast = std::function<Result<ColumnCast>(const DataType& from, const DataType& to)>;

  // A part of a cast whose failure `overflow` describes.
  Result<ColumnCast> MakePart(const DataType& from, const DataType& to,
                              const MakeOverflow& overflow) {
    if (from.is(Kind::kStruct) && to.is(Kind::kStruct)) return MakeStruct(from, to);
    if ((from.is(Kind::kArray) && to.is(Kind::kArray)) ||
        (from.is(Kind::kMap) && to.is(Kind::kMap))) {
      return MakeNested(from, to, [&](const DataType& part_from, const DataType& part_to) {
        return MakePart(part_from, part_to, overflow);
      });
    }
    return MakeAtomicCast(from, to, zone_, overflow);
  }

  Result<ColumnCast> MakeStruct(const DataType& from, const DataType& to);
  Result<ColumnCast> MakeNested(const DataType& from, const DataType& to, const MakeCast& make);

  const data::TimeZone& zone_;
};

struct FieldCast {
  int source = -1;  // -1: null in every row.
  ColumnCast cast;
  std::shared_ptr<arrow::DataType> type;
};

Result<Array> CastStruct(const arrow::StructArray& rows, const std::vector<FieldCast>& fields,
                         const std::shared_ptr<arrow::DataType>& type) {
  arrow::ArrayVector children;
  for (const FieldCast& field : fields) {
    if (field.source < 0) {
      auto nulls = arrow::MakeArrayOfNull(field.type, rows.length());
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(nulls.status()));
      children.push_back(*std::move(nulls));
      continue;
    }
    // A field of a null struct is null, whatever stands below: nothing of it is to be cast.
    auto flat = rows.GetFlattenedField(field.source);
    MILLRACE_RETURN_IF_ERROR(data::FromArrow(flat.status()));
    Array child = *std::move(flat);
    if (field.cast) {
      MILLRACE_ASSIGN_OR_RETURN(child, field.cast(child));
    }
    children.push_back(WithType(child, field.type));
  }
  std::shared_ptr<arrow::Buffer> validity;
  if (rows.null_count() > 0) {
    auto copied = arrow::internal::CopyBitmap(arrow::default_memory_pool(), rows.null_bitmap_data(),
                                              rows.offset(), rows.length());
    MILLRACE_RETURN_IF_ERROR(data::FromArrow(copied.status()));
    validity = *std::move(copied);
  }
  return Array(std::make_shared<arrow::StructArray>(type, rows.length(), std::move(children),
                                                    std::move(validity)));
}

Result<ColumnCast> CastMaker::MakeStruct(const DataType& from, const DataType& to) {
  std::vector<FieldCast> fields;
  bool changes = from.fields().size() != to.fields().size();
  for (const StructField& target : to.fields()) {
    FieldCast field;
    field.source = FindField(from.fields(), target.name);
    MILLRACE_ASSIGN_OR_RETURN(field.type, data::ToArrowType(target.dataType));
    if (field.source >= 0) {
      const auto& source = from.fields()[static_cast<std::size_t>(field.source)];
      MILLRACE_ASSIGN_OR_RETURN(field.cast, Make(source.dataType, target.dataType, target.name));
    }
    changes = changes || field.cast || field.source != static_cast<int>(fields.size());
    fields.push_back(std::move(field));
  }
  if (!changes) return ColumnCast();
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return ColumnCast([fields, type](const Array& values) {
    return CastStruct(static_cast<const arrow::StructArray&>(*values), fields, type);
  });
}

Status CastChild(const ColumnCast& cast, std::shared_ptr<arrow::ArrayData>* child,
                 const std::shared_ptr<arrow::DataType>& type) {
  Array array = arrow::MakeArray(*child);
  if (cast) {
    MILLRACE_ASSIGN_OR_RETURN(array, cast(array));
  }
  *child = WithType(array, type)->data();
  return Status::Ok();
}

// The part of a list's or map's children that its rows use; what lies outside was never part of the
// data and may not be castable. The offsets then count from there.
Result<std::shared_ptr<arrow::ArrayData>> WithOwnChildren(const Array& values) {
  const auto& list = static_cast<const arrow::ListArray&>(*values);
  auto offsets = arrow::Int32Builder();
  const std::int32_t first = list.length() > 0 ? list.value_offset(0) : 0;
  arrow::Status status = offsets.Reserve(list.length() + 1);
  for (std::int64_t i = 0; status.ok() && i <= list.length(); ++i) {
    status = offsets.Append(list.length() > 0 ? list.value_offset(i) - first : 0);
  }
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  auto finished = offsets.Finish();
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(finished.status()));
  const std::int32_t last = list.length() > 0 ? list.value_offset(list.length()) : 0;
  auto shell = values->data()->Copy();
  if (shell->buffers[0] != nullptr) {
    auto copied =
        arrow::internal::CopyBitmap(arrow::default_memory_pool(), values->null_bitmap_data(),
                                    values->offset(), values->length());
    MILLRACE_RETURN_IF_ERROR(data::FromArrow(copied.status()));
    shell->buffers[0] = *std::move(copied);
  }
  shell->offset = 0;
  shell->buffers[1] = (*finished)->data()->buffers[1];
  shell->child_data[0] = shell->child_data[0]->Slice(first, last - first);
  return shell;
}

// A cast may make two keys of one map the same.
Status CheckKeys(const arrow::ArrayData& map, const arrow::Array& keys, const DataType& key_type) {
  const auto* offsets = map.GetValues<std::int32_t>(1);
  for (std::int64_t row = 0; row < map.length; ++row) {
    std::set<std::string> seen;
    for (std::int64_t i = offsets[row]; i < offsets[row + 1]; ++i) {
      MILLRACE_ASSIGN_OR_RETURN(
          std::string key,
          data::CellText(keys, i, key_type, absl::UTCTimeZone(), data::CellStyle::kCast));
      if (seen.insert(key).second) continue;
      return clients::delta::DeltaError(
          StatusCode::kInvalidArgument, "SparkRuntimeException", "DUPLICATED_MAP_KEY", "23505",
          fmt::format("Duplicate map key {} was found, please check the input data.\nIf you want "
                      "to remove the duplicated keys, you can set "
                      "\"spark.sql.mapKeyDedupPolicy\" to \"LAST_WIN\" so that the key inserted "
                      "at last takes precedence.",
                      key),
          {{"key", key}, {"mapKeyDedupPolicy", "\"spark.sql.mapKeyDedupPolicy\""}});
    }
  }
  return Status::Ok();
}

Result<ColumnCast> CastMaker::MakeNested(const DataType& from, const DataType& to,
                                         const MakeCast& make) {
  const bool is_map = to.is(Kind::kMap);
  ColumnCast key;
  ColumnCast value;
  if (is_map) {
    MILLRACE_ASSIGN_OR_RETURN(key, make(from.keyType(), to.keyType()));
    MILLRACE_ASSIGN_OR_RETURN(value, make(from.valueType(), to.valueType()));
  } else {
    MILLRACE_ASSIGN_OR_RETURN(value, make(from.elementType(), to.elementType()));
  }
  if (!key && !value) return ColumnCast();
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  const DataType key_type = is_map ? to.keyType() : to;
  return ColumnCast([key, value, is_map, type, key_type](const Array& values) -> Result<Array> {
    MILLRACE_ASSIGN_OR_RETURN(const auto shell, WithOwnChildren(values));
    shell->type = type;
    if (!is_map) {
      MILLRACE_RETURN_IF_ERROR(CastChild(value, &shell->child_data[0], type->field(0)->type()));
      return arrow::MakeArray(shell);
    }
    // Keys and items are addressed through the entries' offset, which a cast would lose.
    auto entries = shell->child_data[0]->Copy();
    entries->type = type->field(0)->type();
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    for (const auto& child : entries->child_data) {
      children.push_back(child->Slice(entries->offset, entries->length));
    }
    MILLRACE_RETURN_IF_ERROR(CastChild(key, &children[0], entries->type->field(0)->type()));
    MILLRACE_RETURN_IF_ERROR(CastChild(value, &children[1], entries->type->field(1)->type()));
    if (key) MILLRACE_RETURN_IF_ERROR(CheckKeys(*shell, *arrow::MakeArray(children[0]), key_type));
    entries->child_data = std::move(children);
    entries->offset = 0;
    entries->buffers[0] = nullptr;
    entries->null_count = 0;
    shell->child_data[0] = std::move(entries);
    return arrow::MakeArray(shell);
  });
}

std::shared_ptr<arrow::ArrayData> Retype(const std::shared_ptr<arrow::ArrayData>& data,
                                         const std::shared_ptr<arrow::DataType>& type) {
  auto copy = data->Copy();
  copy->type = type;
  for (std::size_t i = 0; i < copy->child_data.size(); ++i) {
    copy->child_data[i] = Retype(copy->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return copy;
}

}  // namespace

Array WithType(const Array& values, const std::shared_ptr<arrow::DataType>& type) {
  if (values->type().get() == type.get()) return values;
  return arrow::MakeArray(Retype(values->data(), type));
}

Result<ColumnCast> MakeColumnCast(const DataType& from, const DataType& to,
                                  const std::string& column, const data::TimeZone& zone) {
  return CastMaker(zone).Make(from, to, column);
}

}  // namespace millrace::sinks::delta
