#include "connect/artifacts.h"

#include <fmt/format.h>
#include <zlib.h>

#include <optional>
#include <utility>

#include "connect/refusals.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

constexpr std::int64_t kMaxArtifactBytes = 2LL << 30;

std::int64_t Crc32(const std::string& bytes) {
  return static_cast<std::int64_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

/// Names are paths below the session's folder; those that lead out of it are refused, and so is what
/// only a JVM can use.
base::Status CheckName(const std::string& name) {
  if (name.starts_with("jars/") || name.starts_with("classes/")) {
    return RefusedPart("the artifact " + name, "nothing here runs JVM code; leave jars out");
  }
  if (name.starts_with("forward_to_fs/")) {
    return base::Status::Unsupported(
               "[_LEGACY_ERROR_TEMP_3161] Uploading artifact file to local file system destination "
               "path is not supported.")
        .WithSparkError(
            {"SparkUnsupportedOperationException", "_LEGACY_ERROR_TEMP_3161", "", {}});
  }
  const bool known = name.starts_with("cache/") || SessionFiles::Holds(name);
  const bool leads_out = name.find("/../") != std::string::npos || name.ends_with("/..") ||
                         name.find("#..") != std::string::npos ||
                         name.find('\0') != std::string::npos;
  if (known && !leads_out) return base::Status::Ok();
  return base::Status::InvalidArgument("the artifact name \"" + name +
                                       "\" is none that a session takes")
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

/// The artifact as a LocalRelation message. An Arrow stream and a schema's text, which newer clients
/// upload, are none: they do not begin with the tag of its data.
std::optional<pb::LocalRelation> WholeRelation(const std::string& name, const std::string& bytes) {
  constexpr char kTagOfData = 0x0A;
  pb::LocalRelation relation;
  if (!name.starts_with("cache/") || !bytes.starts_with(kTagOfData) ||
      !relation.ParseFromString(bytes) || !relation.has_data()) {
    return std::nullopt;
  }
  return relation;
}

}  // namespace

base::Status ArtifactReceiver::KeepRows(const std::string& name, const std::string& bytes) {
  session::Artifacts& artifacts = session_->state().artifacts();
  const auto relation = WholeRelation(name, bytes);
  if (!relation) return artifacts.Keep(name, bytes);
  MILLRACE_RETURN_IF_ERROR(artifacts.Keep(name + kSchemaOfRows, relation->schema()));
  return artifacts.Keep(name, relation->data());
}

base::Status ArtifactReceiver::Unpack(const std::string& file, const std::string& to) const {
  if (functions_ == nullptr) {
    return RefusedPart("uploaded archives", "start the server with a Python that has PySpark");
  }
  return functions_->Unpack(file, to);
}

base::Status ArtifactReceiver::Keep(const std::string& name, const std::string& bytes,
                                    bool intact) {
  if (intact && SessionFiles::Holds(name)) {
    MILLRACE_RETURN_IF_ERROR(session_->files().Keep(
        name, bytes, [this](const std::string& file, const std::string& to) {
          return Unpack(file, to);
        }));
  } else if (intact) {
    MILLRACE_RETURN_IF_ERROR(KeepRows(name, bytes));
  }
  auto* summary = response_->add_artifacts();
  summary->set_name(name);
  summary->set_is_crc_successful(intact);
  return base::Status::Ok();
}

base::Status ArtifactReceiver::TakeChunk(const pb::AddArtifactsRequest::ArtifactChunk& chunk) {
  if (!chunked_) return InvalidPlan("a chunk of no artifact");
  chunked_->intact = chunked_->intact && Crc32(chunk.data()) == chunk.crc();
  chunked_->bytes += chunk.data();
  const auto size = static_cast<std::int64_t>(chunked_->bytes.size());
  if (size > chunked_->total_bytes) {
    return InvalidPlan("the artifact " + chunked_->name + " is longer than it should be");
  }
  if (--chunked_->chunks_left > 0) return base::Status::Ok();
  if (size != chunked_->total_bytes) {
    return InvalidPlan("the artifact " + chunked_->name + " is shorter than it should be");
  }
  const Chunked whole = *std::exchange(chunked_, std::nullopt);
  return Keep(whole.name, whole.bytes, whole.intact);
}

base::Status ArtifactReceiver::Take(const pb::AddArtifactsRequest& request) {
  switch (request.payload_case()) {
    case pb::AddArtifactsRequest::kBatch:
      if (chunked_) return InvalidPlan("the artifact " + chunked_->name + " is not complete");
      for (const auto& artifact : request.batch().artifacts()) {
        MILLRACE_RETURN_IF_ERROR(CheckName(artifact.name()));
        MILLRACE_RETURN_IF_ERROR(Keep(artifact.name(), artifact.data().data(),
                                      Crc32(artifact.data().data()) == artifact.data().crc()));
      }
      return base::Status::Ok();
    case pb::AddArtifactsRequest::kBeginChunk: {
      if (chunked_) return InvalidPlan("the artifact " + chunked_->name + " is not complete");
      const auto& begin = request.begin_chunk();
      MILLRACE_RETURN_IF_ERROR(CheckName(begin.name()));
      if (begin.total_bytes() < 0 || begin.total_bytes() > kMaxArtifactBytes ||
          begin.num_chunks() < 1) {
        return InvalidPlan(fmt::format("the artifact {} cannot have {} bytes in {} chunks",
                                       begin.name(), begin.total_bytes(), begin.num_chunks()));
      }
      chunked_ = Chunked{begin.name(), begin.total_bytes(), begin.num_chunks(), true, ""};
      return TakeChunk(begin.initial_chunk());
    }
    case pb::AddArtifactsRequest::kChunk:
      return TakeChunk(request.chunk());
    case pb::AddArtifactsRequest::PAYLOAD_NOT_SET:
      break;
  }
  return InvalidPlan("artifacts without content");
}

base::Status ArtifactReceiver::Finish() const {
  if (!chunked_) return base::Status::Ok();
  return InvalidPlan("the artifact " + chunked_->name + " is not complete");
}

}  // namespace millrace::connect
