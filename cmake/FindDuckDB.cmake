# DuckDB::duckdb from an installed duckdb.h and libduckdb; DuckDB_ROOT or CMAKE_PREFIX_PATH name the place.
find_path(DuckDB_INCLUDE_DIR duckdb.h)
find_library(DuckDB_LIBRARY duckdb)
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup.sh build (Debian 12), or install DuckDB 1.5.6 or newer and set DuckDB_ROOT")
if(DuckDB_FOUND AND NOT TARGET DuckDB::duckdb)
  add_library(DuckDB::duckdb UNKNOWN IMPORTED GLOBAL)
  set_target_properties(DuckDB::duckdb PROPERTIES
    IMPORTED_LOCATION "${DuckDB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${DuckDB_INCLUDE_DIR}")
endif()
