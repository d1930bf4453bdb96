// A libparquet that carries OpenSSL inside must not lend its symbols to the rest of the process: it
// comes first in this program's link order, so that it would.

#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <parquet/file_reader.h>

namespace {

std::string LibraryThatDefines(const char* symbol) {
  Dl_info info;
  void* address = dlsym(RTLD_DEFAULT, symbol);
  if (address == nullptr || dladdr(address, &info) == 0) return "";
  return info.dli_fname;
}

TEST(OpensslSymbolsTest, ParquetIsLoaded) {
  EXPECT_THROW((void)parquet::ParquetFileReader::OpenFile("/nowhere.parquet"),
               parquet::ParquetException);
}

TEST(OpensslSymbolsTest, CryptoIsTheSystemsOwn) {
  ASSERT_NE(EVP_sha256(), nullptr);
  for (const char* symbol :
       {"EVP_DigestInit_ex", "EVP_sha256", "HMAC", "CRYPTO_malloc", "BIO_new"}) {
    EXPECT_NE(LibraryThatDefines(symbol).find("libcrypto"), std::string::npos)
        << symbol << " is taken from " << LibraryThatDefines(symbol);
  }
}

}  // namespace
