#pragma once

#include <spark/connect/base.pb.h>

#include <optional>
#include <string>

#include "base/status.h"
#include "connect/connect_session.h"
#include "connect/stream_functions.h"

namespace millrace::connect {

/// Clients before 4.1 upload the rows of a CachedLocalRelation as a LocalRelation message. Its Arrow
/// data is kept under the artifact's name, and its schema under that name and this; empty: none.
inline constexpr char kSchemaOfRows[] = ".schema";

/// Takes one AddArtifacts stream: whole artifacts in batches, and large ones in chunks. What passes
/// its checksum is kept by the session under its name: rows among its artifacts, what is for Python
/// workers among its files.
class ArtifactReceiver {
 public:
  /// All outlive the receiver; `response` gets a summary of each artifact. Without `functions`
  /// archives are refused.
  ArtifactReceiver(ConnectSession* session, StreamFunctions* functions,
                   spark::connect::AddArtifactsResponse* response)
      : session_(session), functions_(functions), response_(response) {}

  base::Status Take(const spark::connect::AddArtifactsRequest& request);
  /// After the last request: nothing may be half there.
  base::Status Finish() const;

 private:
  struct Chunked {
    std::string name;
    std::int64_t total_bytes = 0;
    std::int64_t chunks_left = 0;
    bool intact = true;
    std::string bytes;
  };
  base::Status TakeChunk(const spark::connect::AddArtifactsRequest::ArtifactChunk& chunk);
  base::Status Keep(const std::string& name, const std::string& bytes, bool intact);
  base::Status KeepRows(const std::string& name, const std::string& bytes);
  base::Status Unpack(const std::string& file, const std::string& to) const;

  ConnectSession* const session_;
  StreamFunctions* const functions_;
  spark::connect::AddArtifactsResponse* const response_;
  std::optional<Chunked> chunked_;
};

}  // namespace millrace::connect
