#include "clients/delta/table_features.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "clients/delta/field_metadata.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;

struct LegacyFeature {
  std::string_view name;
  int reader_version;  // 0: writers only.
  int writer_version;
};

constexpr std::array kLegacyFeatures = {
    LegacyFeature{"invariants", 0, 2},       LegacyFeature{"appendOnly", 0, 2},
    LegacyFeature{"checkConstraints", 0, 3}, LegacyFeature{"changeDataFeed", 0, 4},
    LegacyFeature{"generatedColumns", 0, 4}, LegacyFeature{"columnMapping", 2, 5},
    LegacyFeature{"identityColumns", 0, 6},
};

// Reader-writer features that ask nothing of one who only appends, or that we carry out.
constexpr std::array<std::string_view, 8> kReadable = {
    "columnMapping",       "deletionVectors", "timestampNtz",         "v2Checkpoint",
    "vacuumProtocolCheck", "typeWidening",    "typeWidening-preview", "timestampWithoutTimezone"};

// The writer features on top of these. Some are refused below when the table makes use of them.
constexpr std::array<std::string_view, 13> kAppendable = {"appendOnly",
                                                          "invariants",
                                                          "checkConstraints",
                                                          "changeDataFeed",
                                                          "generatedColumns",
                                                          "identityColumns",
                                                          "allowColumnDefaults",
                                                          "domainMetadata",
                                                          "rowTracking",
                                                          "clustering",
                                                          "inCommitTimestamp",
                                                          "checkpointProtection",
                                                          "materializePartitionColumns"};

template <typename List>
bool Contains(const List& list, std::string_view value) {
  return std::ranges::find(list, value) != std::ranges::end(list);
}

void ForEachField(const DataType& type, const std::string& prefix,
                  const std::function<void(const StructField&, const std::string&)>& visit) {
  if (type.is(DataType::Kind::kStruct)) {
    for (const StructField& field : type.fields()) {
      const std::string path = prefix.empty() ? field.name : prefix + "." + field.name;
      visit(field, path);
      ForEachField(field.dataType, path, visit);
    }
  } else if (type.is(DataType::Kind::kArray)) {
    ForEachField(type.elementType(), prefix + ".element", visit);
  } else if (type.is(DataType::Kind::kMap)) {
    ForEachField(type.keyType(), prefix + ".key", visit);
    ForEachField(type.valueType(), prefix + ".value", visit);
  }
}

bool HoldsType(const DataType& type, DataType::Kind kind) {
  bool holds = false;
  const StructType wrapped = StructType().add("c", type);
  std::function<void(const DataType&)> look = [&](const DataType& t) {
    if (t.is(kind)) holds = true;
    if (t.is(DataType::Kind::kStruct)) {
      for (const StructField& field : t.fields()) look(field.dataType);
    } else if (t.is(DataType::Kind::kArray)) {
      look(t.elementType());
    } else if (t.is(DataType::Kind::kMap)) {
      look(t.keyType());
      look(t.valueType());
    }
  };
  look(wrapped);
  return holds;
}

// Features that we know, but cannot honour in the way this table uses them.
class Obstacles {
 public:
  void Add(std::string_view feature, std::string what) {
    if (!Contains(features_, feature)) features_.emplace_back(feature);
    details_.push_back(std::move(what));
  }
  void LookAt(const StructField& field, const std::string& path) {
    if (HasFieldMetadata(field, "delta.invariants")) {
      Add("invariants", fmt::format("column `{}` has a SQL invariant", path));
    }
    if (HasFieldMetadata(field, "delta.generationExpression")) {
      Add("generatedColumns", fmt::format("column `{}` is generated", path));
    }
    if (HasFieldMetadata(field, "delta.identity.start") ||
        HasFieldMetadata(field, "delta.identity.step")) {
      Add("identityColumns", fmt::format("column `{}` is an identity column", path));
    }
    const bool nested = path.size() != field.name.size();
    if (HasFieldMetadata(field, "__CHAR_VARCHAR_TYPE_STRING") &&
        (nested || !field.dataType.is(DataType::Kind::kString))) {
      Add("charVarchar", fmt::format("column `{}` has a length limit", path));
    }
    if (HasFieldMetadata(field, "__COLLATIONS")) {
      Add("collations", fmt::format("column `{}` has a collation", path));
    }
    if (field.dataType.is(DataType::Kind::kVariant)) {
      Add("variantType", fmt::format("column `{}` is a variant", path));
    }
  }
  bool empty() const { return features_.empty(); }
  const std::vector<std::string>& features() const { return features_; }
  std::string details() const {
    return fmt::format("This table makes use of them: {}.", fmt::join(details_, "; "));
  }

