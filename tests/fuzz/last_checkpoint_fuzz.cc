// _delta_log/_last_checkpoint.

#include "clients/delta/last_checkpoint.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using clients::delta::ParseLastCheckpoint;
  const auto hint = ParseLastCheckpoint(fuzz::Text(data, size), "_last_checkpoint");
  if (!hint.ok()) return 0;
  const auto again = ParseLastCheckpoint(clients::delta::ToJson(*hint), "_last_checkpoint");
  fuzz::Require(again.ok() && again->version == hint->version && again->size == hint->size &&
                    again->parts == hint->parts && again->size_bytes == hint->size_bytes &&
                    again->add_files == hint->add_files,
                again.status().ToString());
  return 0;
}
