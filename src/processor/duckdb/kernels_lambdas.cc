// Functions that call a lambda for the elements of arrays, apart from transform.

#include <algorithm>
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

// Places (int64) as an array.
base::Result<ArrayPtr> Numbers(const std::vector<std::int64_t>& numbers) {
  MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(LongType()));
  for (const std::int64_t number : numbers) builder->AppendInt(number);
  return builder->Finish();
}

// Evaluates a lambda of an element, or of an element and its place, for all elements.
base::Result<ArrayPtr> ForElements(LambdaEvaluator& lambda, const Operand& lists,
                                   std::int64_t rows) {
  const ArrayPtr parents = ParentRows(lists, rows);
  std::vector<Operand> variables = {{FlatElements(lists, rows), false}};
  if (lambda.variable_count() == 2) {
    std::vector<std::int64_t> places;
    for (std::int64_t row = 0; row < rows; ++row) {
      if (IsNull(lists, row)) continue;
      const std::int64_t length = ListAt(*lists.array, lists.at(row)).length;
      for (std::int64_t i = 0; i < length; ++i) places.push_back(i);
    }
    MILLRACE_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::Make(IntegerType()));
    for (const std::int64_t place : places) builder->AppendInt(place);
    MILLRACE_ASSIGN_OR_RETURN(auto positions, builder->Finish());
    variables.push_back({std::move(positions), false});
  }
  return lambda.Evaluate(variables, parents);
}

base::Result<Kernel> Filter(const FunctionContext& context) {
  auto lambda = context.lambdas[1];
  return Kernel([lambda](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr answers, ForElements(*lambda, args[0], rows));
    std::int64_t next = 0;
    return ForEachCollection(args[0], rows, out, [&](const arrow::Array& lists, std::int64_t row) {
      const ListRef list = ListAt(lists, row);
      for (std::int64_t i = 0; i < list.length; ++i) {
        if (IsTrue(*answers, next++)) AppendRef(list[i], &out->child(0));
      }
      out->AppendNested();
      return Status::Ok();
    });
  });
}

// exists and forall: an element whose answer is `decisive` decides; else null if one is null.
template <bool decisive>
base::Result<Kernel> Quantifier(const FunctionContext& context) {
  auto lambda = context.lambdas[1];
  return Kernel([lambda](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                         ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr answers, ForElements(*lambda, args[0], rows));
    const auto& booleans = static_cast<const arrow::BooleanArray&>(*answers);
    std::int64_t next = 0;
    return ForEachCollection(args[0], rows, out, [&](const arrow::Array& lists, std::int64_t row) {
      const std::int64_t end = next + ListAt(lists, row).length;
      bool decided = false;
      bool unknown = false;
      for (; next < end; ++next) {
        if (booleans.IsNull(next)) {
          unknown = true;
        } else if (booleans.Value(next) == decisive) {
          decided = true;
        }
      }
      if (decided) {
        out->AppendBool(decisive);
      } else {
        unknown ? out->AppendNull() : out->AppendBool(!decisive);
      }
      return Status::Ok();
    });
  });
}

// ------------------------------------------------------------------------------ aggregate

/// The elements at one place of all arrays that reach so far, and what was gathered before them.
class Gathering {
 public:
  Gathering(const Operand& lists, std::int64_t rows, const DataType& element, DataType gathered)
      : lists_(lists), rows_(rows), element_(element), gathered_(std::move(gathered)) {}

  std::int64_t longest() const {
    std::int64_t longest = 0;
    for (std::int64_t row = 0; row < rows_; ++row) longest = std::max(longest, LengthOf(row));
    return longest;
  }

