// Functions of maps.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "processor/duckdb/list_values.h"
#include "processor/duckdb/map_values.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

std::shared_ptr<MapEntries> EntriesFor(const FunctionContext& context) {
  return std::make_shared<MapEntries>(context.type().keyType(), context.zone);
}

base::Result<Kernel> Map(const FunctionContext& context) {
  auto entries = EntriesFor(context);
  return EachRow([entries](const RowView& row, ColumnBuilder* out) {
    entries->Clear();
    for (std::size_t i = 0; i < row.size(); i += 2) {
      MILLRACE_RETURN_IF_ERROR(
          entries->Add({&row.array(i), row.at(i)}, {&row.array(i + 1), row.at(i + 1)}));
    }
    entries->Finish(out);
    return Status::Ok();
  });
}

Status DifferentLengths() {
  base::SparkError error;
  error.exception_class = "SparkRuntimeException";
  error.condition = "_LEGACY_ERROR_TEMP_2128";
  return Status::InvalidArgument(
             "The key array and value array of MapData must have the same length.")
      .WithSparkError(std::move(error));
}

base::Result<Kernel> MapFromArrays(const FunctionContext& context) {
  auto entries = EntriesFor(context);
  return EachFullRow([entries](const RowView& row, ColumnBuilder* out) {
    entries->Clear();
    const ListRef keys = ListAt(row, 0);
    const ListRef values = ListAt(row, 1);
    if (keys.length != values.length) return DifferentLengths();
    for (std::int64_t i = 0; i < keys.length; ++i) {
      MILLRACE_RETURN_IF_ERROR(entries->Add(keys[i], values[i]));
    }
    entries->Finish(out);
    return Status::Ok();
  });
}

// An array of pairs; null when one of the pairs is.
base::Result<Kernel> MapFromEntries(const FunctionContext& context) {
  auto entries = EntriesFor(context);
  return EachFullRow([entries](const RowView& row, ColumnBuilder* out) {
    entries->Clear();
    const ListRef list = ListAt(row, 0);
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (list[i].is_null()) {
        out->AppendNull();
        return Status::Ok();
      }
    }
    const auto& pairs = static_cast<const arrow::StructArray&>(*list.values);
    const auto keys = pairs.field(0);
    const auto values = pairs.field(1);
    for (std::int64_t i = 0; i < list.length; ++i) {
      MILLRACE_RETURN_IF_ERROR(
          entries->Add({keys.get(), list.start + i}, {values.get(), list.start + i}));
    }
    entries->Finish(out);
    return Status::Ok();
  });
}

base::Result<Kernel> MapConcat(const FunctionContext& context) {
  auto entries = EntriesFor(context);
  return EachFullRow([entries](const RowView& row, ColumnBuilder* out) {
    entries->Clear();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const MapRef map = MapAt(row, i);
      for (std::int64_t k = 0; k < map.length(); ++k) {
        MILLRACE_RETURN_IF_ERROR(entries->Add(map.keys[k], map.values[k]));
      }
    }
    entries->Finish(out);
    return Status::Ok();
  });
}

template <bool keys>
base::Result<Kernel> MapSide(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const MapRef map = MapAt(row, 0);
    AppendElements(keys ? map.keys : map.values, 0, map.length(), out);
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> MapEntriesList(const FunctionContext&) {
  return EachFullRow([](const RowView& row, ColumnBuilder* out) {
    const MapRef map = MapAt(row, 0);
    ColumnBuilder& structs = out->child(0);
    for (std::int64_t i = 0; i < map.length(); ++i) {
      AppendRef(map.keys[i], &structs.child(0));
      AppendRef(map.values[i], &structs.child(1));
      structs.AppendNested();
    }
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> MapContainsKey(const FunctionContext& context) {
  return EachFullRow([order = OrderOf(context.arg_type(1))](const RowView& row,
                                                            ColumnBuilder* out) {
    const ListRef keys = MapAt(row, 0).keys;
    bool found = false;
    for (std::int64_t i = 0; !found && i < keys.length; ++i) {
      found = order(*keys.values, keys.start + i, row.array(1), row.at(1)) == 0;
    }
    out->AppendBool(found);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> MapKernels() {
  return {
      {"map", true, Map},
      {"map_from_arrays", true, MapFromArrays},
      {"map_from_entries", true, MapFromEntries},
      {"map_concat", true, MapConcat},
      {"map_keys", false, MapSide<true>},
      {"map_values", false, MapSide<false>},
      {"map_entries", false, MapEntriesList},
      {"map_contains_key", false, MapContainsKey},
  };
}

}  // namespace millrace::processor::duckdb
