#include "ingest/sinks/file_sink.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

namespace neve::ingest {
namespace {

class FileSink final : public ByteSink {
 public:
  // Two exports to one place each write a file of their own.
  explicit FileSink(std::string path)
      : path_(std::move(path)),
        unfinished_(path_ + "." + std::to_string(draw_seed()) + ".part"),
        out_(unfinished_, std::ios::binary | std::ios::trunc) {
    if (!out_) fail();
  }
  ~FileSink() override {
    if (finished_) return;
    out_.close();
    std::remove(unfinished_.c_str());
  }
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  void write(std::string_view bytes) override {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out_) fail();
  }
  void finish() override {
    out_.close();
    if (!out_ || std::rename(unfinished_.c_str(), path_.c_str()) != 0) fail();
    finished_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    const std::string why = std::strerror(errno);
    throw InputError::illegal_argument("The file " + path_ + " cannot be written: " + why + ".",
                                       {{"path", path_}});
  }
  std::string path_;
  std::string unfinished_;
  std::ofstream out_;
  bool finished_ = false;
};

}  // namespace

ByteSinkPtr make_file_sink(const std::string& path) { return std::make_unique<FileSink>(path); }

}  // namespace neve::ingest
