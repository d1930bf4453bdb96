#pragma once

#include <vector>

#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

/// The files of kernels that compute row by row, beside MathKernels; ScalarKernels puts them
/// together.
std::vector<KernelSpec> BitKernels();
std::vector<KernelSpec> RoundingKernels();
std::vector<KernelSpec> ValueKernels();
std::vector<KernelSpec> ConvKernels();
std::vector<KernelSpec> TextKernels();
std::vector<KernelSpec> WordKernels();
std::vector<KernelSpec> HashKernels();
std::vector<KernelSpec> EncodingKernels();
std::vector<KernelSpec> RegexKernels();
std::vector<KernelSpec> UrlKernels();
std::vector<KernelSpec> FormatKernels();
std::vector<KernelSpec> FileKernels();

}  // namespace millrace::processor::duckdb