 private:
  std::vector<std::string> features_;
  std::vector<std::string> details_;
};

}  // namespace

bool IsFeatureSupported(const Protocol& protocol, std::string_view feature) {
  if (protocol.writer_features && Contains(*protocol.writer_features, feature)) return true;
  if (protocol.min_writer_version >= 7) return false;
  for (const LegacyFeature& legacy : kLegacyFeatures) {
    if (legacy.name == feature) return protocol.min_writer_version >= legacy.writer_version;
  }
  return false;
}

Status CheckReadable(const Protocol& protocol, std::string_view table) {
  if (protocol.min_reader_version < 1 || protocol.min_reader_version > 3 ||
      protocol.min_writer_version < 1 || protocol.min_writer_version > 7) {
    return InvalidProtocolVersion(table, protocol.min_reader_version, protocol.min_writer_version);
  }
  std::vector<std::string> unknown;
  for (const std::string& feature : protocol.reader_features.value_or(std::vector<std::string>())) {
    if (!Contains(kReadable, feature)) unknown.push_back(feature);
  }
  if (!unknown.empty()) return UnsupportedReadFeatures(table, unknown);
  return Status::Ok();
}

Status CheckAppendable(const Protocol& protocol, const Metadata& metadata, const StructType& schema,
                       std::string_view table) {
  MILLRACE_RETURN_IF_ERROR(CheckReadable(protocol, table));
  std::vector<std::string> unknown;
  for (const std::string& feature : protocol.writer_features.value_or(std::vector<std::string>())) {
    if (!Contains(kReadable, feature) && !Contains(kAppendable, feature)) {
      unknown.push_back(feature);
    }
  }
  if (!unknown.empty()) return UnsupportedWriteFeatures(table, unknown, "");

  Obstacles obstacles;
  ForEachField(schema, "", [&](const StructField& field, const std::string& path) {
    obstacles.LookAt(field, path);
  });
  for (const auto& [key, value] : metadata.configuration) {
    if (key.starts_with("delta.constraints.")) {
      obstacles.Add("checkConstraints",
                    fmt::format("CHECK constraint {} ({})", key.substr(18), value));
    }
  }
  if (metadata.format_provider != "parquet") {
    return Status::Unsupported(fmt::format("delta table {}: data format \"{}\" is not Parquet",
                                           table, metadata.format_provider));
  }
  if (!obstacles.empty()) {
    return UnsupportedWriteFeatures(table, obstacles.features(), obstacles.details());
  }
  return Status::Ok();
}

Result<Protocol> ProtocolFor(const StructType& schema, const Protocol& current,
                             std::string_view table) {
  if (HoldsType(schema, DataType::Kind::kVariant)) {
    return UnsupportedWriteFeatures(table, {"variantType"}, "");
  }
  if (!HoldsType(schema, DataType::Kind::kTimestampNtz) ||
      IsFeatureSupported(current, "timestampNtz")) {
    return current;
  }
  Protocol raised;
  raised.min_reader_version = 3;
  raised.min_writer_version = 7;
  raised.reader_features = current.reader_features.value_or(std::vector<std::string>());
  raised.writer_features = current.writer_features.value_or(std::vector<std::string>());
  raised.reader_features->push_back("timestampNtz");
  raised.writer_features->push_back("timestampNtz");
  for (const LegacyFeature& legacy : kLegacyFeatures) {
    if (current.min_writer_version >= 7 || !IsFeatureSupported(current, legacy.name)) continue;
    raised.writer_features->emplace_back(legacy.name);
    if (legacy.reader_version > 0) raised.reader_features->emplace_back(legacy.name);
  }
  return raised;
}

ColumnMapping ColumnMappingMode(const Metadata& metadata) {
  const std::string mode = metadata.Property("delta.columnMapping.mode").value_or("none");
  if (mode == "name") return ColumnMapping::kName;
  if (mode == "id") return ColumnMapping::kId;
  return ColumnMapping::kNone;
}

bool BoolProperty(const Metadata& metadata, const std::string& key, bool fallback) {
  const std::optional<std::string> value = metadata.Property(key);
  if (value == "true") return true;
  if (value == "false") return false;
  return fallback;
}

}  // namespace millrace::clients::delta
