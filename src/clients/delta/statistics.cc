#include "clients/delta/statistics.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "clients/delta/field_metadata.h"
#include "clients/delta/json_text.h"
#include "clients/delta/leaf_statistics.h"
#include "data/arrow_schema.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using Node = StatisticsPlan::Node;
using Path = std::vector<std::string>;

constexpr std::int64_t kDefaultIndexedColumns = 32;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Does `path` stand for this column or for a struct that it is part of?
bool Covers(const Path& path, const Path& column) {
  if (path.size() > column.size()) return false;
  return std::equal(path.begin(), path.end(), column.begin(), EqualsIgnoringCase);
}

Result<std::int64_t> LongProperty(const Metadata& metadata, const std::string& key,
                                  std::int64_t fallback) {
  const std::optional<std::string> text = metadata.Property(key);
  if (!text) return fallback;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) {
    return Status::InvalidArgument(
        fmt::format("table property {} is not a number: \"{}\"", key, *text));
  }
  return value;
}

// Decides leaf by leaf, in schema order; gives the paths of logical and of physical names.
using Choose = std::function<bool(const Path& logical, const Path& physical)>;

Node MakeNode(const StructField& field, Path logical, Path physical, const Choose& choose) {
  Node node;
  node.physical_name = PhysicalName(field);
  node.type = field.dataType;
  logical.push_back(field.name);
  physical.push_back(node.physical_name);
  if (!field.dataType.is(DataType::Kind::kStruct)) {
    node.selected = choose(logical, physical);
    return node;
  }
  for (const StructField& child : field.dataType.fields()) {
    node.children.push_back(MakeNode(child, logical, physical, choose));
    node.selected = node.selected || node.children.back().selected;
  }
  return node;
}

// The length of the UTF-8 sequence that starts with this byte, 0 for a byte that starts none.
std::size_t Utf8Length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

constexpr std::string_view kLastCodePoint = "\xF4\x8F\xBF\xBF";  // U+10FFFF
constexpr std::string_view kDelete = "\x7F";                     // U+007F, the last of ASCII.

// Walks over a string by code points, counting UTF-16 units; stops at bytes that are not UTF-8.
class Utf16Walk {
 public:
  explicit Utf16Walk(std::string_view text) : text_(text) {}

  /// False at the end and in front of malformed bytes.
  bool Step() {
    const std::string_view next = Next();
    if (next.empty()) return false;
    bytes_ += next.size();
    units_ += next.size() == 4 ? 2 : 1;
    return true;
  }
  std::string_view Next() const {
    if (at_end()) return {};
    const std::size_t length = Utf8Length(static_cast<unsigned char>(text_[bytes_]));
    const std::string_view next = text_.substr(bytes_, length);
    if (length == 0 || next.size() < length || !IsUtf8(next)) return {};
    return next;
  }
  bool at_end() const { return bytes_ == text_.size(); }
  std::string_view taken() const { return text_.substr(0, bytes_); }
  int units() const { return units_; }

 private:
  std::string_view text_;
  std::size_t bytes_ = 0;
  int units_ = 0;
};

}  // namespace

std::string TruncateMinimum(std::string_view value, int units) {
  Utf16Walk walk(value);
  while (walk.units() < units && walk.Step()) {
  }
  return std::string(walk.taken());
}

std::optional<std::string> TruncateMaximum(std::string_view value, int units) {
  Utf16Walk walk(value);
  while (walk.units() < units && walk.Step()) {
  }
  while (walk.units() <= 2 * units) {
    if (walk.at_end()) return std::string(value);
    const std::string_view next = walk.Next();
    if (next.empty()) return std::nullopt;  // Malformed: no bound that JSON can hold.
    if (next != kLastCodePoint) {
      return std::string(walk.taken()).append(next < kDelete ? kDelete : kLastCodePoint);
    }
    walk.Step();
  }
  return std::nullopt;
}

Result<std::vector<Path>> ParseColumnList(std::string_view text) {
  std::vector<Path> paths(1);
  std::string name;
  bool quoted = false;
  const auto end_name = [&] {
    paths.back().push_back(std::move(name));
    name.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`' && quoted && i + 1 < text.size() && text[i + 1] == '`') {
      name.push_back('`');
      ++i;
    } else if (c == '`') {
      quoted = !quoted;
    } else if (quoted) {
      name.push_back(c);
    } else if (c == '.') {
      end_name();
    } else if (c == ',') {
      end_name();
      paths.emplace_back();
    } else if (!std::isspace(static_cast<unsigned char>(c))) {
      name.push_back(c);
    }
  }
  if (quoted) {
    return Status::InvalidArgument(fmt::format("a back-quote is not closed in \"{}\"", text));
  }
  end_name();
  std::erase_if(paths, [](const Path& path) { return path == Path{""}; });
  return paths;
}

