// Functions of regular expressions, and LIKE.

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "data/java_text.h"
#include "data/value.h"
#include "processor/duckdb/java_regex.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;
using Ranges = std::vector<JavaRegex::Range>;

std::string SqlText(Text text) {
  return data::ToSql(data::Value::Bytes(std::string(text)), StringType());
}

/// The pattern of a call: compiled when it changes, which a constant one never does.
class Pattern {
 public:
  /// `function` is what Spark names when the pattern is wrong; empty: it throws what Java throws.
  explicit Pattern(std::string function) : function_(std::move(function)) {}

  /// Unsupported for a constant pattern that cannot be had here, so that the query is refused.
  base::Status Prepare(const FunctionContext& context, std::size_t index) {
    const std::optional<std::string> constant = ConstantBytes(context, index);
    if (!constant) return base::Status::Ok();
    const base::Status status = Get(*constant).status();
    return status.code() == base::StatusCode::kUnsupported ? status : base::Status::Ok();
  }

  base::Result<JavaRegex*> Get(Text pattern) {
    if (!known_ || text_ != pattern) {
      known_ = true;
      text_ = pattern;
      auto compiled = JavaRegex::Compile(text_);
      status_ = compiled.status();
      regex_ = compiled.ok() ? *std::move(compiled) : nullptr;
    }
    if (regex_ != nullptr) return regex_.get();
    if (status_.code() == base::StatusCode::kUnsupported) return status_;
    if (function_.empty()) {
      return JavaFailure("PatternSyntaxException", status_.message());
    }
    const std::string shown = SqlText(text_);
    return SparkFailure("SparkRuntimeException", "INVALID_PARAMETER_VALUE.PATTERN", "22023",
                        {{"parameter", "`regexp`"},
                         {"functionName", "`" + function_ + "`"},
                         {"value", shown}},
                        fmt::format("The value of parameter(s) `regexp` in `{}` is invalid: {}.",
                                    function_, shown));
  }

 private:
  std::string function_;
  bool known_ = false;
  std::string text_;
  base::Status status_;
  std::unique_ptr<JavaRegex> regex_;
};

base::Result<std::shared_ptr<Pattern>> PatternOf(const FunctionContext& context,
                                                 std::string function) {
  auto pattern = std::make_shared<Pattern>(std::move(function));
  MILLRACE_RETURN_IF_ERROR(pattern->Prepare(context, 1));
  return pattern;
}

base::Result<Kernel> Rlike(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, std::string(context.function)));
  return ForRows<Text, Text>([pattern](Text given, Text regex) -> base::Result<bool> {
    MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
    Ranges groups;
    return compiled->Find(AsJavaReads(given), 0, &groups);
  });
}

// -------------------------------------------------------------------------------------- groups

base::Status CheckGroup(Text function, int count, std::int32_t index) {
  if (index >= 0 && index <= count) return base::Status::Ok();
  return SparkFailure(
      "SparkRuntimeException", "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023",
      {{"parameter", "`idx`"},
       {"functionName", "`" + std::string(function) + "`"},
       {"groupCount", std::to_string(count)},
       {"groupIndex", std::to_string(index)}},
      fmt::format("The value of parameter(s) `idx` in `{}` is invalid: Expects group index between "
                  "0 and {}, but got {}.",
                  function, count, index));
}

std::string GroupText(const std::string& subject, const JavaRegex::Range& group) {
  return group.matched() ? subject.substr(group.begin, group.end - group.begin) : std::string();
}

base::Result<Kernel> Extract(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, "regexp_extract"));
  const bool substr = context.function == "regexp_substr";
  const auto extract = [pattern, substr](
                           Text given, Text regex,
                           std::int32_t index) -> base::Result<std::optional<std::string>> {
    MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
    const std::string subject = AsJavaReads(given);
    Ranges groups;
    MILLRACE_ASSIGN_OR_RETURN(const bool found, compiled->Find(subject, 0, &groups));
    std::string text;
    if (found) {
      MILLRACE_RETURN_IF_ERROR(CheckGroup("regexp_extract", compiled->group_count(), index));
      text = GroupText(subject, groups[static_cast<std::size_t>(index)]);
    }
    if (substr && text.empty()) return std::optional<std::string>();
    return std::optional<std::string>(std::move(text));
  };
  if (!substr) return ForRows<Text, Text, std::int32_t>(extract);
  return ForRows<Text, Text>(
      [extract](Text given, Text regex) { return extract(given, regex, 0); });
}

