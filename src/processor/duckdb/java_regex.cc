#include "processor/duckdb/java_regex.h"

#include <pcre2.h>

#include <fmt/format.h>

#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

// A search that takes more than this is given up; a pattern that needs it is exponential.
constexpr std::uint32_t kMatchLimit = 20'000'000;
constexpr std::uint32_t kHeapLimitKiB = 256 * 1024;

class CompiledRegex : public JavaRegex {
 public:
  CompiledRegex(pcre2_code* code, bool tied)
      : code_(code),
        tied_(tied),
        data_(pcre2_match_data_create_from_pattern(code, nullptr)),
        context_(pcre2_match_context_create(nullptr)) {
    pcre2_set_match_limit(context_, kMatchLimit);
    pcre2_set_heap_limit(context_, kHeapLimitKiB);
    std::uint32_t count = 0;
    pcre2_pattern_info(code_, PCRE2_INFO_CAPTURECOUNT, &count);
    group_count_ = static_cast<int>(count);
    ReadNames();
  }
  CompiledRegex(const CompiledRegex&) = delete;
  CompiledRegex& operator=(const CompiledRegex&) = delete;
  ~CompiledRegex() override {
    pcre2_match_context_free(context_);
    pcre2_match_data_free(data_);
    pcre2_code_free(code_);
  }

  base::Result<bool> Find(std::string_view subject, std::size_t start,
                          std::vector<Range>* groups) override {
    if (start > subject.size()) return false;
    const auto* text = reinterpret_cast<PCRE2_SPTR>(subject.empty() ? "" : subject.data());
    const int count = pcre2_match(code_, text, subject.size(), start, PCRE2_NO_UTF_CHECK, data_,
                                  context_);
    if (count == PCRE2_ERROR_NOMATCH) return false;
    if (count < 0) {
      return base::Status::InvalidArgument(
          "a regular expression takes too many steps on a value: make it simpler");
    }
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data_);
    groups->assign(static_cast<std::size_t>(group_count_) + 1, Range());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      if (ends[2 * i] != PCRE2_UNSET) (*groups)[i] = {ends[2 * i], ends[2 * i + 1]};
    }
    return true;
  }
  bool is_tied() const override { return tied_; }
  int group_count() const override { return group_count_; }
  const std::map<std::string, int, std::less<>>& group_names() const override { return names_; }

 private:
  void ReadNames() {
    std::uint32_t count = 0;
    std::uint32_t size = 0;
    PCRE2_SPTR table = nullptr;
    pcre2_pattern_info(code_, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(code_, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(code_, PCRE2_INFO_NAMETABLE, &table);
    for (std::uint32_t i = 0; i < count; ++i, table += size) {
      names_[reinterpret_cast<const char*>(table + 2)] = table[0] << 8 | table[1];
    }
  }

  pcre2_code* code_;
  bool tied_;
  pcre2_match_data* data_;
  pcre2_match_context* context_;
  int group_count_ = 0;
  std::map<std::string, int, std::less<>> names_;
};

}  // namespace

base::Result<std::unique_ptr<JavaRegex>> JavaRegex::Compile(std::string_view pattern) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string translated, TranslateJavaRegex(pattern));
  int error = 0;
  PCRE2_SIZE place = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &place, nullptr);
  if (code == nullptr) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof(message));
    return base::Status::Unsupported(
        fmt::format("the regular expression '{}' is not supported: {}", pattern,
                    reinterpret_cast<const char*>(message)));
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // Where there is none, it goes on without.
  return std::unique_ptr<JavaRegex>(std::make_unique<CompiledRegex>(
      code, translated.find("\\G") != std::string::npos));
}

std::size_t NextStart(std::string_view subject, const JavaRegex::Range& match) {
  if (match.end > match.begin) return match.end;
  if (match.end >= subject.size()) return subject.size() + 1;
  return match.end + CharacterBytes(subject[match.end]);
}

}  // namespace millrace::processor::duckdb
