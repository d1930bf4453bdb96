// Functions that call a lambda for the entries of maps.

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <arrow/array.h>

#include "processor/duckdb/lambda_rows.h"
#include "processor/duckdb/list_values.h"
#include "processor/duckdb/map_values.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;
using ArrayPtr = std::shared_ptr<arrow::Array>;

// Evaluates a lambda of key and value for all entries.
base::Result<ArrayPtr> ForEntries(LambdaEvaluator& lambda, const Operand& maps,
                                  std::int64_t rows) {
  const ArrayPtr entries = FlatElements(maps, rows);
  const auto& pairs = static_cast<const arrow::StructArray&>(*entries);
  return lambda.Evaluate({{pairs.field(0), false}, {pairs.field(1), false}},
                         ParentRows(maps, rows));
}

base::Result<Kernel> MapFilter(const FunctionContext& context) {
  auto lambda = context.lambdas[1];
  return Kernel([lambda](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr answers, ForEntries(*lambda, args[0], rows));
    std::int64_t next = 0;
    return ForEachCollection(args[0], rows, out, [&](const arrow::Array& maps, std::int64_t row) {
      const MapRef map = MapAt(maps, row);
      for (std::int64_t i = 0; i < map.length(); ++i) {
        if (!IsTrue(*answers, next++)) continue;
        AppendRef(map.keys[i], &out->child(0));
        AppendRef(map.values[i], &out->child(1));
      }
      out->AppendNested();
      return Status::Ok();
    });
  });
}

base::Result<Kernel> TransformValues(const FunctionContext& context) {
  auto lambda = context.lambdas[1];
  return Kernel([lambda](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr answers, ForEntries(*lambda, args[0], rows));
    std::int64_t next = 0;
    return ForEachCollection(args[0], rows, out, [&](const arrow::Array& maps, std::int64_t row) {
      const MapRef map = MapAt(maps, row);
      for (std::int64_t i = 0; i < map.length(); ++i) {
        AppendRef(map.keys[i], &out->child(0));
        out->child(1).AppendFrom(*answers, next++);
      }
      out->AppendNested();
      return Status::Ok();
    });
  });
}

base::Result<Kernel> TransformKeys(const FunctionContext& context) {
  auto lambda = context.lambdas[1];
  auto entries = std::make_shared<MapEntries>(context.type().keyType(), context.zone);
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr keys, ForEntries(*lambda, args[0], rows));
    std::int64_t next = 0;
    return ForEachCollection(args[0], rows, out, [&](const arrow::Array& maps, std::int64_t row) {
      entries->Clear();
      const MapRef map = MapAt(maps, row);
      for (std::int64_t i = 0; i < map.length(); ++i) {
        MILLRACE_RETURN_IF_ERROR(entries->Add({keys.get(), next++}, map.values[i]));
      }
      entries->Finish(out);
      return Status::Ok();
    });
  });
}

// ------------------------------------------------------------------------------ map_zip_with

/// The entries of two maps side by side: keys of the first, then those of the second alone.
class PairedEntries {
 public:
  static base::Result<PairedEntries> Make(const DataType& first, const DataType& second) {
    PairedEntries paired;
    paired.order_ = OrderOf(first.keyType());
    MILLRACE_ASSIGN_OR_RETURN(paired.keys_, ColumnBuilder::Make(first.keyType()));
    MILLRACE_ASSIGN_OR_RETURN(paired.first_, ColumnBuilder::Make(first.valueType()));
    MILLRACE_ASSIGN_OR_RETURN(paired.second_, ColumnBuilder::Make(second.valueType()));
    MILLRACE_ASSIGN_OR_RETURN(paired.parents_, ColumnBuilder::Make(LongType()));
    return paired;
  }

  /// The number of entries.
  std::int64_t Add(const MapRef& a, const MapRef& b, std::int64_t row) {
    const std::int64_t before = keys_->length();
    for (std::int64_t i = 0; i < a.length(); ++i) {
      AppendRef(a.values[i], first_.get());
      const std::int64_t place = Find(b.keys, a.keys[i]);
      place < 0 ? second_->AppendNull() : AppendRef(b.values[place], second_.get());
      AppendKey(a.keys[i], row);
    }
    for (std::int64_t i = 0; i < b.length(); ++i) {
      if (Find(a.keys, b.keys[i]) >= 0) continue;
      first_->AppendNull();
      AppendRef(b.values[i], second_.get());
      AppendKey(b.keys[i], row);
    }
    return keys_->length() - before;
  }

  base::Result<ArrayPtr> Evaluate(LambdaEvaluator& lambda, ArrayPtr* keys) {
    MILLRACE_ASSIGN_OR_RETURN(*keys, keys_->Finish());
    MILLRACE_ASSIGN_OR_RETURN(ArrayPtr first, first_->Finish());
    MILLRACE_ASSIGN_OR_RETURN(ArrayPtr second, second_->Finish());
    MILLRACE_ASSIGN_OR_RETURN(ArrayPtr parents, parents_->Finish());
    return lambda.Evaluate({{*keys, false}, {first, false}, {second, false}}, parents);
  }

 private:
  std::int64_t Find(const ListRef& keys, const ValueRef& key) const {
    for (std::int64_t i = 0; i < keys.length; ++i) {
      if (CompareNullable(order_, keys[i], key) == 0) return i;
    }
    return -1;
  }
  void AppendKey(const ValueRef& key, std::int64_t row) {
    AppendRef(key, keys_.get());
    parents_->AppendInt(row);
  }

  Order order_;
  std::unique_ptr<ColumnBuilder> keys_;
  std::unique_ptr<ColumnBuilder> first_;
  std::unique_ptr<ColumnBuilder> second_;
  std::unique_ptr<ColumnBuilder> parents_;
};

base::Result<Kernel> MapZipWith(const FunctionContext& context) {
  auto lambda = context.lambdas[2];
  const DataType first = context.arg_type(0);
  const DataType second = context.arg_type(1);
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(PairedEntries paired, PairedEntries::Make(first, second));
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(rows), -1);
    for (std::int64_t row = 0; row < rows; ++row) {
      if (IsNull(args[0], row) || IsNull(args[1], row)) continue;
      lengths[static_cast<std::size_t>(row)] =
          paired.Add(MapAt(*args[0].array, args[0].at(row)),
                     MapAt(*args[1].array, args[1].at(row)), row);
    }
    ArrayPtr keys;
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr values, paired.Evaluate(*lambda, &keys));
    AppendCut(lengths, out, [&](std::int64_t i) {
      out->child(0).AppendFrom(*keys, i);
      out->child(1).AppendFrom(*values, i);
    });
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> MapLambdaKernels() {
  return {
      {"map_filter", false, MapFilter},
      {"transform_values", false, TransformValues},
      {"transform_keys", true, TransformKeys},
      {"map_zip_with", false, MapZipWith},
  };
}

}  // namespace millrace::processor::duckdb
