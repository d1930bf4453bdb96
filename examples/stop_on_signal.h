#pragma once

#include <csignal>
#include <ctime>
#include <thread>

#include "millrace/streaming.h"

/// While it lives, SIGINT and SIGTERM stop the query well: awaitTermination() then returns. Make
/// one `BlockStopSignals` first thing in main, so that every thread of the program leaves these
/// signals to it.
inline sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

inline void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

class StopOnSignal {
 public:
  explicit StopOnSignal(millrace::StreamingQuery query)
      : thread_([query](std::stop_token stop) {
          const sigset_t signals = StopSignals();
          const timespec tick{0, 50'000'000};
          while (!stop.stop_requested()) {
            if (sigtimedwait(&signals, nullptr, &tick) > 0) query.stop();
          }
        }) {}

 private:
  std::jthread thread_;
};
