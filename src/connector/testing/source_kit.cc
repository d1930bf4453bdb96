#include "connector/testing/source_kit.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <arrow/api.h>
#include <gmock/gmock.h>

namespace millrace::connector::testing {

namespace {

using ::testing::HasSubstr;
using Rows = std::vector<std::string>;

/// For machines that are busy; what does not stop or come at all takes longer still.
constexpr std::chrono::seconds kPrompt{20};

/// Binds the value of a Result; a failure is reported and ends the function.
#define KIT_ASSIGN(declaration, expression) \
  KIT_ASSIGN_INNER(MILLRACE_CONCAT(kit_result_, __LINE__), declaration, expression)
#define KIT_ASSIGN_INNER(result, declaration, expression) \
  auto result = (expression);                             \
  ASSERT_TRUE(result.ok()) << result.status().ToString(); \
  declaration = std::move(result).value()

std::string CellText(const arrow::Array& column, std::int64_t row) {
  if (column.IsNull(row)) return "null";
  if (column.type_id() == arrow::Type::BINARY) {
    return std::string(static_cast<const arrow::BinaryArray&>(column).GetView(row));
  }
  const auto scalar = column.GetScalar(row);
  return scalar.ok() ? (*scalar)->ToString() : scalar.status().ToString();
}

void AddRows(const arrow::RecordBatch& batch, Rows* rows) {
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    std::string text;
    for (int column = 0; column < batch.num_columns(); ++column) {
      text += CellText(*batch.column(column), row) + '|';
    }
    rows->push_back(std::move(text));
  }
}

std::vector<int> AllColumns(const Source& source) {
  std::vector<int> columns(source.schema().size());
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

base::Result<std::unique_ptr<Source>> Open(const SourceFixture& fixture) {
  SourceContext context = fixture.context();
  context.options = fixture.options();
  MILLRACE_RETURN_IF_ERROR(
      fixture.provider().Schema(context.options, context.user_schema).status());
  return fixture.provider().Create(std::move(context));
}

base::Result<Rows> ReadOne(Source& source, const InputPartition& partition,
                           const std::vector<int>& columns) {
  Rows rows;
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<PartitionReader> reader,
                            source.OpenReader(partition, columns));
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const auto batch, reader->Next({}));
    if (batch == nullptr) break;
    if (batch->num_rows() == 0) return base::Status::Internal("an empty batch of rows");
    if (batch->num_columns() != static_cast<int>(columns.size())) {
      return base::Status::Internal("other columns than those asked for");
    }
    AddRows(*batch, &rows);
  }
  if (partition.estimated_rows >= 0 &&
      static_cast<std::int64_t>(rows.size()) > partition.estimated_rows) {
    return base::Status::Internal(partition.description + " has more rows than it said");
  }
  return rows;
}

/// Rows of a range, each planned partition by itself. Failures are reported.
std::vector<Rows> ReadRange(Source& source, const std::optional<Offset>& start, const Offset& end,
                            bool backwards = false) {
  std::vector<Rows> found;
  const auto partitions = source.PlanPartitions(start, end, {});
  EXPECT_TRUE(partitions.ok()) << partitions.status().ToString();
  if (!partitions.ok()) return found;
  found.resize(partitions->size());
  for (std::size_t i = 0; i < partitions->size(); ++i) {
    const std::size_t at = backwards ? partitions->size() - 1 - i : i;
    auto rows = ReadOne(source, (*partitions)[at], AllColumns(source));
    EXPECT_TRUE(rows.ok()) << (*partitions)[at].description << ": " << rows.status().ToString();
    if (rows.ok()) found[at] = *std::move(rows);
  }
  return found;
}

Rows Sorted(const std::vector<Rows>& parts) {
  Rows all;
  for (const Rows& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  return all;
}

/// The end of all that was appended.
base::Result<Offset> End(Source& source, const std::optional<Offset>& start) {
  source.Refresh();
  MILLRACE_ASSIGN_OR_RETURN(const std::optional<Offset> end,
                            source.LatestOffset(start, ReadLimit::kAllAvailable, {}));
  if (!end) return base::Status::Internal("a stream with rows has no latest offset");
  return *end;
}

}  // namespace

