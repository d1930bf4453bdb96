#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/sink.h"
#include "plan/expression.h"
#include "session/session_state.h"

namespace millrace::connect {

/// Where a user's function runs.
struct FunctionContext {
  std::string user_id;
  std::string session_id;
  /// What a worker connects to for the same session: "sc://localhost:15002/;user_id=u;token=t".
  std::string connect_url;
  /// Uploaded files, as of connect/session_files.h.
  std::string files_directory;
  std::vector<std::string> python_includes;
  /// The engine's session; not kept alive by the function.
  std::weak_ptr<session::SessionState> session;
};

/// The methods of a pickled listener, which run somewhere else. One thread at a time.
class ListenerFunction {
 public:
  enum class Kind { kStarted, kProgress, kIdle, kTerminated };
  virtual ~ListenerFunction() = default;
  /// Waits until the listener has done with the event, which `json` holds. PythonException when it
  /// raised one, and goes on; any other failure means that it cannot be told anything any more.
  virtual base::Status Tell(Kind kind, const std::string& json, std::stop_token stop) = 0;
};

/// Makes sinks of the pickled functions of foreach and foreachBatch, and runs pickled listeners. The server is given one when it
/// starts; without it all are refused. Thread-safe.
class StreamFunctions {
 public:
  virtual ~StreamFunctions() = default;
  virtual base::Result<std::shared_ptr<const connector::SinkProvider>> ForeachBatch(
      const FunctionContext& context, const plan::expression::PythonUdf& function) = 0;
  /// `function` gets an iterator over the rows of one partition of one batch.
  virtual base::Result<std::shared_ptr<const connector::SinkProvider>> ForeachWriter(
      const FunctionContext& context, const plan::expression::PythonUdf& function) = 0;
  /// `function` is the pickled listener; its process is started here.
  virtual base::Result<std::unique_ptr<ListenerFunction>> Listener(
      const FunctionContext& context, const plan::expression::PythonUdf& function,
      std::stop_token stop) = 0;
  /// Unpacks an archive that a client uploaded (.zip, .jar, .tar, .tar.gz, .tgz) into the folder
  /// `to`, which it makes.
  virtual base::Status Unpack(const std::string& file, const std::string& to) = 0;
};

}  // namespace millrace::connect
