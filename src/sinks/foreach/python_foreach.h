#pragma once

#include <memory>

#include "clients/python_worker/python_function.h"
#include "connector/sink.h"

namespace millrace::sinks::foreach {

/// foreach with a function or an object with open, process and close of a PySpark client
/// (foreach_writer of Spark Connect). Worker processes are started when they are needed, as many as
/// there are threads with rows, and kept between batches; they end with the query. Columns of types
/// that Python does not have are refused at start.
std::unique_ptr<connector::SinkProvider> MakePythonForeachSink(
    clients::python_worker::PythonFunction function);

}  // namespace millrace::sinks::foreach