void SameRangeGivesSameRows(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  const std::vector<Rows> rows = ReadRange(*source, start, end);
  ASSERT_FALSE(Sorted(rows).empty());
  EXPECT_EQ(ReadRange(*source, start, end), rows) << "read again";
  EXPECT_EQ(ReadRange(*source, start, end, /*backwards=*/true), rows) << "in another order";
  fixture.Append();
  EXPECT_EQ(ReadRange(*source, start, end), rows) << "after more has come";
  KIT_ASSIGN(const std::unique_ptr<Source> other, Open(fixture));
  EXPECT_EQ(ReadRange(*other, start, end), rows) << "after a restart";
}

void RangesConcatenateToTheWhole(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> first, source->InitialOffset({}));
  std::vector<Rows> parts;
  std::optional<Offset> start = first;
  for (int i = 0; i < 5; ++i) {
    KIT_ASSIGN(const Offset end, End(*source, start));
    for (Rows& rows : ReadRange(*source, start, end)) parts.push_back(std::move(rows));
    start = end;
    fixture.Append();
  }
  const Rows whole = Sorted(ReadRange(*source, first, *start));
  EXPECT_EQ(Sorted(parts), whole);
  EXPECT_EQ(std::adjacent_find(whole.begin(), whole.end()), whole.end())
      << "the fixture's rows must differ, or nothing is proved";
}

void RestartsAnywhere(SourceFixture& fixture) {
  std::vector<Offset> ends;
  std::optional<Offset> first;
  {
    KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
    KIT_ASSIGN(first, source->InitialOffset({}));
    for (int i = 0; i < 4; ++i) {
      fixture.Append();
      KIT_ASSIGN(Offset end, End(*source, ends.empty() ? first : std::optional(ends.back())));
      ends.push_back(std::move(end));
    }
  }
  KIT_ASSIGN(const std::unique_ptr<Source> reference, Open(fixture));
  const Rows whole = Sorted(ReadRange(*reference, first, ends.back()));
  for (std::size_t restart = 0; restart < ends.size(); ++restart) {
    std::vector<Rows> parts;
    std::optional<Offset> start = first;
    KIT_ASSIGN(std::unique_ptr<Source> source, Open(fixture));
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (i == restart) {
        (void)ReadRange(*source, start, ends[i]);  // Lost with the process that read it.
        KIT_ASSIGN(source, Open(fixture));
      }
      for (Rows& rows : ReadRange(*source, start, ends[i])) parts.push_back(std::move(rows));
      start = ends[i];
    }
    EXPECT_EQ(Sorted(parts), whole) << "restart in batch " << restart;
  }
}

void ReadersMayInterleave(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  const std::vector<Rows> expected = ReadRange(*source, start, end);
  KIT_ASSIGN(const std::vector<InputPartition> partitions, source->PlanPartitions(start, end, {}));
  std::vector<std::unique_ptr<PartitionReader>> readers;
  for (const InputPartition& partition : partitions) {
    KIT_ASSIGN(std::unique_ptr<PartitionReader> reader,
               source->OpenReader(partition, AllColumns(*source)));
    readers.push_back(std::move(reader));
  }
  std::vector<Rows> rows(readers.size());
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = readers.size(); i-- > 0;) {
      KIT_ASSIGN(const auto batch, readers[i]->Next({}));
      if (batch == nullptr) continue;
      AddRows(*batch, &rows[i]);
      more = true;
    }
  }
  EXPECT_EQ(rows, expected);
}

void ReadersMayRunAtOnce(SourceFixture& fixture) {
  fixture.Append();
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  const std::vector<Rows> expected = ReadRange(*source, start, end);
  for (int round = 0; round < 3; ++round) {
    KIT_ASSIGN(const std::vector<InputPartition> partitions,
               source->PlanPartitions(start, end, {}));
    std::vector<std::future<base::Result<Rows>>> tasks;
    for (const InputPartition& partition : partitions) {
      tasks.push_back(std::async(std::launch::async,
                                 [&] { return ReadOne(*source, partition, AllColumns(*source)); }));
    }
    std::vector<Rows> rows;
    for (auto& task : tasks) {
      auto part = task.get();
      EXPECT_TRUE(part.ok()) << part.status().ToString();
      rows.push_back(part.ok() ? *std::move(part) : Rows());
    }
    EXPECT_EQ(rows, expected) << "round " << round;
  }
}

