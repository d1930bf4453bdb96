#include <string>

#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"

namespace millrace::processor::duckdb {
namespace {

/// "file:///a" from "file:/a", as `_metadata` has it.
base::Result<Kernel> FileName(const FunctionContext& context) {
  if (context.args.empty()) return ForRows<>([] { return std::string(); });
  if (std::get<plan::Call>(context.expression.node).options.contains("as_is")) {
    return ForRows<std::string_view>([](std::string_view path) { return path; });
  }
  return ForRows<std::string_view>([](std::string_view path) {
    const std::size_t scheme = path.find(':') + 1;
    return std::string(path.substr(0, scheme)) + "//" + std::string(path.substr(scheme));
  });
}

base::Result<Kernel> FileBlock(const FunctionContext& context) {
  if (context.args.empty()) return ForRows<>([] { return std::int64_t{-1}; });
  return ForRows<std::int64_t>([](std::int64_t value) { return value; });
}

}  // namespace

std::vector<KernelSpec> FileKernels() {
  return {{"input_file_name", false, FileName},
          {"input_file_block_start", false, FileBlock},
          {"input_file_block_length", false, FileBlock}};
}

}  // namespace millrace::processor::duckdb
