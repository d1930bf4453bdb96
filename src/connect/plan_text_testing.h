#pragma once

#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "data/value.h"
#include "millrace/types.h"
#include "plan/command.h"
#include "plan/plan.h"

// The unresolved plan as text, every field of every struct, found by structured bindings: a field that is added to a
// struct is in the text without a change here.

namespace millrace::plan {

namespace text {

/// How many fields an aggregate has: as many as it takes initializers.
template <typename T>
constexpr int FieldCount() {
  if constexpr (std::is_empty_v<T>) {
    return 0;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 15;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 14;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 13;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 12;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 11;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 10;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 9;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}, {}}; }) {
    return 8;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}, {}}; }) {
    return 7;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}, {}}; }) {
    return 6;
  } else if constexpr (requires { T{{}, {}, {}, {}, {}}; }) {
    return 5;
  } else if constexpr (requires { T{{}, {}, {}, {}}; }) {
    return 4;
  } else if constexpr (requires { T{{}, {}, {}}; }) {
    return 3;
  } else if constexpr (requires { T{{}, {}}; }) {
    return 2;
  } else if constexpr (requires { T{{}}; }) {
    return 1;
  } else {
    return 0;
  }
}

template <typename T>
auto FieldsOf(const T& value) {
  constexpr int count = FieldCount<T>();
  static_assert(count <= 14);
  if constexpr (count == 0) {
    return std::tuple<>();
  } else if constexpr (count == 1) {
    const auto& [a] = value;
    return std::tie(a);
  } else if constexpr (count == 2) {
    const auto& [a, b] = value;
    return std::tie(a, b);
  } else if constexpr (count == 3) {
    const auto& [a, b, c] = value;
    return std::tie(a, b, c);
  } else if constexpr (count == 4) {
    const auto& [a, b, c, d] = value;
    return std::tie(a, b, c, d);
  } else if constexpr (count == 5) {
    const auto& [a, b, c, d, e] = value;
    return std::tie(a, b, c, d, e);
  } else if constexpr (count == 6) {
    const auto& [a, b, c, d, e, f] = value;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    const auto& [a, b, c, d, e, f, g] = value;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    const auto& [a, b, c, d, e, f, g, h] = value;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    const auto& [a, b, c, d, e, f, g, h, i] = value;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  }
}

class Writer {
 public:
  std::string str() const { return out_.str(); }

  void Write(const std::string& value) { out_ << '"' << value << '"'; }
  void Write(const DataType& value) { out_ << value.json(); }
  void Write(const data::Value& value) {
    if (value.is_null()) out_ << "null";
    if (value.is_bool()) out_ << value.bool_value();
    if (value.is_int()) out_ << value.int_value();
    if (value.is_double()) out_ << value.double_value();
    if (value.is_decimal()) out_ << static_cast<long long>(value.decimal_value());
    if (value.is_bytes()) Write(value.bytes());
    if (value.is_list()) Write(value.list());
  }
  template <typename T>
  void Write(const std::shared_ptr<T>& value) {
    if (value == nullptr) {
      out_ << "none";
    } else {
      Write(*value);
    }
  }
  template <typename T>
  void Write(const std::optional<T>& value) {
    if (!value) {
      out_ << "none";
    } else {
      out_ << "some ";
      Write(*value);
    }
  }
  template <typename T>
  void Write(const std::vector<T>& values) {
    out_ << '[';
    for (const T& value : values) {
      Write(value);
      out_ << ", ";
    }
    out_ << ']';
  }
  template <typename Key, typename T>
  void Write(const std::map<Key, T>& values) {
    out_ << '{';
    for (const auto& [key, value] : values) {
      Write(key);
      out_ << ": ";
      Write(value);
      out_ << ", ";
    }
    out_ << '}';
  }
  template <typename A, typename B>
  void Write(const std::pair<A, B>& value) {
    Write(value.first);
    out_ << " -> ";
    Write(value.second);
  }
  template <typename... T>
  void Write(const std::variant<T...>& value) {
    out_ << '#' << value.index() << ' ';
    std::visit([this](const auto& node) { Write(node); }, value);
  }
  template <typename T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void Write(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      out_ << static_cast<int>(value);
    } else {
      out_ << value;
    }
  }
  template <typename T>
    requires(std::is_aggregate_v<T> && !std::is_base_of_v<DataType, T>)
  void Write(const T& value) {
    out_ << '(';
    std::apply(
        [this](const auto&... fields) {
          ((Write(fields), out_ << ", "), ...);
        },
        FieldsOf(value));
    out_ << ')';
  }

 private:
  std::ostringstream out_;
};

}  // namespace text

template <typename T>
std::string PlanText(const T& plan) {
  text::Writer writer;
  writer.Write(plan);
  return writer.str();
}

}  // namespace millrace::plan
