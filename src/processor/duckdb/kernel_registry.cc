#include <map>

#include "processor/duckdb/random_functions.h"

namespace millrace::processor::duckdb {
namespace {

const std::map<std::string_view, KernelSpec>& Registry() {
  static const std::map<std::string_view, KernelSpec> registry = [] {
    std::map<std::string_view, KernelSpec> kernels;
    for (const auto& group : {
             AggregateKernels(),
             ArrayMakerKernels(),
             ArrayPartKernels(),
             ArraySetKernels(),
             ArraySortKernels(),
             CsvKernels(),
             DateKernels(),
             FromJsonKernels(),
             HigherOrderKernels(),
             JsonKernels(),
             IntervalKernels(),
             LambdaKernels(),
             MapKernels(),
             MapLambdaKernels(),
             StrToMapKernels(),
             MathKernels(),
             OrderKeyKernels(),
             ScalarKernels(),
             SampleKernels(),
             RandomKernels(),
             NumberFormatKernels(),
             FrequentItemKernels(),
             TimestampKernels(),
             TimeTextKernels(),
         }) {
      for (const KernelSpec& spec : group) kernels.emplace(spec.name, spec);
    }
    return kernels;
  }();
  return registry;
}

}  // namespace

const KernelSpec* FindKernel(std::string_view name) {
  const auto found = Registry().find(name);
  return found == Registry().end() ? nullptr : &found->second;
}

std::vector<std::string_view> KernelNames() {
  std::vector<std::string_view> names;
  for (const auto& [name, spec] : Registry()) names.push_back(name);
  return names;
}

}  // namespace millrace::processor::duckdb
