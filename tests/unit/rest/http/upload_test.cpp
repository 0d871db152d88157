#include "rest/http/upload.hpp"

#include <gtest/gtest.h>

namespace neve::rest::http {
namespace {

void write(Upload& upload, std::string_view text) { upload.write(std::as_bytes(std::span(text))); }

std::string text_of(const Upload::File& file) {
  std::string text;
  for (const frame::Chunk& piece : file.pieces) {
    const auto bytes = piece.opaque();
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  EXPECT_EQ(static_cast<std::int64_t>(text.size()), file.size);
  return text;
}

TEST(Upload, KeepsARawBodyAndItsMemory) {
  Budget budget(1'000'000);
  Request head;
  head.headers.add("Content-Length", "6");
  Upload upload(budget, head);
  EXPECT_EQ(budget.used(), 6);
  write(upload, "a,b\n");
  write(upload, "1\n");
  upload.finish();
  {
    const auto file = upload.take();
    EXPECT_EQ(text_of(file), "a,b\n1\n");
    EXPECT_EQ(file.file_name, "");
    EXPECT_EQ(budget.used(), 6);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(Upload, GrowsWithoutALength) {
  Budget budget(std::int64_t{16} << 20U);
  Upload upload(budget, Request{});
  const std::string block(1'700'000, 'x');
  for (int i = 0; i < 3; ++i) write(upload, block);
  upload.finish();
  const auto file = upload.take();
  EXPECT_EQ(file.pieces.size(), 2U);
  EXPECT_EQ(text_of(file), block + block + block);
}

TEST(Upload, TakesTheFileOfAMultipartBody) {
  Budget budget(std::int64_t{16} << 20U);
  Request head;
  head.headers.add("content-type", "multipart/form-data; boundary=b");
  Upload upload(budget, head);
  write(upload,
        "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"fileUploadInfo\"; filename=\"t.csv\"\r\n\r\n"
        "x\n1\n\r\n--b--\r\n");
  upload.finish();
  const auto file = upload.take();
  EXPECT_EQ(text_of(file), "x\n1\n");
  EXPECT_EQ(file.file_name, "t.csv");
}

TEST(Upload, IsRefusedBeforehandWhereTheBudgetIsTooSmall) {
  Budget budget(100);
  Request head;
  head.headers.add("Content-Length", "101");
  EXPECT_THROW(Upload(budget, head), OutOfMemoryError);
  head = {};
  head.headers.add("Content-Length", "18446744073709551615");
  EXPECT_THROW(Upload(budget, head), OutOfMemoryError);
}

}  // namespace
}  // namespace neve::rest::http
