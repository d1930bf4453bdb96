#include "processor/duckdb/kernels_scalar.h"

namespace millrace::processor::duckdb {

std::vector<KernelSpec> ScalarKernels() {
  std::vector<KernelSpec> kernels;
  for (const auto& group : {BitKernels(), RoundingKernels(), ValueKernels(), ConvKernels(),
                            TextKernels(), WordKernels(), HashKernels(), EncodingKernels(),
                            RegexKernels(), UrlKernels(), FormatKernels(), FileKernels()}) {
    kernels.insert(kernels.end(), group.begin(), group.end());
  }
  return kernels;
}

}  // namespace millrace::processor::duckdb
