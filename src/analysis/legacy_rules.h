#pragma once

namespace millrace::analysis {

/// While one lives with `on`, the rules of types on this thread (type_rules.h, ImplicitCast,
/// MakeCall) are those of spark.sql.ansi.enabled=false (TypeCoercion instead of AnsiTypeCoercion).
class LegacyRules {
 public:
  explicit LegacyRules(bool on);
  ~LegacyRules();
  LegacyRules(const LegacyRules&) = delete;
  LegacyRules& operator=(const LegacyRules&) = delete;
  /// Are the legacy rules those of this thread?
  static bool Active();

 private:
  bool before_;
};

}  // namespace millrace::analysis
