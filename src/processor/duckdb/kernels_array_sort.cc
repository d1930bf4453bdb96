// array_sort with a comparator.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <arrow/array.h>

#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/list_values.h"
#include "processor/duckdb/map_values.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;

/// Two neighbouring sorted runs of one row that become one.
struct Merge {
  std::size_t row;
  std::size_t left;
  std::size_t left_end;
  std::size_t right;
  std::size_t right_end;
  std::vector<std::int64_t> merged = {};

  bool done() const { return left == left_end || right == right_end; }
};

/// TimSort as Java does it for less than 32 elements, so that even a comparator that contradicts
/// itself gives Spark's order.
class SmallSort {
 public:
  /// `compare(a, b)` of two places: negative, zero, positive; an error ends the sort.
  using Compare = std::function<base::Result<std::int64_t>(std::size_t, std::size_t)>;

  static base::Result<std::vector<std::int64_t>> Sort(std::size_t length, const Compare& compare) {
    std::vector<std::size_t> places(length);
    for (std::size_t i = 0; i < length; ++i) places[i] = i;
    if (length > 1) {
      MILLRACE_ASSIGN_OR_RETURN(const std::size_t sorted, FirstRun(&places, compare));
      MILLRACE_RETURN_IF_ERROR(InsertRest(sorted, &places, compare));
    }
    return std::vector<std::int64_t>(places.begin(), places.end());
  }

 private:
  // The length of the sorted run in front; one that goes down is turned round.
  static base::Result<std::size_t> FirstRun(std::vector<std::size_t>* places,
                                            const Compare& compare) {
    std::vector<std::size_t>& a = *places;
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t first, compare(a[1], a[0]));
    std::size_t end = 2;
    for (; end < a.size(); ++end) {
      MILLRACE_ASSIGN_OR_RETURN(const std::int64_t sign, compare(a[end], a[end - 1]));
      if ((sign < 0) != (first < 0)) break;
    }
    if (first < 0) std::reverse(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(end));
    return end;
  }

  static Status InsertRest(std::size_t start, std::vector<std::size_t>* places,
                           const Compare& compare) {
    std::vector<std::size_t>& a = *places;
    for (; start < a.size(); ++start) {
      const std::size_t pivot = a[start];
      std::size_t left = 0;
      std::size_t right = start;
      while (left < right) {
        const std::size_t middle = (left + right) / 2;
        MILLRACE_ASSIGN_OR_RETURN(const std::int64_t sign, compare(pivot, a[middle]));
        sign < 0 ? right = middle : left = middle + 1;
      }
      a.erase(a.begin() + static_cast<std::ptrdiff_t>(start));
      a.insert(a.begin() + static_cast<std::ptrdiff_t>(left), pivot);
    }
    return Status::Ok();
  }
};

