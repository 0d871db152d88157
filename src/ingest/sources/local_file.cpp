#include "ingest/sources/local_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <neve/base/error.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace neve::ingest {

namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  throw InputError::not_found("The file " + path + " cannot be read: " + std::strerror(error) + ".",
                              {{"path", path}});
}

FileStamp stamp_of(const struct stat& status) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {.size = std::int64_t{status.st_size},
          .changed_ns = kSecond * status.st_mtim.tv_sec + status.st_mtim.tv_nsec};
}

class LocalFile final : public ByteSource {
 public:
  LocalFile(const std::string& path, int descriptor, std::int64_t size)
      : ByteSource(path), descriptor_(descriptor), size_(size) {}
  ~LocalFile() override { ::close(descriptor_); }

  [[nodiscard]] std::int64_t size() const override { return size_; }
  std::size_t read(std::int64_t offset, std::span<char> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(descriptor_, out.data() + done, out.size() - done,
                                  offset + static_cast<std::int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(name(), errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  [[nodiscard]] std::optional<FileStamp> stamp() const override {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(name(), errno);
    return stamp_of(status);
  }

 private:
  int descriptor_;
  std::int64_t size_;
};

}  // namespace

ByteSourcePtr open_local_file(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail(path, errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw InputError::illegal_argument(path + " is not a regular file.", {{"path", path}});
  }
  return std::make_shared<LocalFile>(path, descriptor, std::int64_t{status.st_size});
}

}  // namespace neve::ingest
