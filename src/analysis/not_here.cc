#include "analysis/not_here.h"

#include <algorithm>
#include <string_view>

#include "analysis/error_messages.h"

namespace millrace::analysis {
namespace {

struct Entry {
  std::string_view node;  // plan::NodeName.
  std::string_view what;
  std::string_view advice;
};

constexpr std::string_view kPythonAdvice =
    "Use columns and the functions that docs/functions.md lists, or do in foreachBatch what needs "
    "Python.";

constexpr Entry kRelations[] = {
    {"MapPartitions", "A Python function over rows (mapInPandas, mapInArrow)", kPythonAdvice},
    {"GroupMap", "A Python function over groups (applyInPandas, applyInArrow, transformWithState)",
     kPythonAdvice},
    {"CoGroupMap", "A Python function over two groups (cogroup)", kPythonAdvice},
    {"ApplyInPandasWithState", "A Python function with state (applyInPandasWithState)",
     kPythonAdvice},
    {"CommonInlineUserDefinedTableFunction", "A table function in Python (udtf)", kPythonAdvice},
    {"CommonInlineUserDefinedDataSource", "A data source in Python",
     "Use one of the formats that are built in."},
    {"Parse", "Reading json or csv out of a DataFrame of texts", "Use from_json or from_csv."},
    {"AsOfJoin", "An as-of join", "Use a join and a window function that picks the row."},
    {"NearestByJoin", "A join by nearness", "Use a join and a window function that picks the row."},
    {"WithWatermark", "A watermark on a stream",
     "State and watermarks are not there yet; leave withWatermark out."},
    {"RelationChanges", "The changes of a table", "Read its versions with versionAsOf."},
    {"Extension", "A relation of a Connect plugin",
     "Use what DataFrames and SQL offer; plugins are JVM code."},
};

constexpr Entry kExpressions[] = {
    {"InlineUdf", "A user-defined function in Python (udf, pandas_udf)", kPythonAdvice},
    {"NamedArgument", "An argument by name here", "Give it by its place."},
    {"MergeAction", "mergeInto()", "Join in foreachBatch and overwrite what changed."},
    {"TypedAggregate", "A typed aggregator", "Use the aggregate functions of columns."},
    {"DirectShufflePartitionId", "repartitionById()",
     "Leave it out: there are no executors to send rows to."},
    {"Extension", "An expression of a Connect plugin",
     "Use what DataFrames and SQL offer; plugins are JVM code."},
};

template <std::size_t kSize>
base::Status Refuse(const Entry (&entries)[kSize], std::string_view node) {
  const auto* found = std::find_if(std::begin(entries), std::end(entries),
                                   [&](const Entry& entry) { return entry.node == node; });
  if (found != std::end(entries)) return NotPossibleHere(found->what, found->advice);
  return NotPossibleHere(node, "docs/differences.md says what there is.");
}

}  // namespace

base::Status NotHere(const plan::Relation& relation) {
  return Refuse(kRelations, plan::NodeName(relation));
}

base::Status NotHere(const plan::Expression& expression) {
  return Refuse(kExpressions, plan::NodeName(expression));
}

}  // namespace millrace::analysis
