// Functions that take arrays and maps apart.

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/list_values.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

// `a[i]`, counted from 0.
base::Result<Kernel> GetArrayItem(const FunctionContext& context) {
  return EachFullRow([tolerant = context.is_tolerant()](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    // Cut to Java's int.
    const auto index = static_cast<std::int32_t>(row.integer(1));
    if (index < 0 || index >= list.length) {
      if (!tolerant) return InvalidArrayIndex(index, list.length);
      out->AppendNull();
      return Status::Ok();
    }
    AppendRef(list[index], out);
    return Status::Ok();
  });
}

// The same, null outside.
base::Result<Kernel> Get(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    const std::int64_t index = row.integer(1);
    if (index < 0 || index >= list.length) {
      out->AppendNull();
    } else {
      AppendRef(list[index], out);
    }
    return Status::Ok();
  });
}

// The place of a key, or -1.
std::int64_t FindKey(const ListRef& keys, const Order& order, const RowView& row,
                     std::size_t wanted) {
  for (std::int64_t i = 0; i < keys.length; ++i) {
    if (order(*keys.values, keys.start + i, row.array(wanted), row.at(wanted)) == 0) return i;
  }
  return -1;
}

// `m[k]` and element_at(m, k).
base::Result<Kernel> GetMapValue(const FunctionContext& context) {
  return EachFullRow([order = OrderOf(context.arg_type(1))](const RowView& row,
                                                            ColumnBuilder* out) {
    const MapRef map = MapAt(row, 0);
    const std::int64_t place = FindKey(map.keys, order, row, 1);
    if (place < 0) {
      out->AppendNull();
    } else {
      AppendRef(map.values[place], out);
    }
    return Status::Ok();
  });
}

// Counted from 1, or from the end when negative.
base::Result<Kernel> ElementAt(const FunctionContext& context) {
  if (context.arg_type(0).is(Kind::kMap)) return GetMapValue(context);
  const bool tolerant = context.is_tolerant();
  return EachFullRow([tolerant](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    const std::int64_t index = row.integer(1);
    if (index == 0) return IndexOfZero();
    if (std::abs(index) > list.length) {
      if (!tolerant) return InvalidElementAt(index, list.length);
      out->AppendNull();
    } else {
      AppendRef(list[index > 0 ? index - 1 : list.length + index], out);
    }
    return Status::Ok();
  });
}

// The same field of all structs of an array.
base::Result<Kernel> GetArrayStructFields(const FunctionContext& context) {
  const auto& options = std::get<plan::Call>(context.expression.node).options;
  const int field = std::stoi(options.at("field"));
  return EachFullRow([field](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    const auto& structs = static_cast<const arrow::StructArray&>(*list.values);
    const std::shared_ptr<arrow::Array> values = structs.field(field);
    for (std::int64_t i = list.start; i < list.start + list.length; ++i) {
      if (structs.IsNull(i)) {
        out->child(0).AppendNull();
      } else {
        out->child(0).AppendFrom(*values, i);
      }
    }
    out->AppendNested();
    return Status::Ok();
  });
}

// With ANSI off (spark.sql.legacy.sizeOfNull) the size of null is -1.
base::Result<Kernel> Size(const FunctionContext& context) {
  return EachRow([legacy = context.is_legacy()](const RowView& row, ColumnBuilder* out) {
    if (!row.is_null(0)) {
      out->AppendInt(ListAt(row, 0).length);
    } else if (legacy) {
      out->AppendInt(-1);
    } else {
      out->AppendNull();
    }
    return Status::Ok();
  });
}

base::Result<Kernel> Slice(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    const std::int64_t start = row.integer(1);
    const std::int64_t length = row.integer(2);
    if (start == 0) return SliceStartOfZero();
    if (length < 0) return SliceLengthNegative(length);
    const std::int64_t from = start > 0 ? start - 1 : list.length + start;
    if (from >= 0 && from < list.length) {
      AppendElements(list, from, std::min(list.length, from + length), out);
    }
    out->AppendNested();
    return Status::Ok();
  });
}

// Null when one of the arrays is.
base::Result<Kernel> Flatten(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const ListRef lists = ListAt(row, 0);
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < lists.length; ++i) {
      if (lists[i].is_null()) {
        out->AppendNull();
        return Status::Ok();
      }
      count += ListAt(lists[i]).length;
    }
    if (count > kMostElements) return TooManyElements(count, "flatten");
    for (std::int64_t i = 0; i < lists.length; ++i) {
      const ListRef list = ListAt(lists[i]);
      AppendElements(list, 0, list.length, out);
    }
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> ConcatArrays(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const ListRef list = ListAt(row, i);
      AppendElements(list, 0, list.length, out);
    }
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> Compact(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (!list[i].is_null()) AppendRef(list[i], &out->child(0));
    }
    out->AppendNested();
    return Status::Ok();
  });
}

// Texts with a separator between; nulls are left out or become the third argument.
base::Result<Kernel> Join(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    const auto& texts = static_cast<const arrow::BinaryArray&>(*list.values);
    std::string joined;
    bool first = true;
    for (std::int64_t i = list.start; i < list.start + list.length; ++i) {
      if (texts.IsNull(i) && row.size() < 3) continue;
      if (!first) joined += row.bytes(1);
      first = false;
      joined += texts.IsNull(i) ? row.bytes(2) : texts.GetView(i);
    }
    out->AppendBytes(joined);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> ArrayPartKernels() {
  return {
      {"getarrayitem", true, GetArrayItem},
      {"get", false, Get},
      {"getmapvalue", false, GetMapValue},
      {"element_at", true, ElementAt},
      {"getarraystructfields", false, GetArrayStructFields},
      {"size", false, Size},
      {"slice", true, Slice},
      {"flatten", true, Flatten},
      {"concat_arrays", false, ConcatArrays},
      {"array_compact", false, Compact},
      {"array_join", false, Join},
  };
}

}  // namespace millrace::processor::duckdb
