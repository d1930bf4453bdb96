#pragma once

namespace millrace::processor::duckdb {

/// Character.isJavaIdentifierStart and isJavaIdentifierPart for one UTF-16 unit. Exact for ASCII
/// and Latin-1; above, whatever is no surrogate, space, punctuation or symbol block counts.
bool IsJavaIdentifierStart(char16_t c);
bool IsJavaIdentifierPart(char16_t c);

}  // namespace millrace::processor::duckdb
