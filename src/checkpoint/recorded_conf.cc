#include "checkpoint/recorded_conf.h"

#include "base/check.h"

namespace millrace::checkpoint {

std::vector<std::pair<std::string, std::string>> RecordedConf(int shuffle_partitions) {
  MILLRACE_CHECK(shuffle_partitions > 0);
  return {
      {"spark.sql.streaming.stateStore.providerClass",
       "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"},
      {"spark.sql.streaming.stateStore.rocksdb.mergeOperatorVersion", "2"},
      {"spark.sql.streaming.stateStore.rocksdb.formatVersion", "5"},
      {"spark.sql.streaming.queryEvolution.enableSourceEvolution", "false"},
      {"spark.sql.streaming.stateStore.encodingFormat", "unsaferow"},
      {"spark.sql.streaming.statefulOperator.useStrictDistribution", "true"},
      {"spark.sql.streaming.flatMapGroupsWithState.stateFormatVersion", "2"},
      {"spark.sql.streaming.multipleWatermarkPolicy", "min"},
      {"spark.sql.streaming.stateStore.rowChecksum.enabled", "false"},
      {"spark.sql.streaming.aggregation.stateFormatVersion", "2"},
      {"spark.sql.function.protobufExtensions.enabled", "false"},
      {"spark.sql.shuffle.partitions", std::to_string(shuffle_partitions)},
      {"spark.sql.streaming.join.stateFormatVersion", "2"},
      {"spark.sql.streaming.stateStore.compression.codec", "lz4"},
      {"spark.sql.optimizer.pruneFiltersCanPruneStreamingSubplan", "false"},
  };
}

}  // namespace millrace::checkpoint