  /// Merges the elements at `place` into `values`, which has a value for each row.
  base::Result<ArrayPtr> Step(std::int64_t place, const ArrayPtr& values, LambdaEvaluator& merge) {
    std::vector<std::int64_t> active;
    MILLRACE_ASSIGN_OR_RETURN(auto elements, ColumnBuilder::Make(element_));
    MILLRACE_ASSIGN_OR_RETURN(auto before, ColumnBuilder::Make(gathered_));
    for (std::int64_t row = 0; row < rows_; ++row) {
      if (place >= LengthOf(row)) continue;
      active.push_back(row);
      AppendRef(ListAt(*lists_.array, lists_.at(row))[place], elements.get());
      before->AppendFrom(*values, row);
    }
    MILLRACE_ASSIGN_OR_RETURN(auto element_array, elements->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto before_array, before->Finish());
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr parents, Numbers(active));
    MILLRACE_ASSIGN_OR_RETURN(
        const ArrayPtr merged,
        merge.Evaluate({{before_array, false}, {element_array, false}}, parents));
    if (static_cast<std::int64_t>(active.size()) == rows_) return merged;
    MILLRACE_ASSIGN_OR_RETURN(auto all, ColumnBuilder::Make(gathered_));
    std::size_t next = 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const bool changed = next < active.size() && active[next] == row;
      all->AppendFrom(changed ? *merged : *values,
                      changed ? static_cast<std::int64_t>(next++) : row);
    }
    return all->Finish();
  }

 private:
  std::int64_t LengthOf(std::int64_t row) const {
    return IsNull(lists_, row) ? 0 : ListAt(*lists_.array, lists_.at(row)).length;
  }

  const Operand& lists_;
  std::int64_t rows_;
  DataType element_;
  DataType gathered_;
};

// aggregate(array, start, merge, finish).
base::Result<Kernel> Aggregate(const FunctionContext& context) {
  auto merge = context.lambdas[2];
  auto finish = context.lambdas[3];
  const DataType element = context.arg_type(0).elementType();
  const DataType gathered = context.arg_type(1);
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    Gathering gathering(args[0], rows, element, gathered);
    ArrayPtr values = args[1].constant ? Repeat(args[1].array, rows) : args[1].array;
    for (std::int64_t place = 0; place < gathering.longest(); ++place) {
      MILLRACE_ASSIGN_OR_RETURN(values, gathering.Step(place, values, *merge));
    }
    std::vector<std::int64_t> whole;
    MILLRACE_ASSIGN_OR_RETURN(auto given, ColumnBuilder::Make(gathered));
    for (std::int64_t row = 0; row < rows; ++row) {
      if (IsNull(args[0], row)) continue;
      whole.push_back(row);
      given->AppendFrom(*values, row);
    }
    MILLRACE_ASSIGN_OR_RETURN(auto given_array, given->Finish());
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr parents, Numbers(whole));
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr finished,
                              finish->Evaluate({{given_array, false}}, parents));
    std::int64_t next = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      IsNull(args[0], row) ? out->AppendNull() : out->AppendFrom(*finished, next++);
    }
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ zip_with

base::Result<Kernel> ZipWith(const FunctionContext& context) {
  auto lambda = context.lambdas[2];
  const DataType left = context.arg_type(0).elementType();
  const DataType right = context.arg_type(1).elementType();
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    MILLRACE_ASSIGN_OR_RETURN(auto a, ColumnBuilder::Make(left));
    MILLRACE_ASSIGN_OR_RETURN(auto b, ColumnBuilder::Make(right));
    const auto append = [](const ListRef& list, std::int64_t i, ColumnBuilder* builder) {
      i < list.length ? AppendRef(list[i], builder) : builder->AppendNull();
    };
    std::vector<std::int64_t> parents;
    std::vector<std::int64_t> lengths(static_cast<std::size_t>(rows), -1);
    for (std::int64_t row = 0; row < rows; ++row) {
      if (IsNull(args[0], row) || IsNull(args[1], row)) continue;
      const ListRef x = ListAt(*args[0].array, args[0].at(row));
      const ListRef y = ListAt(*args[1].array, args[1].at(row));
      const std::int64_t length = std::max(x.length, y.length);
      lengths[static_cast<std::size_t>(row)] = length;
      for (std::int64_t i = 0; i < length; ++i) {
        append(x, i, a.get());
        append(y, i, b.get());
        parents.push_back(row);
      }
    }
    MILLRACE_ASSIGN_OR_RETURN(auto a_array, a->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto b_array, b->Finish());
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr parent_rows, Numbers(parents));
    MILLRACE_ASSIGN_OR_RETURN(
        const ArrayPtr answers,
        lambda->Evaluate({{a_array, false}, {b_array, false}}, parent_rows));
    AppendCut(lengths, out, [&](std::int64_t i) { out->child(0).AppendFrom(*answers, i); });
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> LambdaKernels() {
  return {
      {"filter", false, Filter},
      {"exists", false, Quantifier<true>},
      {"forall", false, Quantifier<false>},
      {"aggregate", false, Aggregate},
      {"zip_with", false, ZipWith},
  };
}

}  // namespace millrace::processor::duckdb
