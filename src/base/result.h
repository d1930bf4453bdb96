#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/status.h"

namespace millrace::base {

/// A value or the failure that stands in its place.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}         // NOLINT: implicit on purpose
  Result(Status status) : status_(std::move(status)) {  // NOLINT: implicit on purpose
    MILLRACE_CHECK(!status_.ok());
  }
  template <typename U>
    requires(std::convertible_to<U &&, T> && !std::same_as<std::remove_cvref_t<U>, T> &&
             !std::same_as<std::remove_cvref_t<U>, Status> &&
             !std::same_as<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : value_(std::forward<U>(value)) {}  // NOLINT: implicit on purpose

  bool ok() const { return value_.has_value(); }
  /// Ok when there is a value.
  const Status& status() const { return status_; }

  /// Precondition: ok().
  T& value() & {
    MILLRACE_CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    MILLRACE_CHECK(ok());
    return *value_;
  }
  T&& value() && {
    MILLRACE_CHECK(ok());
    return std::move(*value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace millrace::base

#define MILLRACE_CONCAT_INNER(a, b) a##b
#define MILLRACE_CONCAT(a, b) MILLRACE_CONCAT_INNER(a, b)

/// `MILLRACE_ASSIGN_OR_RETURN(auto x, F());` binds the value or leaves the function with the
/// failure.
#define MILLRACE_ASSIGN_OR_RETURN(declaration, expression)                                  \
  MILLRACE_ASSIGN_OR_RETURN_INNER(MILLRACE_CONCAT(millrace_result_, __LINE__), declaration, \
                                  expression)
#define MILLRACE_ASSIGN_OR_RETURN_INNER(result, declaration, expression) \
  auto result = (expression);                                            \
  if (!result.ok()) return result.status();                              \
  declaration = std::move(result).value()
