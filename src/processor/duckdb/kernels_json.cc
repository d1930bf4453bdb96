// Functions that read JSON texts without a schema.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/java_text.h"
#include "processor/duckdb/json_copy.h"
#include "processor/duckdb/json_path.h"
#include "processor/duckdb/json_tokenizer.h"
#include "processor/duckdb/row_kernel.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;

// What Hive's functions allow.
JsonSyntax HiveSyntax() {
  JsonSyntax syntax;
  syntax.control_characters = true;
  syntax.non_numeric_numbers = false;
  return syntax;
}

/// A tokenizer and the text it reads.
class Document {
 public:
  Document() : tokenizer_(HiveSyntax()) {}

  JsonTokenizer* Read(std::string_view json) {
    text_ = data::DecodeLikeJava(json);
    tokenizer_.Reset(text_);
    return &tokenizer_;
  }

 private:
  std::u16string text_;
  JsonTokenizer tokenizer_;
};

/// Paths of one argument, read once each.
class Paths {
 public:
  const std::optional<JsonPath>& Get(std::string_view text) {
    constexpr std::size_t kMost = 1000;
    auto known = paths_.find(text);
    if (known == paths_.end()) {
      if (paths_.size() >= kMost) paths_.clear();
      known = paths_.emplace(std::string(text), JsonPath::Parse(text)).first;
    }
    return known->second;
  }

 private:
  std::map<std::string, std::optional<JsonPath>, std::less<>> paths_;
};

base::Result<Kernel> GetJsonObject(const FunctionContext&) {
  auto paths = std::make_shared<Paths>();
  auto document = std::make_shared<Document>();
  return EachFullRow([paths, document](const RowView& row, ColumnBuilder* out) {
    const std::optional<JsonPath>& path = paths->Get(row.bytes(1));
    const auto found = path ? path->Find(document->Read(row.bytes(0))) : std::nullopt;
    found ? out->AppendBytes(*found) : out->AppendNull();
    return Status::Ok();
  });
}

// The number of values in the array that the text starts with.
std::optional<std::int64_t> CountElements(JsonTokenizer* tokenizer) {
  if (!tokenizer->Next() || tokenizer->token() != JsonToken::kStartArray) return std::nullopt;
  for (std::int64_t count = 0;; ++count) {
    if (!tokenizer->Next() || tokenizer->token() == JsonToken::kNone) return std::nullopt;
    if (tokenizer->token() == JsonToken::kEndArray) return count;
    if (!tokenizer->SkipChildren()) return std::nullopt;
  }
}

base::Result<Kernel> JsonArrayLength(const FunctionContext&) {
  auto document = std::make_shared<Document>();
  return EachFullRow([document](const RowView& row, ColumnBuilder* out) {
    const auto count = CountElements(document->Read(row.bytes(0)));
    count ? out->AppendInt(*count) : out->AppendNull();
    return Status::Ok();
  });
}

std::optional<std::vector<std::string>> ObjectKeys(JsonTokenizer* tokenizer) {
  if (!tokenizer->Next() || tokenizer->token() != JsonToken::kStartObject) return std::nullopt;
  std::vector<std::string> keys;
  for (;;) {
    if (!tokenizer->Next()) return std::nullopt;
    if (tokenizer->token() == JsonToken::kEndObject) return keys;
    if (tokenizer->token() != JsonToken::kFieldName) return std::nullopt;
    keys.push_back(data::EncodeLikeJava(*tokenizer->name()));
    if (!tokenizer->Next() || !tokenizer->SkipChildren()) return std::nullopt;
  }
}

base::Result<Kernel> JsonObjectKeys(const FunctionContext&) {
  auto document = std::make_shared<Document>();
  return EachFullRow([document](const RowView& row, ColumnBuilder* out) {
    const auto keys = ObjectKeys(document->Read(row.bytes(0)));
    if (!keys) {
      out->AppendNull();
      return Status::Ok();
    }
    for (const std::string& key : *keys) out->child(0).AppendBytes(key);
    out->AppendNested();
    return Status::Ok();
  });
}

// ------------------------------------------------------------------------------ json_tuple

using Fields = std::vector<std::optional<std::string>>;

// The value at the token as a text; none for null. False: malformed.
bool ValueText(JsonTokenizer* tokenizer, std::optional<std::string>* text) {
  text->reset();
  if (tokenizer->token() == JsonToken::kNull) return true;
  if (tokenizer->token() == JsonToken::kString) {
    std::u16string_view raw;
    if (!tokenizer->Text(&raw)) return false;
    *text = data::EncodeLikeJava(raw);
    return true;
  }
  text->emplace();
  return CopyJson(tokenizer, &**text);
}

// Values of the named fields of an object; the first of a name counts. False: all are null.
bool ReadTuple(JsonTokenizer* tokenizer, const Fields& names, Fields* values) {
  if (!tokenizer->Next() || tokenizer->token() != JsonToken::kStartObject) return false;
  std::size_t missing = names.size();
  std::vector<bool> found(names.size(), false);
  for (;;) {
    if (!tokenizer->Next()) return false;
    if (tokenizer->token() != JsonToken::kFieldName) return true;
    const std::string name = data::EncodeLikeJava(*tokenizer->name());
    if (!tokenizer->Next()) return false;
    std::optional<std::string> text;
    bool read = false;
    for (std::size_t i = 0; missing > 0 && i < names.size(); ++i) {
      if (found[i] || !names[i] || *names[i] != name) continue;
      if (!read && !ValueText(tokenizer, &text)) return false;
      read = true;
      if (tokenizer->token() == JsonToken::kNull) break;
      found[i] = true;
      (*values)[i] = text;
      --missing;
    }
    if (!read && !tokenizer->SkipChildren()) return false;
  }
}

// json_tuple(json, name, ...) as a struct of texts.
base::Result<Kernel> JsonTuple(const FunctionContext&) {
  auto document = std::make_shared<Document>();
  return EachRow([document](const RowView& row, ColumnBuilder* out) {
    Fields names;
    for (std::size_t i = 1; i < row.size(); ++i) {
      names.push_back(row.is_null(i) ? std::nullopt
                                     : std::optional<std::string>(row.bytes(i)));
    }
    Fields values(names.size());
    if (!row.is_null(0) && !ReadTuple(document->Read(row.bytes(0)), names, &values)) {
      values.assign(names.size(), std::nullopt);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] ? out->child(i).AppendBytes(*values[i]) : out->child(i).AppendNull();
    }
    out->AppendNested();
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> JsonKernels() {
  return {
      {"get_json_object", false, GetJsonObject},
      {"json_array_length", false, JsonArrayLength},
      {"json_object_keys", false, JsonObjectKeys},
      {"json_tuple", false, JsonTuple},
  };
}

}  // namespace millrace::processor::duckdb