/// Sorts the arrays of all rows at once, from below: each round of comparisons is one call of the
/// comparator, with one pair of elements for each merge under way. Stable.
class MergeSort {
 public:
  MergeSort(const Operand& lists, std::int64_t rows, const DataType& element,
            LambdaEvaluator& comparator)
      : lists_(lists), element_(element), comparator_(comparator) {
    for (std::int64_t row = 0; row < rows; ++row) {
      const bool missing = lists.array->IsNull(lists.at(row));
      const std::int64_t length = missing ? 0 : List(static_cast<std::size_t>(row)).length;
      std::vector<std::int64_t> places(static_cast<std::size_t>(length));
      for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i);
      longest_ = std::max(longest_, places.size());
      orders_.push_back(std::move(places));
    }
  }

  Status Sort() {
    if (longest_ < kSmall) return SortSmall();
    for (std::size_t width = 1; width < longest_; width *= 2) {
      std::vector<Merge> merges = Runs(width);
      MILLRACE_RETURN_IF_ERROR(MergeAll(&merges));
    }
    return Status::Ok();
  }

  const std::vector<std::int64_t>& order(std::int64_t row) const {
    return orders_[static_cast<std::size_t>(row)];
  }

 private:
  ListRef List(std::size_t row) const {
    return ListAt(*lists_.array, lists_.at(static_cast<std::int64_t>(row)));
  }

  static constexpr std::size_t kSmall = 32;

  // All pairs of all rows are compared in one go.
  Status SortSmall() {
    MILLRACE_ASSIGN_OR_RETURN(auto left, ColumnBuilder::Make(element_));
    MILLRACE_ASSIGN_OR_RETURN(auto right, ColumnBuilder::Make(element_));
    MILLRACE_ASSIGN_OR_RETURN(auto parents, ColumnBuilder::Make(LongType()));
    std::vector<std::int64_t> starts;
    for (std::size_t row = 0; row < orders_.size(); ++row) {
      starts.push_back(left->length());
      const auto length = static_cast<std::int64_t>(orders_[row].size());
      if (length < 2) continue;
      const ListRef list = List(row);
      for (std::int64_t i = 0; i < length * length; ++i) {
        AppendRef(list[i / length], left.get());
        AppendRef(list[i % length], right.get());
        parents->AppendInt(static_cast<std::int64_t>(row));
      }
    }
    MILLRACE_ASSIGN_OR_RETURN(auto left_array, left->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto right_array, right->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto parent_array, parents->Finish());
    MILLRACE_ASSIGN_OR_RETURN(
        auto signs,
        comparator_.Evaluate({{left_array, false}, {right_array, false}}, parent_array));
    for (std::size_t row = 0; row < orders_.size(); ++row) {
      const std::size_t length = orders_[row].size();
      const auto compare = [&](std::size_t a, std::size_t b) -> base::Result<std::int64_t> {
        const auto place = starts[row] + static_cast<std::int64_t>(a * length + b);
        if (signs->IsNull(place)) {
          return ComparatorReturnsNull(InternalText(*left_array, place, element_),
                                       InternalText(*right_array, place, element_));
        }
        return IntegerAt(*signs, place);
      };
      MILLRACE_ASSIGN_OR_RETURN(orders_[row], SmallSort::Sort(length, compare));
    }
    return Status::Ok();
  }

  std::vector<Merge> Runs(std::size_t width) const {
    std::vector<Merge> merges;
    for (std::size_t row = 0; row < orders_.size(); ++row) {
      const std::size_t length = orders_[row].size();
      for (std::size_t start = 0; start + width < length; start += 2 * width) {
        merges.push_back({row, start, start + width, start + width,
                          std::min(start + 2 * width, length)});
      }
    }
    return merges;
  }

  Status MergeAll(std::vector<Merge>* merges) {
    std::vector<Merge*> active;
    for (Merge& merge : *merges) active.push_back(&merge);
    while (!active.empty()) {
      MILLRACE_RETURN_IF_ERROR(CompareOnce(active));
      std::erase_if(active, [](const Merge* merge) { return merge->done(); });
    }
    for (Merge& merge : *merges) {
      std::vector<std::int64_t>& order = orders_[merge.row];
      const std::size_t start = merge.right_end - (merge.merged.size() + merge.left_end -
                                                   merge.left + merge.right_end - merge.right);
      for (; merge.left < merge.left_end; ++merge.left) merge.merged.push_back(order[merge.left]);
      for (; merge.right < merge.right_end; ++merge.right) {
        merge.merged.push_back(order[merge.right]);
      }
      std::copy(merge.merged.begin(), merge.merged.end(),
                order.begin() + static_cast<std::ptrdiff_t>(start));
    }
    return Status::Ok();
  }

  Status CompareOnce(const std::vector<Merge*>& active) {
    MILLRACE_ASSIGN_OR_RETURN(auto left, ColumnBuilder::Make(element_));
    MILLRACE_ASSIGN_OR_RETURN(auto right, ColumnBuilder::Make(element_));
    MILLRACE_ASSIGN_OR_RETURN(auto parents, ColumnBuilder::Make(LongType()));
    for (const Merge* merge : active) {
      AppendRef(List(merge->row)[orders_[merge->row][merge->left]], left.get());
      AppendRef(List(merge->row)[orders_[merge->row][merge->right]], right.get());
      parents->AppendInt(static_cast<std::int64_t>(merge->row));
    }
    MILLRACE_ASSIGN_OR_RETURN(auto left_array, left->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto right_array, right->Finish());
    MILLRACE_ASSIGN_OR_RETURN(auto parent_array, parents->Finish());
    MILLRACE_ASSIGN_OR_RETURN(
        auto signs,
        comparator_.Evaluate({{left_array, false}, {right_array, false}}, parent_array));
    for (std::size_t i = 0; i < active.size(); ++i) {
      const auto place = static_cast<std::int64_t>(i);
      if (signs->IsNull(place)) {
        return ComparatorReturnsNull(InternalText(*left_array, place, element_),
                                     InternalText(*right_array, place, element_));
      }
      Merge* merge = active[i];
      const bool take_left = IntegerAt(*signs, place) <= 0;
      const std::size_t taken = take_left ? merge->left++ : merge->right++;
      merge->merged.push_back(orders_[merge->row][taken]);
    }
    return Status::Ok();
  }

  const Operand& lists_;
  DataType element_;
  LambdaEvaluator& comparator_;
  std::size_t longest_ = 0;
  std::vector<std::vector<std::int64_t>> orders_;
};

base::Result<Kernel> ArraySort(const FunctionContext& context) {
  auto comparator = context.lambdas[1];
  const DataType element = context.arg_type(0).elementType();
  return Kernel([=](const std::vector<Operand>& args, std::int64_t rows, std::int64_t,
                    ColumnBuilder* out) {
    MergeSort sort(args[0], rows, element, *comparator);
    MILLRACE_RETURN_IF_ERROR(sort.Sort());
    for (std::int64_t row = 0; row < rows; ++row) {
      if (args[0].array->IsNull(args[0].at(row))) {
        out->AppendNull();
        continue;
      }
      const ListRef list = ListAt(*args[0].array, args[0].at(row));
      for (const std::int64_t place : sort.order(row)) AppendRef(list[place], &out->child(0));
      out->AppendNested();
    }
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> ArraySortKernels() { return {{"array_sort", true, ArraySort}}; }

}  // namespace millrace::processor::duckdb
