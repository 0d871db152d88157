#include "ingest/sources/zip_archive.hpp"

#include <algorithm>

#include <neve/base/error.hpp>
#include <zip.h>

#include "ingest/sources/unpack_stream.hpp"

namespace neve::ingest {

namespace {

constexpr std::size_t kPiece = std::size_t{1} << 16;
/// No deflate stream shrinks more: beyond that a size is not meant as one.
constexpr std::uint64_t kMostShrinking = 1032;

}  // namespace

struct ZipArchive::State {
  zip_t* archive = nullptr;
  ~State() {
    if (archive != nullptr) zip_discard(archive);
  }
};

struct ZipArchive::Entry {
  zip_file_t* file = nullptr;
  std::string name;
  std::uint64_t size = 0;  // as stated
  std::uint64_t done = 0;
  ~Entry() {
    if (file != nullptr) zip_fclose(file);
  }
};

std::shared_ptr<OwnedBytes> load_file(const ByteSource& file, Budget& budget) {
  auto bytes = std::make_shared<OwnedBytes>(budget, "The file " + file.name());
  const auto size = static_cast<std::size_t>(file.size());
  bytes->reserve(std::max<std::size_t>(size, 1));
  bytes->advance(file.read(0, {bytes->free_space(), size}));
  return bytes;
}

void ZipArchive::damaged(const std::string& why) const {
  refuse_damaged(file_, "zip", file_.size(), why);
}

ZipArchive::ZipArchive(const ByteSource& file, Budget& budget)
    : file_(file), packed_(load_file(file, budget)), state_(std::make_unique<State>()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source =
      zip_source_buffer_create(packed_->view().data(), packed_->size(), 0, &error);
  if (source != nullptr) state_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (state_->archive != nullptr) return;
  if (source != nullptr) zip_source_free(source);
  damaged(why);
}

ZipArchive::~ZipArchive() = default;

bool ZipArchive::has(const std::string& name) const {
  return zip_name_locate(state_->archive, name.c_str(), 0) >= 0;
}

std::unique_ptr<ZipArchive::Entry> ZipArchive::opened(std::uint64_t index) const {
  auto entry = std::make_unique<Entry>();
  zip_stat_t status;
  if (zip_stat_index(state_->archive, index, 0, &status) != 0)
    damaged(zip_strerror(state_->archive));
  entry->name = status.name;
  if ((status.valid & ZIP_STAT_SIZE) != 0) entry->size = status.size;
  entry->file = zip_fopen_index(state_->archive, index, 0);
  if (entry->file == nullptr) damaged(entry->name + ": " + zip_strerror(state_->archive));
  return entry;
}

std::size_t ZipArchive::read_some(Entry& entry, std::span<char> out) const {
  const zip_int64_t got = zip_fread(entry.file, out.data(), out.size());
  if (got >= 0) {
    entry.done += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
  refuse_damaged(file_, "zip", 0,
                 entry.name + ", behind byte " + std::to_string(entry.done) +
                     " of its contents: " + zip_file_strerror(entry.file));
}

void ZipArchive::read_first_file(std::size_t most, OwnedBytes& into) {
  const zip_int64_t count = zip_get_num_entries(state_->archive, 0);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    const char* name = zip_get_name(state_->archive, i, 0);
    if (name == nullptr || std::string_view(name).ends_with('/')) continue;
    const auto entry = opened(i);
    const std::uint64_t likely = std::min(entry->size, kMostShrinking * packed_->size());
    into.reserve(std::clamp<std::size_t>(likely + 1, 1024, std::max<std::size_t>(most, 1024)));
    while (into.size() < most) {
      if (into.free_size() == 0) into.reserve(2 * into.size());
      const std::size_t room = std::min(into.free_size(), most - into.size());
      const std::size_t got = read_some(*entry, {into.free_space(), room});
      if (got == 0) return;
      into.advance(got);
    }
    return;
  }
  throw InputError::illegal_argument(file_.name() + ": there is no file in this zip archive.");
}

bool ZipArchive::read(const std::string& name, const std::function<bool(std::string_view)>& take) {
  const zip_int64_t index = zip_name_locate(state_->archive, name.c_str(), 0);
  if (index < 0) return false;
  const auto entry = opened(static_cast<std::uint64_t>(index));
  std::string piece(kPiece, '\0');
  for (;;) {
    const std::size_t got = read_some(*entry, piece);
    if (got == 0 || !take(std::string_view(piece).substr(0, got))) return true;
  }
}

}  // namespace neve::ingest
