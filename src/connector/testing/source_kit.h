#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "connector/source.h"

namespace millrace::connector::testing {

/// What the kit needs of a source under test: a stream that the fixture can make longer, and
/// sources over it that come and go, as they do when a query is killed and started again.
class SourceFixture {
 public:
  virtual ~SourceFixture() = default;
  /// Why the tests cannot run here ("no broker"); empty when they can.
  virtual std::string unavailable() const { return {}; }
  virtual const SourceProvider& provider() const = 0;
  /// Options with which every row of the stream is read from its beginning.
  virtual Options options() const = 0;
  /// The rest of the context, the same in each call: a new source finds what an earlier one stored.
  virtual SourceContext context() const = 0;
  /// Adds some rows, to each partition at least two. They are visible when this returns.
  virtual void Append() = 0;
};

/// The properties that exactly-once rests on, one function each. Failures are reported to
/// GoogleTest.
void SameRangeGivesSameRows(SourceFixture& fixture);
void RangesConcatenateToTheWhole(SourceFixture& fixture);
void RestartsAnywhere(SourceFixture& fixture);
void ReadersMayInterleave(SourceFixture& fixture);
void ReadersMayRunAtOnce(SourceFixture& fixture);
void ProjectsColumns(SourceFixture& fixture);
void NothingNewIsEqualToTheStart(SourceFixture& fixture);
void AvailableNowFixesTheEnd(SourceFixture& fixture);
void InitialOffsetIsKept(SourceFixture& fixture);
void StopsPromptly(SourceFixture& fixture);
void RefusesUnknownOptions(SourceFixture& fixture);

}  // namespace millrace::connector::testing

/// Runs the kit: `MILLRACE_SOURCE_KIT(Kafka, KafkaFixture)`, where the second is a SourceFixture
/// with a default constructor. Each test gets a new one.
#define MILLRACE_SOURCE_KIT(Name, Fixture)                             \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, SameRangeGivesSameRows)      \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, RangesConcatenateToTheWhole) \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, RestartsAnywhere)            \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, ReadersMayInterleave)        \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, ReadersMayRunAtOnce)         \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, ProjectsColumns)             \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, NothingNewIsEqualToTheStart) \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, AvailableNowFixesTheEnd)     \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, InitialOffsetIsKept)         \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, StopsPromptly)               \
  MILLRACE_SOURCE_KIT_TEST(Name, Fixture, RefusesUnknownOptions)

#define MILLRACE_SOURCE_KIT_TEST(Name, Fixture, Property)              \
  TEST(Name##SourceKit, Property) {                                    \
    Fixture fixture;                                                   \
    if (const std::string why = fixture.unavailable(); !why.empty()) { \
      GTEST_SKIP() << why;                                             \
    }                                                                  \
    ::millrace::connector::testing::Property(fixture);                 \
  }
