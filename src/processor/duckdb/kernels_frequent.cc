// $frequent_items(list of structs of one field, size): df.stat.freqItems.

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "data/arrow_schema.h"
#include "processor/duckdb/random_functions.h"

namespace millrace::processor::duckdb {
namespace {

/// Spark's counter of at most `size` items: one more takes the smallest count from all others.
class Counter {
 public:
  explicit Counter(std::size_t size) : size_(size) {}

  void Add(std::int32_t item) {
    const auto known = std::find_if(counts_.begin(), counts_.end(),
                                    [item](const auto& entry) { return entry.first == item; });
    if (known != counts_.end()) {
      ++known->second;
      return;
    }
    if (counts_.size() < size_) {
      counts_.emplace_back(item, 1);
      return;
    }
    std::int64_t least = counts_.empty() ? 0 : counts_.front().second;
    for (const auto& entry : counts_) least = std::min(least, entry.second);
    if (least > 1) {
      for (auto& entry : counts_) --entry.second;
      return;
    }
    counts_.emplace_back(item, 1);
    std::erase_if(counts_, [least](const auto& entry) { return entry.second <= least; });
    for (auto& entry : counts_) entry.second -= least;
  }

  const std::vector<std::pair<std::int32_t, std::int64_t>>& counts() const { return counts_; }

 private:
  std::size_t size_;
  std::vector<std::pair<std::int32_t, std::int64_t>> counts_;
};

base::Result<std::shared_ptr<arrow::Array>> FrequentOf(const arrow::ListArray& lists,
                                                       const Operand& operand, std::int64_t rows,
                                                       std::size_t size) {
  const auto& structs = static_cast<const arrow::StructArray&>(*lists.values());
  const auto field = structs.GetFlattenedField(0);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(field.status()));
  const auto encoded = arrow::compute::DictionaryEncode(
      *field, arrow::compute::DictionaryEncodeOptions(
                  arrow::compute::DictionaryEncodeOptions::ENCODE));
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(encoded.status()));
  const auto dictionary = std::static_pointer_cast<arrow::DictionaryArray>(encoded->make_array());
  arrow::Int32Builder offsets;
  arrow::Int32Builder items;
  arrow::Status status = offsets.Append(0);
  for (std::int64_t row = 0; row < rows; ++row) {
    Counter counter(size);
    const std::int64_t at = operand.at(row);
    for (std::int64_t i = 0; !lists.IsNull(at) && i < lists.value_length(at); ++i) {
      counter.Add(static_cast<std::int32_t>(
          dictionary->GetValueIndex(lists.value_offset(at) + i)));
    }
    for (const auto& [item, count] : counter.counts()) status &= items.Append(item);
    status &= offsets.Append(static_cast<std::int32_t>(items.length()));
  }
  std::shared_ptr<arrow::Array> places;
  std::shared_ptr<arrow::Array> ends;
  status &= items.Finish(&places);
  status &= offsets.Finish(&ends);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  const auto values = arrow::compute::Take(*dictionary->dictionary(), *places);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(values.status()));
  const auto made = arrow::ListArray::FromArrays(*ends, **values);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(made.status()));
  return std::shared_ptr<arrow::Array>(*made);
}

base::Result<ArrayKernel> FrequentItems(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(context.type()));
  return ArrayKernel(
      [type](const std::vector<Operand>& args, std::int64_t rows,
             std::int64_t) -> base::Result<std::shared_ptr<arrow::Array>> {
        const auto& sizes = static_cast<const arrow::Int32Array&>(*args[1].array);
        const auto size = static_cast<std::size_t>(std::max(sizes.Value(0), 0));
        MILLRACE_ASSIGN_OR_RETURN(
            const auto lists, FrequentOf(static_cast<const arrow::ListArray&>(*args[0].array),
                                         args[0], rows, size));
        const auto data = lists->data()->Copy();
        data->type = type;
        return arrow::MakeArray(data);
      });
}

}  // namespace

std::vector<KernelSpec> FrequentItemKernels() {
  return {{.name = "$frequent_items", .make_array = FrequentItems}};
}

}  // namespace millrace::processor::duckdb