Result<std::shared_ptr<const StatisticsPlan>> StatisticsPlan::Make(
    const StructType& file_schema, const Metadata& metadata, const std::vector<Path>& clustering) {
  auto plan = std::make_shared<StatisticsPlan>();
  MILLRACE_ASSIGN_OR_RETURN(
      const std::int64_t indexed,
      LongProperty(metadata, "delta.dataSkippingNumIndexedCols", kDefaultIndexedColumns));
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t prefix,
                            LongProperty(metadata, "delta.dataSkippingStringPrefixLength", 32));
  plan->string_prefix_units_ = static_cast<int>(std::clamp<std::int64_t>(prefix, 0, 1 << 20));
  plan->says_tight_bounds_ = metadata.Property("delta.enableDeletionVectors") == "true";
  std::vector<Path> listed;
  const std::optional<std::string> list = metadata.Property("delta.dataSkippingStatsColumns");
  if (list) {
    MILLRACE_ASSIGN_OR_RETURN(listed, ParseColumnList(*list));
  }
  std::int64_t leaves = 0;
  const Choose choose = [&](const Path& logical, const Path& physical) {
    const bool counted =
        list ? std::ranges::any_of(listed, [&](const Path& path) { return Covers(path, logical); })
             : indexed < 0 || leaves < indexed;
    ++leaves;
    return counted || std::ranges::any_of(clustering,
                                          [&](const Path& path) { return Covers(path, physical); });
  };
  for (const StructField& field : file_schema.fields()) {
    plan->columns_.push_back(MakeNode(field, {}, {}, choose));
  }
  return std::shared_ptr<const StatisticsPlan>(std::move(plan));
}

// A node of the plan with what was gathered for it.
struct StatisticsCollector::Column {
  const Node* node = nullptr;
  std::unique_ptr<LeafStatistics> leaf;  // Null for a struct and for what is not selected.
  std::vector<Column> children;

  Column(const Node& source, int string_prefix_units) : node(&source) {
    if (!source.selected) return;
    if (source.children.empty()) {
      leaf = LeafStatistics::Make(source.type, string_prefix_units);
      return;
    }
    for (const Node& child : source.children) children.emplace_back(child, string_prefix_units);
  }

  Status Update(const arrow::Array& values) {
    if (leaf != nullptr) {
      leaf->Update(values);
      return Status::Ok();
    }
    if (children.empty()) return Status::Ok();
    const auto& rows = static_cast<const arrow::StructArray&>(values);
    arrow::ArrayVector fields;
    if (rows.null_count() == 0) {
      fields = rows.fields();
    } else {  // A field of a null struct is null.
      auto flattened = rows.Flatten(arrow::default_memory_pool());
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(flattened.status()));
      fields = *std::move(flattened);
    }
    for (std::size_t i = 0; i < children.size(); ++i) {
      MILLRACE_RETURN_IF_ERROR(children[i].Update(*fields[i]));
    }
    return Status::Ok();
  }

  // Is it, or does it hold, a selected leaf that `counts`?
  template <typename Counts>
  bool Holds(const Counts& counts) const {
    if (leaf != nullptr) return counts(*leaf);
    return std::ranges::any_of(children, [&](const Column& child) { return child.Holds(counts); });
  }

  // Writes `get(leaf)` below the name of each selected leaf that `counts` and has one.
  template <typename Counts, typename Get>
  void Write(JsonWriter* json, const Counts& counts, const Get& get) const {
    if (!Holds(counts)) return;
    if (leaf != nullptr) {
      if (const std::optional<std::string> value = get(*leaf)) {
        json->Key(node->physical_name).Raw(*value);
      }
      return;
    }
    json->Key(node->physical_name).BeginObject();
    for (const Column& child : children) child.Write(json, counts, get);
    json->EndObject();
  }
};

StatisticsCollector::StatisticsCollector(std::shared_ptr<const StatisticsPlan> plan)
    : plan_(std::move(plan)) {
  for (const Node& node : plan_->columns()) {
    columns_.emplace_back(node, plan_->string_prefix_units());
  }
}

StatisticsCollector::~StatisticsCollector() = default;
StatisticsCollector::StatisticsCollector(StatisticsCollector&&) noexcept = default;

Status StatisticsCollector::Update(const arrow::RecordBatch& rows) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    MILLRACE_RETURN_IF_ERROR(columns_[i].Update(*rows.column(static_cast<int>(i))));
  }
  rows_ += rows.num_rows();
  return Status::Ok();
}

std::string StatisticsCollector::ToJson() const {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject().Key("numRecords").Number(rows_);
  // As Spark's, a section stands there when the table has a column for it, whatever its values.
  const auto section = [&](std::string_view name, const auto& counts, const auto& get) {
    const bool any =
        std::ranges::any_of(columns_, [&](const Column& column) { return column.Holds(counts); });
    if (!any) return;
    json.Key(name).BeginObject();
    for (const Column& column : columns_) column.Write(&json, counts, get);
    json.EndObject();
  };
  const auto ordered = [](const LeafStatistics& leaf) { return leaf.is_ordered(); };
  const auto all = [](const LeafStatistics&) { return true; };
  section("minValues", ordered, [](const LeafStatistics& leaf) { return leaf.MinimumJson(); });
  section("maxValues", ordered, [](const LeafStatistics& leaf) { return leaf.MaximumJson(); });
  section("nullCount", all, [](const LeafStatistics& leaf) {
    return std::optional<std::string>(std::to_string(leaf.nulls()));
  });
  if (plan_->says_tight_bounds()) json.Key("tightBounds").Bool(true);
  json.EndObject();
  return text;
}

}  // namespace millrace::clients::delta