/// Calls `visit` for each match, one after the other.
template <typename Visit>
base::Status ForEachMatch(JavaRegex* regex, const std::string& subject, Visit visit) {
  Ranges groups;
  for (std::size_t start = 0; start <= subject.size();) {
    MILLRACE_ASSIGN_OR_RETURN(const bool found, regex->Find(subject, start, &groups));
    if (!found) break;
    MILLRACE_RETURN_IF_ERROR(visit(groups));
    if (regex->is_tied() && groups[0].begin == groups[0].end) break;
    start = NextStart(subject, groups[0]);
  }
  return base::Status::Ok();
}

base::Result<Kernel> ExtractAll(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, "regexp_extract_all"));
  return ForRows<Text, Text, std::int32_t>(
      [pattern](ColumnBuilder* out, Text given, Text regex, std::int32_t index) -> base::Status {
        MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
        const std::string subject = AsJavaReads(given);
        MILLRACE_RETURN_IF_ERROR(
            ForEachMatch(compiled, subject, [&](const Ranges& groups) -> base::Status {
              MILLRACE_RETURN_IF_ERROR(
                  CheckGroup("regexp_extract_all", compiled->group_count(), index));
              out->child(0).AppendBytes(
                  GroupText(subject, groups[static_cast<std::size_t>(index)]));
              return base::Status::Ok();
            }));
        out->AppendNested();
        return base::Status::Ok();
      });
}

base::Result<Kernel> Count(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, "regexp_extract_all"));
  return ForRows<Text, Text>([pattern](Text given, Text regex) -> base::Result<std::int64_t> {
    MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
    std::int64_t count = 0;
    MILLRACE_RETURN_IF_ERROR(ForEachMatch(compiled, AsJavaReads(given), [&](const Ranges&) {
      ++count;
      return base::Status::Ok();
    }));
    return count;
  });
}

std::int64_t Utf16Length(Text text) {
  return static_cast<std::int64_t>(data::DecodeLikeJava(text).size());
}

base::Result<Kernel> Place(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, "regexp_instr"));
  return ForRows<Text, Text, std::int32_t>(
      [pattern](Text given, Text regex, std::int32_t) -> base::Result<std::int64_t> {
        MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
        const std::string subject = AsJavaReads(given);
        Ranges groups;
        MILLRACE_ASSIGN_OR_RETURN(const bool found, compiled->Find(subject, 0, &groups));
        if (!found) return 0;
        return Utf16Length(Text(subject).substr(0, groups[0].begin)) + 1;
      });
}

// ------------------------------------------------------------------------------------- replace

/// What Matcher.appendReplacement puts in place of a match. None where it throws.
std::optional<std::string> Expanded(Text replacement, const std::string& subject,
                                    const Ranges& groups, const JavaRegex& regex) {
  std::string out;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] == '\\') {
      if (++i == replacement.size()) return std::nullopt;
      out += replacement[i];
      continue;
    }
    if (replacement[i] != '$') {
      out += replacement[i];
      continue;
    }
    if (++i == replacement.size()) return std::nullopt;
    int group = -1;
    if (replacement[i] == '{') {
      const std::size_t end = replacement.find('}', i);
      if (end == Text::npos) return std::nullopt;
      const auto named = regex.group_names().find(replacement.substr(i + 1, end - i - 1));
      if (named == regex.group_names().end()) return std::nullopt;
      group = named->second;
      i = end;
    } else {
      if (!is_digit(replacement[i])) return std::nullopt;
      group = replacement[i] - '0';
      if (group > regex.group_count()) return std::nullopt;
      while (i + 1 < replacement.size() && is_digit(replacement[i + 1])) {
        const int longer = group * 10 + (replacement[i + 1] - '0');
        if (longer > regex.group_count()) break;
        group = longer;
        ++i;
      }
    }
    out += GroupText(subject, groups[static_cast<std::size_t>(group)]);
  }
  return out;
}

