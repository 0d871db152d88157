#pragma once

#include <algorithm>
#include <functional>
#include <string>

#include <neve/base/wire.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Bytes that another node has. A reader waits for them, so that no more of them are on their way
/// than are read.
class FarSource final : public ByteSource {
 public:
  /// Gets `count` bytes from `offset` on, less where the file ends; throws ClusterError.
  using Fetch = std::function<wire::Bytes(std::int64_t offset, std::int64_t count)>;
  FarSource(std::string name, std::int64_t size, Fetch fetch)
      : ByteSource(std::move(name)), size_(size), fetch_(std::move(fetch)) {}
  [[nodiscard]] std::int64_t size() const override { return size_; }
  std::size_t read(std::int64_t offset, std::span<char> out) const override {
    constexpr std::size_t kMostAtOnce = std::size_t{4} << 20U;
    std::size_t done = 0;
    while (done < out.size()) {
      const std::int64_t at = offset + static_cast<std::int64_t>(done);
      const std::size_t wanted = std::min(out.size() - done, kMostAtOnce);
      if (at >= size_) break;
      const wire::Bytes got = fetch_(at, static_cast<std::int64_t>(wanted));
      if (got.empty()) break;
      const auto bytes = std::as_writable_bytes(out.subspan(done, wanted));
      std::copy_n(got.begin(), std::min(got.size(), wanted), bytes.begin());
      done += std::min(got.size(), wanted);
    }
    return done;
  }

 private:
  std::int64_t size_;
  Fetch fetch_;
};

}  // namespace neve::ingest
