// Texts inside a Delta log that are read one by one: column lists, intervals, clustering domains,
// field metadata, paths and file names.

#include "clients/delta/clustering.h"
#include "clients/delta/field_metadata.h"
#include "clients/delta/file_path.h"
#include "clients/delta/statistics.h"
#include "data/interval_text.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::clients::delta;
  std::string_view text = fuzz::Text(data, size);
  static_cast<void>(ParseColumnList(text));
  static_cast<void>(data::ParseIntervalText(text));
  static_cast<void>(ParseLogFileName(text));
  TableState state;
  state.domains["delta.clustering"] = {"delta.clustering", std::string(text), false};
  static_cast<void>(ClusteringColumns(state));
  const StructField field{"f", LongType(), true, std::string(text)};
  static_cast<void>(PhysicalName(field));
  static_cast<void>(FieldMetadataLong(field, "delta.columnMapping.id"));
  static_cast<void>(HasFieldMetadata(field, "delta.invariants"));
  fuzz::Require(DecodePath(EncodePath(text)) == text, "a path that is not what it was");
  fuzz::Require(CanonicalPath(text) == CanonicalPath(text), "no path");
  for (int units : {0, 1, 32}) {
    std::string minimum = TruncateMinimum(text, units);
    fuzz::Require(text.starts_with(minimum), "no prefix");
    auto maximum = TruncateMaximum(text, units);
    fuzz::Require(!maximum || *maximum >= text || !text.starts_with(minimum),
                  "a bound below its value");
  }
  static_cast<void>(PartitionDirectory(text, std::string(text)));
  return 0;
}
