#include "rest/http/multipart.hpp"

#include <gtest/gtest.h>

#include <neve/base/error.hpp>
#include <string>
#include <utility>
#include <vector>

namespace neve::rest::http {
namespace {

struct Part {
  std::string name;
  std::string file_name;
  std::string data;
  friend bool operator==(const Part&, const Part&) = default;
};

std::vector<Part> parse(std::string_view body, std::size_t block_bytes) {
  std::vector<Part> parts;
  MultipartParser parser(
      "xyz",
      [&](const PartHead& head) {
        parts.push_back({head.name, head.file_name, ""});
      },
      [&](std::span<const std::byte> data) {
        parts.back().data.append(reinterpret_cast<const char*>(data.data()), data.size());
      });
  while (!body.empty()) {
    const std::string_view block = body.substr(0, block_bytes);
    parser.write(std::as_bytes(std::span(block)));
    body.remove_prefix(block.size());
  }
  parser.finish();
  return parts;
}

const std::string kTwoParts =
    "preamble\r\n--xyz\r\nContent-Disposition: form-data; name=\"fileUploadInfo\"; "
    "filename=\"a \\\"b\\\".csv\"\r\nContent-Type: text/csv\r\n\r\nx,y\r\n1,2\r\n--xy\r\n"
    "--xyz  \r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--xyz--\r\nepilogue";

TEST(Multipart, SplitsTheSameAtEveryBlockSize) {
  const std::vector<Part> expected = {{"fileUploadInfo", "a \"b\".csv", "x,y\r\n1,2\r\n--xy"},
                                      {"empty", "", ""}};
  for (std::size_t block = 1; block <= kTwoParts.size(); ++block) {
    EXPECT_EQ(parse(kTwoParts, block), expected) << block;
  }
}

TEST(Multipart, FindsABoundaryAtTheVeryStart) {
  const std::vector<Part> expected = {{"", "", "data"}};
  EXPECT_EQ(parse("--xyz\r\n\r\ndata\r\n--xyz--", 3), expected);
}

TEST(Multipart, RefusesWhatIsCutOrMalformed) {
  EXPECT_THROW(parse("--xyz\r\n\r\ndata", 100), InputError);
  EXPECT_THROW(parse("--xyzzy\r\n\r\ndata\r\n--xyz--", 100), InputError);
  EXPECT_THROW(parse("--xyz\r\nno colon\r\n\r\ndata\r\n--xyz--", 100), InputError);
  EXPECT_THROW(parse("--xyz\r\n" + std::string(20'000, 'h'), 1000), InputError);
}

TEST(Multipart, ReadsTheBoundaryOfAContentType) {
  EXPECT_EQ(multipart_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(multipart_boundary("Multipart/Form-Data; charset=x; boundary=\"a;b\""), "a;b");
  EXPECT_EQ(multipart_boundary("application/json"), std::nullopt);
  EXPECT_THROW((void)multipart_boundary("multipart/form-data"), InputError);
}

}  // namespace
}  // namespace neve::rest::http
