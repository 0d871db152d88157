#include <filesystem>
#include <string_view>

#include <neve/base/error.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/ingest/path_policy.hpp>

#include "ingest/frame_store.hpp"
#include "ingest/raw_files.hpp"
#include "ingest/sinks/file_sink.hpp"
#include "ingest/sources/local_file.hpp"

namespace neve::ingest {
namespace {

Ingest::FileBytes all_of(const ByteSource& file, Budget& budget) {
  Ingest::FileBytes read;
  read.memory = budget.reserve(file.size(), "The bytes of " + file.name());
  read.bytes.resize(static_cast<std::size_t>(file.size()));
  const std::span<char> out(reinterpret_cast<char*>(read.bytes.data()), read.bytes.size());
  for (std::size_t at = 0; at < out.size();) {
    const std::size_t size = file.read(static_cast<std::int64_t>(at), out.subspan(at));
    if (size == 0) throw InputError::illegal_argument("File " + file.name() + " got shorter.");
    at += size;
  }
  return read;
}

}  // namespace

std::string Ingest::writable_path(const std::string& path) const {
  return policy_.check_write(path);
}

void Ingest::write_file(const std::string& path, std::span<const std::byte> bytes, bool overwrite) {
  const std::string allowed = policy_.check_write(path);
  std::error_code error;
  if (std::filesystem::is_directory(allowed, error)) {
    throw InputError::illegal_argument("Path " + path + " is a folder; name a file.",
                                       {{"path", path}});
  }
  prepare_save(allowed, overwrite);
  const ByteSinkPtr file = make_file_sink(allowed);
  file->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  file->finish();
}

Ingest::FileBytes Ingest::read_file(const std::string& path) const {
  return all_of(*open_local_file(policy_.check_read(path)), engine_.budget());
}

Ingest::FileBytes Ingest::read_upload(const std::string& key) const {
  return all_of(*raw_files_->open(key, raw_files_->require(key)), engine_.budget());
}

}  // namespace neve::ingest
