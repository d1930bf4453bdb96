#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "processor/duckdb/java_regex.h"
#include "processor/duckdb/java_regex_properties.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

constexpr int kMaxDepth = 200;
constexpr std::string_view kAny = "(?s:.)";
constexpr std::string_view kLineEnds = "\\x{a}\\x{d}\\x{85}\\x{2028}\\x{2029}";

struct Flags {
  bool caseless = false;   // i
  bool unicode = false;    // u
  bool dot_all = false;    // s
  bool multiline = false;  // m
  bool comments = false;   // x
  bool unix_lines = false; // d
};

base::Status Wrong(std::string_view what) {
  return base::Status::InvalidArgument(std::string(what));
}

base::Status NotSupported(std::string_view what) {
  return base::Status::Unsupported(
      fmt::format("the regular expression has {}, which is not supported", what));
}

bool IsAsciiLetter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

int HexOf(char32_t c) {
  if (IsDigit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

std::string Code(char32_t c) {
  if (IsAsciiLetter(c) || IsDigit(c)) return std::string(1, static_cast<char>(c));
  return fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(c));
}

/// Reads a pattern once, from left to right. `groups` is how many there are, once it is known.
class Translation {
 public:
  Translation(std::u32string pattern, int groups) : in_(std::move(pattern)), all_groups_(groups) {}

  base::Result<std::string> Run() {
    MILLRACE_RETURN_IF_ERROR(Alternatives(0));
    if (at_ < in_.size()) return Wrong("Unmatched closing ')'");
    return std::move(out_);
  }
  int groups() const { return groups_; }

 private:
  bool More() const { return at_ < in_.size(); }
  char32_t Peek(std::size_t ahead = 0) const {
    return at_ + ahead < in_.size() ? in_[at_ + ahead] : U'\0';
  }
  bool Take(char32_t c) {
    if (!More() || Peek() != c) return false;
    ++at_;
    return true;
  }

  // With flag x blanks and comments do not count.
  void SkipComments() {
    while (flags_.comments && More()) {
      const char32_t c = Peek();
      if (c == ' ' || (c >= 9 && c <= 13)) {
        ++at_;
      } else if (c == '#') {
        while (More() && Peek() != '\n' && Peek() != '\r') ++at_;
      } else {
        return;
      }
    }
  }

  base::Status Alternatives(int depth) {
    if (depth > kMaxDepth) return NotSupported("groups nested this deep");
    while (true) {
      MILLRACE_RETURN_IF_ERROR(Sequence(depth));
      if (!Take('|')) return base::Status::Ok();
      out_ += '|';
    }
  }

  base::Status Sequence(int depth) {
    while (true) {
      SkipComments();
      if (!More() || Peek() == '|' || Peek() == ')') return base::Status::Ok();
      bool repeatable = true;
      MILLRACE_RETURN_IF_ERROR(Atom(depth, &repeatable));
      SkipComments();
      if (repeatable) MILLRACE_RETURN_IF_ERROR(Quantifier());
    }
  }

  base::Status Atom(int depth, bool* repeatable) {
    const char32_t c = in_[at_++];
    switch (c) {
      case '(':
        return Group(depth, repeatable);
      case '[': {
        MILLRACE_ASSIGN_OR_RETURN(const std::string set, Class(0));
        out_ += set;
        return base::Status::Ok();
      }
      case '\\':
        return Escape();
      case '.':
        out_ += flags_.dot_all      ? std::string(kAny)
                : flags_.unix_lines ? "[^\\x{a}]"
                                    : "[^" + std::string(kLineEnds) + "]";
        return base::Status::Ok();
      case '^':
        out_ += Caret();
        return base::Status::Ok();
      case '$':
        out_ += Dollar(flags_.multiline);
        return base::Status::Ok();
      case '*':
      case '+':
      case '?':
        return Wrong("Dangling meta character");
      case '{':
        return Wrong("Illegal repetition");
      default:
        Literal(c);
        return base::Status::Ok();
    }
  }

  void Literal(char32_t c) {
    if (!flags_.caseless) {
      out_ += Code(c);
    } else if (flags_.unicode) {
      out_ += "(?i:" + Code(c) + ")";
    } else if (IsAsciiLetter(c)) {
      out_ += "[" + Code(c) + Code(c ^ 0x20) + "]";
    } else {
      out_ += Code(c);
    }
  }

  std::string Caret() const {
    if (!flags_.multiline) return "\\A";
    if (flags_.unix_lines) return "(?:(?:\\A|(?<=\\x{a}))(?!\\z))";
    return "(?:(?:\\A|(?<=[\\x{a}\\x{85}\\x{2028}\\x{2029}])|(?<=\\x{d})(?!\\x{a}))(?!\\z))";
  }

  std::string Dollar(bool multiline) const {
    if (flags_.unix_lines) return multiline ? "(?=\\x{a}|\\z)" : "(?=\\x{a}?\\z)";
    const std::string end =
        "\\x{d}\\x{a}|[\\x{d}\\x{85}\\x{2028}\\x{2029}]|(?<!\\x{d})\\x{a}";
    return multiline ? "(?=" + end + "|\\z)" : "(?=(?:" + end + ")?\\z)";
  }

  base::Status Quantifier() {
    const char32_t c = Peek();
    if (!More()) return base::Status::Ok();
    if (c == '*' || c == '+' || c == '?') {
      ++at_;
      out_ += static_cast<char>(c);
    } else if (c == '{') {
      ++at_;
      MILLRACE_RETURN_IF_ERROR(Counts());
    } else {
      return base::Status::Ok();
    }
    if (Peek() == '?' || Peek() == '+') out_ += static_cast<char>(in_[at_++]);
    return base::Status::Ok();
  }

  base::Result<std::optional<int>> Count() {
    std::optional<int> count;
    while (IsDigit(Peek())) {
      count = count.value_or(0) * 10 + static_cast<int>(in_[at_++] - '0');
      if (*count > 65'535) return NotSupported("a repetition of more than 65535 times");
    }
    return count;
  }

  base::Status Counts() {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<int> low, Count());
    if (!low) return Wrong("Illegal repetition");
    out_ += "{" + std::to_string(*low);
    if (Take(',')) {
      MILLRACE_ASSIGN_OR_RETURN(const std::optional<int> high, Count());
      out_ += ",";
      if (high) out_ += std::to_string(*high);
      if (high && *high < *low) return Wrong("Illegal repetition range");
    }
    if (!Take('}')) return Wrong("Unclosed counted closure");
    out_ += "}";
    return base::Status::Ok();
  }

  // ---------------------------------------------------------------------------------- groups

  base::Status Group(int depth, bool* repeatable) {
    const Flags before = flags_;
    if (!Take('?')) {
      ++groups_;
      out_ += '(';
      return Body(depth, before);
    }
    const char32_t kind = More() ? in_[at_++] : U'\0';
    switch (kind) {
      case ':':
      case '=':
      case '!':
      case '>':
        out_ += "(?" + std::string(1, static_cast<char>(kind));
        return Body(depth, before);
      case '<':
        if (Peek() == '=' || Peek() == '!') {
          out_ += "(?<" + std::string(1, static_cast<char>(in_[at_++]));
          return Body(depth, before);
        }
        return Named(depth, before);
      default:
        --at_;
        return Inline(depth, before, repeatable);
    }
  }

  base::Status Body(int depth, const Flags& before) {
    MILLRACE_RETURN_IF_ERROR(Alternatives(depth + 1));
    if (!Take(')')) return Wrong("Unclosed group");
    flags_ = before;
    out_ += ')';
    return base::Status::Ok();
  }

  base::Result<std::string> Name() {
    std::string name;
    while (IsAsciiLetter(Peek()) || (IsDigit(Peek()) && !name.empty())) {
      name += static_cast<char>(in_[at_++]);
    }
    if (name.empty()) return Wrong("capturing group name does not start with a Latin letter");
    if (name.size() > 32) return NotSupported("a group's name of more than 32 letters");
    if (!Take('>')) return Wrong("named capturing group is missing trailing '>'");
    return name;
  }

  base::Status Named(int depth, const Flags& before) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string name, Name());
    if (!names_.insert(name).second) return Wrong("Named capturing group is already defined");
    ++groups_;
    out_ += "(?<" + name + ">";
    return Body(depth, before);
  }

  // (?ims-x) and (?ims-x:...).
  base::Status Inline(int depth, const Flags& before, bool* repeatable) {
    bool on = true;
    while (More()) {
      const char32_t c = in_[at_++];
      switch (c) {
        case 'i':
          flags_.caseless = on;
          break;
        case 'u':
          flags_.unicode = on;
          break;
        case 's':
          flags_.dot_all = on;
          break;
        case 'm':
          flags_.multiline = on;
          break;
        case 'x':
          flags_.comments = on;
          break;
        case 'd':
          flags_.unix_lines = on;
          break;
        case 'U':
          return NotSupported("the flag U");
        case '-':
          if (!on) return Wrong("Unknown inline modifier");
          on = false;
          break;
        case ')':
          *repeatable = false;
          return base::Status::Ok();
        case ':':
          out_ += "(?:";
          return Body(depth, before);
        default:
          return Wrong("Unknown inline modifier");
      }
    }
    return Wrong("Unknown inline modifier");
  }

  // --------------------------------------------------------------------------------- escapes

  base::Status Escape() {
    if (!More()) return Wrong("Unexpected internal error");
    const char32_t c = Peek();
    if (c == 'Q') {
      ++at_;
      while (More() && !(Peek() == '\\' && Peek(1) == 'E')) Literal(in_[at_++]);
      at_ = std::min(at_ + 2, in_.size());
      return base::Status::Ok();
    }
    if (c >= '1' && c <= '9') return Backreference();
    if (c == 'k') {
      ++at_;
      if (!Take('<')) return Wrong("\\k is not followed by '<' for named capturing group");
      MILLRACE_ASSIGN_OR_RETURN(const std::string name, Name());
      if (!names_.contains(name)) return Wrong("named capturing group does not exist");
      out_ += flags_.caseless ? "(?i:\\k<" + name + ">)" : "\\k<" + name + ">";
      return base::Status::Ok();
    }
    if (const auto boundary = Boundary(c)) {
      ++at_;
      if (c == 'b' && Peek() == '{') return NotSupported("\\b{g}");
      out_ += *boundary;
      return base::Status::Ok();
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> set, ClassEscape());
    if (set) {
      out_ += "[" + *set + "]";
      return base::Status::Ok();
    }
    MILLRACE_ASSIGN_OR_RETURN(const char32_t character, CharacterEscape());
    Literal(character);
    return base::Status::Ok();
  }

  std::optional<std::string> Boundary(char32_t c) const {
    const std::string word = "[\\p{L}\\p{Nd}_]";
    switch (c) {
      case 'b':
        return fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word);
      case 'B':
        return fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", word);
      case 'A':
        return "\\A";
      case 'G':
        return "\\G";
      case 'Z':
        return Dollar(false);
      case 'z':
        return "\\z";
      case 'R':
        return "(?:\\x{d}\\x{a}|[\\x{a}-\\x{d}\\x{85}\\x{2028}\\x{2029}])";
      case 'X':
        return "\\X";
      default:
        return std::nullopt;
    }
  }

  // More digits only as long as there are so many groups already.
  base::Status Backreference() {
    int number = static_cast<int>(in_[at_++] - '0');
    while (IsDigit(Peek())) {
      const int longer = number * 10 + static_cast<int>(Peek() - '0');
      if (longer > groups_) break;
      number = longer;
      ++at_;
    }
    if (number > std::max(groups_, all_groups_)) {
      out_ += "(?!)";
    } else {
      const std::string reference = fmt::format("\\g{{{}}}", number);
      out_ += flags_.caseless ? "(?i:" + reference + ")" : reference;
    }
    return base::Status::Ok();
  }

  /// What stands in brackets for \d, \p{L} and so on; none when the escape is of one character.
  base::Result<std::optional<std::string>> ClassEscape() {
    const char32_t c = Peek();
    if (const auto set = SetOfEscape(c)) {
      ++at_;
      return std::optional<std::string>(*set);
    }
    if (c != 'p' && c != 'P') return std::optional<std::string>();
    ++at_;
    std::string name;
    if (Take('{')) {
      while (More() && Peek() != '}') AppendCodePoint(in_[at_++], &name);
      if (!Take('}')) return Wrong("Unclosed character family");
    } else if (More()) {
      AppendCodePoint(in_[at_++], &name);
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::string set, SetOfProperty(name, c == 'P'));
    return std::optional<std::string>(set);
  }

  base::Result<char32_t> CharacterEscape() {
    const char32_t c = in_[at_++];
    switch (c) {
      case 't':
        return U'\t';
      case 'n':
        return U'\n';
      case 'r':
        return U'\r';
      case 'f':
        return U'\f';
      case 'a':
        return U'\a';
      case 'e':
        return char32_t{0x1B};
      case 'c':
        if (!More()) return Wrong("Illegal control escape sequence");
        return in_[at_++] ^ 64;
      case '0':
        return Octal();
      case 'x':
        return Hexadecimal();
      case 'u':
        return Unit();
      case 'N':
        return NotSupported("the name of a character");
      default:
        if (IsAsciiLetter(c)) return Wrong("Illegal/unsupported escape sequence");
        return c;
    }
  }

  base::Result<char32_t> Octal() {
    const auto octal = [&](std::size_t i) { return Peek(i) >= '0' && Peek(i) <= '7'; };
    if (!octal(0)) return Wrong("Illegal octal escape sequence");
    const std::size_t most = Peek() <= '3' ? 3 : 2;
    char32_t value = 0;
    for (std::size_t i = 0; i < most && octal(0); ++i) value = value * 8 + (in_[at_++] - '0');
    return value;
  }

  base::Result<char32_t> Hexadecimal() {
    char32_t value = 0;
    if (Take('{')) {
      int digits = 0;
      for (; HexOf(Peek()) >= 0; ++digits) {
        value = value * 16 + static_cast<char32_t>(HexOf(in_[at_++]));
        if (value > 0x10FFFF) return Wrong("Hexadecimal codepoint is too big");
      }
      if (digits == 0 || !Take('}')) return Wrong("Unclosed hexadecimal escape sequence");
      return value;
    }
    for (int i = 0; i < 2; ++i) {
      if (HexOf(Peek()) < 0) return Wrong("Illegal hexadecimal escape sequence");
      value = value * 16 + static_cast<char32_t>(HexOf(in_[at_++]));
    }
    return value;
  }

  std::optional<char32_t> FourDigits(std::size_t from) const {
    char32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      if (HexOf(Peek(from + i)) < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(HexOf(Peek(from + i)));
    }
    return value;
  }

  base::Result<char32_t> Unit() {
    const auto high = FourDigits(0);
    if (!high) return Wrong("Illegal Unicode escape sequence");
    at_ += 4;
    if (*high < 0xD800 || *high > 0xDFFF) return *high;
    const auto low = Peek() == '\\' && Peek(1) == 'u' ? FourDigits(2) : std::nullopt;
    if (*high > 0xDBFF || !low || *low < 0xDC00 || *low > 0xDFFF) {
      return NotSupported("half of a surrogate pair");
    }
    at_ += 6;
    return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
  }

  // --------------------------------------------------------------------------------- classes

  /// One code point of the class behind its "[": a set in brackets, or a group that looks ahead.
  base::Result<std::string> Class(int depth) {
    if (depth > kMaxDepth) return NotSupported("classes nested this deep");
    const bool negated = Take('^');
    std::vector<std::string> intersection;  // What all must hold, each of one code point.
    std::vector<std::string> parts;         // Inner classes of the part that is being read.
    std::string items;
    bool any = false;
    const auto close_part = [&] {
      std::string all = items.empty() ? "" : Bracketed(items, false);
      for (const std::string& part : parts) all += (all.empty() ? "" : "|") + part;
      if (parts.size() + (items.empty() ? 0 : 1) > 1) all = "(?:" + all + ")";
      if (!all.empty()) intersection.push_back(all);
      parts.clear();
      items.clear();
    };
    while (true) {
      SkipComments();
      if (!More()) return Wrong("Unclosed character class");
      const char32_t c = Peek();
      if (c == ']' && any) {
        ++at_;
        break;
      }
      if (c == '[') {
        ++at_;
        MILLRACE_ASSIGN_OR_RETURN(std::string inner, Class(depth + 1));
        parts.push_back(std::move(inner));
      } else if (c == '&' && Peek(1) == '&') {
        while (Take('&')) {
        }
        close_part();
      } else {
        MILLRACE_RETURN_IF_ERROR(Item(&items));
      }
      any = true;
    }
    if (intersection.empty() && parts.empty()) return Bracketed(items, negated);
    close_part();
    return Combined(intersection, negated);
  }

  std::string Bracketed(const std::string& items, bool negated) const {
    std::string set = (negated ? "[^" : "[") + items + "]";
    return flags_.caseless && flags_.unicode ? "(?i:" + set + ")" : set;
  }

  static std::string Combined(const std::vector<std::string>& intersection, bool negated) {
    std::string all;
    for (std::size_t i = 0; i < intersection.size(); ++i) {
      all += i + 1 < intersection.size() ? "(?=" + intersection[i] + ")" : intersection[i];
    }
    if (negated) return "(?:(?!" + all + ")" + std::string(kAny) + ")";
    return "(?:" + all + ")";
  }

  // A character, a range or a set like \d.
  base::Status Item(std::string* items) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<char32_t> low, ItemCharacter(items));
    if (!low) return base::Status::Ok();
    SkipComments();
    if (Peek() != '-' || Peek(1) == ']' || Peek(1) == '[' || at_ + 1 >= in_.size() ||
        (Peek(1) == '&' && Peek(2) == '&')) {
      AddRange(*low, *low, items);
      return base::Status::Ok();
    }
    ++at_;
    std::string set;
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<char32_t> high, ItemCharacter(&set));
    if (!high) {
      // A set is no end of a range.
      return Wrong("Illegal character range");
    }
    if (*high < *low) return Wrong("Illegal character range");
    AddRange(*low, *high, items);
    return base::Status::Ok();
  }

  base::Result<std::optional<char32_t>> ItemCharacter(std::string* items) {
    const char32_t c = in_[at_++];
    if (c != '\\') return std::optional<char32_t>(c);
    if (!More()) return Wrong("Unclosed character class");
    if (Peek() == 'Q') {
      ++at_;
      while (More() && !(Peek() == '\\' && Peek(1) == 'E')) {
        AddRange(Peek(), Peek(), items);
        ++at_;
      }
      at_ = std::min(at_ + 2, in_.size());
      return std::optional<char32_t>();
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string> set, ClassEscape());
    if (set) {
      *items += *set;
      return std::optional<char32_t>();
    }
    MILLRACE_ASSIGN_OR_RETURN(const char32_t character, CharacterEscape());
    return std::optional<char32_t>(character);
  }

  void AddRange(char32_t low, char32_t high, std::string* items) const {
    const auto add = [&](char32_t from, char32_t to) {
      *items += Code(from);
      if (to > from) *items += "-" + Code(to);
    };
    add(low, high);
    if (!flags_.caseless || flags_.unicode) return;
    for (const auto& [first, last] : {std::pair{U'a', U'z'}, std::pair{U'A', U'Z'}}) {
      const char32_t from = std::max(low, first);
      const char32_t to = std::min(high, last);
      if (from <= to) add(from ^ 0x20, to ^ 0x20);
    }
  }

  std::u32string in_;
  int all_groups_;
  std::size_t at_ = 0;
  std::string out_;
  Flags flags_;
  int groups_ = 0;
  std::set<std::string> names_;
};

}  // namespace

base::Result<std::string> TranslateJavaRegex(std::string_view pattern) {
  const std::u32string points = CodePoints(pattern);
  Translation counting(points, 0);
  MILLRACE_RETURN_IF_ERROR(counting.Run().status());
  return Translation(points, counting.groups()).Run();
}

}  // namespace millrace::processor::duckdb
