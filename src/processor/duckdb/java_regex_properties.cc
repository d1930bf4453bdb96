#include "processor/duckdb/java_regex_properties.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace millrace::processor::duckdb {
namespace {

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

const Ranges kDigit = {{'0', '9'}};
const Ranges kSpace = {{9, 13}, {' ', ' '}};
const Ranges kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const Ranges kHorizontal = {{9, 9},           {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680},
                            {0x180E, 0x180E}, {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F},
                            {0x3000, 0x3000}};
const Ranges kVertical = {{10, 13}, {0x85, 0x85}, {0x2028, 0x2029}};

std::string Items(const Ranges& ranges) {
  std::string items;
  for (const auto& [low, high] : ranges) {
    items += fmt::format("\\x{{{:x}}}", low);
    if (high > low) items += fmt::format("-\\x{{{:x}}}", high);
  }
  return items;
}

// In brackets there is no "not these", so the ranges between them are named.
std::string ItemsOutside(const Ranges& sorted) {
  Ranges gaps;
  std::uint32_t next = 0;
  for (const auto& [low, high] : sorted) {
    if (low > next) gaps.push_back({next, low - 1});
    next = high + 1;
  }
  gaps.push_back({next, 0xD7FF});
  gaps.push_back({0xE000, 0x10FFFF});
  return Items(gaps);
}

std::string Items(const Ranges& ranges, bool negated) {
  return negated ? ItemsOutside(ranges) : Items(ranges);
}

const std::map<std::string_view, Ranges>& AsciiSets() {
  static const std::map<std::string_view, Ranges> sets = {
      {"Lower", {{'a', 'z'}}},
      {"Upper", {{'A', 'Z'}}},
      {"ASCII", {{0, 0x7F}}},
      {"Alpha", {{'A', 'Z'}, {'a', 'z'}}},
      {"Digit", {{'0', '9'}}},
      {"Alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
      {"Punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
      {"Graph", {{'!', '~'}}},
      {"Print", {{' ', '~'}}},
      {"Blank", {{9, 9}, {' ', ' '}}},
      {"Cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
      {"XDigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
      {"Space", {{9, 13}, {' ', ' '}}},
      {"L1", {{0, 0xFF}}},
      {"javaISOControl", {{0, 0x1F}, {0x7F, 0x9F}}},
      {"javaWhitespace",
       {{9, 13}, {0x1C, 0x20}, {0x1680, 0x1680}, {0x2000, 0x2006}, {0x2008, 0x200A},
        {0x2028, 0x2029}, {0x205F, 0x205F}, {0x3000, 0x3000}}},
      {"InBASIC_LATIN", {{0, 0x7F}}},
      {"InBasicLatin", {{0, 0x7F}}},
      {"InLatin-1Supplement", {{0x80, 0xFF}}},
      {"InGREEK", {{0x370, 0x3FF}}},
      {"InGreek", {{0x370, 0x3FF}}},
      {"InCyrillic", {{0x400, 0x4FF}}},
      {"InHebrew", {{0x590, 0x5FF}}},
      {"InArabic", {{0x600, 0x6FF}}},
      {"InHiragana", {{0x3040, 0x309F}}},
      {"InKatakana", {{0x30A0, 0x30FF}}},
      {"InCJKUnifiedIdeographs", {{0x4E00, 0x9FFF}}},
  };
  return sets;
}

/// Properties that PCRE2 knows under another name.
const std::map<std::string_view, std::string_view>& Renamed() {
  static const std::map<std::string_view, std::string_view> names = {
      {"javaLowerCase", "Lowercase"}, {"javaUpperCase", "Uppercase"},
      {"javaAlphabetic", "Alphabetic"}, {"javaIdeographic", "Ideographic"},
      {"javaTitleCase", "Lt"}, {"javaDigit", "Nd"}, {"javaLetter", "L"},
      {"javaLetterOrDigit", ""}, {"javaSpaceChar", "Z"},
      {"IsAlphabetic", "Alphabetic"}, {"IsIdeographic", "Ideographic"}, {"IsLetter", "L"},
      {"IsLowercase", "Lowercase"}, {"IsUppercase", "Uppercase"}, {"IsTitlecase", "Lt"},
      {"IsPunctuation", "P"}, {"IsControl", "Cc"}, {"IsWhite_Space", "White_Space"},
      {"IsDigit", "Nd"}, {"IsHex_Digit", "Hex_Digit"}, {"IsJoin_Control", "Join_Control"},
      {"IsNoncharacter_Code_Point", "Noncharacter_Code_Point"}, {"LC", "L&"},
  };
  return names;
}

bool IsCategory(std::string_view name) {
  static const std::set<std::string_view> names = {
      "C",  "Cc", "Cf", "Cn", "Co", "Cs", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",
      "Mc", "Me", "Mn", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi",
      "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs"};
  return names.contains(name);
}

bool IsScript(std::string_view name) {
  static const std::set<std::string_view> names = {
      "Latin",    "Greek",   "Cyrillic", "Armenian",   "Hebrew",  "Arabic",  "Syriac",
      "Thaana",   "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Tamil",  "Telugu",
      "Kannada",  "Malayalam", "Sinhala", "Thai",      "Lao",     "Tibetan", "Georgian",
      "Hangul",   "Ethiopic", "Cherokee", "Khmer",     "Mongolian", "Hiragana", "Katakana",
      "Bopomofo", "Han",     "Common",   "Inherited"};
  return names.contains(name);
}

std::string Property(std::string_view name, bool negated) {
  return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
}

}  // namespace

std::optional<std::string> SetOfEscape(char32_t letter) {
  switch (letter) {
    case 'd':
    case 'D':
      return Items(kDigit, letter == 'D');
    case 's':
    case 'S':
      return Items(kSpace, letter == 'S');
    case 'w':
    case 'W':
      return Items(kWord, letter == 'W');
    case 'h':
    case 'H':
      return Items(kHorizontal, letter == 'H');
    case 'v':
    case 'V':
      return Items(kVertical, letter == 'V');
    default:
      return std::nullopt;
  }
}

base::Result<std::string> SetOfProperty(std::string_view name, bool negated) {
  std::string_view key = name;
  for (const std::string_view prefix : {"general_category=", "gc="}) {
    if (key.starts_with(prefix)) key.remove_prefix(prefix.size());
  }
  if (const auto ascii = AsciiSets().find(key); ascii != AsciiSets().end()) {
    return Items(ascii->second, negated);
  }
  if (key == "javaLetterOrDigit" && !negated) return std::string("\\p{L}\\p{Nd}");
  if (const auto renamed = Renamed().find(key);
      renamed != Renamed().end() && !renamed->second.empty()) {
    return Property(renamed->second, negated);
  }
  if (IsCategory(key)) return Property(key, negated);
  for (const std::string_view prefix : {"script=", "sc=", "Is"}) {
    if (!key.starts_with(prefix)) continue;
    const std::string_view rest = key.substr(prefix.size());
    if (prefix == "Is" && IsCategory(rest)) return Property(rest, negated);
    if (IsScript(rest)) return Property("sc:" + std::string(rest), negated);
    return base::Status::Unsupported(
        fmt::format("the regular expression has \\p{{{}}}, which is not supported", name));
  }
  if (key.starts_with("In") || key.starts_with("java") || key.starts_with("blk=") ||
      key.starts_with("block=")) {
    return base::Status::Unsupported(
        fmt::format("the regular expression has \\p{{{}}}, which is not supported", name));
  }
  return base::Status::InvalidArgument(fmt::format("Unknown character property name {{{}}}", name));
}

}  // namespace millrace::processor::duckdb
