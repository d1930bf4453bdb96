#include "processor/duckdb/json_path.h"

#include <algorithm>
#include <span>
#include <utility>

#include "data/java_text.h"
#include "processor/duckdb/json_copy.h"

namespace millrace::processor::duckdb {

/// Scala's regular-expression parsers skip spaces before texts and expressions, not before single
/// characters; so does this.
class JsonPathParser {
 public:
  explicit JsonPathParser(std::string_view text) : text_(text) {}

  std::optional<JsonPath> Parse() {
    if (!Character('$')) return std::nullopt;
    while (place_ < text_.size()) {
      if (!Wildcard() && !Named() && !Subscript()) {
        SkipSpaces();
        if (place_ < text_.size()) return std::nullopt;
      }
    }
    return std::move(path_);
  }

 private:
  using Kind = JsonPath::Kind;

  void SkipSpaces() {
    while (place_ < text_.size() && (text_[place_] == ' ' || (text_[place_] >= '\t' &&
                                                              text_[place_] <= '\r'))) {
      ++place_;
    }
  }
  bool Character(char c) {
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }
  bool Text(std::string_view text) {
    const std::size_t start = place_;
    SkipSpaces();
    if (text_.substr(place_, text.size()) == text) {
      place_ += text.size();
      return true;
    }
    place_ = start;
    return false;
  }
  // At least one character that is none of `stops`.
  std::optional<std::string_view> Until(std::string_view stops) {
    SkipSpaces();
    const std::size_t start = place_;
    place_ = std::min(text_.find_first_of(stops, place_), text_.size());
    if (place_ == start) return std::nullopt;
    return text_.substr(start, place_ - start);
  }

  bool Wildcard() {
    if (!Text(".*") && !Text("['*']")) return false;
    path_.steps_.push_back({Kind::kWildcard});
    return true;
  }

  bool Named() {
    const std::size_t start = place_;
    std::optional<std::string_view> name;
    if (Character('.')) {
      name = Until(".[");
    } else if (Text("['")) {
      name = Until("'?");
      if (name && !Text("']")) name.reset();
    }
    if (!name) {
      place_ = start;
      return false;
    }
    path_.steps_.push_back({Kind::kKey});
    path_.steps_.push_back({Kind::kNamed, 0, data::DecodeLikeJava(*name)});
    return true;
  }

  bool Subscript() {
    const std::size_t start = place_;
    if (Character('[')) {
      if (Character('*')) {
        if (Character(']')) {
          path_.steps_.push_back({Kind::kSubscript});
          path_.steps_.push_back({Kind::kWildcard});
          return true;
        }
      } else if (const auto index = Number(); index && Character(']')) {
        path_.steps_.push_back({Kind::kSubscript});
        path_.steps_.push_back({Kind::kIndex, *index});
        return true;
      }
    }
    place_ = start;
    return false;
  }

  std::optional<std::int64_t> Number() {
    SkipSpaces();
    const std::size_t start = place_;
    constexpr std::size_t kMostDigits = 18;
    std::int64_t number = 0;
    for (; place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_) {
      if (place_ - start >= kMostDigits) return std::nullopt;
      number = number * 10 + (text_[place_] - '0');
    }
    if (place_ == start) return std::nullopt;
    return number;
  }

  std::string_view text_;
  std::size_t place_ = 0;
  JsonPath path_;
};

/// Walks a document along a path as GetJsonObject.evaluatePath does. Each step answers whether
/// something was written; `failed_` means that the document is malformed.
class JsonPathWalk {
 public:
  explicit JsonPathWalk(JsonTokenizer* tokenizer) : tokenizer_(*tokenizer) {}

  std::optional<std::string> Run(std::span<const JsonPath::Step> steps) {
    Writer out;
    if (!Next()) return std::nullopt;
    const bool found = Walk(steps, Style::kRaw, &out);
    if (failed_ || !found) return std::nullopt;
    return std::move(out.text);
  }

 private:
  using Kind = JsonPath::Kind;
  using Steps = std::span<const JsonPath::Step>;
  enum class Style { kRaw, kQuoted, kFlatten };

  /// Puts commas between the values of arrays.
  struct Writer {
    std::string text;
    std::vector<bool> has_values;

    void BeforeValue() {
      if (has_values.empty()) return;
      if (has_values.back()) text += ',';
      has_values.back() = true;
    }
    void StartArray() {
      BeforeValue();
      text += '[';
      has_values.push_back(false);
    }
    void EndArray() {
      text += ']';
      has_values.pop_back();
    }
  };

  bool Next() {
    if (!failed_ && !tokenizer_.Next()) failed_ = true;
    return !failed_;
  }
  JsonToken token() const { return tokenizer_.token(); }
  // Moves on, and whether there is more before the `end` token.
  bool NextBefore(JsonToken end) {
    return Next() && token() != end && token() != JsonToken::kNone;
  }
  void Skip() {
    if (!failed_ && !tokenizer_.SkipChildren()) failed_ = true;
  }

