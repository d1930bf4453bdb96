#include "processor/duckdb/batch_errors.h"

#include <cstdlib>

#include <fmt/format.h>

#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

constexpr std::string_view kMark = "millrace failure ";

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::string BatchErrors::Keep(const base::Status& status) {
  std::lock_guard lock(mutex_);
  kept_.push_back(status);
  return fmt::format("{}{};", kMark, kept_.size() - 1);
}

base::Status BatchErrors::Explain(std::string_view message, const std::stop_token& stop) const {
  if (const auto mark = message.find(kMark); mark != std::string_view::npos) {
    const std::string number(message.substr(mark + kMark.size(), 10));
    const auto index = static_cast<std::size_t>(std::strtoul(number.c_str(), nullptr, 10));
    std::lock_guard lock(mutex_);
    if (index < kept_.size()) return kept_[index];
  }
  if (stop.stop_requested() || Has(message, "INTERRUPT Error")) {
    return base::Status::Cancelled("the query is being stopped");
  }
  if (Has(message, "Overflow in addition")) return ArithmeticOverflow("try_add");
  if (Has(message, "Overflow in subtraction")) return ArithmeticOverflow("try_subtract");
  if (Has(message, "Overflow in multiplication")) return ArithmeticOverflow("try_multiply");
  // Sums are computed in 128 bits.
  if (Has(message, "INT128") && Has(message, "out of range for the destination type INT64")) {
    return ArithmeticOverflow("try_add");
  }
  if (Has(message, "Overflow in HUGEINT") ||
      (Has(message, "to type DECIMAL") && Has(message, "out of range"))) {
    return DecimalSumOverflow("try_sum");
  }
  if (Has(message, "More than one row returned by a subquery")) {
    return SparkFailure("SparkRuntimeException", "SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000", {},
                        "More than one row returned by a subquery used as an expression.");
  }
  if (Has(message, "Out of Memory Error")) {
    return base::Status::Unavailable(fmt::format("not enough memory: {}", message));
  }
  return base::Status::Internal(fmt::format("duckdb: {}", message));
}

}  // namespace millrace::processor::duckdb