void ProjectsColumns(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  KIT_ASSIGN(const std::vector<InputPartition> partitions, source->PlanPartitions(start, end, {}));
  ASSERT_FALSE(partitions.empty());
  const std::vector<int> all = AllColumns(*source);
  const auto cells = [](const Rows& rows, std::size_t column) {
    Rows found;
    for (const std::string& row : rows) {
      std::size_t begin = 0;
      for (std::size_t i = 0; i < column; ++i) begin = row.find('|', begin) + 1;
      found.push_back(row.substr(begin, row.find('|', begin) - begin));
    }
    return found;
  };
  KIT_ASSIGN(const Rows whole, ReadOne(*source, partitions[0], all));
  for (const int column : all) {
    KIT_ASSIGN(const Rows rows, ReadOne(*source, partitions[0], {column}));
    EXPECT_EQ(cells(rows, 0), cells(whole, static_cast<std::size_t>(column)))
        << source->schema()[static_cast<std::size_t>(column)].name;
  }
  KIT_ASSIGN(const Rows none, ReadOne(*source, partitions[0], {}));
  EXPECT_EQ(none.size(), whole.size()) << "rows without columns are still counted";
}

void NothingNewIsEqualToTheStart(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  for (int i = 0; i < 20; ++i) {
    KIT_ASSIGN(const std::optional<Offset> again,
               source->LatestOffset(end, ReadLimit::kSourceOptions, {}));
    ASSERT_EQ(again, end);
  }
  fixture.Append();
  KIT_ASSIGN(const Offset later, End(*source, end));
  EXPECT_NE(later, end) << "Refresh() must make the next call see what is visible";
  // And without Refresh(), soon.
  fixture.Append();
  const auto deadline = std::chrono::steady_clock::now() + 2 * kPrompt;
  std::optional<Offset> seen = later;
  while (seen == later && std::chrono::steady_clock::now() < deadline) {
    KIT_ASSIGN(seen, source->LatestOffset(later, ReadLimit::kSourceOptions, {}));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_NE(seen, later);
}

void AvailableNowFixesTheEnd(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  const base::Status prepared = source->PrepareAvailableNow({});
  ASSERT_TRUE(prepared.ok()) << prepared.ToString();
  KIT_ASSIGN(const Offset end, End(*source, start));
  EXPECT_NE(end, start);
  const Rows rows = Sorted(ReadRange(*source, start, end));
  fixture.Append();
  KIT_ASSIGN(const Offset same, End(*source, end));
  EXPECT_EQ(same, end);
  EXPECT_EQ(Sorted(ReadRange(*source, start, end)), rows);
}

void InitialOffsetIsKept(SourceFixture& fixture) {
  std::optional<Offset> first;
  {
    KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
    KIT_ASSIGN(first, source->InitialOffset({}));
  }
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> again, source->InitialOffset({}));
  EXPECT_EQ(again, first);
  // A missing start means the same.
  KIT_ASSIGN(const Offset end, End(*source, std::nullopt));
  EXPECT_EQ(ReadRange(*source, std::nullopt, end), ReadRange(*source, first, end));
}

void StopsPromptly(SourceFixture& fixture) {
  fixture.Append();
  KIT_ASSIGN(const std::unique_ptr<Source> source, Open(fixture));
  KIT_ASSIGN(const std::optional<Offset> start, source->InitialOffset({}));
  KIT_ASSIGN(const Offset end, End(*source, start));
  KIT_ASSIGN(const std::vector<InputPartition> partitions, source->PlanPartitions(start, end, {}));
  std::stop_source stop;
  stop.request_stop();
  const auto began = std::chrono::steady_clock::now();
  for (const InputPartition& partition : partitions) {
    KIT_ASSIGN(const std::unique_ptr<PartitionReader> reader,
               source->OpenReader(partition, AllColumns(*source)));
    const auto batch = reader->Next(stop.get_token());
    if (!batch.ok()) {
      EXPECT_EQ(batch.status().code(), base::StatusCode::kCancelled);
    }
  }
  source->Refresh();
  const auto latest = source->LatestOffset(start, ReadLimit::kAllAvailable, stop.get_token());
  if (!latest.ok()) {
    EXPECT_EQ(latest.status().code(), base::StatusCode::kCancelled);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, kPrompt);
  // What was cut off is read again, whole.
  EXPECT_FALSE(Sorted(ReadRange(*source, start, end)).empty());
}

void RefusesUnknownOptions(SourceFixture& fixture) {
  Options options = fixture.options();
  options.Set("noSuchOptionAtAll", "1");
  const auto schema = fixture.provider().Schema(options, std::nullopt);
  EXPECT_EQ(schema.status().code(), base::StatusCode::kInvalidArgument);
  EXPECT_THAT(schema.status().message(), HasSubstr("noSuchOptionAtAll"));
}

}  // namespace millrace::connector::testing
