// Runs a fuzz target over its corpus without libFuzzer: each file, then a deep nest inside it and
// mutations of it, from a seed. An input that fails is left in the working directory.
//
//   fuzz_<target> CORPUS_FOLDER|FILE... [--mutations N] [--seed N]

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "fuzz.h"

extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr char kFailedInput[] = "failed-input";
constexpr std::size_t kMostBytes = 1 << 20;

Bytes current;

// Only what may be called from a signal handler.
void SaveCurrent() {
  constexpr char kText[] = "fuzz: the input that failed is in ./failed-input\n";
  int file = open(kFailedInput, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  bool saved = write(file, current.data(), current.size()) >= 0;
  close(file);
  if (saved) static_cast<void>(!write(STDERR_FILENO, kText, sizeof(kText) - 1));
}

void OnSignal(int number) {
  SaveCurrent();
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// A stack that is used up leaves no room for the handler: it gets one of its own. Sanitizers have
/// their own handler.
void CatchOverflow() {
  if (__sanitizer_set_death_callback != nullptr) return;
  static char room[1 << 16];
  stack_t stack = {};
  stack.ss_sp = room;
  stack.ss_size = sizeof(room);
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
}

void Run(Bytes input) {
  current = std::move(input);
  // An allocation of exactly this size: a byte read behind it is an error that sanitizers see.
  auto exact = std::make_unique<std::uint8_t[]>(current.size());
  std::copy(current.begin(), current.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), current.size());
}

Bytes ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

/// A damaged copy of `seed`, sometimes with a part of `other` in it.
Bytes Mutated(const Bytes& seed, const Bytes& other, std::mt19937& random) {
  Bytes out = seed;
  auto below = [&](std::size_t bound) { return bound == 0 ? 0 : random() % bound; };
  for (std::size_t times = 1 + below(4); times > 0; --times) {
    auto at = static_cast<std::ptrdiff_t>(below(out.size() + 1));
    auto span = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(1 + below(8)),
                                         static_cast<std::ptrdiff_t>(out.size()) - at);
    switch (random() % 5) {
      case 0:
        out.erase(out.begin() + at, out.begin() + at + span);
        break;
      case 1:
        out.insert(out.begin() + at, static_cast<std::uint8_t>(random()));
        break;
      case 2:
        if (span > 0) out[static_cast<std::size_t>(at)] ^= 1u << below(8);
        break;
      case 3: {
        Bytes again(out.begin() + at, out.begin() + at + span);
        out.insert(out.begin() + at, again.begin(), again.end());
        break;
      }
      default: {
        auto from = static_cast<std::ptrdiff_t>(below(other.size() + 1));
        auto part = std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(below(24)),
                                             static_cast<std::ptrdiff_t>(other.size()) - from);
        out.insert(out.begin() + at, other.begin() + from, other.begin() + from + part);
      }
    }
  }
  if (out.size() > kMostBytes) out.resize(kMostBytes);
  return out;
}

/// `seed` with a nest of thousands of levels behind one of its colons or brackets, or at its end.
Bytes Nested(const Bytes& seed, std::mt19937& random) {
  constexpr std::array kOpen = {"[", "{\"a\":", "[{\"type\":", "array<",
                                "{\"type\":\"array\",\"elementType\":"};
  constexpr std::size_t kLevels = 20'000;
  std::vector<std::size_t> places = {seed.size()};
  for (std::size_t i = 0; i < seed.size(); ++i) {
    if (seed[i] == ':' || seed[i] == '[' || seed[i] == '<') places.push_back(i + 1);
  }
  const std::string open = kOpen[random() % kOpen.size()];
  Bytes nest;
  for (std::size_t i = 0; i < kLevels; ++i) nest.insert(nest.end(), open.begin(), open.end());
  Bytes out = seed;
  const auto at = static_cast<std::ptrdiff_t>(places[random() % places.size()]);
  out.insert(out.begin() + at, nest.begin(), nest.end());
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  int mutations = 0;
  unsigned seed = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--mutations") == 0 && i + 1 < argc) {
      mutations = std::atoi(argv[++i]);
    } else if (std::strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      seed = static_cast<unsigned>(std::atoi(argv[++i]));
    } else if (std::filesystem::is_directory(argv[i])) {
      for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else {
      files.emplace_back(argv[i]);
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "fuzz: no input: name a corpus folder or files\n");
    return 1;
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(SaveCurrent);
  std::signal(SIGABRT, OnSignal);
  CatchOverflow();
  std::vector<Bytes> corpus;
  for (const auto& file : files) corpus.push_back(ReadFile(file));
  Run({});
  for (const Bytes& input : corpus) Run(input);
  std::mt19937 random(seed);
  for (const Bytes& input : corpus) {
    if (mutations > 0) Run(Nested(input, random));
    for (int i = 0; i < mutations; ++i) {
      Run(Mutated(input, corpus[random() % corpus.size()], random));
    }
  }
  std::printf("fuzz: %zu files, %zu mutations\n", corpus.size(),
              corpus.size() * static_cast<std::size_t>(mutations));
  return 0;
}