  static bool Starts(Steps steps, std::initializer_list<Kind> kinds) {
    return steps.size() >= kinds.size() &&
           std::equal(kinds.begin(), kinds.end(), steps.begin(),
                      [](Kind kind, const JsonPath::Step& step) { return kind == step.kind; });
  }

  bool Walk(Steps steps, Style style, Writer* out) {
    if (failed_) return false;
    if (steps.empty()) return WriteValue(style, out);
    if (token() == JsonToken::kStartObject && Starts(steps, {Kind::kKey})) {
      return WalkObject(steps.subspan(1), style, out);
    }
    if (token() == JsonToken::kStartArray && Starts(steps, {Kind::kSubscript})) {
      return WalkArray(steps, style, out);
    }
    if (token() == JsonToken::kFieldName && steps[0].kind == Kind::kNamed &&
        *tokenizer_.name() == steps[0].name) {
      if (!Next() || token() == JsonToken::kNull) return false;
      return Walk(steps.subspan(1), style, out);
    }
    if (token() == JsonToken::kFieldName && steps[0].kind == Kind::kWildcard) {
      return Next() && Walk(steps.subspan(1), style, out);
    }
    Skip();
    return false;
  }

  bool WriteValue(Style style, Writer* out) {
    if (token() == JsonToken::kString && style == Style::kRaw) {
      std::u16string_view text;
      if (!tokenizer_.Text(&text)) {
        failed_ = true;
        return false;
      }
      out->text += data::EncodeLikeJava(text);
      return true;
    }
    if (token() == JsonToken::kStartArray && style == Style::kFlatten) {
      bool found = false;
      while (NextBefore(JsonToken::kEndArray)) found |= Walk({}, style, out);
      return found;
    }
    out->BeforeValue();
    if (!CopyJson(&tokenizer_, &out->text)) failed_ = true;
    return !failed_;
  }

  // The first match counts.
  bool WalkObject(Steps steps, Style style, Writer* out) {
    bool found = false;
    while (NextBefore(JsonToken::kEndObject)) {
      if (found) {
        Skip();
      } else {
        found = Walk(steps, style, out);
      }
    }
    return found;
  }

  bool WalkArray(Steps steps, Style style, Writer* out) {
    if (Starts(steps, {Kind::kSubscript, Kind::kWildcard, Kind::kSubscript, Kind::kWildcard})) {
      // Hive does not keep the inner arrays here.
      return WalkAll(steps.subspan(4), Style::kFlatten, out);
    }
    if (Starts(steps, {Kind::kSubscript, Kind::kWildcard})) {
      if (style == Style::kQuoted) return WalkAll(steps.subspan(2), style, out);
      return WalkSome(steps.subspan(2), style == Style::kRaw ? Style::kQuoted : style, out);
    }
    if (!Starts(steps, {Kind::kSubscript, Kind::kIndex})) {
      Skip();
      return false;
    }
    const Steps rest = steps.subspan(2);
    if (Starts(rest, {Kind::kSubscript, Kind::kWildcard})) style = Style::kQuoted;
    return WalkIndex(steps[1].index, rest, style, out);
  }

  bool WalkAll(Steps steps, Style style, Writer* out) {
    bool found = false;
    out->StartArray();
    while (NextBefore(JsonToken::kEndArray)) found |= Walk(steps, style, out);
    out->EndArray();
    return found;
  }

  // An array of what is found, or the one thing itself.
  bool WalkSome(Steps steps, Style style, Writer* out) {
    Writer found;
    int count = 0;
    found.StartArray();
    while (NextBefore(JsonToken::kEndArray)) count += Walk(steps, style, &found) ? 1 : 0;
    found.EndArray();
    if (count == 0) return false;
    out->BeforeValue();
    out->text += count > 1 ? found.text : found.text.substr(1, found.text.size() - 2);
    return true;
  }

  bool WalkIndex(std::int64_t index, Steps steps, Style style, Writer* out) {
    if (!Next()) return false;
    for (; index > 0; --index) {
      if (failed_ || token() == JsonToken::kEndArray || token() == JsonToken::kNone) return false;
      Skip();
      if (!Next()) return false;
    }
    if (token() == JsonToken::kEndArray || token() == JsonToken::kNone) return false;
    const bool found = Walk(steps, style, out);
    while (NextBefore(JsonToken::kEndArray)) Skip();
    return found;
  }

  JsonTokenizer& tokenizer_;
  bool failed_ = false;
};

std::optional<JsonPath> JsonPath::Parse(std::string_view text) {
  return JsonPathParser(text).Parse();
}

std::optional<std::string> JsonPath::Find(JsonTokenizer* tokenizer) const {
  return JsonPathWalk(tokenizer).Run(steps_);
}

}  // namespace millrace::processor::duckdb
