#include "ingest/sources/fingerprint.hpp"

#include <algorithm>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

#include "ingest/sources/local_file.hpp"

namespace neve::ingest {

namespace {

constexpr std::int64_t kBlocks = 16;
constexpr std::int64_t kBlockBytes = 4096;

std::string bytes_text(std::int64_t size) { return std::to_string(size) + " bytes"; }

}  // namespace

std::uint64_t sample_hash(const ByteSource& file) {
  const std::int64_t size = file.size();
  std::vector<char> bytes(static_cast<std::size_t>(std::min(size, kBlocks * kBlockBytes)));
  if (size <= kBlocks * kBlockBytes) {
    bytes.resize(file.read(0, bytes));
  } else {
    std::span<char> left(bytes);
    for (std::int64_t block = 0; block < kBlocks; ++block) {
      const std::int64_t at = (size - kBlockBytes) / (kBlocks - 1) * block;
      const bool last = block == kBlocks - 1;
      (void)file.read(last ? size - kBlockBytes : at, left.first(kBlockBytes));
      left = left.subspan(kBlockBytes);
    }
  }
  return hash_bytes(std::as_bytes(std::span(bytes)));
}

ByteSourcePtr open_if_same(const std::string& path, const Fingerprint& wanted,
                           const PathPolicy& policy, const std::string& node) {
  if (!policy.may_read(path)) return nullptr;
  ByteSourcePtr file;
  try {
    file = open_local_file(path);
  } catch (const InputError&) {
    return nullptr;  // gone or not for this process: others have it
  }
  const std::optional<FileStamp> stamp = file->stamp();
  NEVE_CHECK(stamp.has_value());
  if (stamp->size != wanted.stamp.size || sample_hash(*file) != wanted.sample) {
    throw InputError::illegal_argument(
        "The file " + path + " is another one on node " + node + " (" + bytes_text(stamp->size) +
            ") than on the node that was asked (" + bytes_text(wanted.stamp.size) +
            "). Put the same file on all nodes, or remove it from that one, which is then sent "
            "what it needs.",
        {{"path", path}, {"node", node}});
  }
  return *stamp == wanted.stamp ? file : nullptr;
}

void check_unchanged(const ByteSource& file, const FileStamp& before, const std::string& node) {
  const std::optional<FileStamp> now = file.stamp();
  if (!now || *now == before) return;
  throw InputError::illegal_argument("The file " + file.name() + " was changed while node " + node +
                                         " read it (" + bytes_text(before.size) + " before, " +
                                         bytes_text(now->size) +
                                         " now). Import it again once nobody writes to it.",
                                     {{"path", file.name()}, {"node", node}});
}

}  // namespace neve::ingest
