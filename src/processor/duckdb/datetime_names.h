#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace millrace::processor::duckdb {

/// The names that datetime patterns show and read, in English.
inline constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
inline constexpr std::array<std::string_view, 7> kDays = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
inline constexpr std::array<std::string_view, 4> kQuarters = {"1st quarter", "2nd quarter",
                                                              "3rd quarter", "4th quarter"};

/// Of ASCII letters.
inline char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

inline bool EqualAnyCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

}  // namespace millrace::processor::duckdb
