// Functions that compare the elements of arrays.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "processor/duckdb/list_values.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;
using base::Status;

/// Values seen, null among them.
class ValueSet {
 public:
  explicit ValueSet(const Order& order)
      : values_([&order](const ValueRef& a, const ValueRef& b) {
          return CompareNullable(order, a, b) < 0;
        }) {}

  /// False: it is there already.
  bool Add(const ValueRef& value) { return values_.insert(value).second; }
  bool Has(const ValueRef& value) const { return values_.contains(value); }
  void AddAll(const ListRef& list) {
    for (std::int64_t i = 0; i < list.length; ++i) Add(list[i]);
  }

 private:
  std::set<ValueRef, std::function<bool(const ValueRef&, const ValueRef&)>> values_;
};

// What a set keeps of a value: of the two zeros the positive one.
void AppendMember(const ValueRef& value, ColumnBuilder* out) {
  const arrow::Array& array = *value.array;
  if (!value.is_null() && array.type_id() == arrow::Type::DOUBLE &&
      static_cast<const arrow::DoubleArray&>(array).Value(value.row) == 0) {
    out->AppendDouble(0);
  } else if (!value.is_null() && array.type_id() == arrow::Type::FLOAT &&
             static_cast<const arrow::FloatArray&>(array).Value(value.row) == 0) {
    out->AppendFloat(0);
  } else {
    AppendRef(value, out);
  }
}

base::Result<Order> ElementOrder(const FunctionContext& context, std::size_t arg = 0) {
  Order order = OrderOf(context.arg_type(arg).elementType());
  if (order == nullptr) {
    return Status::Unsupported(fmt::format("{}: comparing values of type {} is not supported",
                                           context.expression.text,
                                           context.arg_type(arg).elementType().sql()));
  }
  return order;
}

bool Same(const Order& order, const ValueRef& element, const RowView& row, std::size_t i) {
  return !element.is_null() && order(*element.array, element.row, row.array(i), row.at(i)) == 0;
}

base::Result<Kernel> Contains(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    bool has_null = false;
    for (std::int64_t i = 0; i < list.length; ++i) {
      has_null |= list[i].is_null();
      if (Same(order, list[i], row, 1)) {
        out->AppendBool(true);
        return Status::Ok();
      }
    }
    has_null ? out->AppendNull() : out->AppendBool(false);
    return Status::Ok();
  });
}

base::Result<Kernel> Position(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    std::int64_t found = 0;
    for (std::int64_t i = 0; found == 0 && i < list.length; ++i) {
      if (Same(order, list[i], row, 1)) found = i + 1;
    }
    out->AppendInt(found);
    return Status::Ok();
  });
}

base::Result<Kernel> Remove(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (!Same(order, list[i], row, 1)) AppendRef(list[i], &out->child(0));
    }
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> Distinct(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    ValueSet seen(order);
    const ListRef list = ListAt(row, 0);
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (seen.Add(list[i])) AppendMember(list[i], &out->child(0));
    }
    out->AppendNested();
    return Status::Ok();
  });
}

base::Result<Kernel> Union(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    ValueSet seen(order);
    for (const std::size_t arg : {0, 1}) {
      const ListRef list = ListAt(row, arg);
      for (std::int64_t i = 0; i < list.length; ++i) {
        if (seen.Add(list[i])) AppendMember(list[i], &out->child(0));
      }
    }
    out->AppendNested();
    return Status::Ok();
  });
}

// Elements of the first array that are in the second, or that are not; each once.
template <bool wanted>
base::Result<Kernel> Select(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    ValueSet other(order);
    other.AddAll(ListAt(row, 1));
    ValueSet seen(order);
    const ListRef list = ListAt(row, 0);
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (other.Has(list[i]) == wanted && seen.Add(list[i])) {
        AppendMember(list[i], &out->child(0));
      }
    }
    out->AppendNested();
    return Status::Ok();
  });
}

bool HasNull(const ListRef& list) {
  for (std::int64_t i = 0; i < list.length; ++i) {
    if (list[i].is_null()) return true;
  }
  return false;
}

// Null when there is no common element but a null where there could be one.
base::Result<Kernel> Overlap(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const ListRef a = ListAt(row, 0);
    const ListRef b = ListAt(row, 1);
    ValueSet seen(order);
    seen.AddAll(a);
    for (std::int64_t i = 0; i < b.length; ++i) {
      if (!b[i].is_null() && seen.Has(b[i])) {
        out->AppendBool(true);
        return Status::Ok();
      }
    }
    const bool unknown = a.length > 0 && b.length > 0 && (HasNull(a) || HasNull(b));
    unknown ? out->AppendNull() : out->AppendBool(false);
    return Status::Ok();
  });
}

template <bool greatest>
base::Result<Kernel> Extreme(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const ListRef list = ListAt(row, 0);
    std::int64_t best = -1;
    for (std::int64_t i = 0; i < list.length; ++i) {
      if (list[i].is_null()) continue;
      if (best >= 0) {
        const int sign = CompareNullable(order, list[i], list[best]);
        if (greatest ? sign <= 0 : sign >= 0) continue;
      }
      best = i;
    }
    best < 0 ? out->AppendNull() : AppendRef(list[best], out);
    return Status::Ok();
  });
}

void AppendSorted(const ListRef& list, const Order& order, bool ascending, bool nulls_first,
                  ColumnBuilder* out) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(list.length));
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
  std::stable_sort(places.begin(), places.end(), [&](std::int64_t a, std::int64_t b) {
    const ValueRef x = list[a];
    const ValueRef y = list[b];
    if (x.is_null() || y.is_null()) {
      return nulls_first ? x.is_null() && !y.is_null() : !x.is_null() && y.is_null();
    }
    const int sign = order(*x.array, x.row, *y.array, y.row);
    return ascending ? sign < 0 : sign > 0;
  });
  for (const std::int64_t place : places) AppendRef(list[place], &out->child(0));
  out->AppendNested();
}

// Nulls come first upwards and last downwards.
base::Result<Kernel> SortArray(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    const bool ascending = row.boolean(1);
    AppendSorted(ListAt(row, 0), order, ascending, ascending, out);
    return Status::Ok();
  });
}

// array_sort without a comparator: upwards, nulls last.
base::Result<Kernel> SortUpwards(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const Order order, ElementOrder(context));
  return EachFullRow([order](const RowView& row, ColumnBuilder* out) {
    AppendSorted(ListAt(row, 0), order, true, false, out);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> ArraySetKernels() {
  return {
      {"array_contains", false, Contains},   {"array_position", false, Position},
      {"array_remove", false, Remove},       {"array_distinct", false, Distinct},
      {"array_union", false, Union},         {"array_intersect", false, Select<true>},
      {"array_except", false, Select<false>}, {"arrays_overlap", false, Overlap},
      {"array_max", false, Extreme<true>},   {"array_min", false, Extreme<false>},
      {"sort_array", false, SortArray},      {"array_sort_natural", false, SortUpwards},
  };
}

}  // namespace millrace::processor::duckdb