base::Status CannotReplace(Text source, Text pattern, Text replacement, std::int32_t position) {
  return SparkFailure(
      "SparkRuntimeException", "INVALID_REGEXP_REPLACE", "22023",
      {{"source", std::string(source)},
       {"pattern", std::string(pattern)},
       {"replacement", std::string(replacement)},
       {"position", std::to_string(position)}},
      fmt::format("Could not perform regexp_replace for source = \"{}\", pattern = \"{}\", "
                  "replacement = \"{}\" and position = {}.",
                  source, pattern, replacement, position));
}

// The bytes of the first `units` UTF-16 units; none when there are not more than these.
std::optional<std::size_t> BytesOfUnits(Text text, std::int64_t units) {
  std::size_t at = 0;
  for (std::int64_t left = units; left > 0;) {
    if (at >= text.size()) return std::nullopt;
    const std::size_t bytes = CharacterBytes(text[at]);
    at += bytes;
    left -= bytes == 4 ? 2 : 1;
  }
  if (units > 0 && at >= text.size()) return std::nullopt;
  return at;
}

base::Result<Kernel> ReplaceAll(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, "regexp_replace"));
  return ForRows<Text, Text, Text, std::int32_t>(
      [pattern](Text given, Text regex, Text replacement,
                std::int32_t position) -> base::Result<std::string> {
        MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
        const std::string source = AsJavaReads(given);
        const auto skipped = BytesOfUnits(source, std::int64_t{position} - 1);
        if (!skipped) return source;
        const std::string subject = source.substr(*skipped);
        const std::string with = AsJavaReads(replacement);
        std::string out = source.substr(0, *skipped);
        std::size_t done = 0;
        MILLRACE_RETURN_IF_ERROR(
            ForEachMatch(compiled, subject, [&](const Ranges& groups) -> base::Status {
              const auto text = Expanded(with, subject, groups, *compiled);
              if (!text) return CannotReplace(source, regex, with, position);
              out += subject.substr(done, groups[0].begin - done);
              out += *text;
              done = groups[0].end;
              return base::Status::Ok();
            }));
        out += subject.substr(done);
        return out;
      });
}

// --------------------------------------------------------------------------------------- split

