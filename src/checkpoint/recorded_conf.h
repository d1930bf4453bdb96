#pragma once

#include <string>
#include <utility>
#include <vector>

namespace millrace::checkpoint {

/// The session conf that Spark 4.2.0 records in offsets/N (OffsetSeqMetadata.relevantSQLConfs),
/// with its defaults, in its order. Only the number of shuffle partitions differs between stateless
/// queries. A query with these values in its log can be taken over by Spark, also with state.
/// Precondition: shuffle_partitions > 0.
std::vector<std::pair<std::string, std::string>> RecordedConf(int shuffle_partitions);

}  // namespace millrace::checkpoint
