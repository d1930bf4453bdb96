#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/array.h>
#include <arrow/table.h>
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "clients/delta/file_path.h"
#include "clients/delta/table_state.h"
#include "clients/parquet/parquet_reader.h"
#include "fs/file_system.h"

namespace millrace::sinks::delta {

/// A folder of its own for one test, removed at the end.
class TemporaryTable {
 public:
  TemporaryTable()
      : path_((std::filesystem::temp_directory_path() /
               ("millrace-delta-" + base::Uuid::Random(base::Random::System()).ToString()))
                  .string()) {}
  ~TemporaryTable() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string log() const { return path_ + "/_delta_log"; }

  clients::delta::TableState State() const {
    auto state = clients::delta::LoadTableState(fs::LocalFileSystem(), log());
    EXPECT_TRUE(state.ok()) << state.status().ToString();
    return state.ok() ? *state : clients::delta::TableState();
  }

  /// The live files, in log order.
  std::vector<clients::delta::AddFile> Files() const {
    std::vector<clients::delta::AddFile> files;
    const auto state = State();
    if (!state.exists()) return files;
    clients::delta::FileVisitor visitor;
    visitor.add = [&](clients::delta::AddFile&& add) {
      files.push_back(std::move(add));
      return base::Status::Ok();
    };
    visitor.remove = [](clients::delta::RemoveFile&&) { return base::Status::Ok(); };
    const auto restart = [&] {
      files.clear();
      return base::Status::Ok();
    };
    const base::Status status = clients::delta::ReconcileFiles(fs::LocalFileSystem(), log(),
                                                               state.version, visitor, restart);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return files;
  }

  std::shared_ptr<arrow::Table> ReadFile(const clients::delta::AddFile& file) const {
    const std::string path = path_ + "/" + clients::delta::DecodePath(file.path);
    auto bytes = fs::LocalFileSystem()->Read(path);
    EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
    auto reader = clients::parquet::ParquetReader::Open(std::move(bytes).value(), path);
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    return (*reader)->ReadAll().value();
  }

  /// Values of a LONG column over all live files, sorted.
  std::vector<std::int64_t> Longs(const std::string& column) const {
    std::vector<std::int64_t> values;
    for (const auto& file : Files()) {
      const auto chunks = ReadFile(file)->GetColumnByName(column);
      for (const auto& chunk : chunks->chunks()) {
        const auto& longs = static_cast<const arrow::Int64Array&>(*chunk);
        for (std::int64_t i = 0; i < longs.length(); ++i) values.push_back(longs.Value(i));
      }
    }
    std::sort(values.begin(), values.end());
    return values;
  }

  /// Data files on disk, whether the log knows them or not; temporary ones too.
  std::int64_t FilesOnDisk() const {
    std::int64_t count = 0;
    if (!std::filesystem::exists(path_)) return 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      const bool in_log = entry.path().string().find("/_delta_log") != std::string::npos;
      if (entry.is_regular_file() && !in_log) ++count;
    }
    return count;
  }

 private:
  const std::string path_;
};

}  // namespace millrace::sinks::delta
