#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace millrace::clients::delta {

/// A value of a partition, a tag or a property that may be JSON null.
using NullableString = std::optional<std::string>;

/// The actions of the Delta log (PROTOCOL.md, "Actions"), one struct each, fields named as there.
/// ToJson() gives one line of a commit without the line feed, keys in Spark's order, absent options
/// left out. Fields that this version does not know are lost, so an action is never rewritten into
/// a commit; a checkpoint holds only the fields of its own schema.

struct Protocol {
  int min_reader_version = 1;
  int min_writer_version = 2;
  std::optional<std::vector<std::string>> reader_features;
  std::optional<std::vector<std::string>> writer_features;
  friend bool operator==(const Protocol&, const Protocol&) = default;
};

struct Metadata {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::string format_provider = "parquet";
  std::map<std::string, std::string> format_options;
  std::string schema_string;
  std::vector<std::string> partition_columns;
  std::map<std::string, std::string> configuration;
  std::optional<std::int64_t> created_time;
  friend bool operator==(const Metadata&, const Metadata&) = default;

  /// Value of a `delta.` property, or nullopt.
  std::optional<std::string> Property(const std::string& key) const;
};

struct DeletionVector {
  std::string storage_type;
  std::string path_or_inline_dv;
  std::optional<std::int32_t> offset;
  std::int32_t size_in_bytes = 0;
  std::int64_t cardinality = 0;
  std::optional<std::int64_t> max_row_index;
  std::string UniqueId() const;
};

/// In the order of the table's partition columns when we write it, of the log when we read it.
using PartitionValues = std::vector<std::pair<std::string, NullableString>>;

struct AddFile {
  std::string path;  ///< As in the log: URI-escaped, relative to the table or absolute.
  PartitionValues partition_values;
  std::int64_t size = 0;
  std::int64_t modification_time = 0;  ///< Milliseconds.
  bool data_change = true;
  std::optional<std::string> stats;
  std::optional<std::map<std::string, NullableString>> tags;
  std::optional<DeletionVector> deletion_vector;
  std::optional<std::int64_t> base_row_id;
  std::optional<std::int64_t> default_row_commit_version;
  std::optional<std::string> clustering_provider;
};

struct RemoveFile {
  std::string path;
  std::optional<std::int64_t> deletion_timestamp;
  bool data_change = true;
  std::optional<bool> extended_file_metadata;
  std::optional<PartitionValues> partition_values;
  std::optional<std::int64_t> size;
  std::optional<DeletionVector> deletion_vector;
  std::optional<std::int64_t> base_row_id;
  std::optional<std::int64_t> default_row_commit_version;
};

struct SetTransaction {
  std::string app_id;
  std::int64_t version = 0;
  std::optional<std::int64_t> last_updated;  ///< Milliseconds.
};

struct DomainMetadata {
  std::string domain;
  std::string configuration;
  bool removed = false;
};

struct CommitInfo {
  std::optional<std::int64_t> in_commit_timestamp;
  std::int64_t timestamp = 0;
  std::string operation;
  /// Values are JSON text: `"\"Append\""`.
  std::vector<std::pair<std::string, std::string>> operation_parameters;
  std::optional<std::int64_t> read_version;
  std::optional<std::string> isolation_level;
  std::optional<bool> is_blind_append;
  std::vector<std::pair<std::string, std::string>> operation_metrics;
  std::optional<std::string> user_metadata;
  std::optional<std::string> engine_info;
  std::optional<std::string> txn_id;
};

/// V2 checkpoints only.
struct Sidecar {
  std::string path;
  std::int64_t size_in_bytes = 0;
};

/// `cdc`, `checkpointMetadata` and whatever a later protocol adds: nothing for us to do.
struct OtherAction {
  std::string name;
};

using Action = std::variant<CommitInfo, Protocol, Metadata, DomainMetadata, SetTransaction, AddFile,
                            RemoveFile, Sidecar, OtherAction>;

std::string ToJson(const Action& action);

/// The key that tells one logical file from another: the path, decoded once and in canonical form,
/// and the id of its deletion vector.
std::string FileKey(const std::string& path, const std::optional<DeletionVector>& deletion_vector);

}  // namespace millrace::clients::delta