// Character by character; the last part is the rest.
void SplitCharacters(Text text, std::int32_t limit, ColumnBuilder* out) {
  const std::int64_t count = CountCharacters(text);
  const std::int64_t parts = limit > count || limit <= 0 ? count : limit;
  for (std::int64_t i = 1; i < parts; ++i) {
    const std::size_t bytes = std::min(CharacterBytes(text[0]), text.size());
    out->child(0).AppendBytes(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  out->child(0).AppendBytes(text);
}

base::Result<Kernel> Split(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto pattern, PatternOf(context, ""));
  return ForRows<Text, Text, std::int32_t>(
      [pattern](ColumnBuilder* out, Text given, Text regex, std::int32_t limit) -> base::Status {
        if (regex.empty() && !given.empty()) {
          SplitCharacters(given, limit, out);
          out->AppendNested();
          return base::Status::Ok();
        }
        MILLRACE_ASSIGN_OR_RETURN(JavaRegex * compiled, pattern->Get(regex));
        const std::string subject = AsJavaReads(given);
        std::size_t done = 0;
        std::int64_t parts = 0;
        MILLRACE_RETURN_IF_ERROR(
            ForEachMatch(compiled, subject, [&](const Ranges& groups) -> base::Status {
              const JavaRegex::Range& match = groups[0];
              if (limit > 0 && parts >= limit - 1) return base::Status::Ok();
              // Nothing comes in front of an empty match at the beginning.
              if (done == 0 && match.begin == 0 && match.end == 0) return base::Status::Ok();
              out->child(0).AppendBytes(Text(subject).substr(done, match.begin - done));
              ++parts;
              done = match.end;
              return base::Status::Ok();
            }));
        out->child(0).AppendBytes(Text(subject).substr(done));
        out->AppendNested();
        return base::Status::Ok();
      });
}

// ---------------------------------------------------------------------------------------- LIKE

/// One element of a LIKE pattern.
struct LikeElement {
  enum class Kind { kCharacter, kAnyOne, kAnyMany } kind;
  char32_t character = 0;
};

base::Status BadEscape(Text reason, Text pattern, std::optional<char32_t> character) {
  std::map<std::string, std::string> parameters = {{"format", SqlText(pattern)}};
  std::string text = fmt::format("The format is invalid: {}. ", SqlText(pattern));
  if (character) {
    std::string shown;
    AppendCodePoint(*character, &shown);
    parameters["char"] = SqlText(shown);
    text += fmt::format("The escape character is not allowed to precede {}.", SqlText(shown));
  } else {
    text += "The escape character is not allowed to end with.";
  }
  return SparkFailure("AnalysisException", "INVALID_FORMAT." + std::string(reason), "42601",
                      std::move(parameters), text);
}

base::Result<std::vector<LikeElement>> ReadLike(Text pattern, char32_t escape) {
  std::vector<LikeElement> elements;
  const std::u32string points = CodePoints(pattern);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t c = points[i];
    if (c == escape) {
      if (i + 1 == points.size()) return BadEscape("ESC_AT_THE_END", pattern, std::nullopt);
      const char32_t next = points[++i];
      if (next != '_' && next != '%' && next != escape) {
        return BadEscape("ESC_IN_THE_MIDDLE", pattern, next);
      }
      elements.push_back({LikeElement::Kind::kCharacter, next});
    } else if (c == '_') {
      elements.push_back({LikeElement::Kind::kAnyOne});
    } else if (c == '%') {
      elements.push_back({LikeElement::Kind::kAnyMany});
    } else {
      elements.push_back({LikeElement::Kind::kCharacter, c});
    }
  }
  return elements;
}

// At most length × length steps: only the last % is ever gone back to.
bool LikeMatches(const std::u32string& text, const std::vector<LikeElement>& pattern) {
  using Kind = LikeElement::Kind;
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t i = 0;
  std::size_t p = 0;
  std::size_t star = kNone;
  std::size_t star_text = 0;
  while (i < text.size()) {
    if (p < pattern.size() && pattern[p].kind == Kind::kAnyMany) {
      star = p++;
      star_text = i;
    } else if (p < pattern.size() &&
               (pattern[p].kind == Kind::kAnyOne || pattern[p].character == text[i])) {
      ++i;
      ++p;
    } else if (star != kNone) {
      p = star + 1;
      i = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p].kind == Kind::kAnyMany) ++p;
  return p == pattern.size();
}

base::Result<Kernel> Like(const FunctionContext& context) {
  const std::u32string escape = CodePoints(ConstantBytes(context, 2).value_or("\\"));
  struct Cache {
    bool known = false;
    std::string text;
    std::vector<LikeElement> elements;
  };
  auto cache = std::make_shared<Cache>();
  return ForRows<Text, Text, Text>(
      [cache, escape](Text given, Text pattern, Text) -> base::Result<bool> {
        if (!cache->known || cache->text != pattern) {
          cache->known = false;
          MILLRACE_ASSIGN_OR_RETURN(cache->elements, ReadLike(pattern, escape[0]));
          cache->text = pattern;
          cache->known = true;
        }
        return LikeMatches(CodePoints(given), cache->elements);
      });
}

}  // namespace

std::vector<KernelSpec> RegexKernels() {
  return {
      {"rlike", true, Rlike},
      {"regexp", true, Rlike},
      {"regexp_like", true, Rlike},
      {"regexp_extract", true, Extract},
      {"regexp_substr", true, Extract},
      {"regexp_extract_all", true, ExtractAll},
      {"regexp_count", true, Count},
      {"regexp_instr", true, Place},
      {"regexp_replace", true, ReplaceAll},
      {"split", true, Split},
      {"like", true, Like},
  };
}

}  // namespace millrace::processor::duckdb
