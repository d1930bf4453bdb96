#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "checkpoint/checkpoint.h"

namespace millrace::checkpoint {

/// The bytes of offsets/N and commits/N, version 1, without a line break at the end:
///
///   offsets/N   v1 LF
///               {"batchWatermarkMs":<long>,"batchTimestampMs":<long>,
///                "conf":{"<key>":"<value>",..}} LF                       one line, without spaces
///               <offset of source 0> LF <offset of source 1> ...        "-": no offset yet
///   commits/N   v1 LF
///               {"nextBatchWatermarkMs":<long>}
///
/// (OffsetSeqLog.serialize, CommitLog.serialize.) JSON strings are escaped as Jackson does it.
std::string Encode(const OffsetSeq& entry);
std::string Encode(const CommitMetadata& entry);

/// Reads what Encode or Spark wrote. Lines may end with LF, CRLF or CR, the last one too. Unknown
/// keys are skipped, missing ones are 0 or empty. `path` is for messages, which start with Spark's
/// "Failed to read log file file:<path>. ".
///
/// Corrupt: no line at all ("Incomplete log file"), no metadata line, no JSON, a value of another
/// type, MALFORMED_LOG_FILE (KD002) for a first line that is no version. Unsupported, with
/// INVALID_LOG_VERSION.* (KD002): version 2 of offsets/N
/// (spark.sql.streaming.offsetLog.formatVersion) and anything above 2. Version 2 of commits/N
/// differs by ids of state alone and is read.
base::Result<OffsetSeq> DecodeOffsetSeq(std::string_view bytes, std::string_view path);
base::Result<CommitMetadata> DecodeCommitMetadata(std::string_view bytes, std::string_view path);

}  // namespace millrace::checkpoint
